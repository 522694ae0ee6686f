"""Runs `tests/vectors/user_keys.json` (docs/spec/users.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import user_keys
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.fields import Fields
from volet_protocol.keys import BoxKey
from volet_protocol.user_links import key_context


def _open_box(fields: Fields) -> JsonObject:
    seed = user_keys.open_user_seed(
        fields.data("box"), BoxKey(fields.data("key_seed")), fields.data("context"), fields.data("user_box")
    )
    return {"seed": to_base64url(seed)}


def _open_previous(fields: Fields) -> JsonObject:
    seed = user_keys.open_previous_seed(
        fields.data("sealed"),
        fields.data("seed"),
        fields.hash("user"),
        fields.integer("generation"),
        fields.data("previous_box"),
    )
    return {"seed": to_base64url(seed)}


def _seal_previous(fields: Fields) -> JsonObject:
    sealed = user_keys.seal_previous_seed(
        fields.data("previous"), fields.data("seed"), fields.hash("user"), fields.integer("generation")
    )
    return {"sealed": to_base64url(sealed)}


def _context(fields: Fields) -> JsonObject:
    return {"context": to_base64url(key_context(fields.raw("body")))}


OPERATIONS = {
    "open_box": Operation(_open_box, frozenset({"box", "key_seed", "context", "user_box"})),
    "open_previous": Operation(_open_previous, frozenset({"sealed", "seed", "user", "generation", "previous_box"})),
    "seal_previous": Operation(_seal_previous, frozenset({"previous", "seed", "user", "generation"})),
    "context": Operation(_context, frozenset({"body"})),
}


@pytest.mark.parametrize("vector", load("user_keys", OPERATIONS), ids=str)
def test_user_keys_vector(vector: Vector) -> None:
    vector.check()
