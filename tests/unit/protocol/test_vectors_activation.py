"""Runs `tests/vectors/activation.json` (docs/spec/trust.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol.activation import ActivationHistory
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.trust_bundle import TrustBundle


def _history(fields: Fields) -> JsonObject | None:
    bundle = TrustBundle.read(fields.text("bundle").encode()).verify(None)
    history = ActivationHistory.verify((str(item).encode() for item in fields.items("files")), bundle)
    at_ms = fields.optional("at_ms", fields.integer)
    table = fields.optional("table", fields.hash)
    if at_ms is None:
        return None
    if table is not None:
        history.check_active(table, at_ms)
    return {"table": history.table_at(at_ms)}


OPERATIONS = {"history": Operation(_history, frozenset({"bundle", "files"}), frozenset({"at_ms", "table"}))}


@pytest.mark.parametrize("vector", load("activation", OPERATIONS), ids=str)
def test_activation_vector(vector: Vector) -> None:
    vector.check()
