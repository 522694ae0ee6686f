"""National codes of professions and roles, with their dates: which row of the matrix one gives on a day, and its words.

From policies/professions.csv. A code outside the dates of its system gives no row on a new attestation; one without a
row leaves named exchanges alone (law of CSP R1110-2). The end is excluded: a code ended on the day it was made never
counted.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

HEALTH, TITLES, SOCIAL, ROLES, FUNCTIONS = "G15", "R95", "R94", "R85", "J47"
# The profession of who is described by a role alone (TRE_R291).
BY_ROLE: Final = "99"
# In this order: a health profession decides before a title, since its letter of R1110-2 comes first.
_PROFESSIONS = (HEALTH, TITLES, SOCIAL)


@dataclass(frozen=True)
class NationalCode:
    """One code of one system; `row` and `category` are None where it gives none."""

    system: str
    code: str
    label: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    row: str | None
    category: int | None

    def holds(self, day: dt.date) -> bool:
        """Tell whether the code is in force on a day: start included, end excluded."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class NationalCodes:
    """All codes, by system and code."""

    codes: Mapping[tuple[str, str], NationalCode]

    @staticmethod
    def read(lines: Iterable[str]) -> NationalCodes:
        """Read the lines of professions.csv."""
        return NationalCodes({
            (row["code_system"], row["code"]): NationalCode(
                row["code_system"], row["code"], row["label_fr"], _date(row["valid_from"]), _date(row["valid_to"]),
                row["row"] or None, int(row["category"]) if row["category"] else None,
            )
            for row in csv.DictReader(lines)
        })  # fmt: skip

    def is_profession(self, code: str) -> bool:
        """Tell whether a code is, or was, a profession of any system."""
        return code == BY_ROLE or any((system, code) in self.codes for system in _PROFESSIONS)

    def is_role(self, code: str) -> bool:
        """Tell whether a code is, or was, a role."""
        return (ROLES, code) in self.codes

    def of(self, profession: str, role: str, day: dt.date) -> NationalCode | None:
        """Return the code that decides the row of a practice on a day, None where none is in force.

        The profession decides; whoever has none but « 99 » is described by the role. A function (J47) decides nothing.
        """
        tried = [(ROLES, role)] if profession == BY_ROLE else [(system, profession) for system in _PROFESSIONS]
        found = (self.codes[key] for key in tried if key in self.codes)
        return next((code for code in found if code.holds(day)), None)

    def labels(self) -> list[tuple[str, str]]:
        """Return (code, label) of every profession and role, those that ended too: extracts still name them."""
        return [(code.code, code.label) for code in self.codes.values() if code.system in {*_PROFESSIONS, ROLES}]


def practised(profession: str, role: str) -> str:
    """Return the one code by which a practice is looked for: its role where no profession describes it."""
    return role if profession == BY_ROLE and role else profession


def _date(written: str) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None
