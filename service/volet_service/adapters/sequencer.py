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
from typing import Any, Protocol, TypeVar

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
    __slots__ = ("answer", "future", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()
        self.answer: Callable[[], Any] | None = None


class Sequencer:
    """Owns the writer's thread. `submit` from any thread; `Overloaded` when `bound` jobs wait."""

    def __init__(self, writer: BatchWriter, bound: int) -> None:
        self._writer = writer
        self._jobs: queue.Queue[_Job | None] = queue.Queue(bound)
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
        return await asyncio.wrap_future(self.submit(work))

    async def read(self, work: Work[T]) -> T:
        """Run a use case that decides and writes nothing: in the same thread, for the same reason."""
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Work[T]) -> Future[T]:
        """Queue a use case."""
        if self._halted:
            raise LogUnavailable("the log is halted")
        job = _Job(work)
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Overloaded("the queue is full") from None
        return job.future

    def _loop(self) -> None:
        ended = False
        while not ended:
            job = self._jobs.get()
            batch: list[_Job] = []
            while job is not None:
                # A caller who went away is not served: nothing of theirs is in the batch.
                if job.future.set_running_or_notify_cancel():
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
            return
        for job in batch:
            _settle(job)

    def _fail(self, batch: list[_Job], error: Refusal) -> None:
        self._broken = True
        try:
            self._writer.abort()
            self._broken = False
        except Exception as broken:  # noqa: BLE001 -- the thread must outlive a broken disk
            # Tried again before the next batch; until then nothing is answered but 503.
            _log.error("the disk could not be read again (%s)", type(broken).__name__)
        for job in batch:
            job.future.set_exception(error)


def _settle(job: _Job) -> None:
    try:
        job.future.set_result(job.answer() if job.answer else None)
    except Exception as error:  # noqa: BLE001 -- a refusal or a bug of this use case; its caller translates it
        job.future.set_exception(error)
