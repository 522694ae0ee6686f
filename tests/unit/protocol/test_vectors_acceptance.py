"""Runs `tests/vectors/acceptance.json` (docs/spec/bindings.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.identities import make_user
from support.vectors import Operation, Vector, load
from volet_protocol.acceptance import Evidence, require_acceptance
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.user_state import Standing


def _instants(fields: Fields, name: str) -> tuple[int, ...]:
    return tuple(item for item in fields.items(name) if isinstance(item, int))


def _accept(fields: Fields) -> JsonObject:
    state = fields.choice("chain", frozenset({"open", "frozen", "closed"}))
    chain = make_user(1).chain
    chain = replace(chain, standings=(Standing(chain.active, frozen=state == "frozen", closed=state == "closed"),))
    given = fields.nested("evidence")
    evidence = Evidence(
        mode=given.optional("mode", given.code),
        first_seen_ms=given.integer("first_seen_ms"),
        older_chains=given.integer("older_chains"),
        confirmed_ms=_instants(given, "confirmed_ms"),
        invited=given.boolean("invited"),
        vetoed_ms=_instants(given, "vetoed_ms"),
    )
    given.done()
    return {"ground": require_acceptance(chain, evidence, fields.integer("now_ms")).value}


OPERATIONS = {"accept": Operation(_accept, frozenset({"chain", "evidence", "now_ms"}))}


@pytest.mark.parametrize("vector", load("acceptance", OPERATIONS), ids=str)
def test_acceptance_vector(vector: Vector) -> None:
    vector.check()
