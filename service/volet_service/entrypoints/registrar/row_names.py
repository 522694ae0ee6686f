"""What people call the rows of the access matrix, as `policies/matrix.csv` has them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RowName:
    """A row in French and English, and the category of the professionals in it: 1, 2, or none."""

    fr: str
    en: str
    category: str


def read_row_names(matrix: Path) -> Mapping[str, RowName]:
    """Read the matrix; raise `OSError`."""
    with matrix.open(encoding="utf-8", newline="") as file:
        return {
            line["row"]: RowName(line["label_fr"], line["label_en"], line["category"]) for line in csv.DictReader(file)
        }
