"""What a bench gives: figures beside their targets, and the table that shows them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_HEADINGS = ("what", "measured", "target", "ratio", "met")


@dataclass(frozen=True)
class Size:
    """How much is measured; the smoke test makes everything tiny."""

    rounds: int = 9
    sections: int = 28
    readers: int = 30
    entries: int = 1000
    thread: int = 10_000
    users: int = 100_000
    document: int = 1_000_000_000
    rebuild: bool = True
    log_sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)
    server_log_sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    appends: int = 20_000
    arrival_seconds: float = 4.0
    releases: int = 1_000
    directory_lines: tuple[int, ...] = (1_000_000, 2_000_000)


@dataclass(frozen=True)
class Figure:
    """One line of the table. Without a target it is context: what the machine costs, or what a ratio needs."""

    what: str
    measured: float
    unit: str
    target: float | None = None
    more_is_better: bool = False

    @property
    def met(self) -> bool:
        if self.target is None:
            return True
        return self.measured >= self.target if self.more_is_better else self.measured <= self.target

    def cells(self) -> tuple[str, ...]:
        measured = f"{self.measured:.3g} {self.unit}" if self.measured < 1000 else f"{self.measured:.0f} {self.unit}"
        if self.target is None:
            return self.what, measured, "", "", ""
        sign = ">=" if self.more_is_better else "<="
        ratio = f"{self.measured / self.target:.2f}" if self.target else ""
        return self.what, measured, f"{sign} {self.target:g} {self.unit}", ratio, "yes" if self.met else "NO"


def cpu(run: Callable[[], object]) -> float:
    """Seconds of CPU of this process that a run takes: what others do meanwhile slows it, but is not counted."""
    start = time.process_time()
    run()
    return time.process_time() - start


def median_cpu(run: Callable[[], object], rounds: int) -> float:
    """The median over some rounds, after one that warms the caches."""
    run()
    # What the bench prepared belongs to a hub or an author: the reader measured has no such memory to collect.
    gc.collect()
    gc.freeze()
    return statistics.median(cpu(run) for _ in range(rounds))


def each_cpu(run: Callable[[], object], rounds: int, times: int) -> float:
    """The median over some rounds of one run of something too short for the clock."""

    def often() -> None:
        for _ in range(times):
            run()

    return median_cpu(often, rounds) / times


def table(figures: Sequence[Figure]) -> str:
    """The aligned table."""
    rows = [_HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines: list[str] = []
    for what, *numbers in rows:
        right = "  ".join(cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True))
        lines.append(f"{what:<{widths[0]}}  {right}".rstrip())
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
