"""The tree keeps its promises: small modules, no index lines in the lock, documents that point at real files."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HARD_CAP = 400
SOURCES = ("service", "clients/python", "migrations")
GRAB_BAGS = {"utils", "util", "common", "manager", "managers", "base", "helpers", "misc"}


def modules() -> list[Path]:
    return [path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))]


def committed_text_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in {".png", ".pdf"}]


def test_no_module_is_longer_than_the_cap() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text("utf-8").splitlines())) > HARD_CAP
    }
    assert too_long == {}


def test_no_module_has_a_grab_bag_name() -> None:
    named = [str(path.relative_to(ROOT)) for path in modules() if path.stem in GRAB_BAGS]
    assert named == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.read_text("utf-8").strip() and not path.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-independent.lock"])
def test_a_lock_has_hashes_and_no_index_line(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pins
    assert all(line.rstrip().endswith("\\") for line in pins), "a pin without hashes"
    assert not [line for line in lines if line.lstrip().startswith(("-i", "--index", "--extra-index", "--find-links"))]


def test_every_dependency_is_pinned_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=!~ ;]", item, maxsplit=1)[0].lower().replace("_", "-") for item in wanted}
    lock = (ROOT / "requirements-dev.lock").read_text("utf-8").lower()
    assert {name for name in names if not re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE)} == set()


def test_both_locks_pin_the_same_versions() -> None:
    def pins(lock: str) -> set[str]:
        lines = (ROOT / lock).read_text("utf-8").splitlines()
        return {line.split(";")[0].strip(" \\") for line in lines if line and not line.startswith((" ", "#"))}

    assert pins("requirements.lock") < pins("requirements-dev.lock")


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    reasons = (ROOT / "docs/decisions/0001-dependencies.md").read_text("utf-8").lower()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=!~ ;]", item, maxsplit=1)[0].lower() for item in wanted}
    assert {name for name in names if f"`{name}`" not in reasons} == set()


def test_no_file_names_a_machine_path() -> None:
    # Built at run time so that this file does not hold what it forbids.
    places = [f"/{name}/" for name in ("root", "work")]
    pattern = re.compile("|".join(rf"(?<![\w./-]){place}" for place in places))
    found = [
        str(path.relative_to(ROOT))
        for path in committed_text_files()
        if pattern.search(path.read_text("utf-8", "replace"))
    ]
    assert found == []


@pytest.mark.parametrize("document", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=str)
def test_links_and_named_files_of_a_document_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    named = re.findall(r"`((?:docs|tests|policies|service|clients|migrations|docker)/[\w./-]+\.\w+)`", text)
    missing = [link for link in links if not (document.parent / link).exists()]
    missing += [name for name in named if not (ROOT / name).exists()]
    assert missing == []
