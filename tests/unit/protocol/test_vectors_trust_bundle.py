"""Runs `tests/vectors/trust_bundle.json` (docs/spec/trust.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.trust_bundle import TrustBundle


def _verify(fields: Fields) -> JsonObject:
    previous = fields.optional("previous", fields.text)
    before = None if previous is None else TrustBundle.read(previous.encode()).verify(None)
    bundle = TrustBundle.read(fields.text("file").encode()).verify(before)
    return {"version": bundle.version, "hash": bundle.hash}


OPERATIONS = {"verify": Operation(_verify, frozenset({"file"}), frozenset({"previous"}))}


@pytest.mark.parametrize("vector", load("trust_bundle", OPERATIONS), ids=str)
def test_trust_bundle_vector(vector: Vector) -> None:
    vector.check()
