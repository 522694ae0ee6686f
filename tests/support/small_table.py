"""A policy table small enough to read, so that tests and vectors of the chain do not change with the law.

    {"cells": {"H1": {"medical": "2w"}}, "standing": [["read", "team", "within", "same"], ...]}

Every row has an account and `x` in the cells not named; every question not listed is denied. A table that lets an
emergency read has the emergency set of the law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.policy_table import KEYS, PolicyTable
from volet_protocol.vocabulary import COMPARTMENTS, ROWS

CELLS: Mapping[str, Mapping[str, str]] = {
    "H1": {"medical": "2w", "medication": "2w", "transmissions": "2w", "plan": "1"},
    "H2": {"medical": "2w", "medication": "1", "transmissions": "2w"},
    "S1": {"transmissions": "2w", "social": "2w", "plan": "2w"},
    "S10": {"transmissions": "2w", "social": "2w", "plan": "2w"},
    "C1": {"child_protection": "2w"},
    "O1": {"medical": "2", "medication": "2", "transmissions": "2w", "expression": "2w"},
}
STANDING: Sequence[Sequence[str]] = (
    ("read", "team", "within", "same"), ("read", "team", "within", "cross"), ("write", "team", "within", "-"),
    ("read", "care", "within", "given_same"), ("write", "care", "within", "given"),
    ("read", "self", "within", "-"), ("write", "self", "within", "-"),
    ("read", "list", "within", "-"), ("write", "list", "within", "-"),
    ("read", "own", "-", "-"), ("read", "named", "-", "-"),
    ("exchange_send", "team", "within", "-"), ("exchange_send", "self", "-", "-"),
    ("exchange_receive", "team", "-", "same"), ("exchange_receive", "team", "-", "cross"),
    ("exchange_receive", "self", "-", "-"),
)  # fmt: skip
EMERGENCY: Sequence[Sequence[str]] = (
    ("identity", "1"), ("protection", "1"), ("autonomy", "1"), ("medical", "1"), ("medical", "2"),
    ("medication", "1"), ("medication", "2"),
)  # fmt: skip
CALLED = ("read", "emergency", "within", "-")
_READ = {"1": 1, "2": 2, "1w": 1, "2w": 2}
_WRITE = {"1w": 1, "2w": 2, "ow": 2}


def table_bytes(cells: Mapping[str, Mapping[str, str]] = CELLS, standing: Sequence[Sequence[str]] = STANDING) -> bytes:
    """The canonical bytes of the whole table."""
    permits: list[JsonValue] = [
        [action, cell, str(level), 0]
        for action, reach in (("read", _READ), ("write", _WRITE))
        for cell, most in reach.items()
        for level in range(1, most + 1)
    ]
    tables: dict[str, JsonValue] = {name: [] for name in KEYS}
    tables["cell"] = permits
    tables["standing"] = [[*codes, 0] for codes in standing]
    if any(tuple(codes) == CALLED for codes in standing):
        tables["emergency"] = [[*codes, 0] for codes in EMERGENCY]
    rows: list[JsonValue] = [
        {
            "row": row, "account": True, "cells": {part: cells.get(row, {}).get(part, "x") for part in COMPARTMENTS},
            **({"category": 1 if row[0] == "H" else 2} if row[0] in "HS" else {}),
        }
        for row in ROWS
    ]  # fmt: skip
    outcomes: list[JsonValue] = [{"effect": "permit", "rules": ["R14"], "lines": []}]
    return canonical.encode({"v": 1, "type": "policy-table", "rows": rows, "outcomes": outcomes, "tables": tables})


def small_table(
    cells: Mapping[str, Mapping[str, str]] = CELLS, standing: Sequence[Sequence[str]] = STANDING
) -> PolicyTable:
    return PolicyTable.load(table_bytes(cells, standing))
