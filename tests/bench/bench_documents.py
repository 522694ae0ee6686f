"""A document streams through sealing and opening; memory stays where it was.

Runs in a process of its own: what another bench had once held would hide what this one takes.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from bench.figures import Figure, Size, cpu
from support.entries import DEVICE_KEY, HEADER, client_shares, seal, seed
from volet_protocol.document import DocumentOpener, DocumentSealer
from volet_protocol.entry import sign_entry
from volet_protocol.padding import padded_size
from volet_protocol.sealing import chunk_leaf

_MB = 1_000_000
_TARGET_MB_S = 500
_TARGET_MIB = 32
_MIB = 1024
_HASH_SIZE = 32
_ROUNDS = 3


def _blocks(size: int) -> Iterator[memoryview]:
    block = memoryview(bytes(range(256)) * 4096)
    while size:
        step = min(size, len(block))
        yield block[:step]
        size -= step


def _feed(sealer: DocumentSealer, size: int) -> None:
    for block in _blocks(size):
        sealer.update(block)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(size: Size) -> list[Figure]:
    """Seal chunk by chunk, then open what a second, equal stream seals."""
    total = size.document
    header = replace(HEADER, body_size=padded_size(total))
    share, server = client_shares(header)["body"], seed("document share")

    def sealer(write: Callable[[bytes | memoryview], object]) -> DocumentSealer:
        return DocumentSealer(header, "body", total, client_share=share, server_share=server, write=write)

    title = seal().entry.seals["title"]
    baseline = _peak_kib()
    seconds: list[float] = []
    for _ in range(min(_ROUNDS, size.rounds)):
        # The same bytes under the same key each time, which outside a measurement nobody may do.
        first = sealer(lambda _: None)
        seconds.append(cpu(partial(_feed, first, total)))
        sealed = first.finish()
    sealing_peak = _peak_kib() - baseline
    entry = sign_entry(header, {"title": title, "body": sealed}, DEVICE_KEY)
    # As a client gets them: in one piece, 32 bytes a chunk, counted in the memory that opening takes.
    leaves = bytearray(_HASH_SIZE * -(-padded_size(total) // (64 * 1024)))
    filled = 0

    def keep(chunk: bytes | memoryview) -> None:
        nonlocal filled
        leaves[filled : filled + _HASH_SIZE] = chunk_leaf(chunk)
        filled += _HASH_SIZE

    second = sealer(keep)
    _feed(second, total)
    second.finish()
    opener = DocumentOpener(entry, "body", bytes(leaves), client_share=share, server_share=server, write=lambda _: None)
    spent = 0.0

    def feed(chunk: bytes | memoryview) -> None:
        nonlocal spent
        start = time.process_time()
        opener.feed(chunk)
        spent += time.process_time() - start

    third = sealer(feed)
    _feed(third, total)
    third.finish()
    opener.finish()
    peak = _peak_kib() - baseline
    what = f"{total / _MB:g} MB"
    return [
        Figure(
            f"document of {what} sealed, a core",
            total / _MB / statistics.median(seconds),
            "MB/s",
            _TARGET_MB_S,
            more_is_better=True,
        ),
        Figure("  opened and every chunk checked", total / _MB / spent, "MB/s", _TARGET_MB_S, more_is_better=True),
        Figure("  memory above baseline, sealing", sealing_peak / _MIB, "MiB", _TARGET_MIB),
        Figure("  memory above baseline, sealing and opening", peak / _MIB, "MiB", _TARGET_MIB),
    ]
