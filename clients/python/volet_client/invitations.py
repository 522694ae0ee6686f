"""Inviting somebody who has no keys yet into a case, by a code that is said or shown (F11; docs/spec/invitations.md).

One gesture says who, in which capacity and from when, what the person was told, and boxes the sections to a key that
the code gives. Whoever has the code, and is the one named, then takes part with nobody on line. The code is kept,
encrypted, in the profile until it was answered or is over, so that it can be said again; it never travels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from volet_client import texts
from volet_client.appending import Appended, Appender, Compose, NewLink
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, ClassView
from volet_client.errors import UsageError
from volet_client.granting import start_of
from volet_client.members import Members
from volet_client.notices import EASY, handed_over, notice_fact
from volet_client.profile import INVITATIONS, Profile
from volet_client.rules import Rules
from volet_client.team import CONSENT_MEANS, LIMBS, OUTSIDE, PRESCRIBED, Joining, open_episode
from volet_client.team_horizon import history_from
from volet_client.team_lines import Reader, missing_lines, supposing
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import SALT_SIZE as SUBJECT_SALT_SIZE
from volet_protocol.capacities import Capacity, salted_subject
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.case_links import FactLink, LinkHead
from volet_protocol.compose_invitation import compose_invitation
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_gesture import gesture_body, named_hash
from volet_protocol.fact_invitations import KEY_SIZE, CodeKdf, Invitation
from volet_protocol.fact_notices import Consent, DeliveredNotice, NoticeLine, Recipients
from volet_protocol.fact_people import Recognition
from volet_protocol.fact_powers import FactEnd
from volet_protocol.facts import SALT_SIZE, Fact, fact_body, fact_hash
from volet_protocol.invitation_codes import SHOWN_SIZE, SPOKEN_SIZE, VALIDITY_MS, InvitationCode
from volet_protocol.invitation_keys import CodeKeys, code_keys
from volet_protocol.invitations import answer_to, closed_by
from volet_protocol.places import MAIN
from volet_protocol.section_access import SectionAccess
from volet_protocol.sections import KeyId

_CODE: Final = "code"


@dataclass(frozen=True)
class Invitee:
    """Whom an invitation names: by issuer and subject, in which capacity."""

    iss: str
    sub: str
    capacity: Capacity


@dataclass(frozen=True)
class Invited:
    """What one gesture wrote. `code` is to be said or shown; `left` sections follow at a member's next sync."""

    appended: Appended
    invitation: str
    code: InvitationCode
    link: str
    expires_ms: int
    sections: tuple[str, ...]
    left: tuple[str, ...]
    told: tuple[NoticeLine, ...]
    untold: tuple[NoticeLine, ...]


@dataclass(frozen=True)
class Shown:
    """An invitation of a case as its members see it: open, answered, withdrawn, over; its code where we made it."""

    record: Record[Invitation]
    state: str
    answered_by: str | None
    code: InvitationCode | None


@dataclass
class _Made:
    """What the last composition of an invitation made; a lost race composes again."""

    hash: str = ""
    sections: tuple[str, ...] = ()
    left: tuple[str, ...] = field(default_factory=tuple)


class Invitations:
    """Makes, lists and withdraws invitations."""

    def __init__(
        self, profile: Profile, casebook: Casebook, author: Author, rules: Rules, *, appender: Appender,
        members: Members,
    ) -> None:  # fmt: skip
        self._profile = profile
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._appender = appender
        self._members = members

    def invite(
        self, case: str, invitee: Invitee, joining: Joining, *, shown: bool = False, valid_ms: int = VALIDITY_MS
    ) -> Invited:
        """Invite somebody; `shown` makes a code for a QR instead of one to be said; it holds 72 hours, or less.

        Raises `UsageError` for a choice that does not hold together; the hub's refusal when it takes nothing.
        """
        view = self._casebook.view(case)
        facts, now_ms = view.main.facts, view.main.instant(self._author.clock())
        code = InvitationCode(draw(SHOWN_SIZE if shown else SPOKEN_SIZE))
        fact = self._fact(facts, invitee, joining, now_ms, now_ms + min(valid_ms, VALIDITY_MS))
        keys = code_keys(code, fact.kdf)
        before: list[Fact] = []
        if joining.consent:
            before.append(self._consent(facts, invitee, joining, now_ms))
        reader = Reader(fact.subject, fact.capacity)
        lines = missing_lines(self._rules.table, self._supposed(facts, fact, before, now_ms), [reader], now_ms)
        told = lines if joining.informed is not None else ()
        if told:
            before.insert(0, notice_fact(told, now_ms, joining.informed or "", joining.support, joining.lang))
        bodies = [fact_body(one, draw(SALT_SIZE)) for one in before]
        supposed = self._supposed(facts, fact, before, now_ms)
        access = SectionAccess(self._rules.table, supposed, now_ms)
        made = _Made()
        appended = self._appender.append(case, MAIN, [self._gesture(fact, bodies, access, keys, made)])
        self._remember(made.hash, case, code)
        link = f"{self._profile.bundle.hub}/#join/{case}/{made.hash}" + (f"/{code.shown()}" if shown else "")
        return Invited(
            appended, made.hash, code, link, fact.expires_ms, made.sections, made.left, told, () if told else lines
        )

    def all(self, case: str) -> list[Shown]:
        """Return the invitations of a case, in chain order."""
        view = self._casebook.view(case)
        facts, now_ms = view.main.facts, view.main.instant(self._author.clock())
        held = self._profile.load(INVITATIONS)
        found: list[Shown] = []
        for record in facts.of(Invitation):
            reason, answer = closed_by(facts, record, now_ms), answer_to(facts, record.hash)
            state = "open" if reason is None else reason.value
            code = _code(held.get(record.hash)) if reason is None else None
            found.append(Shown(record, state, None if answer is None else answer.fact.user, code))
        return found

    def withdraw(self, case: str, given: str) -> Appended:
        """Take back an invitation named by the first characters of its hash: at once, by any member."""
        found = [one.record for one in self.all(case) if one.state == "open" and one.record.hash.startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(f"Aucune invitation ouverte « {given} ».", f"No open invitation `{given}`."),
                Said("volet invite list", "volet invite list"),
            )
        appended = self._members.record(case, FactEnd(found[0].hash, self._author.clock()))
        held = self._profile.load(INVITATIONS)
        self._profile.save(INVITATIONS, {name: one for name, one in held.items() if name != found[0].hash})
        return appended

    # -- the gesture ---------------------------------------------------------------------------------------------

    def _fact(self, facts: CaseFacts, invitee: Invitee, joining: Joining, now_ms: int, expires_ms: int) -> Invitation:
        limb, salt = LIMBS[joining.title], draw(SUBJECT_SALT_SIZE)
        since_ms = history_from(joining.horizon, facts, now_ms)
        return Invitation(
            subject=salted_subject(salt, invitee.iss, invitee.sub), subject_salt=salt, capacity=invitee.capacity,
            regime=joining.regime, limb=limb, history_from_ms=now_ms if since_ms is None else since_ms,
            expires_ms=expires_ms, kdf=CodeKdf(draw(SUBJECT_SALT_SIZE)), key=bytes(KEY_SIZE),
            until_ms=joining.until_ms,
            recognised=Recognition(joining.recognised, now_ms) if limb == LIMBS[PRESCRIBED] else None,
        )  # fmt: skip

    def _consent(self, facts: CaseFacts, invitee: Invitee, joining: Joining, now_ms: int) -> Consent:
        """Return the consent for somebody outside the team: to a function in a structure, as no account exists."""
        support = joining.support or handed_over(joining.informed or "")
        if joining.title != OUTSIDE or joining.informed is None or support is None:
            raise UsageError(
                Said(
                    "L'accord se demande pour un professionnel hors de l'équipe, à qui la personne est informée et "
                    "une feuille remise, sauf impossibilité ou urgence.",
                    "A consent is asked for somebody outside the team, once the person is informed and handed a sheet.",
                ),
                Said("--title outside --informed paper", "--title outside --informed paper"),
            )
        text = texts.newest("consent", EASY if EASY in {joining.informed, support} else joining.lang)
        to = Recipients(rows=(invitee.capacity.row,), structures=(invitee.capacity.structure,))
        return Consent(
            kind="share_outside_team", decision="given", information=joining.consent, recipients=to,
            given_by=GivenBy(), given_ms=now_ms, means=CONSENT_MEANS[joining.informed],
            notice=DeliveredNotice(text.hash, now_ms, support), episode=open_episode(facts, now_ms),
            until_ms=joining.until_ms,
        )  # fmt: skip

    def _supposed(self, facts: CaseFacts, fact: Invitation, before: Sequence[Fact], now_ms: int) -> CaseFacts:
        """Return the facts as if the gesture had been recorded and answered."""
        attestation = self._author.attestation
        author = FactAuthor(self._author.user, None if attestation is None else attestation.capacity)
        for one in before:
            facts = supposing(facts, one, f"{one.type} of the gesture", author, now_ms)
        joined = fact.participation(fact.subject, fact.subject, now_ms)
        return supposing(facts, joined, fact.subject, author, now_ms)

    def _gesture(
        self, fact: Invitation, before: Sequence[JsonObject], access: SectionAccess, keys: CodeKeys, made: _Made
    ) -> Compose:
        def compose(chain: ClassView, head: LinkHead) -> NewLink:
            starts: dict[str, tuple[int, int]] = {}
            left: list[str] = []
            for section, known in sorted(chain.state.sections.items()):
                if not known.epoch or not access.permits("read", fact.subject, fact.capacity, section):
                    continue
                start = self._start(chain, section, fact)
                if start is None:
                    left.append(section)
                else:
                    starts[section] = start
            body, box = compose_invitation(chain.state, fact, draw(SALT_SIZE), ring=chain.ring, starts=starts, to=keys)
            whole = gesture_body([*before, body]) if before else body
            made.hash, made.sections, made.left = fact_hash(body), tuple(starts), tuple(left)
            boxes = {} if box is None else {made.hash: box}
            return NewLink(FactLink(head, named_hash(whole)).body(), whole, boxes)

        return compose

    def _start(self, chain: ClassView, section: str, fact: Invitation) -> tuple[int, int] | None:
        """Return where the slice begins that this user holds and may grant, None where there is none."""
        known = chain.state.section(section)
        attestation = self._author.attestation
        own = SectionAccess(self._rules.table, chain.state.facts, chain.state.instant(self._author.clock()))
        capacity = None if attestation is None else attestation.capacity
        holds = chain.ring.holds(KeyId(section, known.epoch, known.step))
        if not holds or not own.permits("grant", self._author.user, capacity, section):
            return None
        return start_of(chain, section, fact.history_from_ms)

    def _remember(self, invitation: str, case: str, code: InvitationCode) -> None:
        held = self._profile.load(INVITATIONS)
        kept: dict[str, JsonValue] = {"case": case, _CODE: to_base64url(code.secret)}
        self._profile.save(INVITATIONS, {**held, invitation: kept})


def _code(held: JsonValue | None) -> InvitationCode | None:
    if not isinstance(held, Mapping):
        return None
    return InvitationCode(from_base64url(cast("str", held[_CODE])))


def said_code(code: InvitationCode) -> str:
    """Return a code as it is said or as it stands in a link."""
    return code.spoken() if len(code.secret) == SPOKEN_SIZE else code.shown()
