"""Finds the policy table that this version ships, in an installed wheel or in a checkout.

The table is the client's own copy of the rules: one that the hub serves is used only if it is no wider (protocol 2).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import volet_protocol
from volet_protocol.policy_table import PolicyTable


def policies() -> Path:
    """Return the folder of the policy files."""
    package = Path(volet_protocol.__file__).parent
    packaged = package / "_policies"
    return packaged if packaged.is_dir() else package.parent.parent.parent / "policies"


@cache
def shipped_table() -> PolicyTable:
    """Return the decision table that this version ships; read once a process."""
    return PolicyTable.load((policies() / "table.json").read_bytes())


def row_label(row: str, lang: str = "fr") -> str:
    """Return what people call a row of the matrix; the row itself for one that this version does not know."""
    label = _row_labels().get(row)
    return row if label is None else label[1 if lang == "en" else 0]


def profession_label(code: str) -> str:
    """Return the French name of a national code such as `G15:60`; the code itself when it is unknown."""
    return _profession_labels().get(code, code)


@cache
def _profession_labels() -> Mapping[str, str]:
    with (policies() / "professions.csv").open(encoding="utf-8", newline="") as file:
        return {f"{line['code_system']}:{line['code']}": line["label_fr"] for line in csv.DictReader(file)}


@cache
def _row_labels() -> Mapping[str, tuple[str, str]]:
    with (policies() / "matrix.csv").open(encoding="utf-8", newline="") as file:
        return {line["row"]: (line["label_fr"], line["label_en"]) for line in csv.DictReader(file)}
