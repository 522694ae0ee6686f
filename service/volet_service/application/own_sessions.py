"""One's own sessions: which there are, on which device; ending one from another, at once for its sockets too."""

from __future__ import annotations

from collections.abc import Sequence

from volet_service.application.callers import Caller
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import Session
from volet_service.domain.errors import NotFound


def list_sessions(caller: Caller, uow: UnitOfWork, /) -> Sequence[Session]:
    """Return the caller's sessions that have not expired, newest first."""
    return [one for one in uow.sessions.of_user(caller.user) if uow.now_ms < one.expires_ms]


def end_session(session: str, caller: Caller, uow: UnitOfWork, /) -> None:
    """End one of the caller's sessions; raise `NotFound` alike for one of somebody else and for none."""
    if not uow.sessions.remove(caller.user, session):
        raise NotFound
