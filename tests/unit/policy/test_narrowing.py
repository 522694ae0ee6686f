"""What a controller may narrow, for everybody or for one structure's staff (F36), and that it never opens more."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.policy_story import POLICIES, shipped
from volet_protocol import canonical
from volet_protocol.access import decide
from volet_protocol.canonical import JsonValue
from volet_protocol.case_facts import FactAuthor, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_people import Participation
from volet_protocol.narrowing import Cell, CellChange, Loss, changes, losses, narrow
from volet_protocol.policy_table import CELL_CODES, DENY, EFFECTS, PERMIT, TABLE_LIMIT, PolicyTable, at_most
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS, ROWS
from volet_protocol.words import explain
from volet_service.adapters.policy.build import build
from volet_service.adapters.policy.loader import load
from volet_service.entrypoints.policy_views.situations import STANDINGS, Placing, situation

TABLE = (POLICIES / "table.json").read_bytes()


def narrowed(*cells: Cell) -> PolicyTable:
    return PolicyTable.load(narrow(TABLE, cells))


def refused(*cells: Cell) -> tuple[Reason, str]:
    with pytest.raises(ProtocolError) as caught:
        narrow(TABLE, cells)
    return caught.value.reason, caught.value.what


def test_a_narrowed_table_is_the_one_that_the_builder_makes_of_the_narrowed_matrix(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder, ignore=shutil.ignore_patterns("notices"))
    rows = list(csv.reader((folder / "matrix.csv").read_text("utf-8").splitlines()))
    column = rows[0].index("medication")
    row = next(one for one in rows if one[0] == "H2")
    row[column] = "1w"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (folder / "matrix.csv").write_text(text.getvalue(), "utf-8")
    assert narrow(TABLE, [Cell("H2", "medication", "1w")]) == build(load(folder))


@pytest.mark.parametrize(
    ("row", "part", "code"),
    [("S1", "medication", "2w"), ("H2", "psychological", "1"), ("H3", "medical", "1w"), ("O14", "identity", "0")],
)
def test_a_cell_that_opens_more_is_refused(row: str, part: str, code: str) -> None:
    assert refused(Cell(row, part, code))[0] is Reason.POLICY_TOO_WIDE
    assert refused(Cell(row, part, code, "ccas"))[0] is Reason.POLICY_TOO_WIDE


def test_a_row_a_compartment_and_a_code_that_do_not_exist_are_refused() -> None:
    assert refused(Cell("Z9", "medical", "0"))[0] is Reason.UNKNOWN_REFERENCE
    assert refused(Cell("S1", "medicine", "0"))[0] is Reason.UNKNOWN_REFERENCE
    assert refused(Cell("S1", "medical", "9"))[0] in {Reason.MALFORMED, Reason.POLICY_TOO_WIDE}


def test_a_section_never_loses_its_last_writers_of_a_category_while_others_read_it() -> None:
    """Their words would stay there, and be read by the other category without the notice that they need (R15)."""
    writers = [row.row for row in shipped().rows().values() if row.category == 1 and row.cells["medical"].endswith("w")]
    closed = [Cell(row, "medical", shipped().cell(row, "medical").removesuffix("w")) for row in writers]
    reason, what = refused(*closed)
    assert (reason, what.split(":")[0]) == (Reason.POLICY_TOO_WIDE, "medical/1")
    assert narrow(TABLE, closed[:-1])


def test_a_cell_already_narrowed_is_not_widened_back_by_narrowing() -> None:
    first = narrow(TABLE, [Cell("H2", "medication", "0")])
    with pytest.raises(ProtocolError) as caught:
        narrow(first, [Cell("H2", "medication", "2w")])
    assert caught.value.reason is Reason.POLICY_TOO_WIDE
    assert shipped().wider_than(PolicyTable.load(first)) == ["H2/medication: 0 -> 2w"]


def test_what_changes_and_which_readers_become_a_debt_are_named() -> None:
    table = narrowed(Cell("H2", "medication", "1w"), Cell("S1", "housing", "0", "ccas"))
    assert list(changes(shipped(), table)) == [
        CellChange("H2", "medication", "2w", "1w"),
        CellChange("S1", "housing", shipped().cell("S1", "housing"), "0", "ccas"),
    ]
    assert next(iter(losses(shipped(), table))) == Loss("H2", "medication/2")
    assert {loss.structure for loss in losses(shipped(), table)} == {None, "ccas"}


def housing(table: PolicyTable, structure: str) -> tuple[str, str | None]:
    """What a social worker of a structure may do with the detail of the housing part, and who says so."""
    facts, question = situation(shipped(), Placing("S1", informed=True))
    assert question.capacity is not None
    own = replace(question.capacity, structure=structure)
    fact = next(iter(facts.of(Participation))).fact
    facts = facts.with_record(Record(replace(fact, capacity=own), "own", 9, FactAuthor(""), fact.start_ms))
    decision = decide(table, facts, replace(question, capacity=own, compartment="housing", level=1))
    return decision.effect, decision.narrowed_by


def test_a_structures_narrowing_binds_its_own_staff_and_the_decision_says_so() -> None:
    table = narrowed(Cell("S1", "housing", "0", "ccas"))
    assert housing(shipped(), "ccas") == (PERMIT, None)
    assert housing(table, "ccas") == (DENY, "ccas")
    assert housing(table, "dac") == (PERMIT, None)


def test_what_the_case_already_narrows_for_everybody_is_not_said_to_be_the_structures() -> None:
    table = narrowed(Cell("S1", "housing", "0"), Cell("S1", "budget", "0", "ccas"))
    assert housing(table, "ccas") == (DENY, None)


def test_a_denial_by_ones_own_structure_is_said_in_words() -> None:
    table = narrowed(Cell("S1", "housing", "0", "structure"))
    facts, question = situation(table, Placing("S1", informed=True))
    asked = replace(question, compartment="housing", level=1)
    decision = decide(table, facts, asked)
    assert "Votre structure" in explain(decision, asked, "fr")
    assert "Your structure" in explain(decision, asked, "en")


@pytest.mark.parametrize(
    "lower",
    [lambda _: "0", lambda _: "x", lambda code: code.removesuffix("w"), lambda code: code.replace("2", "1")],
    ids=["none", "never", "read only", "synthesis"],
)
def test_nothing_opens_wider_in_a_narrower_cell(lower: Callable[[str], str]) -> None:
    """Every row in every place it can stand, at both levels: whatever a cell is narrowed to, no answer gets wider."""
    cells = [
        Cell(row.row, part, lower(code), "structure")
        for row in shipped().rows().values()
        for part, code in row.cells.items()
        if lower(code) != code and lower(code) in CELL_CODES and at_most(lower(code), code)
    ]
    own = narrowed(*cells).of("structure")
    assert own is not None
    for standing in STANDINGS:
        for row in ROWS:
            facts, question = situation(shipped(), Placing(row, standing, informed=True, consented=True))
            for part in COMPARTMENTS:
                for level in LEVELS:
                    for action in ("read", "write"):
                        asked = replace(question, action=action, compartment=part, level=level)
                        before, after = decide(shipped(), facts, asked), decide(own, facts, asked)
                        assert EFFECTS.index(after.effect) <= EFFECTS.index(before.effect), (standing, row, part, level)


@pytest.mark.parametrize(
    "structures",
    [
        [{"structure": "ccas", "rows": []}],
        [{"structure": "ccas", "rows": [{"row": "S1", "cells": {}}]}],
        [{"structure": "ccas", "rows": [{"row": "S1", "cells": {"medication": "2w"}}]}],
        [{"structure": "ccas", "rows": [{"row": "Z9", "cells": {"housing": "0"}}]}],
        [{"structure": "ccas", "rows": [{"row": "S1", "cells": {"housing": "0"}}]}] * 2,
        [{"structure": "ccas", "rows": [{"row": "S1", "cells": {"housing": "0"}}] * 2}],
        [{"structure": "ccas", "rows": [{"row": "S1", "cells": {"housing": "0"}}], "more": 1}],
    ],
)
def test_a_table_with_a_narrowing_that_is_not_one_does_not_load(structures: JsonValue) -> None:
    body = dict(canonical.decode(TABLE, TABLE_LIMIT))
    with pytest.raises(ProtocolError):
        PolicyTable.load(canonical.encode({**body, "structures": structures}))


def test_a_table_that_gives_a_structure_back_what_it_had_narrowed_is_wider() -> None:
    table = narrowed(Cell("S1", "housing", "0", "ccas"))
    assert table.wider_than(shipped()) == []
    assert [place.split(":")[0] for place in shipped().wider_than(table)] == ["ccas"]
