"""Who calls: a handler that takes a `Caller` cannot be reached without a session."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """The user, device and capacity (an attestation's id; None for a person) of a session that has not ended."""

    user: str
    device: str
    capacity: str | None
    token_hash: str
