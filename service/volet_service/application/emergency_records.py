"""The emergencies of a hub, of all its cases: what quotas count, and where auditors find each without reading the log.

An index beside the chains, written in the transaction of the link that it points to; the chains say what is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from volet_protocol.operator_roles import LogScope
from volet_service.application.records import StoredLink


@dataclass(frozen=True)
class Declared:
    """An emergency: the hash of its fact, its case, who declared it for which structure, when, and its leaf."""

    fact: str
    case: str
    user: str
    structure: str
    recorded_ms: int
    leaf: int


class Emergencies(Protocol):
    """Declarations, and the links that tell of each."""

    def add(self, record: Declared, link: str) -> None:
        """Remember an emergency and the link that declared it."""
        ...

    def follow(self, emergency: str, link: str) -> None:
        """Remember a link that gives the reason, the end or the review of an emergency."""
        ...

    def find(self, emergency: str) -> Declared | None:
        """Return an emergency by the hash of its fact."""
        ...

    def count_of_user(self, user: str, after_ms: int) -> int:
        """Return how many this user declared after an instant, in any case."""
        ...

    def count_of_structure(self, structure: str, after_ms: int) -> int:
        """Return how many were declared for this structure after an instant, by whomever, in any case."""
        ...

    def newest(self, scope: LogScope, limit: int) -> list[Declared]:
        """Return the newest emergencies that a scope covers, the newest first."""
        ...

    def links(self, emergencies: Sequence[str]) -> dict[str, list[StoredLink]]:
        """Return the links that tell of each of these emergencies, in the order of their leaves."""
        ...
