"""What the protocol costs a client: seal, open a section, stream a document. Prints measured beside target.

    python tests/bench/bench_protocol.py

CPU time of one process on one core; memory above what the process held before the stream began.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.entries import (
    DEVICE_KEY,
    HEADER,
    STEP_KEY,
    client_shares,
    identity_of,
    items_of,
    request_for,
    respond,
    seal,
    seed,
    signed,
    view_of,
)
from support.log_builder import LogBuilder
from volet_protocol import statements
from volet_protocol.canonical import JsonObject
from volet_protocol.document import DocumentOpener, DocumentSealer
from volet_protocol.entry import SealedEntry, VerifiedEntry, open_part, read_verified_entry, sign_entry, split_chunks
from volet_protocol.log_view import LogView
from volet_protocol.padding import padded_size
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.release import PAGE, verify_release
from volet_protocol.sealing import chunk_leaf, client_share_from_section
from volet_protocol.statements import Statement

ENTRIES = 1000
DOCUMENT = 1_000_000_000
MB = 1_000_000
MIB = 1024 * 1024


@dataclass(frozen=True)
class Figure:
    """One line of the table; `ratio` above 1 means better than the target."""

    what: str
    measured: float
    target: float
    unit: str
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        return self.measured / self.target if self.more_is_better else self.target / max(self.measured, 1e-9)


def print_table(figures: list[Figure]) -> None:
    width = max(len(figure.what) for figure in figures)
    print(f"{'what':<{width}}  {'measured':>14}  {'target':>14}  {'ratio':>6}")  # noqa: T201 - the table is the result
    for one in figures:
        sign = ">=" if one.more_is_better else "<="
        line = f"{one.what:<{width}}  {one.measured:>9.2f} {one.unit:<4}  {sign} {one.target:>6g} {one.unit:<4}"
        print(f"{line}  {one.ratio:>6.2f}")  # noqa: T201 - as above


def _cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _seal_many(count: int) -> list[SealedEntry]:
    return [seal(replace(HEADER, salt=n.to_bytes(16, "big")), name=str(n)) for n in range(count)]


def _pages(sealed: list[SealedEntry]) -> tuple[LogBuilder, list[tuple[Statement, JsonObject]]]:
    """Requests and answers, one receipt a page of 50."""
    log = LogBuilder()
    pages: list[tuple[Statement, JsonObject]] = []
    for start in range(0, len(sealed), PAGE):
        items = items_of(sealed[start : start + PAGE])
        request = signed(request_for([item.id for item in items], f"request {start}"))
        old = log.tree.size
        answer = respond(log, items, view_of(items), identity_of(request, items), old=old)
        pages.append((request, answer))
    return log, pages


def _open_section(wire: list[JsonObject], log: LogBuilder, pages: list[tuple[Statement, JsonObject]]) -> None:
    """Verify all statements, one receipt a page, and decrypt every title."""
    known: dict[str, VerifiedEntry] = {}
    for value in wire:
        entry = read_verified_entry(statements.from_json(value).verify(DEVICE_KEY.public))
        known[entry.id] = entry
    state = LogView(log.verifier)

    def check(value: JsonObject) -> VerifiedReceipt:
        return Receipt.read(value).accept(state, log.signer.name)

    for request, answer in pages:
        for item in verify_release(request, answer, known, check).values():
            share = client_share_from_section(STEP_KEY, item.id, "title")
            open_part(known[item.id], "title", split_chunks(item.ciphertext or b""), share, item.share)


def _blocks(size: int) -> Iterator[memoryview]:
    block = memoryview(bytes(range(256)) * 4096)
    while size:
        step = min(size, len(block))
        yield block[:step]
        size -= step


def _feed(sealer: DocumentSealer) -> None:
    for block in _blocks(DOCUMENT):
        sealer.update(block)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _document() -> list[Figure]:
    """Seal and open a document chunk by chunk: what is sealed is opened from a second, equal stream."""
    header = replace(HEADER, body_size=padded_size(DOCUMENT))
    share, server = client_shares(header)["body"], seed("document share")
    leaves = bytearray()

    def sealer(write: Callable[[bytes | memoryview], object]) -> DocumentSealer:
        return DocumentSealer(header, "body", DOCUMENT, client_share=share, server_share=server, write=write)

    baseline = _peak_kib()
    plain = sealer(lambda _: None)
    seconds = _cpu(lambda: _feed(plain))
    seal_ = plain.finish()
    sealing_peak = _peak_kib() - baseline
    entry = sign_entry(header, {"title": seal().entry.seals["title"], "body": seal_}, DEVICE_KEY)
    again = sealer(lambda chunk: leaves.extend(chunk_leaf(chunk)))
    _feed(again)
    again.finish()
    opener = DocumentOpener(entry, "body", bytes(leaves), client_share=share, server_share=server, write=lambda _: None)
    spent = 0.0

    def feed(chunk: bytes | memoryview) -> None:
        nonlocal spent
        start = time.perf_counter()
        opener.feed(chunk)
        spent += time.perf_counter() - start

    third = sealer(feed)
    _feed(third)
    third.finish()
    opener.finish()
    return [
        Figure("seal a document of 1 GB", DOCUMENT / MB / seconds, 500, "MB/s", more_is_better=True),
        Figure("memory above baseline while sealing", sealing_peak / 1024, 32, "MiB"),
        Figure("open a document of 1 GB", DOCUMENT / MB / spent, 500, "MB/s", more_is_better=True),
        Figure("memory above baseline in all", (_peak_kib() - baseline) / 1024, 32, "MiB"),
    ]


def main() -> None:
    """Measure and print."""
    figures = _document()
    sealed: list[SealedEntry] = []
    seconds = _cpu(lambda: sealed.extend(_seal_many(ENTRIES)))
    figures.append(Figure("seal an entry", seconds / ENTRIES * 1000, 1, "ms"))
    log, pages = _pages(sealed)
    wire: list[JsonObject] = [one.statement.to_json() for one in sealed]
    figures.append(Figure("open a section of 1,000 entries", _cpu(lambda: _open_section(wire, log, pages)), 0.3, "s"))
    print_table(figures)


if __name__ == "__main__":
    main()
