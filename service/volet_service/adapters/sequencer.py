"""Queue, batches and futures in front of the one writer (docs/architecture.md; log formats section 5).

Every use case that writes or decides is a function run here, one after the other, in one thread, so that nothing it
decided is stale when it commits: no release stands above the index of a revocation that covers it. Batches form while
the previous commit runs (no linger). Two kinds of failure: a refusal concerns one use case; anything that breaks the
batch fails all of it, drops what is in memory, and reads the disk again, because a commit's outcome may be unknown.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NoReturn, Protocol, TypeVar

from volet_service.application.ports import Work
from volet_service.domain.errors import LogUnavailable, Overloaded, Refusal, Unavailable

T = TypeVar("T")
MOST_IN_BATCH = 256
_log = logging.getLogger("volet.sequencer")


class BatchWriter(Protocol):
    """What the store gives to the sequencer."""

    def load(self) -> None:
        """Read the committed state."""
        ...

    def begin(self) -> None:
        """Start a batch."""
        ...

    def run(self, work: Work[Any]) -> Callable[[], Any]:
        """Run one use case; return how to answer after the commit."""
        ...

    def commit(self) -> None:
        """Make the batch durable, then visible."""
        ...

    def abort(self) -> None:
        """Drop the batch and what is in memory."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class _Job:
    """A use case and who waits for it: a future of a loop, or (`loop` is None) one of threads."""

    __slots__ = ("answer", "future", "loop", "work")

    def __init__(
        self, work: Work[Any], future: asyncio.Future[Any] | Future[Any], loop: asyncio.AbstractEventLoop | None
    ) -> None:
        self.work = work
        self.future = future
        self.loop = loop
        self.answer: Callable[[], Any] = _nothing

    def is_wanted(self) -> bool:
        """Tell whether somebody still waits for it; a future of threads cannot be cancelled from now on."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()

    def settle(self) -> None:
        """Answer, in the thread that its future belongs to."""
        if self.future.cancelled():
            return
        try:
            self.future.set_result(self.answer())
        except Exception as error:  # noqa: BLE001 -- a refusal or a bug of this use case; its caller translates it
            self.future.set_exception(error)


class Sequencer:
    """Owns the writer's thread. `submit` from any thread; `Overloaded` when `bound` jobs wait."""

    def __init__(self, writer: BatchWriter, bound: int) -> None:
        self._writer = writer
        self._bound = bound
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        # Between looking at the queue's length and adding to it.
        self._adding = threading.Lock()
        self._thread = threading.Thread(target=self._loop, name="volet-sequencer", daemon=True)
        self._broken = False
        self._halted = ""

    @property
    def ready(self) -> bool:
        """Tell whether the thread runs and its state is the disk's."""
        return self._thread.is_alive() and not self._broken and not self._halted

    def halt(self, why: str) -> None:
        """Take nothing any more: going on would sign a second history. Only a restart, which checks, ends it."""
        if not self._halted:
            _log.critical("the log is halted: %s", why)
        self._halted = why

    def start(self) -> None:
        """Read the committed state and start the thread; raises what the store raises."""
        self._writer.load()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        self._jobs.put(None)
        self._thread.join()

    async def write(self, work: Work[T]) -> T:
        """Run a use case in the next batch; return after its commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._add(_Job(work, future, loop))
        return await future

    async def read(self, work: Work[T]) -> T:
        """Run a use case that decides and writes nothing: in the same thread, for the same reason."""
        return await self.write(work)

    def submit(self, work: Work[T]) -> Future[T]:
        """Queue a use case, for a thread that waits by itself."""
        future: Future[T] = Future()
        self._add(_Job(work, future, None))
        return future

    def _add(self, job: _Job) -> None:
        if self._halted:
            raise LogUnavailable("the log is halted")
        with self._adding:
            if self._jobs.qsize() >= self._bound:
                raise Overloaded("the queue is full")
            self._jobs.put(job)

    def _loop(self) -> None:
        ended = False
        while not ended:
            job = self._jobs.get()
            batch: list[_Job] = []
            while job is not None:
                # A caller who went away is not served: nothing of theirs is in the batch.
                if job.is_wanted():
                    batch.append(job)
                if len(batch) >= MOST_IN_BATCH:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            ended = job is None
            if batch:
                self._run(batch)
        self._writer.close()

    def _run(self, batch: list[_Job]) -> None:
        try:
            if self._broken:
                self._writer.abort()
                self._broken = False
            self._writer.begin()
            for job in batch:
                job.answer = self._writer.run(job.work)
            self._writer.commit()
        except Exception as error:  # noqa: BLE001 -- whatever broke the batch, all of it is answered and re-read
            # Without its message, which may repeat what was in the request.
            _log.error("batch failed (%s), reading the disk again", type(error).__name__)
            self._fail(
                batch, error if isinstance(error, Unavailable) else LogUnavailable("the log could not be written")
            )
        _settle(batch)

    def _fail(self, batch: list[_Job], error: Refusal) -> None:
        self._broken = True
        try:
            self._writer.abort()
            self._broken = False
        except Exception as broken:  # noqa: BLE001 -- the thread must outlive a broken disk
            # Tried again before the next batch; until then nothing is answered but 503.
            _log.error("the disk could not be read again (%s)", type(broken).__name__)

        def unavailable() -> NoReturn:
            raise error

        for job in batch:
            job.answer = unavailable


def _nothing() -> None:
    """Answer nothing: what a job says before it ran."""


def _settle(batch: list[_Job]) -> None:
    """Answer the whole batch, each loop woken once."""
    waiting: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        if job.loop is None:
            job.settle()
        else:
            waiting.setdefault(job.loop, []).append(job)
    for loop, jobs in waiting.items():
        # A loop that was closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_here, jobs)


def _settle_here(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()
