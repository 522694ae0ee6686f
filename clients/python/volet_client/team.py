"""The team, in one act: telling the person what is still untold, and adding somebody with all that goes with it.

`tell` records as many lines as the table asks for in one signed notice (F4). `add` signs once for the participation,
the notice lines it needs and the consent or recognition it rests on (F5; gestures, docs/spec/facts.md), and opens in
the same write what a newcomer needs of the past (F3). Keys follow at the next sync of whoever holds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_client import texts
from volet_client.appending import Appended, Appender, Compose, NewLink
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView, ClassView
from volet_client.errors import UsageError
from volet_client.members import Members
from volet_client.notices import EASY, handed_over, notice_fact
from volet_client.rules import Rules
from volet_client.team_horizon import ESSENTIAL, Heads, Horizon, history_from
from volet_client.team_lines import GENERAL, Reader, missing_lines, readers_of, supposing
from volet_client.words import Said
from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.case_links import LinkHead
from volet_protocol.compose import compose_opening
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Consent, DeliveredNotice, Information, Notice, NoticeLine, Recipients
from volet_protocol.fact_people import Episode, Participation, Recognition
from volet_protocol.facts import SALT_SIZE, Fact, fact_body, fact_hash
from volet_protocol.opening_links import OpeningLink, UserRecipient
from volet_protocol.places import MAIN

SAME_TEAM, PRESCRIBED, OUTSIDE = "same-team", "prescribed", "outside"
LIMBS: Mapping[str, int] = {SAME_TEAM: 1, PRESCRIBED: 2, OUTSIDE: 0}
CONSENT_MEANS = {"oral": "oral", "paper": "written", "falc": "written", "electronic": "electronic"}
_OPENED_MS = 365 * 24 * 3_600_000


@dataclass(frozen=True)
class Joining:
    """How somebody joins: in which title, seeing from when, the person informed by which means, agreeing to what.

    `informed` None: she was not told yet. `support`: what was handed to her, or `impossible`, `urgent`. `replaces`: a
    user whose title and horizon are inherited.
    """

    title: str = SAME_TEAM
    horizon: str = ESSENTIAL
    informed: str | None = None
    support: str | None = None
    consent: tuple[Information, ...] = ()
    recognised: str = "oral"
    regime: str = "care"
    capacity: str | None = None
    until_ms: int | None = None
    replaces: str | None = None
    lang: str = "fr"


@dataclass(frozen=True)
class Added:
    """What one gesture wrote. `untold` are the lines the person has not been told; `left` entries were too many."""

    appended: Appended
    participation: str
    notice: str | None
    consent: str | None
    told: tuple[NoticeLine, ...]
    untold: tuple[NoticeLine, ...]
    opened: tuple[str, ...]
    left: int


class Team:
    """Tells the person, and adds people."""

    def __init__(
        self,
        casebook: Casebook,
        author: Author,
        rules: Rules,
        *,
        appender: Appender,
        members: Members,
        horizon: Horizon,
    ) -> None:
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._appender = appender
        self._members = members
        self._horizon = horizon

    def untold(self, case: str) -> tuple[NoticeLine, ...]:
        """Return what the person has to be told so that everybody who takes part may read what they are allowed."""
        return self.untold_by(*self._facts(case))

    def untold_by(self, facts: CaseFacts, at_ms: int) -> tuple[NoticeLine, ...]:
        """Return the same for facts that are known, as without network they are those of the last sync."""
        return missing_lines(self._rules.table, facts, readers_of(facts, at_ms), at_ms)

    def in_preparation(self, case: str) -> bool:
        """Tell whether nobody has told the person yet that a team shares about her (F4, R23)."""
        return in_preparation(self._facts(case)[0])

    def tell(self, case: str, means: str, support: str | None = None, lang: str = "fr") -> Appended | None:
        """Record, in one notice, everything the person still had to be told; None when nothing was missing."""
        lines = self.untold(case)
        if not lines:
            return None
        body = fact_body(notice_fact(lines, self._author.clock(), means, support, lang), draw(SALT_SIZE))
        return self._appender.append(case, MAIN, [self._appender.gesture([body])])

    def add(self, case: str, user: str, joining: Joining) -> Added:
        """Let somebody take part, with what the person was told and agreed to, in one signature.

        Raises `UsageError` for a choice that does not hold together; the hub's refusal when it takes nothing.
        """
        facts, now_ms = self._facts(case)
        participation = self._participation(facts, user, joining, now_ms)
        reader = Reader(user, participation.capacity)
        made: list[Fact] = [participation]
        if joining.consent:
            made.append(self._consent(facts, user, joining, now_ms))
        lines = missing_lines(self._rules.table, self._supposed(facts, made, now_ms), [reader], now_ms)
        self._check_told(facts, participation, lines, joining)
        told = lines if joining.informed is not None else ()
        if told:
            made.insert(1, notice_fact(told, now_ms, joining.informed or "", joining.support, joining.lang))
        bodies = [fact_body(fact, draw(SALT_SIZE)) for fact in made]
        hashes = {fact.type: fact_hash(body) for fact, body in zip(made, bodies, strict=True)}
        heads = self._heads(case, self._supposed(facts, made, now_ms), reader, joining, participation)
        links: list[Compose] = [self._appender.gesture(bodies)]
        if heads.entries:
            links.append(self._opening(reader.user, heads, bodies, now_ms))
        appended = self._appender.append(case, MAIN, links)
        return Added(
            appended, hashes[Participation.type], hashes.get(Notice.type), hashes.get(Consent.type), told,
            () if told else lines, tuple(item.id for item in heads.entries), heads.left,
        )  # fmt: skip

    # -- the facts -----------------------------------------------------------------------------------------------

    def _participation(self, facts: CaseFacts, user: str, joining: Joining, now_ms: int) -> Participation:
        attestation = self._members.attestation(user, joining.capacity)
        limb, regime = LIMBS[joining.title], joining.regime
        since_ms = None if joining.replaces is not None else history_from(joining.horizon, facts, now_ms)
        if joining.replaces is not None:
            held = facts.participations_of(joining.replaces)
            if not held:
                raise UsageError(
                    Said("La personne remplacée ne participe pas au dossier.", "Nobody of that name takes part."),
                    Said("volet case show", "volet case show"),
                )
            before = held[-1].fact
            limb, regime = before.limb, before.regime
            since_ms = before.start_ms if before.history_from_ms is None else before.history_from_ms
        recognised = Recognition(joining.recognised, now_ms) if limb == LIMBS[PRESCRIBED] else None
        return Participation(
            user=user, attestation=attestation.id, capacity=attestation.capacity, regime=regime, limb=limb,
            start_ms=now_ms, until_ms=joining.until_ms, history_from_ms=since_ms, recognised=recognised,
        )  # fmt: skip

    def _consent(self, facts: CaseFacts, user: str, joining: Joining, now_ms: int) -> Consent:
        if joining.title != OUTSIDE or joining.replaces is not None:
            raise UsageError(
                Said(
                    "L'accord se demande pour un professionnel hors de l'équipe : dans l'équipe, l'information suffit.",
                    "A consent is asked for somebody outside the team: inside it, information is enough.",
                ),
                Said("--title outside", "--title outside"),
            )
        support = joining.support or handed_over(joining.informed or "")
        if joining.informed is None or support is None:
            raise UsageError(
                Said(
                    "Avant son accord, la personne est informée et une feuille lui est remise, sauf impossibilité ou "
                    "urgence.",
                    "Before she agrees, the person is informed and handed a sheet, save impossibility or urgency.",
                ),
                Said(
                    "--informed paper, ou --informed oral --support impossible ; volet notice text --kind consent",
                    "--informed paper, or --informed oral --support impossible; volet notice text --kind consent",
                ),
            )
        text = texts.newest("consent", EASY if EASY in {joining.informed, support} else joining.lang)
        return Consent(
            kind="share_outside_team", decision="given", information=joining.consent,
            recipients=Recipients(users=(user,)), given_by=GivenBy(), given_ms=now_ms,
            means=CONSENT_MEANS[joining.informed], notice=DeliveredNotice(text.hash, now_ms, support),
            episode=open_episode(facts, now_ms), until_ms=joining.until_ms,
        )  # fmt: skip

    def _check_told(self, facts: CaseFacts, new: Participation, lines: Sequence[NoticeLine], joining: Joining) -> None:
        """Refuse to let the other category in while the person does not even know that there is a case (F4)."""
        attestation = self._author.attestation
        own = None if attestation is None else attestation.capacity.category
        if joining.informed is None and lines and in_preparation(facts) and new.capacity.category != own:
            raise UsageError(
                Said(
                    "La personne n'est pas encore informée : d'ici là, seuls vous-même et des collègues de votre côté "
                    "(santé, ou social et médico-social) entrez dans le dossier.",
                    "The person has not been told yet: until then only you and colleagues of your own side (health, or "
                    "social and medico-social) enter the case.",
                ),
                Said(
                    "volet notice team, ou --informed oral|paper|falc",
                    "volet notice team, or --informed oral|paper|falc",
                ),
            )

    # -- what goes with it ---------------------------------------------------------------------------------------

    def _heads(
        self, case: str, facts: CaseFacts, reader: Reader, joining: Joining, participation: Participation
    ) -> Heads:
        if joining.horizon != ESSENTIAL or participation.history_from_ms is None:
            return Heads()
        view = self._casebook.view(case, refresh=False)
        return self._horizon.heads(view, facts, reader, participation.history_from_ms)

    def _opening(self, user: str, heads: Heads, bodies: Sequence[JsonObject], now_ms: int) -> Compose:
        participation, *basis = (fact_hash(body) for body in bodies)

        def compose(_chain: ClassView, head: LinkHead) -> NewLink:
            recipient = UserRecipient(user, participation)
            link = OpeningLink(head, heads.entries, recipient, tuple(sorted(basis)), now_ms + _OPENED_MS, (), None)
            chains = {user: self._author.directory.refresh(user).chain}
            composed = compose_opening(link, heads.shares or {}, chains)
            return NewLink(composed.body, boxes=composed.boxes)

        return compose

    def _supposed(self, facts: CaseFacts, made: Sequence[Fact], now_ms: int) -> CaseFacts:
        attestation = self._author.attestation
        author = FactAuthor(self._author.user, None if attestation is None else attestation.capacity)
        for fact in made:
            facts = supposing(facts, fact, f"{fact.type} of the gesture", author, now_ms)
        return facts

    def _facts(self, case: str) -> tuple[CaseFacts, int]:
        view: CaseView = self._casebook.view(case)
        return view.main.facts, view.main.instant(self._author.clock())


def in_preparation(facts: CaseFacts) -> bool:
    """Tell whether no general information was recorded yet."""
    return not any(line.kind == GENERAL for record in facts.of(Notice) for line in record.fact.lines)


def open_episode(facts: CaseFacts, at_ms: int) -> str | None:
    """Return the newest episode open at an instant, None where there is none."""
    known = [
        record.fact.episode
        for record in facts.of(Episode)
        if record.fact.start_ms <= at_ms < facts.episode_end(record.fact.episode)
    ]
    return known[-1] if known else None
