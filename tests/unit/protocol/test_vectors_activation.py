"""Runs `tests/vectors/activation.json` (docs/spec/trust.md)."""

from __future__ import annotations

from typing import cast

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol.activation import ActivationHistory, Entered
from volet_protocol.active_tables import ActiveTables
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.trust_bundle import TrustBundle


def _history(fields: Fields) -> JsonObject | None:
    bundle = TrustBundle.read(fields.text("bundle").encode()).verify(None)
    history = ActivationHistory.verify((str(item).encode() for item in fields.items("files")), bundle)
    leaves = fields.optional("entered", fields.items)
    if leaves is None:
        return None
    entered = [Entered(*cast("list[int]", leaf)) for leaf in leaves]
    periods = history.entered(entered, bundle.ceiling)
    at_ms, known = fields.integer("at_ms"), dict.fromkeys(period.table for period in periods)
    return {"active": [table for table in known if ActiveTables({}, periods).active(table, at_ms)]}


OPERATIONS = {"history": Operation(_history, frozenset({"bundle", "files"}), frozenset({"at_ms", "entered"}))}


@pytest.mark.parametrize("vector", load("activation", OPERATIONS), ids=str)
def test_activation_vector(vector: Vector) -> None:
    vector.check()
