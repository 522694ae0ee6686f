"""Facts about people around a case: who takes part, what the person was told, what they agreed to.

Each verb composes a signed fact, appends it to the open chain and reads it back. Facts that end something name the
newest position of every section list, so that what was written before and after is settled (protocol 8.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_client import texts
from volet_client.appending import Appended, Appender
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView
from volet_client.errors import UsageError
from volet_client.lists import Lists
from volet_client.refusals import NotFoundError
from volet_client.texts import OF_CONSENT
from volet_client.words import Said
from volet_protocol.capacities import Attestation
from volet_protocol.case_facts import Record
from volet_protocol.case_links import SectionAt
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import (
    Consent,
    ConsentWithdrawal,
    DeliveredNotice,
    Information,
    Notice,
    NoticeLine,
    Opposition,
    Recipients,
    To,
)
from volet_protocol.fact_people import Episode, Participation, ParticipationEnd, Person, Recognition
from volet_protocol.facts import SALT_SIZE, Fact
from volet_protocol.places import MAIN


@dataclass(frozen=True)
class Terms:
    """How somebody takes part: `limb` of the care team (0: in the care, not in the team), from when, which history."""

    regime: str = "care"
    limb: int = 1
    until_ms: int | None = None
    history_from_ms: int | None = None
    recognised: str | None = None


class Members:
    """Participations, notices and consents of a case."""

    def __init__(self, casebook: Casebook, author: Author, appender: Appender, lists: Lists) -> None:
        self._casebook = casebook
        self._author = author
        self._appender = appender
        self._lists = lists

    def add(self, case: str, user: str, terms: Terms, capacity: str | None = None) -> Appended:
        """Let a user take part in one of their attested capacities."""
        attestation = self.attestation(user, capacity)
        now_ms = self._author.clock()
        recognised = None if terms.recognised is None else Recognition(terms.recognised, now_ms)
        fact = Participation(
            user=user, attestation=attestation.id, capacity=attestation.capacity, regime=terms.regime,
            limb=terms.limb, start_ms=now_ms, until_ms=terms.until_ms, history_from_ms=terms.history_from_ms,
            recognised=recognised,
        )  # fmt: skip
        return self.record(case, fact)

    def set_person(self, case: str, user: str | None, identity_status: str = "VALI") -> Appended:
        """Record the account of the person, or how sure their identity is; what is known of their majority stays."""
        known = self._casebook.view(case).main.facts.person
        majority_ms = None if known is None else known.majority_ms
        return self.record(case, Person(identity_status=identity_status, user=user, majority_ms=majority_ms))

    def end(self, case: str, user: str) -> list[str]:
        """End every participation of a user that is in force; return them. Of oneself, it is leaving."""
        if user == self._author.user:
            return self.leave(case)
        view = self._casebook.view(case)
        found = view.main.facts.participations_of(user, self._author.clock())
        if not found:
            raise UsageError(
                Said("Cette personne ne participe pas au dossier.", "This user does not take part in the case."),
                Said("volet case show", "volet case show"),
            )
        for record in found:
            self.record(case, ParticipationEnd(record.hash, self._author.clock()))
        return [record.hash for record in found]

    def leave(self, case: str) -> list[str]:
        """Leave a case, which always works: end every participation of one's own in one write; return them.

        The hub serves nothing of the case afterwards, so that the links cannot be read back: their receipt was verified
        before that was tried.
        """
        view = self._casebook.view(case)
        found = view.main.facts.participations_of(self._author.user, self._author.clock())
        if not found:
            raise UsageError(
                Said("Vous ne participez pas à ce dossier.", "You do not take part in this case."),
                Said("volet case list", "volet case list"),
            )
        lists = self._positions(view)
        ends = [ParticipationEnd(record.hash, self._author.clock()) for record in found]
        try:
            self._appender.append(case, MAIN, [self._appender.fact(end, draw(SALT_SIZE), lists) for end in ends])
        except NotFoundError:
            if case in self._casebook.cases():
                raise
        return [record.hash for record in found]

    def give_notice(self, case: str, lines: Sequence[NoticeLine], means: str) -> Appended:
        """Record that the person was told."""
        return self.record(case, self.notice(lines, means))

    def notice(self, lines: Sequence[NoticeLine], means: str) -> Notice:
        """Return a notice given now, to be recorded with another link in one gesture."""
        return Notice(tuple(lines), self._author.clock(), means)

    def give_consent(
        self,
        case: str,
        information: Sequence[Information],
        recipients: Recipients,
        *,
        kind: str = "share_outside_team",
        decision: str = "given",
        means: str = "electronic",
        until_ms: int | None = None,
        lang: str = "fr",
        support: str | None = None,
        entries: Sequence[str] = (),
    ) -> Appended:
        """Record an agreement, or a refusal, about some `entries` or all: by the person, or as told to a professional.

        An agreement rests on the information handed over before it and ends with its care episode (CSP D1110-3-1,
        D1110-3-3): the version of the text in `lang` is named by its hash, with the `support` that was left, and the
        newest open episode is named.
        """
        now_ms = self._author.clock()
        fact = Consent(
            kind=kind, decision=decision, information=tuple(information), recipients=recipients,
            given_by=GivenBy(), given_ms=now_ms, means=means, until_ms=until_ms,
            notice=DeliveredNotice(texts.newest(OF_CONSENT[kind], lang).hash, now_ms, support),
            episode=self._episode(case, now_ms), entries=tuple(entries) or None,
        )  # fmt: skip
        return self.record(case, fact)

    def _episode(self, case: str, at_ms: int) -> str | None:
        facts = self._casebook.view(case).main.facts
        known = [
            record.fact.episode
            for record in facts.of(Episode)
            if record.fact.start_ms <= at_ms < facts.episode_end(record.fact.episode)
        ]
        return known[-1] if known else None

    def withdraw_consent(self, case: str, consent: str, means: str = "electronic") -> Appended:
        """End a consent: from now on, by any means, whoever records it."""
        return self.record(case, ConsentWithdrawal(self.find_consent(case, consent).hash, self._author.clock(), means))

    def oppose(self, case: str, users: Sequence[str]) -> Appended:
        """Record that the person does not want these professionals to know."""
        fact = Opposition("professional", self._author.clock(), GivenBy(), users=tuple(users))
        return self.record(case, fact)

    def consents(self, case: str) -> list[tuple[Record[Consent], bool]]:
        """Return the consents of a case, each with whether it is in force."""
        facts = self._casebook.view(case).main.facts
        now_ms = self._author.clock()
        return [
            (record, record.fact.decision == "given" and now_ms < min(facts.ended_at(record.hash), _end(record.fact)))
            for record in facts.of(Consent)
        ]

    def find_consent(self, case: str, given: str) -> Record[Consent]:
        """Return a consent by its hash, by the first characters of it, or `last` for the newest in force."""
        known = self.consents(case)
        if given == "last":
            found = [record for record, in_force in known if in_force][-1:]
        else:
            found = [record for record, _ in known if record.hash.startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(f"Aucun accord {given}.", f"No consent {given}."),
                Said("volet consent list", "volet consent list"),
            )
        return found[0]

    def record(self, case: str, fact: Fact) -> Appended:
        """Append one fact to the open chain."""
        view = self._casebook.view(case, refresh=False)
        lists = self._positions(view) if isinstance(fact, ParticipationEnd) else ()
        return self._appender.append(case, MAIN, [self._appender.fact(fact, draw(SALT_SIZE), lists)])

    def _positions(self, view: CaseView) -> list[SectionAt]:
        """Return the newest list position of each section that has keys: where an author's entries end."""
        return [
            SectionAt(section, self._lists.head(view.case, section))
            for section, known in sorted(view.main.sections.items())
            if known.epoch
        ]

    def attestation(self, user: str, capacity: str | None) -> Attestation:
        """Return the one attested capacity of a user that fits; raise `UsageError` for none or several."""
        now_ms = self._author.clock()
        held = [
            item
            for item in self._author.directory.refresh(user).attestations
            if item.from_ms <= now_ms < item.until_ms and (capacity is None or item.id.startswith(capacity))
        ]
        if len(held) != 1:
            raise UsageError(
                Said(
                    f"{len(held)} situations d'exercice attestées conviennent, il en faut une.",
                    f"{len(held)} attested capacities fit; one is needed.",
                ),
                Said("Précisez --capacity.", "Give --capacity."),
            )
        return held[0]


def _end(consent: Consent) -> int:
    return 2**63 if consent.until_ms is None else consent.until_ms


def cross_category_line(
    information: Sequence[Information], from_category: int, to: To, entries: Sequence[str] = ()
) -> NoticeLine:
    """Return the line of a notice that tells who of the other category will know what (CSP R1110-3)."""
    return NoticeLine("cross_category", tuple(information), from_category, to, tuple(entries) or None)


GENERAL = NoticeLine("general")
