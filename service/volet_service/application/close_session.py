"""End a session: the caller's own, or all of a device that was revoked."""

from __future__ import annotations

from volet_service.application.callers import Caller
from volet_service.application.ports import UnitOfWork


def close_session(caller: Caller, uow: UnitOfWork, /) -> None:
    """End the session that the request came with; its token serves no more once this is committed."""
    uow.sessions.remove(caller.user, caller.token_hash)


def close_sessions_of_device(user: str, device: str, uow: UnitOfWork, /) -> None:
    """End every session of a device: whoever revokes a device calls this in the same transaction."""
    uow.sessions.remove_of_device(user, device)
