"""Every screen of the web client has its picture, taken by a test; `tests/conftest.py` holds a run to judging each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.screens import ROOT, missing, route_of, routes

SCREENS = ROOT / "docs" / "screens"
PAGE = SCREENS / "README.md"
MOST_BYTES, MOST_OF_ONE = 8 * 1024 * 1024, 450 * 1024


def shown() -> dict[str, str]:
    """Return the picture of each route as the page of screens has it."""
    return dict(re.findall(r"^\| `([A-Za-z-]+)` \| !\[\]\(([a-z-]+)\.png\) \|$", PAGE.read_text("utf-8"), re.MULTILINE))


def test_every_route_has_its_picture() -> None:
    assert set(shown()) == set(routes())
    assert [name for name in shown().values() if not (SCREENS / f"{name}.png").is_file()] == []


def test_every_picture_is_taken_by_a_test_and_the_page_names_no_other() -> None:
    kept = {path.stem for path in SCREENS.glob("*.png")}
    sources = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests" / "web").glob("test_*.py")))
    assert kept - set(re.findall(r'picture\("([a-z-]+)"\)', sources)) == set()
    assert set(re.findall(r"\(([a-z-]+)\.png\)", PAGE.read_text("utf-8"))) - kept == set()


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in SCREENS.glob("*.png")}
    assert {name: size for name, size in sizes.items() if size > MOST_OF_ONE} == {}
    assert sum(sizes.values()) <= MOST_BYTES


def test_a_run_that_left_out_a_screen_says_which(tmp_path: Path) -> None:
    for name in routes():
        (tmp_path / f"axe {name}").touch()
        (tmp_path / f"keyboard {name}").touch()
    assert missing(tmp_path) == []
    (tmp_path / "keyboard team-add").unlink()
    assert missing(tmp_path) == ["keyboard team-add"]


@pytest.mark.parametrize(
    ("address", "name"),
    [("", "home"), ("#/cases/1a/team/add", "team-add"), ("#/my/1a/read/medical", "myRead"), ("#/nowhere", None)],
)
def test_an_address_is_of_its_route(address: str, name: str | None) -> None:
    assert route_of(f"http://hub.example/{address}") == name
