"""Finish the browser's part of a login: exchange the code, verify the ID token, keep it for the client that waits.

Nobody is logged in by this: the session opens only when the device signs the challenge (`open_session`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from volet_service.application.ports import Hub, UnitOfWork
from volet_service.application.records import Login
from volet_service.domain.errors import NotFound, Refusal
from volet_service.domain.logins import LoginRefusal, check_running, login_refused


async def finish_callback(answer: Mapping[str, str], hub: Hub) -> str:
    """Take the provider's answer (its query parameters); return the user id whose login it finished.

    Raises `Refusal`: wrong-state, already-used, expired, denied-by-person, or what `IdentityProvider.exchange` raises.
    A refused answer ends the login: an authorization response is not tried twice.
    """
    login = await hub.store.read(lambda uow, /: _waiting(uow, answer.get("state", ""), hub.clock.now_ms()))
    try:
        identified = await hub.identity.exchange(login, answer)
    except Refusal as refusal:
        reason = str(refusal.members.get("reason", refusal.problem.value))
        await hub.store.write(lambda uow, /: _finish(uow, replace(login, failure=reason)))
        raise
    await hub.store.write(lambda uow, /: _finish(uow, replace(login, id_token=identified.id_token)))
    return login.user


async def look_at_login(login: str, hub: Hub) -> Login:
    """Return a login for the client that holds its id; raise `NotFound`, or the refusal that ended it."""

    def find(uow: UnitOfWork, /) -> Login:
        found = uow.sessions.login(login)
        if found is None:
            raise NotFound
        return found

    found = await hub.store.read(find)
    if found.failure is not None:
        raise login_refused(LoginRefusal(found.failure), "login")
    check_running(found.created_ms, found.used_ms, hub.clock.now_ms())
    return found


def _waiting(uow: UnitOfWork, state: str, now_ms: int) -> Login:
    login = uow.sessions.login_of_state(state) if state else None
    if login is None:
        raise login_refused(LoginRefusal.WRONG_STATE, "answer of the identity provider")
    if login.id_token is not None or login.failure is not None:
        raise login_refused(LoginRefusal.ALREADY_USED, "answer of the identity provider")
    check_running(login.created_ms, login.used_ms, now_ms)
    return login


def _finish(uow: UnitOfWork, finished: Login) -> None:
    # Two answers may have raced to the provider; the first one stays.
    _waiting(uow, finished.state, uow.now_ms)
    uow.sessions.update_login(finished)
