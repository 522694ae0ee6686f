"""Runs `tests/vectors/fingerprint.json` (docs/spec/bindings.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import fingerprint
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields


def _word(fields: Fields) -> JsonObject:
    return {"word": fingerprint.word(fields.integer("number"))}


def _phrase(fields: Fields) -> JsonObject:
    return {"phrase": fingerprint.phrase(fields.text("user"))}


def _check(fields: Fields) -> None:
    fingerprint.check_phrase(fields.text("typed"), fields.text("user"))


OPERATIONS = {
    "word": Operation(_word, frozenset({"number"})),
    "phrase": Operation(_phrase, frozenset({"user"})),
    "check": Operation(_check, frozenset({"typed", "user"})),
}


@pytest.mark.parametrize("vector", load("fingerprint", OPERATIONS), ids=str)
def test_fingerprint_vector(vector: Vector) -> None:
    vector.check()
