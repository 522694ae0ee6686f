"""The matrix said a second time, by compartment instead of by row: one cell changed in one of them is seen.

Whoever changes the law says it twice: here who reaches how far into each part, in matrix.csv what each row may have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from support.policy_story import POLICIES
from volet_protocol.policy_table import CELL_CODES
from volet_protocol.vocabulary import COMPARTMENTS, ROWS
from volet_service.adapters.policy.loader import MatrixRow, read_matrix
from volet_service.domain.policy_codes import PolicyError

CEILINGS: Mapping[str, Mapping[str, str]] = {
    "identity": {
        "2w": "H1 H1p H2 S1 S7a S7b S8 S11 S12 S13 M1 O1 O2 O3 O9",
        "2": "H3 H4 H5 S2 S3 S4 S5 S6 S7c S9 S10 M2 C1 O4",
        "1": "O5",
        "0": "O6 O7 O8",
        "s1": "C2 C3",
        "s": "O13",
        "x": "O10 O11 O12 O14",
    },
    "rights": {
        "2w": "S1 S7b S8 S12 S13 M1 O1 O4",
        "2": "S10 M2 O2",
        "1w": "S7c S11 O5",
        "1": "H1 H1p H2 S5 C1 O9",
        "0": "H3 H4 H5 S2 S3 S4 S6 S9 O6 O7 O8",
        "s1": "C2 C3",
        "s": "O13",
        "m2w": "S7a O3",
        "x": "O10 O11 O12 O14",
    },
    "social": {
        "2w": "S1 S5",
        "2": "O1 O2 O3",
        "1w": "S7c S8 S12 S13 M1",
        "1": "H1 H1p H2 H4 S2 S3 S4 S10 M2 O9",
        "0": "H3 H5 S6 S7b S9 S11 O4 O5 O6 O7",
        "s2w": "C1",
        "s1": "C2 C3",
        "s": "O11 O13",
        "m1w": "S7a",
        "x": "O8 O10 O12 O14",
    },
    "housing": {
        "2w": "S1 S7b S8 O4",
        "2": "O1 O2",
        "1w": "S12 S13",
        "1": "H1 H1p H2 H4 S3 S5 S7c S9 S10 M1 M2 C1 O5 O9",
        "0": "H3 H5 S2 S11 O6 O7 O10",
        "s2": "C2 C3",
        "s": "O13",
        "m2w": "S7a O3",
        "x": "S4 S6 O8 O11 O12 O14",
    },
    "budget": {
        "2w": "S1 S7b S7c S8 O4",
        "2": "O1 O2",
        "1w": "S11 S12 O5",
        "1": "S5 S10 S13 M1 C1",
        "0": "H1 H1p H2 M2 O6 O7",
        "s2": "C3",
        "s1": "C2",
        "s": "O13",
        "m2w": "S7a O3",
        "x": "H3 H4 H5 S2 S3 S4 S6 S9 O8 O9 O10 O11 O12 O14",
    },
    "medical": {
        "2w": "H1 H1p H2 M2 O9",
        "2": "O1",
        "1": "H3 H4 H5 S1 S2 S3 S4 S5 S6 S13",
        "0": "S8 S9 S10 S12 O6 O7",
        "s1": "C1",
        "s": "O13",
        "m2": "O2 O3",
        "m1": "S7a",
        "x": "S7b S7c S11 C2 C3 O4 O5 O8 O10 O11 O12 O14",
        "x*": "M1",
    },
    "medication": {
        "2w": "H1 H1p H2 H3 O9",
        "2": "O1",
        "1": "H4 H5 S2 S3 S4 S5 S6 S9 S13 M2",
        "0": "S1 S8 S10 S12 C1 O6 O7",
        "s": "O13",
        "m2": "O2 O3",
        "m1": "S7a",
        "x": "S7b S7c S11 C2 C3 O4 O5 O8 O10 O11 O12 O14",
        "x*": "M1",
    },
    "psychological": {
        "2w": "H1p S2",
        "2": "O1",
        "1w": "H1 O9",
        "1": "M2",
        "0": "H2 H3 H4 H5 S1 S3 S4 S5 S6 S7a S8 S9 S10 S12 S13 M1",
        "s1": "C1",
        "s": "O13",
        "m1": "O2 O3",
        "x": "S7b S7c S11 C2 C3 O4 O5 O6 O7 O8 O10 O11 O12 O14",
    },
    "autonomy": {
        "2w": "H1 H1p H2 H4 S2 S12 S13 M1 M2 O9",
        "2": "S1 O1 O2 O3",
        "1w": "H5 S3 S5 S9",
        "1": "S4 S6 S7a S8 S10 C1",
        "0": "H3 S7b S7c O4 O5 O6 O7 O8",
        "s": "O13",
        "x": "S11 C2 C3 O10 O11 O12 O14",
    },
    "education": {
        "2w": "S1 S5",
        "2": "M1 O1 O2 O3",
        "1w": "S4 S8",
        "1": "H1 H1p H4 S2 S7a S10 S13 M2 O9",
        "0": "H2 H5 S3 S6 S7b S7c S11 O4 O5 O6 O7 O8",
        "s2w": "C1",
        "s": "O13",
        "x": "H3 S9 S12 C2 C3 O10 O11 O12 O14",
    },
    "protection": {
        "2w": "S1 S7a S7b O3 O4",
        "2": "O1 O2",
        "1w": "O5",
        "1": "H1 H1p H2 S2 S5 S7c S8 S10 S11 S12 S13 M1 M2 C1 O9",
        "0": "H3 H4 H5 S3 S4 S6 S9 O6 O7",
        "s": "O13",
        "x": "C2 C3 O8 O10 O11 O12 O14",
    },
    "plan": {
        "2w": "H1 H1p H2 H4 S1 S2 S3 S5 S8 S13 O1 O2 O3 O9",
        "2": "H5 S4 S10",
        "1w": "S7c S12",
        "1": "S6 S7b S9 M1 M2 O4 O5",
        "0": "H3 S11 O6 O7 O8",
        "s2w": "C1",
        "s": "O13",
        "m2w": "S7a",
        "x": "C2 C3 O10 O11 O12 O14",
    },
    "transmissions": {
        "2w": "H1 H1p H2 H4 H5 S2 S3 S4 S5 S6 S9",
        "2": "O1",
        "1w": "S1 S8 S13",
        "1": "S10 O2 O3",
        "ow": "H3",
        "0": "S7a S7c S12 O6 O7 O9",
        "s1": "C1",
        "s": "O13",
        "x": "S7b S11 M1 M2 C2 C3 O4 O5 O8 O10 O11 O12 O14",
    },
    "child_protection": {
        "s2w": "C1",
        "s1": "O1",
        "s": "H1 H1p H2 H3 H4 H5 S1 S2 S3 S4 S5 S6 S7c S8 S9 S10 S13 O13",
        "s0": "O2",
        "x": "S7a S7b S11 S12 M1 M2 C2 C3 O3 O4 O5 O6 O7 O8 O9 O10 O11 O12 O14",
    },
    "expression": {
        "2w": "H5 S1 S2 S3 S4 S5 S7a S8 S12 S13 M1 M2 C1 O1",
        "2": "H1 H1p H2 H4 S10 O2 O3 O9",
        "1w": "S6 S9",
        "1": "S7b S7c O4 O5",
        "0": "H3 S11 O6 O7 O8",
        "s": "O13",
        "x": "C2 C3 O10 O11 O12 O14",
    },
}
CATEGORIES: Mapping[int, str] = {
    1: "H1 H1p H2 H3 H4 H5 O9",
    2: "S1 S2 S3 S4 S5 S6 S7a S7b S7c S8 S9 S10 S11 S12 S13",
}
WITHOUT_ACCOUNT = "C2 C3 O6 O7 O8 O10 O11 O12 O13"
TEXT = (POLICIES / "matrix.csv").read_text("utf-8")
LINES = TEXT.splitlines()
CHARACTERS = '0129smowxyesno|-* "*'


def problems(rows: Sequence[MatrixRow]) -> Iterator[str]:
    """Name each cell, category and account that the two statements say otherwise."""
    for row in rows:
        for part, said in CEILINGS.items():
            if row.row not in said.get(row.cells[part], "").split():
                yield f"{row.row}/{part}: {row.cells[part]}"
        if (row.row in WITHOUT_ACCOUNT.split()) == row.account:
            yield f"{row.row}: account"
        if row.category != next((one for one, said in CATEGORIES.items() if row.row in said.split()), None):
            yield f"{row.row}: category"


def unnoticed(line: int, column: int, cell: str) -> bool:
    """Tell whether a matrix with that cell loads and says nothing else than this file."""
    cells = LINES[line].rsplit(",", len(COMPARTMENTS) + 2)
    cells[column] = cell
    try:
        rows = list(read_matrix("\n".join([*LINES[:line], ",".join(cells), *LINES[line + 1 :], ""])))
    except PolicyError:
        return False
    return not list(problems(rows))


def edits(cell: str) -> Iterator[str]:
    """Yield every single-character change of a cell."""
    for position in range(len(cell) + 1):
        before, after = cell[:position], cell[position:]
        if after:
            yield before + after[1:]
        for character in dict.fromkeys(CHARACTERS):
            yield before + character + after
            if after and after[0] != character:
                yield before + character + after[1:]


def test_the_two_statements_of_the_matrix_agree() -> None:
    assert list(problems(list(read_matrix(TEXT)))) == []
    for said in CEILINGS.values():
        assert sorted(" ".join(said.values()).split()) == sorted(ROWS)


@pytest.mark.slow
def test_no_single_character_of_a_cell_can_be_wrong_unnoticed() -> None:
    tried = refused = 0
    spelt: set[str] = set()
    for line, text in enumerate(LINES[1:], 1):
        # Category, account, then the fifteen cells; none of them is ever quoted.
        for column, cell in enumerate(text.rsplit(",", len(COMPARTMENTS) + 2)[1:], 1):
            for edited in sorted(set(edits(cell))):
                tried += 1
                # What is no code of a cell is refused in any place alike: tried once.
                if column > 2 and edited not in CELL_CODES:
                    refused += 1
                    if edited in spelt:
                        continue
                    spelt.add(edited)
                assert not unnoticed(line, column, edited), (text.split(",")[0], column, edited)
    assert tried > 20_000
    assert refused > tried / 2


@pytest.mark.parametrize("line", range(len(LINES)))
def test_a_line_left_out_doubled_or_blank_is_refused(line: int) -> None:
    for changed in (
        [*LINES[:line], *LINES[line + 1 :]],
        [*LINES[: line + 1], *LINES[line:]],
        [*LINES[:line], "", *LINES[line:]],
        [*LINES[:line], f"{LINES[line]},", *LINES[line + 1 :]],
        [*LINES[:line], LINES[line].rpartition(",")[0], *LINES[line + 1 :]],
    ):
        with pytest.raises(PolicyError):
            list(read_matrix("\n".join([*changed, ""])))


def test_two_rows_in_another_order_are_refused() -> None:
    with pytest.raises(PolicyError, match="order"):
        list(read_matrix("\n".join([LINES[0], LINES[2], LINES[1], *LINES[3:], ""])))
