"""What is owed to a section: a rotation, grants (docs/spec/case-chains.md, protocol 6.5).

debt(section, head, t) = readers boxed in the current epoch who are not permitted at that head and instant, who were
revoked, or whose box is for a superseded generation of their key; an invitation that boxed it and came to nothing; and
the current epoch when it is tainted. A writer takes t = max(own clock, newest verified checkpoint); a reader takes the
header's `time_ms`.

A debt stops writing under the old keys. It never stops reading or narrowing.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.case_state import CaseChain, Directory, SectionState
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Mandate
from volet_protocol.policy_table import PolicyTable
from volet_protocol.section_access import SectionAccess


@dataclass(frozen=True)
class Debt:
    """Why a section owes a rotation: readers to be left behind or boxed anew, tainted epochs, codes that boxed it."""

    leaving: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    taints: tuple[int, ...] = ()
    invitations: tuple[str, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """Everybody whose box in the current epoch must not be the last one."""
        return tuple(sorted({*self.leaving, *self.superseded}))

    @property
    def owed(self) -> bool:
        """Tell whether a rotation must come before anything is written."""
        return bool(self.leaving or self.superseded or self.taints or self.invitations)


def debt(state: CaseChain, section: str, table: PolicyTable, at_ms: int, directory: Directory) -> Debt:
    """Return what a section owes at this head and instant."""
    return _debt(state.section(section), section, SectionAccess.at(table, state.facts, at_ms), directory)


def debts(state: CaseChain, table: PolicyTable, at_ms: int, directory: Directory) -> dict[str, Debt]:
    """Return the debts of every section that has one, in order."""
    access = SectionAccess.at(table, state.facts, at_ms)
    found = {section: _debt(known, section, access, directory) for section, known in sorted(state.sections.items())}
    return {section: due for section, due in found.items() if due.owed}


def sections_owed(state: CaseChain, table: PolicyTable, at_ms: int, directory: Directory, user: str) -> list[str]:
    """Return the sections in debt whose current step a user holds: what their rotation must bring together."""
    due = debts(state, table, at_ms, directory)
    return [section for section in due if _holds_current(state.section(section), user)]


def owed_grants(state: CaseChain, section: str, table: PolicyTable, at_ms: int) -> list[str]:
    """Return the users who may read a whole section and were not boxed its current epoch, in order.

    Somebody revoked by name is not among them: only a member's own grant brings them back.
    """
    known = state.section(section)
    if known.epoch == 0:
        return []
    access = SectionAccess.at(table, state.facts, at_ms)
    return [
        user
        for user in sorted(_everybody(state))
        if user not in known.readers and user not in known.revoked and access.may_read(user, section)
    ]


def may_be_claimed(state: CaseChain, section: str, table: PolicyTable, at_ms: int) -> bool:
    """Tell whether a section waits for a claim: keyless, or no permitted holder is left."""
    known = state.section(section)
    return known.epoch == 0 or not SectionAccess.at(table, state.facts, at_ms).staying(section, known)


def single_reader(state: CaseChain) -> list[str]:
    """Return the sections whose content would be lost with one more reader, in order."""
    return [section for section, known in sorted(state.sections.items()) if len(known.readers) == 1]


def _debt(known: SectionState, section: str, access: SectionAccess, directory: Directory) -> Debt:
    if known.epoch == 0:
        return Debt()
    leaving = access.leaving(section, known)
    left = set(leaving)
    superseded = [
        user
        for user, held in sorted(known.readers.items())
        if user not in left and held.generation < directory.user(user).generation
    ]
    taints = (known.epoch,) if known.epoch in known.tainted else ()
    return Debt(tuple(leaving), tuple(superseded), taints, tuple(access.unanswered(section, known)))


def _holds_current(known: SectionState, user: str) -> bool:
    held = known.readers.get(user)
    return held is not None and held.holds(known.epoch, known.step)


def _everybody(state: CaseChain) -> set[str]:
    return {
        *state.facts.person_users,
        *(record.fact.user for record in state.facts.of(Participation)),
        *(record.fact.holder for record in state.facts.of(Mandate)),
    }
