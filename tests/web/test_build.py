"""The files of the web client: the same from any build, so that what a hub serves can be compared with the source."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "clients" / "web"
SHELL_LIMIT, WHOLE_LIMIT = 150 * 1024, 300 * 1024
# What is sent where there is no TLS, and so no Brotli.
GZIP_LIMIT = 350 * 1024
UNPACK = """const { brotliDecompressSync } = require("node:zlib");
process.stdout.write(brotliDecompressSync(require("node:fs").readFileSync(0)));"""


def _build(source: Path, into: Path, **environment: str) -> dict[str, bytes]:
    # Straight to the tool: what npm would add is only its own banner.
    command = ["node", str(source / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--outDir", str(into)]
    subprocess.run(command, cwd=source, env={**os.environ, **environment}, check=True, capture_output=True)
    return {str(file.relative_to(into)): file.read_bytes() for file in sorted(into.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return _build(WEB, tmp_path_factory.mktemp("built") / "dist")


def test_two_builds_give_the_same_bytes_whatever_the_folder_language_and_hour(
    built: dict[str, bytes], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another place" / "web"
    shutil.copytree(WEB, elsewhere, ignore=shutil.ignore_patterns("node_modules", "dist", ".vite"))
    (elsewhere / "node_modules").symlink_to(WEB / "node_modules")
    again = _build(elsewhere, tmp_path / "dist", TZ="Pacific/Auckland", LANG="fr_FR.UTF-8", LC_ALL="C", USER="somebody")
    assert again.keys() == built.keys()
    assert [name for name in built if again[name] != built[name]] == []


def test_nothing_built_tells_where_or_by_whom(built: dict[str, bytes]) -> None:
    told = [name for name, content in built.items() if str(WEB.parent).encode() in content]
    assert told == []


def _gzip(built: dict[str, bytes], names: Iterable[str]) -> int:
    return sum(len(gzip.compress(built[name], mtime=0)) for name in names)


def _brotli(built: dict[str, bytes], names: Iterable[str]) -> int:
    return sum(len(built[f"{name}.br"]) for name in names)


def test_each_page_script_and_style_sheet_stands_there_compressed_and_unpacks_to_itself(
    built: dict[str, bytes],
) -> None:
    named = {name for name in built if name.endswith((".html", ".js", ".css"))}
    assert {name for name in built if name.endswith(".br")} == {f"{name}.br" for name in named}
    for name in named:
        unpacked = subprocess.run(["node", "-e", UNPACK], input=built[f"{name}.br"], check=True, capture_output=True)
        assert unpacked.stdout == built[name]


def test_what_the_first_screen_loads_and_what_all_screens_load_stay_under_their_budgets(
    built: dict[str, bytes],
) -> None:
    page = built["index.html"].decode()
    first = {"index.html", *re.findall(r'(?:src|href)="/(assets/[^"]+)"', page)}
    words = {one: next(name for name in built if name.startswith(f"assets/{one}-")) for one in ("french", "english")}
    lists = {"french": "assets/recovery-fr-", "english": "assets/recovery-en-"}
    phrases = {one: next(name for name in built if name.startswith(start)) for one, start in lists.items()}
    everything = {name for name in built if name.endswith((".html", ".js", ".css"))}
    for language, other in words.items():
        # A page speaks one language, whose words it fetches before it shows anything; the other's never come, and those
        # of its recovery phrases only for a phrase that is in it.
        needed, all_ = first | (set(words.values()) - {other}), everything - {other, phrases[language]}
        assert max(_brotli(built, needed), _gzip(built, needed)) <= SHELL_LIMIT
        assert _brotli(built, all_) <= WHOLE_LIMIT
        assert _gzip(built, all_) <= GZIP_LIMIT


def test_the_page_names_the_hash_of_each_script_and_style_sheet_now_or_later(built: dict[str, bytes]) -> None:
    page = built["index.html"].decode()
    named = dict(re.findall(r'(?:src|href)="/(assets/[^"]+)" integrity="([^"]+)"', page))
    (later,) = re.findall(r'<meta name="volet-later" content="([^"]*)"', page)
    named |= dict(re.findall(r"/(assets/[^ ,;]+) (sha384-[^,;]+)", later))
    for name, content in built.items():
        # What a library brings for browsers that we refuse is named nowhere, so nothing can load it.
        external = "__vite-browser-external" in name
        if name.startswith("assets/") and not name.endswith(".br") and not external:
            assert named[name] == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
