"""How modules are handed to the processes that run the tests."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from support.spread import piece_of, place_of

TESTS = Path(__file__).parents[2]


def test_the_story_is_played_once_for_all_modules_that_look_into_it() -> None:
    lookers = [path for path in TESTS.glob("e2e/test_*.py") if "played: Story" in path.read_text("utf-8")]
    assert len(lookers) > 1
    assert {piece_of(f"tests/e2e/{path.name}") for path in lookers} == {"tests/e2e/played"}


@pytest.mark.parametrize("module", ["tests/e2e/test_story.py", "tests/web/test_events.py", "tests/e2e/test_canary.pyc"])
def test_any_other_module_is_a_piece_of_work_of_its_own(module: str) -> None:
    assert piece_of(module) == module


def test_what_waits_for_browsers_begins_before_what_computes_in_a_moment() -> None:
    modules = ["unit/client/test_words.py", "unit/bench/test_bench_runs.py", "web/test_team.py", "e2e/test_story.py"]
    in_order = sorted(map(PurePath, modules), key=place_of)
    assert [one.parts[0] for one in in_order] == ["web", "e2e", "unit", "unit"]
    assert in_order[2].parts[1] == "bench"
