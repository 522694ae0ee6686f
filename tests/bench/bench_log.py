"""The log as it grows: durable appends through the sequencer, proofs, receipts.

Appends are told twice: by what they cost in CPU, which is what a core to itself could do, and by the wall clock,
because they wait for the disk. What callers wait is told for two kinds of them: a fixed number, each asking again as
soon as it is answered, which fills the log and says little of how long a reader waits; and readers who come by
themselves, so many a second. PostgreSQL's own processes are not in the CPU time. Proofs and receipts are CPU time.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Size, each_cpu
from bench.grown_log import IDENTITY, VIEW, Log
from support.databases import POSTGRESQL, SQLITE
from support.log_builder import LogBuilder
from volet_protocol.leaf import ZERO, Leaf, LeafType
from volet_protocol.receipt import Opening, Receipt

CALLERS = 64
FEW = 8
ARRIVALS = (200, 1_000)


def appends(log: Log, what: str, size: Size) -> Iterator[Figure]:
    """Appends at the size that the log has."""
    full, few = log.closed_loop(CALLERS, size.appends), log.closed_loop(FEW, size.appends // 8 or 1)
    yield Figure(f"{what}: durable appends, {CALLERS} callers, CPU", 1000 / full.cpu, "/s", 20_000, more_is_better=True)
    yield Figure("  the same by the wall clock", full.rate, "/s", 20_000, more_is_better=True)
    yield Figure("  CPU time of one of them, callers included", full.cpu * 1000, "µs")
    yield Figure(f"  {CALLERS} callers who ask without a pause: 99 % wait at most", full.p99, "ms", 5)
    yield Figure(f"  {FEW} callers who ask without a pause: 99 % wait at most", few.p99, "ms", 5)
    for rate in ARRIVALS:
        came = log.open_loop(rate, size.arrival_seconds)
        yield Figure(f"  {rate:,} callers a second who come by themselves: 99 % wait at most", came.p99, "ms", 5)


def measure(size: Size) -> list[Figure]:
    """Appends and proofs at each size of the log on each database, then receipts."""
    figures: list[Figure] = []
    for kind, name, sizes in (
        (SQLITE, "SQLite", size.log_sizes),
        (POSTGRESQL, "PostgreSQL", size.server_log_sizes),
    ):
        with tempfile.TemporaryDirectory() as folder:
            log = Log(Path(folder) / "hub", kind)
            for leaves in sizes:
                log.grow(leaves)
                # What growing left for the disk to write would be waited for by whom is measured.
                os.sync()
                figures += appends(log, f"{name}, log of {leaves:,} leaves", size)
                proof = log.proof(size.rounds, min(97, size.entries))
                figures += [
                    Figure("  one proof of inclusion from the disk", proof * 1000, "ms", 5),
                    Figure("  database", log.mebibytes(), "MiB"),
                ]
    return [*figures, *receipts(size)]


def receipts(size: Size) -> list[Figure]:
    """Receipts as they travel, read and verified: many under one checkpoint, as a page brings them, and each alone."""
    log = LogBuilder()
    for number in range(1, min(10_000, size.entries * 10)):
        log.append(Leaf(LeafType.ACT, 1_000, ZERO, number.to_bytes(32, "big")).to_bytes())
    openings = Opening(VIEW.to_json(), bytes(32)), Opening(IDENTITY.to_json(), bytes(32))
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
