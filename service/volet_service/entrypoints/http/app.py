"""The application: routes, middleware, translation of refusals. Built from a `Hub`, which bootstrap makes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from volet_service.application.device_joins import DeviceJoins
from volet_service.application.find_session import LastSeen
from volet_service.application.hold_tries import HoldTries
from volet_service.application.live_board import LiveBoard
from volet_service.application.live_tickets import LiveTickets
from volet_service.application.login_starts import LoginStarts
from volet_service.application.ports import Hub
from volet_service.application.search_bound import SearchBound
from volet_service.entrypoints.http import problems
from volet_service.entrypoints.http.middleware import AccessLog, BodyLimit, RulesInForce
from volet_service.entrypoints.http.routers import (
    cases,
    directory,
    emergencies,
    entries,
    exchanges,
    health,
    holds,
    invitations,
    joins,
    live,
    log,
    logins,
    policy,
    releases,
    users,
    web,
)
from volet_service.entrypoints.http.web import WebClient

ROUTERS = (
    logins, joins, holds, users, cases, emergencies, entries, releases, exchanges, invitations, log, policy, directory,
    live, web, health,
)  # fmt: skip
VERSION = "0.1.0"


def create_app(hub: Hub, stop: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the ASGI application. `stop` gives everything back when it ends."""
    app = FastAPI(
        title="Volet", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(stop)
    )
    app.state.hub = hub
    app.state.last_seen = LastSeen(hub.clock.now_ms())
    app.state.login_starts = LoginStarts()
    app.state.hold_tries = HoldTries()
    app.state.device_joins = DeviceJoins()
    app.state.directory_searches = SearchBound()
    app.state.live = LiveBoard(hub.store, hub.policy, hub.limits.live, hub.random)
    app.state.live_tickets = LiveTickets(hub.limits.live.in_all)
    hub.listen(app.state.live)
    for module in ROUTERS:
        app.include_router(module.router)
    problems.install(app)
    app.add_middleware(BodyLimit, limit=hub.limits.request, held=hub.limits.held)
    app.add_middleware(RulesInForce, policy=hub.policy)
    app.add_middleware(WebClient, files=None if hub.web is None else hub.web.files, origin=hub.origin)
    app.add_middleware(AccessLog)
    return app


def _lifespan(stop: Callable[[], None]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        stop()

    return lifespan
