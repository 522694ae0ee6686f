"""Whom to call when somebody is in danger: national numbers, and those of the département as the controller sets them.

VOLET_AUTHORITIES names a JSON file {"departement", "crip", "prosecutor", "adults"}: names and numbers as shown.
Without it the numbers of the département are examples, and say so: nobody may believe that they would be answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from volet_client.errors import UsageError
from volet_client.words import Said

_FIELDS = ("departement", "crip", "prosecutor", "adults")
_LIMIT = 16 * 1024


@dataclass(frozen=True)
class Authorities:
    """The numbers of one département; `example` when nobody set them."""

    departement: str
    crip: str
    prosecutor: str
    adults: str
    example: bool = False

    def screen(self) -> list[Said]:
        """Return the first screen of every report: whom to call now."""
        lines = [
            Said("DANGER IMMÉDIAT : appelez le 17 (police, gendarmerie), le 15 ou le 112.",
                 "IMMEDIATE DANGER: call 17 (police), 15 or 112."),
            Said("Enfant en danger : 119, jour et nuit.", "Child in danger: 119, day and night."),
            Said("Adulte âgé ou handicapé maltraité : 3977.", "Elderly or disabled adult ill-treated: 3977."),
            Said(f"CRIP, {self.departement} : {self.crip}", f"CRIP, {self.departement}: {self.crip}"),
            Said(f"Cellule adultes vulnérables : {self.adults}", f"Vulnerable adults: {self.adults}"),
            Said(f"Procureur de permanence : {self.prosecutor}", f"Duty prosecutor: {self.prosecutor}"),
        ]  # fmt: skip
        if self.example:
            lines.append(
                Said(
                    "Les trois derniers numéros sont des EXEMPLES : votre responsable ne les a pas encore renseignés.",
                    "The last three numbers are EXAMPLES: your controller has not set them yet.",
                )
            )
        return lines


EXAMPLE = Authorities(
    "département d'exemple", "00 00 00 00 01 (exemple)", "00 00 00 00 02 (exemple)", "00 00 00 00 03 (exemple)",
    example=True,
)  # fmt: skip


def read_authorities(path: Path | None) -> Authorities:
    """Return the authorities of a file; the examples without one. A file that says less is refused, not completed."""
    if path is None:
        return EXAMPLE
    try:
        found: object = json.loads(path.read_bytes()[:_LIMIT])
    except (OSError, ValueError):
        found = None
    values = cast("Mapping[str, object]", found if isinstance(found, dict) else {})
    told = [value for name in _FIELDS if isinstance(value := values.get(name), str) and value.strip()]
    if set(values) != set(_FIELDS) or len(told) != len(_FIELDS):
        raise UsageError(
            Said(f"{path} ne donne pas les quatre numéros.", f"{path} does not give the four entries."),
            Said(f"Attendu, en JSON : {', '.join(_FIELDS)}.", f"Expected, in JSON: {', '.join(_FIELDS)}."),
        )
    departement, crip, prosecutor, adults = told
    return Authorities(departement, crip, prosecutor, adults)
