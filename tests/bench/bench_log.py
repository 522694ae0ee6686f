"""The log as it grows: durable appends through the sequencer, proofs, receipts.

Appends are told twice: by the wall clock, because they wait for the disk, and by what they cost, which is what a core
to itself could do. Everything else is CPU time.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine, insert, select, update

from bench.figures import Figure, Size, each_cpu
from support.entries import identity_of, items_of, request_for, sealed_list, signed, view_of
from support.hub import OpenDoor, make_folder
from support.log_builder import LogBuilder
from volet_protocol import merkle
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.hashing import sha256
from volet_protocol.leaf import ZERO, Leaf, LeafType
from volet_protocol.log_payload import ViewPayload
from volet_protocol.note_keys import NoteSigner
from volet_protocol.receipt import Opening, Receipt
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
from volet_service.adapters.store.public_log import resolve_plan
from volet_service.adapters.store.unit_of_work import Writer
from volet_service.application.ports import UnitOfWork
from volet_service.bootstrap.hub import build
from volet_service.bootstrap.serve import settle_memory
from volet_service.domain.leaves import LeafContent, by_statement
from volet_service.settings import Settings

CALLERS = 64
FEW = 8
_CHUNK = 65_536
_CASES = [sha256(str(number).encode()).hex() for number in range(32)]
_ITEMS = items_of(sealed_list(1))
_VIEW = replace(view_of(_ITEMS), class_=None, case_seq=None)
_IDENTITY = identity_of(signed(request_for([item.id for item in _ITEMS])), _ITEMS)
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
    statement, was = _REQUESTS[turn], _VIEW
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


class Log:
    """A hub's log in a folder, without the rest of the hub; grown in bulk between measurements."""

    def __init__(self, folder: Path) -> None:
        self.settings = make_folder(folder)
        running = build(self.settings, OpenDoor(), SystemClock())
        self.policy = running.hub.policy
        running.stop()
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

    def appends(self, callers: int, count: int) -> tuple[float, float, float]:
        """With this many callers at once: durable appends a second, what 99 % of them wait, what one costs, in ms."""
        waits: list[float] = []

        async def call(sequencer: Sequencer, turns: Iterator[int]) -> None:
            for _ in turns:
                start = time.perf_counter()
                await sequencer.write(append)
                waits.append(time.perf_counter() - start)

        async def all_of_them(sequencer: Sequencer) -> float:
            turns, start = iter(range(count)), time.perf_counter()
            await asyncio.gather(*(call(sequencer, turns) for _ in range(callers)))
            return time.perf_counter() - start

        settle_memory()
        with self.sequencer() as sequencer:
            busy = time.process_time()
            took = asyncio.run(all_of_them(sequencer))
            busy = time.process_time() - busy
        return count / took, sorted(waits)[len(waits) * 99 // 100] * 1000, busy / count * 1000

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


def receipts(size: Size) -> list[Figure]:
    """Receipts as they travel, read and verified: many under one checkpoint, as a page brings them, and each alone."""
    log = LogBuilder()
    for number in range(1, min(10_000, size.entries * 10)):
        log.append(Leaf(LeafType.ACT, 1_000, ZERO, number.to_bytes(32, "big")).to_bytes())
    openings = Opening(_VIEW.to_json(), bytes(32)), Opening(_IDENTITY.to_json(), bytes(32))
    text = json.dumps(log.receipt(*openings).to_json())
    # More than a verifier remembers checkpoints: each time around, every signature is verified again.
    others = itertools.cycle([json.dumps(log.receipt(*openings).to_json()) for _ in range(min(300, size.entries))])
    verifier = log.verifier

    def together() -> None:
        Receipt.read(json.loads(text)).verify(verifier)

    def alone() -> None:
        Receipt.read(json.loads(next(others))).verify(verifier)

    many, single = (1 / each_cpu(run, size.rounds, min(300, size.entries)) for run in (together, alone))
    return [
        Figure("receipts read and verified, of one checkpoint", many, "/s", 5000, more_is_better=True),
        Figure("receipts read and verified, each of its own", single, "/s", 5000, more_is_better=True),
    ]


def measure(size: Size) -> list[Figure]:
    """Appends and proofs at each size of the log, then receipts."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder) / "hub")
        for leaves in size.log_sizes:
            log.grow(leaves)
            rate, p99, busy = log.appends(CALLERS, size.appends)
            few, few_p99, _ = log.appends(FEW, size.appends // 4 or 1)
            proof = log.proof(size.rounds, min(97, size.entries))
            what = f"log of {leaves:,} leaves"
            figures += [
                Figure(
                    f"{what}: durable appends, {CALLERS} callers, CPU", 1000 / busy, "/s", 20_000, more_is_better=True
                ),
                Figure("  the same by the wall clock", rate, "/s", 20_000, more_is_better=True),
                Figure("  CPU time of one of them, callers included", busy * 1000, "µs"),
                Figure(f"  99 % of them wait at most, {CALLERS} callers", p99, "ms", 5),
                Figure(f"  durable appends, {FEW} callers", few, "/s"),
                Figure(f"  99 % of them wait at most, {FEW} callers", few_p99, "ms", 5),
                Figure("  one proof of inclusion from the disk", proof * 1000, "ms", 5),
                Figure("  database", log.settings.path(log.settings.database).stat().st_size / 2**20, "MiB"),
            ]
    return [*figures, *receipts(size)]
