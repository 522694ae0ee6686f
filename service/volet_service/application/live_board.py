"""Hints on their way: from each committed batch to the sockets of those whom it concerns (docs/spec/live.md).

One task of the event loop does everything in one order: batches, and sockets that join. So a socket that joins after
batch n is told of n by its cursor and of n + 1 as everybody is: no gap, no duplicate. Who is told is asked of the store
(`live_hints`), once for all sockets and for all batches that came meanwhile.

A cursor is drawn at random for each batch, and kept for the last ones: it counts nothing that somebody may not know of.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_service.application.live_hints import Watcher, standing_of, who_is_told
from volet_service.application.live_outlet import Cut, Outlet
from volet_service.application.live_ports import Change, LiveLimits, Moved
from volet_service.application.ports import Policy, Store
from volet_service.domain.errors import TooManyRequests

_log = logging.getLogger("volet.live")
_MOST_LEFT = 10_000


class _Batch(NamedTuple):
    cursor: str
    changes: tuple[Change, ...]


class _Joins(NamedTuple):
    outlet: Outlet
    resume: str
    cursor: str | None


class LiveBoard:
    """The sockets of one process. `committed` from any thread, everything else in the event loop."""

    def __init__(self, store: Store, policy: Policy, limits: LiveLimits, random: Callable[[int], bytes]) -> None:
        self.limits = limits
        self._store = store
        self._policy = policy
        self._random = random
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._todo: deque[_Batch | _Joins] = deque()
        self._cursor = self._draw()
        # What moved after the cursor of one of these is in the later ones.
        self._kept = deque([_Batch(self._cursor, ())], maxlen=limits.kept)
        self._outlets: set[Outlet] = set()
        self._joined: set[Outlet] = set()
        # Who stood where when their socket ended: without it, nobody could be told that they left a case meanwhile.
        self._left: OrderedDict[str, Watcher] = OrderedDict()

    def committed(self, changes: Sequence[Change]) -> None:
        """Take what a batch moved. Before the first socket nobody holds a cursor: nothing is kept."""
        if changes and self._loop is not None:
            # A loop that was closed has nobody left who listens.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._arrived, tuple(changes))

    def open(self, outlet: Outlet) -> None:
        """Make room for a socket, which is cut from now on; raise `TooManyRequests` beyond a bound."""
        self._loop = asyncio.get_running_loop()
        of_user = sum(one.caller.user == outlet.caller.user for one in self._outlets)
        of_address = sum(one.address == outlet.address for one in self._outlets)
        bounds = self.limits
        if of_user >= bounds.per_user or of_address >= bounds.per_address or len(self._outlets) >= bounds.in_all:
            raise TooManyRequests("live connections")
        self._outlets.add(outlet)

    def join(self, outlet: Outlet, resume: str | None, cursor: str | None) -> None:
        """Tell a socket what moved since another one, ended, heard the cursor; then what moves."""
        self._add(_Joins(outlet, resume or "", cursor))

    def leave(self, outlet: Outlet) -> None:
        """Forget a socket; its session may resume at its cursor."""
        self._outlets.discard(outlet)
        if outlet in self._joined:
            self._joined.discard(outlet)
            if not outlet.has_left:
                self._left[outlet.id] = outlet.watcher
            while len(self._left) > _MOST_LEFT:
                self._left.popitem(last=False)

    def beat(self, outlet: Outlet) -> None:
        """Let a socket know that both ends are there, and how far it has heard."""
        heard: JsonObject = {"at": self._cursor} if not self._todo else {}
        if outlet in self._joined:
            outlet.put({"type": "beat", **heard})

    def _arrived(self, changes: tuple[Change, ...]) -> None:
        # Rights that end do not wait for the store.
        ended = {change for change in changes if change.moved in {Moved.SESSION, Moved.DEVICE}}
        for outlet in self._outlets if ended else ():
            caller = outlet.caller
            own = {
                Change(Moved.SESSION, caller.user, caller.token_hash),
                Change(Moved.DEVICE, caller.user, caller.device),
            }
            if ended & own:
                outlet.end(Cut.ENDED)
        self._add(_Batch(self._draw(), tuple(change for change in changes if change not in ended)))

    def _add(self, job: _Batch | _Joins) -> None:
        self._todo.append(job)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._todo:
            try:
                if isinstance(self._todo[0], _Joins):
                    await self._join(self._todo[0])
                    self._todo.popleft()
                else:
                    await self._tell()
            except Exception as error:  # noqa: BLE001 -- whatever it is: who listens would miss what could not be asked
                _log.error("hints were lost (%s)", type(error).__name__)
                self._lost()

    async def _tell(self) -> None:
        """Tell everybody of the batches in front."""
        batches: list[_Batch] = []
        for one in self._todo:
            if isinstance(one, _Joins):
                break
            batches.append(one)
        changes = [change for batch in batches for change in batch.changes]
        outlets = list(self._joined)
        watchers = [outlet.watcher for outlet in outlets]
        told = await self._store.read(partial(who_is_told, changes, watchers, self._policy)) if watchers else []
        for batch in batches:
            self._todo.popleft()
            self._kept.append(batch)
        self._cursor = batches[-1].cursor
        refresh = any(change.moved is Moved.RULES for change in changes)
        for outlet, news in zip(outlets, told, strict=True):
            outlet.has_left |= not outlet.standing <= news.standing
            outlet.standing = news.standing
            if refresh:
                outlet.put({"type": "refresh", "at": self._cursor})
            else:
                self._put(outlet, news.hints)

    async def _join(self, job: _Joins) -> None:
        outlet = job.outlet
        if outlet.cut is not None or outlet not in self._outlets:
            return
        missed = self._missed(job)
        at, resumed = self._cursor, missed is not None
        hints: Sequence[tuple[str, str]] = ()
        if missed is None:
            outlet.standing = await self._store.read(partial(standing_of, outlet.caller, self._policy))
        else:
            before = self._left.pop(job.resume)
            told = await self._store.read(partial(who_is_told, missed, [before], self._policy))
            hints, outlet.standing = told[0].hints, told[0].standing
            outlet.has_left = not before.standing <= outlet.standing
            # What it heard so far: the cursor moves with the last of what it missed.
            at = job.cursor or at
        if outlet in self._outlets:
            self._joined.add(outlet)
            beat_ms = self.limits.beat_ms
            outlet.put({"type": "hello", "resume": outlet.id, "resumed": resumed, "at": at, "beat_ms": beat_ms})
            self._put(outlet, hints)

    def _missed(self, job: _Joins) -> list[Change] | None:
        """Return what moved since a socket of the same session ended; None where it has to read everything again."""
        before = self._left.get(job.resume)
        if before is None or before.caller != job.outlet.caller:
            return None
        missed = self._since(job.cursor)
        return None if any(one.moved is Moved.RULES for one in missed or ()) else missed

    def _put(self, outlet: Outlet, hints: Sequence[tuple[str, str]]) -> None:
        for at, (case, class_) in enumerate(hints):
            hint: JsonObject = {"type": "hint", "case": case, "class": class_}
            # What is resumed from a batch is all of it: its cursor comes with its last hint.
            outlet.put({**hint, "at": self._cursor} if at == len(hints) - 1 else hint)

    def _since(self, cursor: str | None) -> list[Change] | None:
        """Return what moved after a cursor; None for one that is not kept."""
        cursors = [batch.cursor for batch in self._kept]
        if cursor not in cursors:
            return None
        later = list(self._kept)[cursors.index(cursor) + 1 :]
        return list(dict.fromkeys(change for batch in later for change in batch.changes))

    def _lost(self) -> None:
        self._todo.clear()
        self._cursor = self._draw()
        self._kept.clear()
        self._kept.append(_Batch(self._cursor, ()))
        for outlet in self._outlets:
            outlet.end(Cut.RESYNC)

    def _draw(self) -> str:
        return to_base64url(self._random(12))
