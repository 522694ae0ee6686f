"""Serve the chain of a recovery slot to who holds its key, and nothing else is known of (docs/spec/recovery.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.recovery_request import RecoveryRequest
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import UserLink
from volet_service.domain.errors import NotFound


@dataclass(frozen=True)
class FoundRecovery:
    """The user whose slot in force has that key, and the links of their chain."""

    user: str
    links: Sequence[UserLink]


def find_recovery(request: RecoveryRequest, hub: str, uow: UnitOfWork, /) -> FoundRecovery:
    """Return the chain; raise `NotFound` alike for a key of nobody and for one that another has replaced."""
    request.check(hub, uow.now_ms)
    for user in uow.users.naming_key(request.sign):
        chain = uow.users.user(user)
        # A replaced phrase may lie anywhere: it is told nothing of what became of the account.
        if not chain.closed and chain.settled(uow.now_ms).recovery.sign == request.sign:
            return FoundRecovery(user, uow.users.links(user))
    raise NotFound
