"""Runs `tests/vectors/attestation.json` (docs/spec/trust.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import statements
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import salted_subject, subject_chain, verify_attestation
from volet_protocol.fields import Fields
from volet_protocol.trust_bundle import TrustBundle


def _verify(fields: Fields) -> JsonObject:
    bundle = TrustBundle.read(fields.text("bundle").encode()).verify(None)
    found = verify_attestation(statements.from_json(fields.raw("statement")), bundle, fields.integer("now_ms"))
    return {"id": found.id, "user": found.user, "capacity": found.capacity.to_json()}


def _salted(fields: Fields) -> JsonObject:
    return {"subject": salted_subject(fields.data("salt"), fields.label("iss"), fields.label("sub"))}


def _chain(fields: Fields) -> JsonObject:
    return {"chain": subject_chain(fields.label("iss"), fields.label("sub"))}


OPERATIONS = {
    "verify": Operation(_verify, frozenset({"bundle", "statement", "now_ms"})),
    "salted_subject": Operation(_salted, frozenset({"salt", "iss", "sub"})),
    "subject_chain": Operation(_chain, frozenset({"iss", "sub"})),
}


@pytest.mark.parametrize("vector", load("attestation", OPERATIONS), ids=str)
def test_attestation_vector(vector: Vector) -> None:
    vector.check()
