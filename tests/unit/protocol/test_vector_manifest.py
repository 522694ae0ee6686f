"""`tests/vectors/MANIFEST.json` pins every vector file: bytes do not change without somebody saying so."""

from __future__ import annotations

import hashlib
import json

from support.vectors import FOLDER


def _manifest() -> dict[str, str]:
    return {
        str(name): str(digest) for name, digest in json.loads((FOLDER / "MANIFEST.json").read_text("utf-8")).items()
    }


def _files() -> dict[str, str]:
    paths = [path for path in FOLDER.glob("*.json") if path.name != "MANIFEST.json"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_vector_file_changes_only_together_with_the_manifest() -> None:
    assert _files() == _manifest()


def test_the_manifest_lists_the_files_in_order() -> None:
    assert list(_manifest()) == sorted(_manifest())


def test_the_index_names_every_vector_file() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    assert [name for name in _files() if f"`{name}`" not in index] == []
