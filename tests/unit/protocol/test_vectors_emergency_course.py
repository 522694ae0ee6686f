"""Vectors of what follows the declaration of an emergency (docs/spec/emergencies.md)."""

from __future__ import annotations

import pytest

from support.emergency_course_runner import OPERATIONS
from support.vectors import Vector, load


@pytest.mark.parametrize("vector", load("emergency_course", OPERATIONS), ids=str)
def test_emergency_course_vector(vector: Vector) -> None:
    vector.check()
