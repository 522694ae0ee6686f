"""Runs the vectors of facts, support, decisions and the table: what any implementation decides from facts and table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support import vectors
from support.policy_story import POLICIES, shipped
from support.policy_wire import OPERATIONS, decide_vector, read_vector
from support.vectors import Operation, Vector

FACTS = {"read": Operation(read_vector, frozenset({"body"}))}
DECISIONS = {"decide": Operation(decide_vector, frozenset({"table", "kind", "facts", "question"}))}


@pytest.mark.parametrize("vector", vectors.load("facts", FACTS), ids=str)
def test_fact_vector(vector: Vector) -> None:
    vector.check()


@pytest.mark.parametrize("vector", vectors.load("support", FACTS), ids=str)
def test_support_vector(vector: Vector) -> None:
    vector.check()


@pytest.mark.parametrize("vector", vectors.load("decision", DECISIONS), ids=str)
def test_decision_vector(vector: Vector) -> None:
    vector.check()


@pytest.mark.parametrize("vector", vectors.load("policy_table", OPERATIONS), ids=str)
def test_policy_table_vector(vector: Vector) -> None:
    vector.check()


def test_a_decision_under_another_table_is_refused_by_the_runner() -> None:
    vector = vectors.load("decision", DECISIONS)[0]
    with pytest.raises(AssertionError):
        replace(vector, input={**vector.input, "table": "0" * 64}).check()
    assert shipped().size == len((POLICIES / "table.json").read_bytes())
