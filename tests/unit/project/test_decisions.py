"""Decisions are numbered one after another, and each says its own number."""

from __future__ import annotations

from pathlib import Path

DECISIONS = Path(__file__).parents[3] / "docs" / "decisions"


def test_decisions_are_numbered_without_a_gap_and_their_titles_agree() -> None:
    paths = sorted(DECISIONS.glob("*.md"))
    expected = [f"{number:04}" for number in range(1, len(paths) + 1)]
    assert [path.name[:4] for path in paths] == expected
    assert [path.read_text("utf-8").split(".", 1)[0] for path in paths] == [f"# {number}" for number in expected]
