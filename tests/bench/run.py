"""Measure, and print every figure beside its target.

    make bench                          all parts
    make bench ARGS="entries machine"   some of them

Each part runs in a process of its own. Times are CPU seconds of that process, medians over several rounds: what else
the machine does is not counted, but does slow a core down, which the first rows show. Exit status 0 unless a bench
crashed; whether targets are met is read in the table.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import cast

if __name__ in {"__main__", "__mp_main__"}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.figures import Figure, Size, table

PARTS = ("machine", "keys", "entries", "documents", "decisions", "log", "releases", "directory", "web")


def measure(part: str, size: Size) -> list[Figure]:
    """Run one bench."""
    return cast("list[Figure]", import_module(f"bench.bench_{part}").measure(size))


def main() -> None:
    """Run the parts asked for, each apart, and print one table."""
    parser = argparse.ArgumentParser(description="Measure, and print every figure beside its target.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := sorted(set(parts) - set(PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}")
    figures: list[Figure] = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        for part in parts:
            print(f"measuring {part} ...", file=sys.stderr)  # noqa: T201 - progress of a command
            figures += processes.submit(measure, part, Size()).result()
    missed = sum(not figure.met for figure in figures)
    print(table(figures))  # noqa: T201 - the table is the result
    rounds = f"medians of {Size().rounds} rounds (documents: sealing 3, opening 1)"
    how = f"CPU time where it does not say wall clock, {rounds}; ratio = measured / target"
    print(f"{how}; targets missed: {missed}")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
