"""Narrower policy tables made from a table, and what changes between two (docs/spec/policy-table.md, F36).

A controller narrows cells; the closed questions and their answers stay those of the table that the law was built into.
So the bytes made here are those that the builder makes from the narrowed matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.policy_table import TABLE_LIMIT, PolicyTable, Row, at_most
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS


@dataclass(frozen=True)
class Cell:
    """What a cell of the matrix shall be: for everybody, or for the staff of one structure only."""

    row: str
    compartment: str
    code: str
    structure: str | None = None


@dataclass(frozen=True)
class CellChange:
    """A cell that differs between two tables; of one structure's staff, or of everybody for None."""

    row: str
    compartment: str
    before: str
    after: str
    structure: str | None = None


@dataclass(frozen=True)
class Loss:
    """A section that a row could read before and cannot now: its readers of that row are a debt (protocol 6.5)."""

    row: str
    section: str
    structure: str | None = None


def narrow(data: bytes, cells: Iterable[Cell]) -> bytes:
    """Return the bytes of a table with these cells narrowed.

    Raises `ProtocolError`: policy-too-wide for a cell that would open more, unknown-reference for one not in the
    matrix, malformed for a code that does not exist.
    """
    table = PolicyTable.load(data)
    body = dict(canonical.decode(data, TABLE_LIMIT))
    rows = [dict(cast("JsonObject", row)) for row in cast("list[JsonValue]", body["rows"])]
    own = {structure: _own_cells(table, structure) for structure in table.structures}
    for cell in cells:
        bound = (None if cell.structure is None else table.of(cell.structure)) or table
        before = bound.cell(cell.row, cell.compartment)
        if not at_most(cell.code, before):
            raise ProtocolError(Reason.POLICY_TOO_WIDE, f"{cell.row}/{cell.compartment}: {before} -> {cell.code}")
        if cell.structure is None:
            row = next(one for one in rows if one["row"] == cell.row)
            row["cells"] = {**cast("JsonObject", row["cells"]), cell.compartment: cell.code}
        else:
            own.setdefault(cell.structure, {})[cell.row, cell.compartment] = cell.code
    body["rows"] = cast("JsonValue", rows)
    structures = _structures(own, {str(row["row"]): cast("JsonObject", row["cells"]) for row in rows})
    if structures:
        body["structures"] = structures
    else:
        body.pop("structures", None)
    made = canonical.encode(body)
    wider = PolicyTable.load(made).wider_than(table)
    if wider:
        raise ProtocolError(Reason.POLICY_TOO_WIDE, wider[0])
    return made


def changes(old: PolicyTable, new: PolicyTable) -> Iterator[CellChange]:
    """Yield every cell that differs: those of everybody, then those of each structure's staff."""
    for structure, before, after in _sides(old, new):
        for name, row in before.rows().items():
            for part in COMPARTMENTS:
                was, now = row.cells[part], after.rows()[name].cells[part]
                # What a structure shares with everybody is said once, of everybody.
                shared = (old.rows()[name].cells[part], new.rows()[name].cells[part]) == (was, now)
                if was != now and (structure is None or not shared):
                    yield CellChange(name, part, was, now, structure)


def losses(old: PolicyTable, new: PolicyTable) -> Iterator[Loss]:
    """Yield each section that a row could read under the old table and cannot under the new one."""
    everybody = {(loss.row, loss.section) for loss in _lost(old, new, None)}
    for structure, before, after in _sides(old, new):
        for loss in _lost(before, after, structure):
            if structure is None or (loss.row, loss.section) not in everybody:
                yield loss


def _sides(old: PolicyTable, new: PolicyTable) -> Iterator[tuple[str | None, PolicyTable, PolicyTable]]:
    yield None, old, new
    for structure in sorted({*old.structures, *new.structures}):
        yield structure, old.of(structure) or old, new.of(structure) or new


def _lost(old: PolicyTable, new: PolicyTable, structure: str | None) -> Iterator[Loss]:
    for name, row in old.rows().items():
        now = new.rows()[name]
        for part in COMPARTMENTS:
            for level in LEVELS:
                if _reads(old, row, part, level) and not _reads(new, now, part, level):
                    yield Loss(name, f"{part}/{level}", structure)


def _reads(table: PolicyTable, row: Row, part: str, level: int) -> bool:
    return row.account and table.within("read", row.cells[part], level)


def _own_cells(table: PolicyTable, structure: str) -> dict[tuple[str, str], str]:
    bound = table.of(structure) or table
    return {
        (name, part): code
        for name, row in bound.rows().items()
        for part, code in row.cells.items()
        if code != table.cell(name, part)
    }


def _structures(own: dict[str, dict[tuple[str, str], str]], everybody: dict[str, JsonObject]) -> list[JsonValue]:
    """Return the wire form: only what a structure narrows further than the table does for everybody."""
    made: list[JsonValue] = []
    for structure, cells in sorted(own.items()):
        rows: dict[str, dict[str, JsonValue]] = {}
        for (row, part), code in sorted(cells.items()):
            wide = str(everybody[row][part])
            if code != wide and at_most(code, wide):
                rows.setdefault(row, {})[part] = code
        if rows:
            made.append({
                "structure": structure, "rows": [{"row": row, "cells": codes} for row, codes in rows.items()],
            })  # fmt: skip
    return made
