"""What erasing needs of the store: where a record stands, and to forget what it committed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from volet_protocol.leaf import LeafType


@dataclass(frozen=True)
class RecordPlace:
    """The case and class whose acts a record is counted among, both None outside a case; `erased` once it is empty."""

    case: str | None
    class_: str | None
    erased: bool


class Erasures(Protocol):
    """Openings and sealed payloads: the only rows of the log that may go."""

    def place(self, index: int) -> RecordPlace | None:
        """Return where a leaf's payloads stand; None for a leaf that never had any."""
        ...

    def entry_of(self, index: int) -> str | None:
        """Return the entry whose deposit a leaf is."""
        ...

    def first_since(self, at_ms: int) -> int:
        """Return the position of the first leaf that is not older than an instant: the end of the log when all are."""
        ...

    def standing_below(self, type_: LeafType, index: int) -> int:
        """Return how many leaves of a type below an index still have their openings."""
        ...

    def forget_below(self, type_: LeafType, index: int, now_ms: int) -> None:
        """Forget, as `forget` does, every leaf of a type below an index."""
        ...

    def destroy_unneeded_keys(self) -> int:
        """Destroy the keys of past periods in which no record has its opening any more; return how many."""
        ...

    def forget(self, index: int, now_ms: int) -> None:
        """Delete the openings and payloads of a leaf, and what was answered to the request behind it."""
        ...
