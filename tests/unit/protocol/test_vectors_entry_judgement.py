"""Vectors of entries whose key had to be left behind (docs/spec/case-chains.md, rule 17)."""

from __future__ import annotations

import pytest

from support.case_runner import played
from support.vectors import Operation, Vector, load
from volet_protocol.entry_judgement import check_deposited_at, check_released_after, check_sealed_under
from volet_protocol.fields import Fields
from volet_protocol.statements import HeadRef


def sealed_under(fields: Fields) -> None:
    """Judge the key of an entry at the `case_head`, table and instant of its header."""
    world, _ = played(fields)
    head = HeadRef.read(fields.nested("case_head"))
    check_sealed_under(
        world.main, fields.text("section"), fields.integer("epoch"), head, world.table, fields.integer("time_ms")
    )


def deposit_time(fields: Fields) -> None:
    check_deposited_at(fields.integer("time_ms"), fields.integer("leaf_ms"))


def release_time(fields: Fields) -> None:
    check_released_after(fields.integer("time_ms"), fields.integer("leaf_ms"))


_TIMES = frozenset({"time_ms", "leaf_ms"})
OPERATIONS = {
    "sealed_under": Operation(
        sealed_under, frozenset({"world", "links", "section", "epoch", "case_head", "time_ms"}), frozenset({"users"})
    ),
    "deposit_time": Operation(deposit_time, _TIMES),
    "release_time": Operation(release_time, _TIMES),
}


@pytest.mark.parametrize("vector", load("entry_judgement", OPERATIONS), ids=str)
def test_entry_judgement_vector(vector: Vector) -> None:
    vector.check()
