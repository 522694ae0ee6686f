"""Plain ASGI middleware: bound on request bodies, request id, access log without personal data.

The framework's own middleware class costs half the throughput. The log names routes by their template: a path holds
ids of users and cases, which belong in the access log of `volet_protocol.leaf`, not in a text file.
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from starlette.exceptions import HTTPException

from volet_service.application.ports import Policy
from volet_service.domain.errors import Internal, Invalid, TooLarge
from volet_service.entrypoints.http.problems import answer

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("volet.access")


class _TooLong(HTTPException):
    """The body passed the bound while it was read. The framework passes on nothing else that a middleware raises."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyLimit:
    """Refuse a body above `limit` bytes, announced or not, before a handler holds it."""

    def __init__(self, app: App, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = _header(scope, b"content-length")
        if announced and not (announced.isdigit() and announced.isascii()):
            await answer(Invalid("content-length"))(scope, receive, send)
            return
        if announced and int(announced) > self._limit:
            await answer(TooLarge("request"))(scope, receive, send)
            return
        received, started = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise _TooLong
            return message

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, sending)
        except _TooLong:
            if not started:
                await answer(TooLarge("request"))(scope, receive, send)


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
