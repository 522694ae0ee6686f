"""Runs `tests/vectors/web_manifest.json` (docs/spec/web.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.web_manifest import WebManifest


def _read(fields: Fields) -> JsonObject:
    manifest = WebManifest.read(fields.raw("manifest"))
    return {"hash": manifest.hash, "files": len(manifest.files)}


OPERATIONS = {"read": Operation(_read, frozenset({"manifest"}))}


@pytest.mark.parametrize("vector", load("web_manifest", OPERATIONS), ids=str)
def test_web_manifest_vector(vector: Vector) -> None:
    vector.check()
