"""Runs `tests/vectors/user_chain.json` (docs/spec/users.md)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import statements, user_chain
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.user_chain import UserChain


def _links(fields: Fields) -> list[UnverifiedStatement]:
    return [statements.from_json(link) for link in fields.items("links") if isinstance(link, Mapping)]


def _chain(fields: Fields) -> UserChain:
    return user_chain.replay(_links(fields), fields.integer("now_ms"))


def _replay(fields: Fields) -> JsonObject:
    chain = _chain(fields)
    return {
        "user": chain.user, "seq": chain.head.seq, "head": chain.head.hash, "generation": chain.generation,
        "active": sorted(chain.active), "frozen": chain.frozen, "closed": chain.closed,
        "recovery": chain.recovery.id, "generation_owed": chain.generation_owed, "disowned": sorted(chain.disowned),
    }  # fmt: skip


def _deposit(fields: Fields) -> None:
    user_chain.check_deposit_time(fields.integer("time_ms"), fields.integer("deposit_ms"))


def _statement(fields: Fields) -> None:
    user_chain.verify_statement(_chain(fields), statements.from_json(fields.raw("statement")))


OPERATIONS = {
    "replay": Operation(_replay, frozenset({"links", "now_ms"})),
    "deposit": Operation(_deposit, frozenset({"time_ms", "deposit_ms"})),
    "statement": Operation(_statement, frozenset({"links", "statement", "now_ms"})),
}


@pytest.mark.parametrize("vector", load("user_chain", OPERATIONS), ids=str)
def test_user_chain_vector(vector: Vector) -> None:
    vector.check()
