"""A hub's log without the rest of the hub, grown in bulk between measurements, on either database."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text, update

from bench.figures import each_cpu
from support.cases import CaseWorld
from support.databases import CHOICE
from support.entries import identity_of, items_of, request_for, sealed_list, signed, view_of
from support.hub import OpenDoor, make_folder
from volet_protocol import merkle
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.hashing import sha256
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.log_payload import ViewPayload
from volet_protocol.note_keys import NoteSigner
from volet_protocol.places import MAIN
from volet_protocol.release import shares_hash
from volet_protocol.statements import from_json
from volet_service.adapters.clock import SystemClock
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.sequencer import Sequencer
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log import LogAppender
from volet_service.adapters.store.prepared import RowsInto
from volet_service.adapters.store.proof_rows import resolve_plan
from volet_service.adapters.store.unit_of_work import Writer
from volet_service.application.ports import UnitOfWork
from volet_service.bootstrap.hub import build
from volet_service.bootstrap.serve import settle_memory
from volet_service.domain.leaves import LeafContent, by_statement
from volet_service.settings import Settings

_CHUNK = 65_536
_CASES = [sha256(str(number).encode()).hex() for number in range(32)]
_ITEMS = items_of(sealed_list(1))
VIEW = replace(view_of(_ITEMS), class_=None, case_seq=None)
IDENTITY = identity_of(signed(request_for([item.id for item in _ITEMS])), _ITEMS)
# Parsed and hashed before they are queued, as a request is.
_REQUESTS = [
    from_json(signed(replace(request_for([item.id for item in _ITEMS]), case=case)).to_json()) for case in _CASES
]
_ENTRIES = RowsInto(t.log_entry, "idx", "leaf_hash", "leaf")
_NODES = RowsInto(t.log_node, "level", "idx", "hash")
_SHARES = shares_hash(_ITEMS)
_turns = itertools.count()


def append(uow: UnitOfWork, /) -> int:
    """What a release writes to the log: a leaf under its case's next tag, its two payloads composed and sealed."""
    turn = next(_turns) % len(_CASES)
    statement, was = _REQUESTS[turn], VIEW
    view = ViewPayload(
        "release", uow.now_ms, row=was.row, category=was.category, structure=was.structure,
        compartment=was.compartment, level=was.level, part=was.part, entries=was.entries, intent=was.intent,
        purpose=was.purpose, rules=was.rules, policy=was.policy,
    )  # fmt: skip
    who = by_statement(statement, statement.preamble, row=view.row, shares_hash=_SHARES)
    return uow.log.append(LeafContent(view, who, _CASES[turn], "main"))


def add_cases(uow: UnitOfWork, /) -> None:
    assert isinstance(uow.log, LogAppender)
    for case in _CASES:
        uow.log.add_case(case, "main", bytes(32))


@dataclass(frozen=True)
class Waited:
    """Appends a second by the wall clock, what 99 % of them waited at most and what one cost in CPU, in ms."""

    rate: float
    p99: float
    cpu: float


class Log:
    """The log of a hub's folder, on the database of this kind."""

    def __init__(self, folder: Path, kind: str) -> None:
        # For as long as the folder is made: whatever else runs in this process has a database of its own choice.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(CHOICE, kind)
            self.settings = make_folder(folder)
        running = build(self.settings, OpenDoor(), SystemClock())
        self.policy = running.hub.policy
        running.stop()
        # Who asks for a release has the case's chain in memory: it was decided from.
        self._chain = CaseWorld.team().main
        with self.sequencer() as sequencer:
            sequencer.submit(add_cases).result()

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The database as its one writer opens it."""
        engine = open_database(self.settings.store).writer()
        try:
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def sequencer(self) -> Iterator[Sequencer]:
        settings: Settings = self.settings
        sealer = Sealer.of_file(settings.path(settings.payload_key))
        shares = ShareStore(settings.path(settings.shares), Sealer.of_file(settings.path(settings.share_key)))
        # Every checkpoint is kept on another volume before it leaves, as by a hub without witnesses.
        water = HighWater(settings.path(settings.high_water))
        log = LogAppender(self.signer, sealer, os.urandom, water.keep)
        with self.engine() as engine:
            writer = Writer(engine, log, shares, clock=SystemClock(), origin=settings.origin, policies=self.policy)  # type: ignore[arg-type]  # the hub's own
            sequencer = Sequencer(writer, settings.queue_bound)
            sequencer.start()
            for case in _CASES:
                writer.live.cases.keep(f"{case}/{MAIN}", self._chain)
            try:
                yield sequencer
            finally:
                sequencer.stop()
                water.close()

    @property
    def signer(self) -> NoteSigner:
        return read_log_key(self.settings.path(self.settings.log_key))

    def grow(self, size: int) -> None:
        """Fill the tree up to `size` leaves, past everything that a hub does for each: only the tree is true."""
        with self.engine() as engine, engine.connect() as disk:
            if disk.dialect.name == "sqlite":
                # Nobody is told that these leaves are durable.
                disk.connection.cursor().execute("PRAGMA synchronous=OFF")
            with disk.begin():
                head = disk.execute(select(t.log_head)).one()
            packed = head.compact_range
            tree = merkle.CompactRange(head.size, [packed[at : at + 32] for at in range(0, len(packed), 32)])
            leaf = Leaf(LeafType.ACT, head.last_ts_ms, b"\x01" * 32, b"\x02" * 32).to_bytes()
            before, _, after = leaf.partition(b"\x02" * 32)
            for start in range(head.size, size, _CHUNK):
                numbers = range(start, min(start + _CHUNK, size))
                leaves = [before + index.to_bytes(32, "big") + after for index in numbers]
                hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
                nodes = [(*node, root) for hashed in hashes for node, root in tree.append(hashed)]
                with disk.begin():
                    _ENTRIES.write(disk, list(zip(numbers, hashes, leaves, strict=True)))
                    _NODES.write(disk, nodes)
            note = Checkpoint(self.signer.name, tree.size, tree.root()).sign(self.signer).note
            row = {"size": tree.size, "root": tree.root(), "signed_ms": head.last_ts_ms, "note": note}
            with disk.begin():
                disk.execute(insert(t.log_checkpoint), row)
                disk.execute(update(t.log_head).values(size=tree.size, compact_range=b"".join(tree.hashes)))

    def closed_loop(self, callers: int, count: int) -> Waited:
        """Let this many callers append, each the next as soon as it has an answer: as much as the log can take."""

        async def call(sequencer: Sequencer, turns: Iterator[int], waits: list[float]) -> None:
            for _ in turns:
                start = time.perf_counter()
                await sequencer.write(append)
                waits.append(time.perf_counter() - start)

        async def all_of_them(sequencer: Sequencer, waits: list[float]) -> None:
            turns = iter(range(count))
            await asyncio.gather(*(call(sequencer, turns, waits) for _ in range(callers)))

        return self._measured(all_of_them)

    def open_loop(self, rate: int, seconds: float) -> Waited:
        """Let callers come by themselves, `rate` a second on the average, whether or not others are answered.

        What one waits counts from the instant at which it was to come: a late start is part of its wait.
        """
        gaps = random.Random(1)  # noqa: S311 -- arrivals, the same at each run
        dues = list(itertools.accumulate(gaps.expovariate(rate) for _ in range(int(rate * seconds))))

        async def call(sequencer: Sequencer, due: float, waits: list[float]) -> None:
            await sequencer.write(append)
            waits.append(time.perf_counter() - due)

        async def all_of_them(sequencer: Sequencer, waits: list[float]) -> None:
            loop, calls, start = asyncio.get_running_loop(), list[asyncio.Task[None]](), time.perf_counter()

            def come(due: float) -> None:
                calls.append(loop.create_task(call(sequencer, due, waits)))

            # A thread sleeps to the microsecond; the loop's own timers are rounded up to the millisecond.
            def pace() -> None:
                for due in dues:
                    time.sleep(max(0.0, start + due - time.perf_counter()))
                    loop.call_soon_threadsafe(come, start + due)

            await loop.run_in_executor(None, pace)
            await asyncio.gather(*calls)

        return self._measured(all_of_them)

    def _measured(self, run: Callable[[Sequencer, list[float]], Coroutine[Any, Any, None]]) -> Waited:
        waits: list[float] = []
        settle_memory()
        with self.sequencer() as sequencer:
            sequencer.submit(append).result()
            busy, start = time.process_time(), time.perf_counter()
            asyncio.run(run(sequencer, waits))
            took, busy = time.perf_counter() - start, time.process_time() - busy
        return Waited(len(waits) / took, sorted(waits)[len(waits) * 99 // 100] * 1000, busy / len(waits) * 1000)

    def proof(self, rounds: int, times: int) -> float:
        """Return the CPU seconds of one inclusion proof, read from the disk, verified once."""
        engine = open_database(self.settings.store).readers()
        with engine.connect() as connection:
            c = t.log_checkpoint.c
            size, root = connection.execute(select(c.size, c.root).order_by(c.size.desc()).limit(1)).one()
            # Spread over the tree: neighbours would share their nodes in the cache.
            indexes = itertools.cycle([size * step // 97 for step in range(97)])

            def prove() -> Sequence[bytes]:
                return resolve_plan(connection, merkle.inclusion_plan(next(indexes), size), 0)

            leaf = connection.execute(select(t.log_entry.c.leaf_hash).where(t.log_entry.c.idx == 0)).scalar_one()
            assert merkle.verify_inclusion(0, size, leaf, prove(), root)
            took = each_cpu(prove, rounds, times)
        engine.dispose()
        return took

    def mebibytes(self) -> float:
        """How large the database is."""
        path = self.settings.path(self.settings.database)
        if path.exists():
            return path.stat().st_size / 2**20
        with self.engine() as engine, engine.connect() as connection:
            asked = connection.execute(text("SELECT pg_database_size(current_database())"))
            return float(asked.scalar_one()) / 2**20
