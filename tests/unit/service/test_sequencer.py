"""The sequencer: order, failure, bounds. Its writer is a fake at the port, which breaks where a test says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from volet_service.adapters.sequencer import Sequencer
from volet_service.application.ports import UnitOfWork, Work
from volet_service.domain.errors import LogUnavailable, NotFound, Overloaded, StorageFull


class Journal:
    """A store of numbers: `committed` is its disk, `pending` its transaction."""

    def __init__(self, faults: set[int] = frozenset()) -> None:  # type: ignore[assignment]  # never changed
        self.committed: list[int] = []
        self.pending: list[int] = []
        self.faults = set(faults)
        self.commits = 0
        self.loads = 0
        self.closed = False
        self.begun = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def load(self) -> None:
        self.loads += 1

    def begin(self) -> None:
        self.begun.set()
        self.gate.wait(10)
        self.pending = []

    def run(self, work: Work[Any]) -> Callable[[], Any]:
        before = len(self.pending)
        try:
            value = work(cast("UnitOfWork", self))
        except NotFound as error:
            del self.pending[before:]
            raised = error

            def refuse() -> None:
                raise raised

            return refuse
        return lambda: value

    def commit(self) -> None:
        self.commits += 1
        if self.commits in self.faults:
            raise StorageFull
        self.committed += self.pending

    def abort(self) -> None:
        self.pending = []
        self.load()

    def close(self) -> None:
        self.closed = True


def put(number: int) -> Callable[[Any], int]:
    def work(journal: Any, /) -> int:  # noqa: ANN401 -- the journal stands where a unit of work does
        journal.pending.append(number)
        return number

    return work


@contextmanager
def sequencer(journal: Journal, bound: int = 64) -> Iterator[Sequencer]:
    made = Sequencer(journal, bound)
    made.start()
    try:
        yield made
    finally:
        journal.gate.set()
        made.stop()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=40), st.sets(st.integers(1, 8)))
def test_what_is_acknowledged_is_on_the_disk_in_order_and_nothing_else_is(numbers: list[int], faults: set[int]) -> None:
    journal = Journal(faults)
    with sequencer(journal) as running:
        futures = [running.submit(put(number)) for number in numbers]
        acknowledged = [future.result() for future in futures if future.exception(10) is None]
    assert acknowledged == journal.committed
    assert journal.closed


def test_a_failed_commit_fails_the_whole_batch_and_reads_the_disk_again() -> None:
    journal = Journal({1})
    journal.gate.clear()
    with sequencer(journal) as running:
        first = running.submit(put(1))
        journal.gate.set()
        assert isinstance(first.exception(10), StorageFull)
        assert running.submit(put(2)).result(10) == 2
    assert (journal.committed, journal.loads) == ([2], 2)


def test_a_refusal_concerns_one_use_case_alone() -> None:
    def refuse(_journal: Any, /) -> None:  # noqa: ANN401 -- as in `put`
        raise NotFound

    journal = Journal()
    journal.gate.clear()
    with sequencer(journal) as running:
        futures = [running.submit(work) for work in (put(1), refuse, put(2))]
        journal.gate.set()
        assert isinstance(futures[1].exception(10), NotFound)
    assert journal.committed == [1, 2]


def test_a_full_queue_refuses_at_once_instead_of_growing() -> None:
    journal = Journal()
    journal.gate.clear()
    with sequencer(journal, bound=2) as running:
        running.submit(put(0))
        with pytest.raises(Overloaded):
            fill(running)


def fill(running: Sequencer) -> None:
    for number in range(8):
        running.submit(put(number))


def test_a_bug_in_the_store_is_answered_as_unavailable() -> None:
    class Broken(Journal):
        def commit(self) -> None:
            raise ZeroDivisionError

    with sequencer(Broken()) as running:
        assert isinstance(running.submit(put(1)).exception(10), LogUnavailable)


def test_a_caller_who_went_away_is_not_served() -> None:
    journal = Journal()
    journal.gate.clear()
    with sequencer(journal) as running:
        running.submit(put(0))
        gone = running.submit(put(1))
        assert gone.cancel()
        journal.gate.set()
        assert running.submit(put(2)).result(10) == 2
    assert journal.committed == [0, 2]


def test_callers_of_one_loop_are_answered_each_with_what_is_theirs() -> None:
    def refuse(_journal: Any, /) -> None:  # noqa: ANN401 -- as in `put`
        raise NotFound

    async def ask(running: Sequencer) -> list[object]:
        works: list[Work[Any]] = [put(1), refuse, put(2)]
        told: list[object] = await asyncio.gather(*map(running.write, works), return_exceptions=True)
        return told

    journal = Journal()
    with sequencer(journal) as running:
        first, refused, last = asyncio.run(ask(running))
    assert (first, last, type(refused)) == (1, 2, NotFound)
    assert journal.committed == [1, 2]


def test_a_failed_commit_is_told_to_every_caller_of_a_loop_and_a_full_queue_at_once() -> None:
    async def ask(running: Sequencer) -> list[object]:
        first = asyncio.create_task(running.write(put(1)))
        await asyncio.to_thread(journal.begun.wait, 10)
        waiting = [asyncio.create_task(running.write(put(number))) for number in (2, 3, 4)]
        await asyncio.sleep(0)
        journal.gate.set()
        return await asyncio.gather(first, *waiting, return_exceptions=True)

    journal = Journal({1})
    journal.gate.clear()
    with sequencer(journal, bound=2) as running:
        told = asyncio.run(ask(running))
    assert [type(one) for one in told] == [StorageFull, int, int, Overloaded]
    assert journal.committed == [2, 3]


def test_a_caller_of_a_loop_who_went_away_is_not_served() -> None:
    async def ask(running: Sequencer) -> int:
        first = asyncio.create_task(running.write(put(0)))
        await asyncio.to_thread(journal.begun.wait, 10)
        gone, last = (asyncio.create_task(running.write(put(number))) for number in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        journal.gate.set()
        await first
        return await last

    journal = Journal()
    journal.gate.clear()
    with sequencer(journal) as running:
        assert asyncio.run(ask(running)) == 2
    assert journal.committed == [0, 2]


def test_a_loop_that_ended_before_its_answer_does_not_end_the_sequencer() -> None:
    journal = Journal()
    journal.gate.clear()
    with sequencer(journal) as running:
        loop = asyncio.new_event_loop()
        task = loop.create_task(running.write(put(1)))
        loop.run_until_complete(asyncio.sleep(0))
        assert journal.begun.wait(10)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # its end is the point of this test
        loop.close()
        journal.gate.set()
        assert running.submit(put(2)).result(10) == 2
    assert journal.committed == [1, 2]
