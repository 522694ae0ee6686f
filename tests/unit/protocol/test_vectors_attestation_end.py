"""Runs `tests/vectors/attestation_end.json` (docs/spec/departures.md)."""

from __future__ import annotations

from typing import cast

import pytest

from support.identities import HUB
from support.vectors import Operation, Vector, load
from volet_protocol import statements
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Attestation
from volet_protocol.departures import AttestationEnd, ended, verify_end
from volet_protocol.fields import Fields
from volet_protocol.trust_bundle import TrustBundle


def _verify(fields: Fields) -> JsonObject:
    bundle = TrustBundle.read(fields.text("bundle").encode()).verify(None)
    found = verify_end(statements.from_json(fields.raw("statement")), bundle)
    return {"id": found.id, "user": found.user, "structure": found.structure, "at_ms": found.at_ms}


def _ended(fields: Fields) -> JsonObject:
    held = Attestation.read(statements.from_json(fields.raw("statement")), HUB)
    served = [cast("JsonObject", item) for item in fields.items("ends")]
    left = ended(held, [AttestationEnd.read(statements.from_json(item), HUB) for item in served])
    return {"until_ms": left.until_ms, **({} if left.ended_ms is None else {"ended_ms": left.ended_ms})}


OPERATIONS = {
    "verify": Operation(_verify, frozenset({"bundle", "statement"})),
    "ended": Operation(_ended, frozenset({"statement", "ends"})),
}


@pytest.mark.parametrize("vector", load("attestation_end", OPERATIONS), ids=str)
def test_attestation_end_vector(vector: Vector) -> None:
    vector.check()
