"""Who may do what with a whole section, asked of the policy table (docs/spec/section-keys.md).

Keys are all or nothing: a key of a section opens whatever anybody permitted wrote in it, so every question here is
about the whole section, and only a plain `permit` counts. What a permit with notice or after consent would give is
reached entry by entry, through openings and exchanges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from volet_protocol import invitations, powers
from volet_protocol.access import decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.case_links import section_parts
from volet_protocol.case_state import SectionState
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_people import Participation
from volet_protocol.fact_standings import same_capacity
from volet_protocol.policy_table import PERMIT, PolicyTable
from volet_protocol.questions import Decision, Party, Question

# Every standing but an emergency, which opens entries and never hands out a key (protocol 10.3).
_ANY = "any"


@dataclass(frozen=True)
class Standing:
    """One way in which a user stands in a case: a participation, or (without one) as person or representative."""

    user: str
    capacity: Capacity | None = None
    participation: str | None = None
    # Entries written before are not theirs to read with a section's key (P11).
    horizon_ms: int = 0


def standings(facts: CaseFacts, user: str, at_ms: int) -> list[Standing]:
    """Return every way in which a user stands in the case at an instant; empty for somebody without relation to it."""
    found = [
        Standing(user, record.fact.capacity, record.hash, _horizon_ms(record.fact))
        for record in facts.participations_of(user, at_ms)
    ]
    represents = any(
        powers.mandate_state(facts, record, at_ms) == powers.IN_FORCE for record in powers.mandates_of(facts, user)
    )
    if user in facts.person_users or represents:
        found.append(Standing(user))
    return found


def _horizon_ms(participation: Participation) -> int:
    return participation.start_ms if participation.history_from_ms is None else participation.history_from_ms


def standing_in(found: Iterable[Standing], capacity: Capacity | None) -> Standing | None:
    """Return the standing with that capacity (None: as person or representative), if there is one."""
    for standing in found:
        same = standing.capacity is not None and capacity is not None and same_capacity(standing.capacity, capacity)
        if same or (standing.capacity is None and capacity is None):
            return standing
    return None


def is_member(facts: CaseFacts, user: str, at_ms: int) -> bool:
    """Tell whether a user takes part, is the person, or represents them: whoever may narrow."""
    return bool(standings(facts, user, at_ms))


def may_send(
    facts: CaseFacts, table: PolicyTable, sender: Standing, compartment: str, level: int, *, at_ms: int
) -> bool:
    """Tell whether somebody may write in an exchange about a compartment."""
    question = Question(
        action="exchange_send", user=sender.user, capacity=sender.capacity, compartment=compartment, level=level,
        entry=None, at_ms=at_ms, via="exchange",
    )  # fmt: skip
    return decide(table, facts, question).effect == PERMIT


def may_receive(
    facts: CaseFacts,
    table: PolicyTable,
    recipient: Standing,
    compartment: str,
    level: int,
    *,
    at_ms: int,
    sender: Standing | None = None,
) -> bool:
    """Tell whether somebody may receive in an exchange; `sender` is who sends, when that is known."""
    question = Question(
        action="exchange_receive", user=recipient.user, capacity=recipient.capacity, compartment=compartment,
        level=level, entry=None, at_ms=at_ms, via="exchange",
        sender=None if sender is None else Party(sender.user, sender.capacity),
    )  # fmt: skip
    return decide(table, facts, question).effect == PERMIT


@dataclass(frozen=True)
class SectionAccess:
    """The table and the facts at one position and instant; each question is asked once."""

    table: PolicyTable
    facts: CaseFacts
    at_ms: int
    _asked: dict[tuple[str, str, Capacity | None, str], Decision] = field(
        default_factory=dict[tuple[str, str, Capacity | None, str], Decision], repr=False
    )
    _standings: dict[str, list[Standing]] = field(default_factory=dict[str, list[Standing]], repr=False)

    @staticmethod
    def at(table: PolicyTable, facts: CaseFacts, at_ms: int) -> SectionAccess:
        """Return the access at a position and instant, the same object as a moment ago for the same three.

        A rotation asks about every reader of every section, when its debt is seen, when it is composed and when it is
        judged: nine hundred questions each time in a large team.
        """
        global _recent  # noqa: PLW0603 - a memo of pure answers, replaced whole so that threads see one or the other
        for known in _recent:
            if known.table is table and known.facts is facts and known.at_ms == at_ms:
                return known
        access = SectionAccess(table, facts, at_ms)
        _recent = (access, *_recent[: _REMEMBERED - 1])
        return access

    def decision(self, action: str, user: str, capacity: Capacity | None, section: str) -> Decision:
        """Return the decision for an action on the whole of a section."""
        asked = (action, user, capacity, section)
        if asked not in self._asked:
            compartment, level = section_parts(section)
            question = Question(
                action=action, user=user, capacity=capacity, compartment=compartment, level=level, entry=None,
                at_ms=self.at_ms, via=_ANY,
            )  # fmt: skip
            self._asked[asked] = decide(self.table, self.facts, question)
        return self._asked[asked]

    def permits(self, action: str, user: str, capacity: Capacity | None, section: str) -> bool:
        """Tell whether that decision is a plain permit."""
        return self.decision(action, user, capacity, section).effect == PERMIT

    def standings(self, user: str) -> list[Standing]:
        """Return the user's standings at this instant."""
        if user not in self._standings:
            self._standings[user] = standings(self.facts, user, self.at_ms)
        return self._standings[user]

    def may_read(self, user: str, section: str) -> bool:
        """Tell whether a user may read the whole section in any of their standings."""
        return any(self.permits("read", user, standing.capacity, section) for standing in self.standings(user))

    def staying(self, section: str, state: SectionState) -> list[str]:
        """Return the readers of a section whom its next epoch is for, in order: permitted and not revoked."""
        return [user for user in sorted(state.readers) if user not in state.revoked and self.may_read(user, section)]

    def leaving(self, section: str, state: SectionState) -> list[str]:
        """Return the readers of a section who must be left behind, in order."""
        return [user for user in sorted(state.readers) if user in state.revoked or not self.may_read(user, section)]

    def unanswered(self, section: str, state: SectionState) -> list[str]:
        """Return the invitations that boxed the current epoch to a code whose holder may not have it (any longer)."""
        return [
            record.hash
            for record in invitations.boxing(self.facts, section, state.epoch)
            if not self._kept(record, section, state)
        ]

    def left_behind(self, section: str, state: SectionState) -> bool:
        """Tell whether somebody who may not read the section may hold its current epoch."""
        return bool(self.leaving(section, state) or self.unanswered(section, state))

    def _kept(self, record: Record[Invitation], section: str, state: SectionState) -> bool:
        answer = invitations.answer_to(self.facts, record.hash)
        if answer is None:
            return invitations.is_open(self.facts, record, self.at_ms)
        user = answer.fact.user
        return user not in state.revoked and self.may_read(user, section)

    def next_readers(self, sections: Iterable[str], states: Mapping[str, SectionState]) -> dict[str, list[str]]:
        """Return, by user in order, the sections of a rotation that each is to be boxed: exactly these, no other."""
        found: dict[str, list[str]] = {}
        for section in sorted(sections):
            for user in self.staying(section, states[section]):
                found.setdefault(user, []).append(section)
        return {user: found[user] for user in sorted(found)}


_REMEMBERED = 8
_recent: tuple[SectionAccess, ...] = ()
