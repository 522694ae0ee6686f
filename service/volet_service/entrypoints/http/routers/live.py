"""Live hints: a ticket over HTTPS, and the socket that it opens (docs/spec/live.md).

The socket says that something moved, never what it holds; whoever hears it asks the routes, which decide as always.
The ticket travels as a subprotocol, because browsers send no other header of ours, and addresses end up in logs.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, WebSocket, WebSocketDisconnect

from volet_protocol.encodings import to_base64url
from volet_service.application.callers import Caller
from volet_service.application.find_session import LastSeen
from volet_service.application.live_board import LiveBoard
from volet_service.application.live_outlet import Cut, Outlet
from volet_service.application.live_tickets import LiveTickets
from volet_service.application.ports import Hub
from volet_service.domain.errors import Denied, Refusal, Unauthenticated
from volet_service.domain.logins import session_alive
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency
from volet_service.entrypoints.http.problems import answer
from volet_service.entrypoints.http.schemas import Strict

router = APIRouter(prefix="/v1", tags=["live"])

SUBPROTOCOL: Final = "volet-live-1"
_TICKET: Final = "ticket."
# Whoever does not even take the close frame is left to the kernel.
_GOODBYE_S = 1.0

Known = Annotated[str | None, Query(max_length=64)]


class TicketAnswer(Strict):
    """A ticket, shown this once."""

    ticket: str
    expires_ms: int


@router.post("/live/tickets", status_code=201)
async def ticket(caller: CallerDependency, request: Request, hub: HubDependency) -> TicketAnswer:
    """Give a ticket for one socket of the caller's session."""
    tickets: LiveTickets = request.app.state.live_tickets
    drawn = to_base64url(hub.random(32))
    return TicketAnswer(ticket=drawn, expires_ms=tickets.give(drawn, caller, hub.clock.now_ms()))


@router.websocket("/live")
async def live(websocket: WebSocket, resume: Known = None, after: Known = None) -> None:
    """Tell of what moves, until either end leaves or the session ends."""
    board: LiveBoard = websocket.app.state.live
    try:
        outlet = await _admit(websocket, board)
    except Refusal as refusal:
        await websocket.send_denial_response(answer(refusal))
        return
    try:
        await websocket.accept(SUBPROTOCOL)
        board.join(outlet, resume, after)
        await _serve(websocket, outlet, board)
    finally:
        board.leave(outlet)


async def _admit(websocket: WebSocket, board: LiveBoard) -> Outlet:
    """Return the outlet of whoever brings a ticket; raise a refusal, the ticket being used up all the same."""
    hub: Hub = websocket.app.state.hub
    tickets: LiveTickets = websocket.app.state.live_tickets
    offered = websocket.scope["subprotocols"]
    brought = next((one.removeprefix(_TICKET) for one in offered if one.startswith(_TICKET)), "")
    caller = tickets.take(brought, hub.clock.now_ms())
    # Browsers always say which page asks, and no page can change it; other programs send none.
    if websocket.headers.get("origin", hub.origin) != hub.origin or SUBPROTOCOL not in offered:
        raise Denied("a page of another origin")
    return await _outlet(websocket, caller, hub, board)


async def _outlet(websocket: WebSocket, caller: Caller, hub: Hub, board: LiveBoard) -> Outlet:
    """Return the outlet of a session that goes on; raise `Unauthenticated`, `TooManyRequests`."""
    last_seen: LastSeen = websocket.app.state.last_seen
    expires_ms = created_ms = 0

    def is_alive() -> bool:
        # Listening is no use of a session: a page that nobody touches ends with it.
        return session_alive(last_seen.last(caller.token_hash, created_ms), expires_ms, hub.clock.now_ms())

    address = websocket.client.host if websocket.client else ""
    outlet = Outlet(to_base64url(hub.random(12)), caller, address, board.limits.waiting, is_alive)
    # In this order: a session that ends from here on cuts the outlet, one that ended before is not found.
    board.open(outlet)
    try:
        session = await hub.sessions.find(caller.token_hash)
    except Refusal:
        board.leave(outlet)
        raise
    if session is not None:
        created_ms, expires_ms = session.created_ms, session.expires_ms
    if outlet.cut is not None or not is_alive():
        board.leave(outlet)
        raise Unauthenticated("session")
    return outlet


async def _serve(websocket: WebSocket, outlet: Outlet, board: LiveBoard) -> None:
    tasks = [
        asyncio.create_task(one)
        for one in (_send(websocket, outlet), _hear(websocket, outlet), _beat(outlet, board), outlet.ended())
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if outlet.cut is not None:
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(_GOODBYE_S):
                await websocket.close(outlet.cut.value, outlet.cut.name.lower())


async def _send(websocket: WebSocket, outlet: Outlet) -> None:
    while (message := await outlet.next()) is not None:
        await websocket.send_text(message)


async def _hear(websocket: WebSocket, outlet: Outlet) -> None:
    """Wait for the other end to leave."""
    message = await websocket.receive()
    if message["type"] == "websocket.receive":
        outlet.end(Cut.SPOKE)


async def _beat(outlet: Outlet, board: LiveBoard) -> None:
    while True:
        await asyncio.sleep(board.limits.beat_ms / 1000)
        board.beat(outlet)
