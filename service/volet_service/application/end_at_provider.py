"""End the sessions of somebody who logged out at their identity provider (back-channel logout)."""

from __future__ import annotations

from collections.abc import Sequence

from volet_protocol.capacities import subject_chain
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.login_ports import LoggedOut
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def end_at_provider(who: LoggedOut, uow: UnitOfWork, /) -> Sequence[str]:
    """End each session, begun before the token was made, of every account of a subject; return their token hashes.

    A leaf for each account that had one. A subject who is not known here ends nothing, and is told nothing else: the
    provider need not know who has an account.
    """
    ended: list[str] = []
    for user in uow.users.of_subject(subject_chain(who.iss, who.sub)):
        mine = [one for one in uow.sessions.of_user(user) if one.created_ms < who.before_ms]
        for one in mine:
            uow.sessions.remove(user, one.token_hash)
        for device in sorted({one.device for one in mine}):
            uow.log.append(LeafContent(ViewPayload("logout", uow.now_ms), IdentityPayload(user=user, device=device)))
        ended.extend(one.token_hash for one in mine)
    return ended
