"""One socket's side of the live hints: what waits for it, bounded, and why it was cut.

Nothing here waits for the socket: whoever tells does not know whether anybody reads.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from enum import Enum

from volet_protocol.canonical import JsonObject
from volet_service.application.callers import Caller
from volet_service.application.live_hints import Watcher


class Cut(Enum):
    """Why the hub ends a socket: codes of the close frame, above 4000 as the standard leaves them to applications."""

    ENDED = 4401
    """The session ended, or its device was revoked."""
    SPOKE = 4400
    """A client says nothing on this socket."""
    RESYNC = 4408
    """Hints were lost: too many waited, or the hub could not tell. Read everything again, then listen again."""


class Outlet:
    """Messages for one socket, at most `most` of them. One event loop's."""

    def __init__(self, id_: str, caller: Caller, address: str, most: int, alive: Callable[[], bool]) -> None:
        self.id = id_
        self.caller = caller
        self.address = address
        self.standing: frozenset[str] = frozenset()
        # They left a case while they listened: only who reads everything again finds that out for sure.
        self.has_left = False
        self.cut: Cut | None = None
        self._most = most
        self._alive = alive
        self._waiting: deque[str] = deque()
        self._woken = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def watcher(self) -> Watcher:
        """Who listens here."""
        return Watcher(self.caller, self.standing)

    def put(self, message: JsonObject) -> None:
        """Let a message wait; cut the socket of who does not keep up, and of who has no session any more."""
        if self.cut is not None:
            return
        if not self._alive():
            self.end(Cut.ENDED)
        elif len(self._waiting) >= self._most:
            self.end(Cut.RESYNC)
        else:
            self._waiting.append(json.dumps(message, separators=(",", ":")))
            self._woken.set()

    def end(self, why: Cut) -> None:
        """Cut the socket: nothing that waits is sent any more."""
        if self.cut is None:
            self.cut = why
            self._waiting.clear()
            self._woken.set()
            self._ended.set()

    async def next(self) -> str | None:
        """Wait for the next message; None once the socket is cut."""
        while not self._waiting and self.cut is None:
            self._woken.clear()
            await self._woken.wait()
        return self._waiting.popleft() if self.cut is None else None

    async def ended(self) -> None:
        """Wait until the socket is cut, also while a message is on its way to who does not read."""
        await self._ended.wait()
