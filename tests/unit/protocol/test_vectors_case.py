"""Vectors of case chains, section keys, openings and exchanges (docs/spec/case-chains.md and its neighbours)."""

from __future__ import annotations

import pytest

from support.case_runner import FORMATS, OPERATIONS
from support.vectors import Vector, load

VECTORS = [
    vector
    for name, operations in FORMATS.items()
    for vector in load(name, {operation: OPERATIONS[operation] for operation in operations})
]


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_case_vector(vector: Vector) -> None:
    vector.check()
