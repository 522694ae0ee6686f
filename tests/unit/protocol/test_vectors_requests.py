"""Vectors of answers to the person's requests (docs/spec/facts.md, R1 to R4)."""

from __future__ import annotations

import pytest

from support.case_runner import OPERATIONS
from support.vectors import Vector, load


@pytest.mark.parametrize("vector", load("request_answers", {"entitled": OPERATIONS["entitled"]}), ids=str)
def test_request_answers_vector(vector: Vector) -> None:
    vector.check()
