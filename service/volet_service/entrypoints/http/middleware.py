"""Plain ASGI middleware: bounds on request bodies, request id, access log without personal data.

The framework's own middleware class costs half the throughput. The log names routes by their template: a path holds
ids of users and cases, which belong in the access log of `volet_protocol.leaf`, not in a text file.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NoReturn, TypeAlias

from starlette.exceptions import HTTPException

from volet_service.application.ports import Policy
from volet_service.domain.errors import Internal, Invalid, Refusal, TooLarge
from volet_service.entrypoints.http.problems import answer, of_status

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("volet.access")


# How long the next piece of a body may take. A device that stalls for longer sends again.
BODY_S = 30.0


class _Stopped(HTTPException):
    """A bound was passed while the body was read. The framework passes on nothing else that a middleware raises."""


class BodyLimit:
    """Refuse a body above `limit` bytes, announced or not, before a handler holds it; and what comes too slowly.

    Bodies of all requests together hold at most `held` bytes: the queue behind them counts requests, not bytes, and
    whoever sends many large ones at once would otherwise fill the memory.
    """

    def __init__(self, app: App, limit: int, held: int, wait_s: float = BODY_S) -> None:
        self._app = app
        self.limit = limit
        self.held = held
        self.wait_s = wait_s
        self.holding = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._announced(scope)
        if refused is not None:
            await answer(refused)(scope, receive, send)
            return
        body, started = _Body(self, receive), False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, body.receive, sending)
        except _Stopped as stopped:
            if not started:
                await answer(of_status(stopped.status_code))(scope, receive, send)
        finally:
            body.release()

    def _announced(self, scope: Scope) -> Refusal | None:
        announced = _header(scope, b"content-length")
        if announced and not (announced.isdigit() and announced.isascii()):
            return Invalid("content-length")
        return TooLarge("request") if announced and int(announced) > self.limit else None


class _Body:
    """What was received of one request."""

    def __init__(self, bounds: BodyLimit, receive: Receive) -> None:
        self._bounds = bounds
        self._receive = receive
        self._whole = False
        self.received = 0

    async def receive(self) -> Message:
        """Return the next message; raise `_Stopped` at a bound."""
        if self._whole:
            # What follows a body is the end of the connection: it may take as long as the answer does.
            return await self._receive()
        try:
            async with asyncio.timeout(self._bounds.wait_s):
                message = await self._receive()
        except TimeoutError:
            self._stop(408)
        self._whole = not message.get("more_body", False)
        size = len(message.get("body", b""))
        self.received += size
        self._bounds.holding += size
        if self.received > self._bounds.limit:
            self._stop(413)
        if self._bounds.holding > self._bounds.held:
            self._stop(503)
        return message

    def release(self) -> None:
        """Hold nothing any more."""
        self._bounds.holding -= self.received
        self.received = 0

    def _stop(self, status: int) -> NoReturn:
        # Before the answer: whoever reads it may come at once with little.
        self.release()
        raise _Stopped(status)


class RulesInForce:
    """Every answer names the table in force, so that a client that was open for days decides by the new one at once.

    A hint: the client fetches that table and believes its controllers' signatures, never this header.
    """

    def __init__(self, app: App, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = (b"volet-policy", self._policy.active.hash.encode())
                message["headers"] = [*message.get("headers", ()), named]
            await send(message)

        await self._app(scope, receive, sending)


class AccessLog:
    """One JSON line a request: method, route template, status, milliseconds, random request id. No id of anybody.

    What nobody expected becomes the problem `internal` here, where the request id is known. The line then names type
    and place of the exception; its message and its stack would repeat what was in the request.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log after the answer left."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = os.urandom(8).hex()
        started = time.perf_counter()
        status = 0
        failure: dict[str, str] = {}

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", [])
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it ends here, or the server prints its stack
            failure = {"error": type(error).__name__, "at": _place(error)}
            # Half an answer is not completed: the server then closes the connection, and the client knows.
            if not status:
                await answer(Internal(request_id))(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            line = {
                "request": request_id, "method": scope["method"], "route": route, "status": status,
                "ms": round((time.perf_counter() - started) * 1000, 1), **failure,
            }  # fmt: skip
            _log.info(json.dumps(line, separators=(",", ":")))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log a socket when it ends."""
        started, failure = time.perf_counter(), {}
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 -- as for a request: the server would print its stack
            failure = {"error": type(error).__name__, "at": _place(error)}
        finally:
            line = {
                "method": "SOCKET", "route": getattr(scope.get("route"), "path", "-"),
                "ms": round((time.perf_counter() - started) * 1000, 1), **failure,
            }  # fmt: skip
            _log.info(json.dumps(line, separators=(",", ":")))


def _place(error: Exception) -> str:
    """Return module and line where an exception was raised."""
    found = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        found = f"{frame.f_globals.get('__name__', '?')}:{line}"
    return found


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return ""
