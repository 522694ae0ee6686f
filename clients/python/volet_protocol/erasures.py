"""Which records lost their openings, and why: what `erase` leaves say in public (docs/spec/log.md, E1-E4).

    reason 1..255       the one leaf at `index`
    reason 256 + type   every leaf of that public type below `index`: its retention is over

So a record without content is told from one that is withheld: anybody can find the leaf that says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, unique

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.leaf import Erasure, Leaf, LeafType

_RETENTION = 256


@unique
class ErasureReason(IntEnum):
    """Why one record was erased. A code is assigned once and never reused."""

    TAKEN_BACK = 1
    PERSON_ASKED = 2
    UNLAWFUL = 3
    WRONG_PERSON = 4
    COURT_ORDER = 5


@unique
class ErasureAuthority(IntEnum):
    """By whose right: the author, the data protection officer, the supervisor, a court; the published policy."""

    AUTHOR = 1
    DATA_PROTECTION_OFFICER = 2
    SUPERVISOR = 3
    COURT = 4
    RETENTION_POLICY = 5


def code_of(member: ErasureReason | ErasureAuthority) -> str:
    """Return the code as statements and commands write it: `person-asked`."""
    return member.name.lower().replace("_", "-")


def retention(type_: LeafType, below: int) -> Erasure:
    """Return the body that ends the retention of every leaf of a type below an index."""
    return Erasure(below, _RETENTION + type_, ErasureAuthority.RETENTION_POLICY)


def retained_type(erasure: Erasure) -> LeafType | None:
    """Return the type whose retention this body ends; None when it is about one leaf. Raise wrong-type for no type."""
    if erasure.reason < _RETENTION:
        return None
    try:
        return LeafType(erasure.reason - _RETENTION)
    except ValueError:
        raise ProtocolError(Reason.WRONG_TYPE, "type of an erase leaf") from None


@dataclass(frozen=True)
class Tombstones:
    """Every leaf that the log itself says was erased."""

    single: frozenset[int]
    below: dict[LeafType, int]

    @staticmethod
    def of(leaves: Iterable[Leaf]) -> Tombstones:
        """Read the `erase` leaves among those of a log, in any order."""
        single: set[int] = set()
        below: dict[LeafType, int] = {}
        for leaf in leaves:
            if leaf.type is not LeafType.ERASE:
                continue
            erasure = Erasure.parse(leaf.body)
            type_ = retained_type(erasure)
            if type_ is None:
                single.add(erasure.index)
            else:
                below[type_] = max(below.get(type_, 0), erasure.index)
        return Tombstones(frozenset(single), below)

    def covers(self, index: int, type_: LeafType) -> bool:
        """Tell whether the log says that the content of the leaf at `index` was erased."""
        return index in self.single or index < self.below.get(type_, 0)
