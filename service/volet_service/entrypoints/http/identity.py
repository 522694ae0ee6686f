"""Who calls: the dependency that turns `Authorization: Volet <token>` into a `Caller`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from volet_service.application.callers import Caller
from volet_service.application.find_session import LastSeen, find_session
from volet_service.application.ports import Hub
from volet_service.domain.errors import Invalid
from volet_service.domain.logins import LoginRefusal, login_refused

_SCHEME = "Volet "
_MOST_TOKEN = 64


def the_hub(request: Request) -> Hub:
    """Return the hub that `create_app` was given: it stands in the application's state."""
    hub: Hub = request.app.state.hub
    return hub


async def identify_caller(request: Request) -> Caller:
    """Return the caller of a request; raise `Unauthenticated`."""
    hub = the_hub(request)
    last_seen: LastSeen = request.app.state.last_seen
    header = request.headers.get("authorization", "")
    token = header.removeprefix(_SCHEME)
    if token == header or not 0 < len(token) <= _MOST_TOKEN:
        raise login_refused(LoginRefusal.NO_SESSION, "session")
    now_ms = hub.clock.now_ms()
    return await find_session(token, last_seen, now_ms, hub.sessions, hub.limits.step_up_ms)


CallerDependency = Annotated[Caller, Depends(identify_caller)]
HubDependency = Annotated[Hub, Depends(the_hub)]


async def verified_size(
    hub: HubDependency, since: Annotated[int | None, Header(alias="Volet-Tree-Size", ge=0)] = None
) -> int | None:
    """Return the size of the newest checkpoint that the caller verified: the receipt proves that its own extends it.

    Judged before anything is written: a refusal after the commit would say that nothing was stored.
    """
    if since is not None and since > hub.log.size:
        raise Invalid("a tree larger than the log")
    return since


TreeSize = Annotated[int | None, Depends(verified_size)]
