"""What a fact changed: who may read which part now and who no longer, and which keys have to be renewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import CaseChain, Directory
from volet_protocol.debts import debts
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Mandate
from volet_protocol.places import MAIN, SECTIONS, class_of
from volet_protocol.policy_table import PolicyTable
from volet_protocol.section_access import SectionAccess


@dataclass(frozen=True)
class Change:
    """The sections that one user may read since, and may read no longer."""

    user: str
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effects:
    """What changed for whom, and the sections whose keys the next writer renews."""

    changes: tuple[Change, ...] = ()
    owed: tuple[str, ...] = ()


def effects(before: CaseFacts, after: CaseChain, table: PolicyTable, at_ms: int, directory: Directory) -> Effects:
    """Return the difference between the facts before and the chain after, both asked now."""
    was, is_ = SectionAccess.at(table, before, at_ms), SectionAccess.at(table, after.facts, at_ms)
    changes = [change for user in sorted(_everybody(before, after.facts)) for change in _changes(user, was, is_)]
    return Effects(tuple(changes), tuple(debts(after, table, at_ms, directory)))


def _changes(user: str, was: SectionAccess, is_: SectionAccess) -> Iterator[Change]:
    gained: list[str] = []
    lost: list[str] = []
    for section in SECTIONS:
        if class_of(section) == MAIN:
            then, now = was.may_read(user, section), is_.may_read(user, section)
            if now and not then:
                gained.append(section)
            elif then and not now:
                lost.append(section)
    if gained or lost:
        yield Change(user, tuple(gained), tuple(lost))


def _everybody(*states: CaseFacts) -> set[str]:
    return {
        user
        for facts in states
        for user in (
            *facts.person_users,
            *(record.fact.user for record in facts.of(Participation)),
            *(record.fact.holder for record in facts.of(Mandate)),
        )
    }
