"""What the hub keeps of an invitation beside the chain: whom it may give the box to, whether it did, wrong proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StoredInvitation:
    """An invitation by the hash of its fact. `released_to` is the one account that was given the box, by which leaf."""

    fact: str
    case: str
    link: str
    subject: str
    subject_salt: bytes
    expires_ms: int
    released_to: str | None = None
    leaf: int | None = None
    wrong: int = 0


class Invitations(Protocol):
    """Invitations of all cases: an index beside the chains, which alone say whether one is open."""

    def add(self, record: StoredInvitation) -> None:
        """Remember an invitation that a chain took."""
        ...

    def find(self, fact: str) -> StoredInvitation | None:
        """Return an invitation by the hash of its fact."""
        ...

    def living(self, at_ms: int) -> Sequence[StoredInvitation]:
        """Return those that do not end before an instant, in an order that tells nothing."""
        ...

    def released(self, fact: str, user: str, leaf: int) -> None:
        """Remember to whom the box was given, and the leaf that says so."""
        ...

    def count_wrong(self, fact: str) -> None:
        """Count one more wrong proof."""
        ...
