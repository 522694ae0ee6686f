"""Who calls: a handler that takes a `Caller` cannot be reached without a session."""

from __future__ import annotations

from dataclasses import dataclass

from volet_service.domain.errors import StepUpRequired


@dataclass(frozen=True)
class Caller:
    """The user, device and capacity (an attestation's id; None for a person) of a session that has not ended.

    `recent_until_ms`: until when their identification counts as recent; 0 where it does not.
    """

    user: str
    device: str
    capacity: str | None
    token_hash: str
    recent_until_ms: int = 0


def check_recent(caller: Caller, now_ms: int) -> None:
    """Raise `StepUpRequired` where the caller identified themselves too long ago."""
    if now_ms >= caller.recent_until_ms:
        raise StepUpRequired("identification too long ago")
