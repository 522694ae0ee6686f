"""Runs `tests/vectors/binding.json` (docs/spec/bindings.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import binding
from volet_protocol.binding import Binding, BoundSubject
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.trust_bundle import TrustBundle


def _verify(fields: Fields) -> JsonObject:
    bundle = TrustBundle.read(fields.text("bundle").encode()).verify(None)
    now_ms = fields.integer("now_ms")
    subject = binding.verify_binding(Binding.read(fields.nested("binding")), fields.hash("user"), bundle, now_ms)
    return {
        "iss": subject.iss, "sub": subject.sub, "iat_ms": subject.iat_ms, "mode": subject.mode,
        "reproof_due": subject.reproof_due(now_ms),
    }  # fmt: skip


def _nonce(fields: Fields) -> JsonObject:
    names = ("hub", "iss", "aud", "user")
    hub, iss, aud, user = (fields.label(name) for name in names)
    return {"nonce": binding.nonce(hub, iss, aud, user, fields.data("random"))}


def _newest(fields: Fields) -> JsonObject:
    bound = [
        BoundSubject(item.label("iss"), item.label("sub"), item.integer("iat_ms"), "self", "aud")
        for item in fields.objects("bound")
    ]
    found = binding.newest(bound)
    return {"iss": found.iss, "sub": found.sub, "iat_ms": found.iat_ms}


OPERATIONS = {
    "verify": Operation(_verify, frozenset({"binding", "user", "bundle", "now_ms"})),
    "nonce": Operation(_nonce, frozenset({"hub", "iss", "aud", "user", "random"})),
    "newest": Operation(_newest, frozenset({"bound"})),
}


@pytest.mark.parametrize("vector", load("binding", OPERATIONS), ids=str)
def test_binding_vector(vector: Vector) -> None:
    vector.check()
