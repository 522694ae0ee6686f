"""What staff leaving asks of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from volet_protocol.departures import AttestationEnd


@dataclass(frozen=True)
class StoredEnd:
    """An end of what a registrar attested, its statement's canonical bytes, and its leaf."""

    end: AttestationEnd
    statement: bytes
    leaf: int


class Departures(Protocol):
    """Ends that registrars signed. From the transaction that stores one on, attestations are read as it leaves them."""

    def of(self, user: str) -> list[StoredEnd]:
        """Return the ends about a user, the first one first."""
        ...

    def add(self, record: StoredEnd) -> None:
        """Store an end, and end the sessions in what it ends."""
        ...
