"""What the machine costs at this moment: the operations that everything else is made of, and its disk."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable

from bench.figures import Figure, Size, each_cpu
from volet_protocol.boxes import open_box, seal_box
from volet_protocol.hashing import sha256
from volet_protocol.keys import BoxKey, SigningKey, verify

_TIMES = 200


def measure(size: Size) -> list[Figure]:
    """One signature of a statement's size, one box."""
    key, box_key, message, context = SigningKey(bytes(32)), BoxKey(bytes(32)), bytes(1500), bytes(32)
    signature, public = key.sign(message), box_key.public
    box = seal_box(bytes(64), public, "grant", context)
    times = min(_TIMES, size.entries)

    def figure(what: str, run: Callable[[], object]) -> Figure:
        return Figure(what, each_cpu(run, size.rounds, times) * 1000, "ms")

    return [
        figure("one Ed25519 verification on this machine now", lambda: verify(key.public, signature, message)),
        figure("one Ed25519 signature", lambda: key.sign(message)),
        figure("one box sealed (X-Wing, AES-256-GCM)", lambda: seal_box(bytes(64), public, "grant", context)),
        figure("one box opened", lambda: open_box(box, box_key, "grant", context)),
        *processor(times),
        *disk(times),
    ]


def processor(times: int) -> list[Figure]:
    """How much longer the same computing takes by the wall clock in the worst of a hundred cases: what other programs
    and other machines on the same processor take away. No wait of anybody's is shorter than that."""
    waits: list[float] = []
    data = bytes(1 << 20)
    for _ in range(times):
        # As a request comes after a pause: who computes without one keeps the processor for longer.
        time.sleep(0.002)
        start = time.perf_counter()
        sha256(data)
        waits.append((time.perf_counter() - start) * 1000)
    waits.sort()
    return [
        Figure("SHA-256 of 1 MiB: half of them take at most (wall clock)", waits[len(waits) // 2], "ms"),
        Figure("  99 % of them take at most", waits[len(waits) * 99 // 100], "ms"),
    ]


def disk(times: int) -> list[Figure]:
    """How long 8 kB take to be on the disk for good. Every acknowledged act waits for that: figures by the wall clock
    say little where the last line is long."""
    waits: list[float] = []
    with tempfile.TemporaryFile() as file:
        for _ in range(times):
            file.write(bytes(8192))
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            waits.append((time.perf_counter() - start) * 1000)
    waits.sort()
    return [
        Figure("one fsync of 8 kB: half of them take at most (wall clock)", waits[len(waits) // 2], "ms", 2),
        Figure("  99 % of them take at most", waits[len(waits) * 99 // 100], "ms"),
    ]
