"""What is owed to a section: a rotation, grants (docs/spec/case-chains.md, protocol 6.5).

debt(section, head, t) = readers boxed in the current epoch who are not permitted at that head and instant, who were
revoked, whose structure ended their attestation, or whose box is for a superseded generation of their key; an
invitation that boxed it and came to nothing; and the current epoch when it is tainted. A writer takes t = max(own
clock, newest verified checkpoint); a reader takes the header's `time_ms`.

A debt stops writing under the old keys. It never stops reading or narrowing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol.case_state import CaseChain, Directory, SectionState
from volet_protocol.departures import without_departed
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
    known = state.section(section)
    return _debt(known, section, _access(state, known.readers, table, at_ms, directory), directory)


def debts(state: CaseChain, table: PolicyTable, at_ms: int, directory: Directory) -> dict[str, Debt]:
    """Return the debts of every section that has one, in order."""
    readers = {user for known in state.sections.values() for user in known.readers}
    access = _access(state, readers, table, at_ms, directory)
    found = {section: _debt(known, section, access, directory) for section, known in sorted(state.sections.items())}
    return {section: due for section, due in found.items() if due.owed}


def sections_owed(state: CaseChain, table: PolicyTable, at_ms: int, directory: Directory, user: str) -> list[str]:
    """Return the sections in debt whose current step a user holds: what their rotation must bring together."""
    due = debts(state, table, at_ms, directory)
    return [section for section in due if _holds_current(state.section(section), user)]


def owed_grants(state: CaseChain, section: str, table: PolicyTable, at_ms: int, directory: Directory) -> list[str]:
    """Return the users who may read a whole section and were not boxed its current epoch, in order.

    Somebody revoked by name is not among them: only a member's own grant brings them back. Nor is who left.
    """
    known = state.section(section)
    if known.epoch == 0:
        return []
    everybody = _everybody(state)
    access = _access(state, everybody, table, at_ms, directory)
    return [
        user
        for user in sorted(everybody)
        if user not in known.readers and user not in known.revoked and access.may_read(user, section)
    ]


def may_be_claimed(state: CaseChain, section: str, table: PolicyTable, at_ms: int) -> bool:
    """Tell whether a section waits for a claim: keyless, or no permitted holder is left."""
    known = state.section(section)
    return known.epoch == 0 or not SectionAccess.at(table, state.facts, at_ms).staying(section, known)


def single_reader(state: CaseChain) -> list[str]:
    """Return the sections whose content would be lost with one more reader, in order."""
    return [section for section, known in sorted(state.sections.items()) if len(known.readers) == 1]


def departed(state: CaseChain, table: PolicyTable, at_ms: int, directory: Directory) -> dict[str, list[str]]:
    """Return, by user, the sections whose keys they hold, and may read by the chain alone, by a structure they left.

    Any member may revoke them there; from then on the chain itself says so (docs/spec/departures.md).
    """
    said = SectionAccess.at(table, state.facts, at_ms)
    found: dict[str, list[str]] = {}
    for section, due in debts(state, table, at_ms, directory).items():
        known = state.section(section)
        for user in sorted(set(due.leaving).difference(said.leaving(section, known))):
            found.setdefault(user, []).append(section)
    return found


def _access(
    state: CaseChain, users: Iterable[str], table: PolicyTable, at_ms: int, directory: Directory
) -> SectionAccess:
    return SectionAccess.at(table, without_departed(state.facts, users, directory, at_ms), at_ms)


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
