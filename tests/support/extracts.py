"""Extracts of the national directory for tests: invented lines by what a test says of them, and files of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from volet_protocol.extract_lines import KEPT, SEPARATOR
from volet_protocol.national_ids import TEST_RPPS, luhn_key
from volet_service.bootstrap import admin
from volet_service.domain.synthetic_extract import COLUMNS, HEADER, extract_lines

DUPONT = 9_000_001


def rpps(number: int) -> str:
    """An RPPS number of the test range."""
    digits = f"{TEST_RPPS}{number:07d}"
    return digits + luhn_key(digits)


def line(number: int, who: str, profession: str, place: str, structure: str = "", **more: str) -> str:
    """A line of the national format: `who` is first name and name; `more` by the names of columns, `_` for blanks."""
    first, name = who.split()
    filled = {
        "Type d'identifiant PP": "8", "Identifiant PP": rpps(number), "Identification nationale PP": f"8{rpps(number)}",
        "Nom d'exercice": name, "Prénom d'exercice": first, "Code profession": profession,
        "Raison sociale site": structure, "Libellé commune (coord. structure)": place,
        **{column.replace("_", " "): value for column, value in more.items()},
    }  # fmt: skip
    return SEPARATOR.join(filled.get(column, "") for column in COLUMNS)


PEOPLE = (
    line(DUPONT, "Hélène DUPONT", "60", "Grenoble", "Cabinet infirmier du Drac"),
    line(DUPONT, "Hélène DUPONT", "60", "Échirolles", "Résidence des Œillets"),
    line(9_000_002, "Jean-Noël DUPONT", "10", "Grenoble", "CHU Grenoble Alpes"),
    line(9_000_003, "Zoé LEFÈVRE", "91", "Saint-Martin-d'Hères", "Maison de santé du Parc"),
    line(9_000_004, "Ali BENAÏSSA", "99", "Grenoble", "CHU Grenoble Alpes", Code_rôle="313"),
    line(9_000_005, "Hugo DUPUIS", "60", "Grenoble", "Cabinet infirmier du Drac"),
)


def write_extract(path: Path, lines: Sequence[str] = PEOPLE, invented: int = 0, seed: int = 7) -> Path:
    """Write a file of these lines behind so many invented ones."""
    every = [*extract_lines(invented, seed), *lines] if invented else [HEADER, *lines]
    path.write_text("".join(f"{one}\n" for one in every), "utf-8")
    return path


def import_extract(hub: Path, file: Path, *words: str) -> None:
    """Put a file in force in the folder of a stopped hub."""
    assert admin.run(["directory", "import", str(file), str(hub), "--test", *words]) == 0


def kept(raw: str) -> str:
    """What is kept of a line of the national format."""
    values = dict(zip(COLUMNS, raw.split(SEPARATOR), strict=True))
    return SEPARATOR.join(values[column] for column in KEPT)
