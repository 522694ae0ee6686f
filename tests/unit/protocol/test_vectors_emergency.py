"""Vectors of emergencies (docs/spec/emergencies.md)."""

from __future__ import annotations

import pytest

from support.emergency_runner import OPERATIONS
from support.vectors import Vector, load


@pytest.mark.parametrize("vector", load("emergency", OPERATIONS), ids=str)
def test_emergency_vector(vector: Vector) -> None:
    vector.check()
