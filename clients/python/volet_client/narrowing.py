"""How a controller says which cells to narrow, and what a table changes, told in words before anybody signs it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from volet_client.controller import read_public
from volet_client.errors import UsageError
from volet_client.resources import row_label
from volet_client.words import Said
from volet_protocol import narrowing
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.narrowing import Cell, CellChange, Loss
from volet_protocol.policy_table import PolicyTable
from volet_protocol.vocabulary import COMPARTMENTS
from volet_protocol.words import part_name

_WORDS = {"none": "0", "rien": "0", "never": "x", "jamais": "x"}
_CELL_PARTS = 3
_FOUNDED = ("row", "category", "account")
_MATRIX = "policies/matrix.csv"


def read_cells(given: Iterable[str], structure: str | None) -> list[Cell]:
    """Return the cells that lines such as `S3 medication none` name; `structure`: for that structure's staff only."""
    cells: list[Cell] = []
    for line in given:
        words = line.split()
        if len(words) != _CELL_PARTS:
            raise UsageError(
                Said(f"Case inattendue : {line}.", f"Unexpected cell: {line}."),
                Said('Par exemple --cell "S3 medication none".', 'For example --cell "S3 medication none".'),
            )
        row, compartment, code = words
        cells.append(Cell(row, compartment, _WORDS.get(code, code), structure))
    return cells


def read_matrix(path: Path, table: PolicyTable, structure: str | None) -> list[Cell]:
    """Return the cells in which a file of the form of policies/matrix.csv differs from a table."""
    reader = csv.DictReader(io.StringIO(read_public(path).decode("utf-8", "replace")))
    if not {*_FOUNDED, *COMPARTMENTS} <= set(reader.fieldnames or ()):
        raise UsageError(
            Said(f"{path} n'a pas les colonnes de {_MATRIX}.", f"{path} lacks the columns of {_MATRIX}."),
            Said("volet policy matrix --format csv", "volet policy matrix --format csv"),
        )
    lines = {line["row"]: line for line in reader}
    if lines.keys() != table.rows().keys():
        raise UsageError(Said(f"{path} n'a pas les lignes de la matrice.", f"{path} lacks rows of the matrix."))
    cells: list[Cell] = []
    for name, row in table.rows().items():
        line = lines[name]
        if (line["category"], line["account"]) != (str(row.category or ""), "yes" if row.account else "no"):
            raise UsageError(
                Said(f"{path}, ligne {name} : seules les cases changent.", f"{path}, row {name}: only cells change.")
            )
        cells += [Cell(name, part, line[part], structure) for part in COMPARTMENTS if line[part] != row.cells[part]]
    return cells


def narrow(data: bytes, cells: Iterable[Cell]) -> bytes:
    """Return the bytes of the narrowed table; raise `UsageError` in words for what a controller may not do."""
    try:
        return narrowing.narrow(data, cells)
    except ProtocolError as error:
        if error.reason is Reason.POLICY_TOO_WIDE:
            raise too_wide(error.what) from None
        raise UsageError(
            Said(f"Cette case n'existe pas : {error.what}.", f"There is no such cell: {error.what}."),
            Said("volet policy matrix les montre.", "volet policy matrix shows them."),
        ) from None


def too_wide(place: str) -> UsageError:
    """Return the refusal of a table that opens more than it may."""
    return UsageError(
        Said(f"Cette table permet plus que la loi livrée : {place}.", f"Wider than the ceiling: {place}."),
        Said("Une table ne peut que restreindre.", "A table can only narrow."),
    )


def changed(old: PolicyTable, new: PolicyTable) -> dict[str, JsonValue]:
    """Return what changes between two tables, for machines."""
    lost = list(narrowing.losses(old, new))
    return {
        "changes": [
            {"row": one.row, "compartment": one.compartment, "before": one.before, "after": one.after, **_of(one)}
            for one in narrowing.changes(old, new)
        ],
        "revoke": [{"row": one.row, "section": one.section, **_of(one)} for one in lost],
        "rotate": [*sorted({one.section for one in lost})],
        "wider": list(new.wider_than(old)),
    }


def told(old: PolicyTable, new: PolicyTable) -> Iterator[Said]:
    """Yield what changes between two tables, in words: cells, grants to revoke, sections to rotate."""
    cells, lost = list(narrowing.changes(old, new)), list(narrowing.losses(old, new))
    for one in cells:
        yield Said(
            f"{_who(one, 'fr')} · {part_name(one.compartment, 'fr')} : {one.before} devient {one.after}",
            f"{_who(one, 'en')} · {part_name(one.compartment, 'en')}: {one.before} becomes {one.after}",
        )
    for loss in lost:
        yield Said(
            f"Clés à retirer : {_who(loss, 'fr')}, {loss.section}.",
            f"Keys to revoke: {_who(loss, 'en')}, {loss.section}.",
        )
    sections = ", ".join(sorted({loss.section for loss in lost}))
    if sections:
        yield Said(
            f"Dans chaque dossier, la prochaine écriture renouvelle les clés de : {sections}.",
            f"In each case the next write renews the keys of: {sections}.",
        )
    for place in new.wider_than(old):
        yield Said(f"Permet de nouveau : {place}.", f"Allows again: {place}.")
    yield Said(
        f"Cases qui changent : {len(cells)} ; table {old.hash[:16]}, puis {new.hash[:16]}.",
        f"Cells that change: {len(cells)}; table {old.hash[:16]}, then {new.hash[:16]}.",
    )


def _of(one: CellChange | Loss) -> dict[str, JsonValue]:
    return {} if one.structure is None else {"structure": one.structure}


def _who(one: CellChange | Loss, lang: str) -> str:
    label = f"{row_label(one.row, lang)} ({one.row})"
    return label if one.structure is None else f"{label}, {one.structure}"
