"""Who may still open an entry that its author holds back: each mask boxes to fewer readers (docs/spec/entries.md, E23).

withheld_by_author        the author, the person and who represents them, and whom the author names (R8)
before_announcement       everybody who may read the section: the hub keeps it from the person until it ends (R65b)
third_party               everybody who may read it, but not the person nor who represents them (R66)
minor_secret              everybody who may read it, but nobody who represents the minor (R53)
address_secret            everybody who may read it, but the rows O2 to O13 (R54)
child_protection_hidden   the author and whom they name (R35)
ill_treatment_hidden      the author and whom they name (R3, R4)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Mandate
from volet_protocol.masks import (
    ADDRESS_SECRET,
    MINOR_SECRET,
    REPORT_MASKS,
    THIRD_PARTY,
    WITHHELD,
)

_PROFESSIONALS_OUTSIDE = frozenset({"O9"})


@dataclass(frozen=True)
class Masking:
    """How an entry is held back: mask, when it ends by itself, the passages cut out of it, whom its author names."""

    mask: str | None = None
    until_ms: int | None = None
    passages: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


OPEN = Masking()


def readers_of(
    facts: CaseFacts, author: str, masking: Masking, may_read: Callable[[str], bool], *, minor: bool
) -> list[str]:
    """Return the users whom a named entry is boxed to, in order, its author among them.

    `may_read` tells who may read the whole section; `minor`, whether the person is not of age yet.
    """
    held = {record.fact.holder for record in facts.of(Mandate)}
    own_side = held | facts.person_users
    taking_part = {record.fact.user for record in facts.of(Participation)}
    named = set(masking.named) | {author}
    if masking.mask in REPORT_MASKS:
        return sorted(named)
    may = {user for user in taking_part | own_side if may_read(user)}
    if masking.mask == WITHHELD:
        return sorted((may & own_side) | named)
    if masking.mask == THIRD_PARTY:
        return sorted((may - own_side) | named)
    if masking.mask == MINOR_SECRET and minor:
        return sorted((may - (held - facts.person_users)) | named)
    if masking.mask == ADDRESS_SECRET:
        return sorted((may - (held | _outside(facts))) | named)
    return sorted(may | named)


def _outside(facts: CaseFacts) -> set[str]:
    return {
        record.fact.user for record in facts.of(Participation) if record.fact.capacity.row in _PROFESSIONALS_OUTSIDE
    }
