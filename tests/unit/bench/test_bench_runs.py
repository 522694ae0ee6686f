"""Each bench runs and gives figures; how fast, only `make bench` says."""

from __future__ import annotations

import os

import pytest

from bench.figures import Figure, Size, table
from bench.run import PARTS, measure
from support.databases import CHOICE

TINY = Size(
    rounds=1, sections=2, readers=3, entries=3, thread=4, users=120, document=200_000, rebuild=False, log_sizes=(300,),
    server_log_sizes=(300,), appends=70, arrival_seconds=0.1, releases=4, directory_lines=(60, 120),
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_bench_runs_to_its_end_and_names_what_it_measured(part: str) -> None:
    before = os.environ.get(CHOICE)
    figures = measure(part, TINY)
    # A bench that chose a database for itself chose it for no test that comes after it in this process.
    assert os.environ.get(CHOICE) == before
    assert figures
    assert all(figure.what.strip() and figure.unit and figure.measured >= 0 for figure in figures)
    assert len(table(figures).splitlines()) == len(figures) + 2


def test_a_missed_target_is_shown_as_missed_and_a_figure_without_target_is_not() -> None:
    shown = table(
        [Figure("slow", 2, "s", 1), Figure("fast", 600, "MB/s", 500, more_is_better=True), Figure("x", 1, "s")]
    )
    slow, fast, context = shown.splitlines()[2:]
    assert slow.split()[-2:] == ["2.00", "NO"]
    assert fast.split()[-2:] == ["1.20", "yes"]
    assert context.split() == ["x", "1", "s"]
