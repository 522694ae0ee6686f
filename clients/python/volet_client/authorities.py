"""Whom to call when somebody is in danger: national numbers, and those of the département as they were set.

In this order: a JSON file of one's own that VOLET_AUTHORITIES names, {"departement", "crip", "prosecutor", "adults"};
those that the hub serves beside the web client; examples, which say so: nobody may believe that they would be answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx

from volet_client.errors import UsageError
from volet_client.transport import open_http
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.authorities import AuthorityNumbers
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.web_manifest import PLATFORM

_FIELDS = ("departement", "crip", "prosecutor", "adults")
_LIMIT = 16 * 1024
# Somebody is in danger: what does not come at once is not waited for.
_WAIT_S = 3.0


@dataclass(frozen=True)
class Authorities(AuthorityNumbers):
    """The numbers of one département; `example` when nobody set them."""

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


def find_authorities(path: Path | None, trust: Path) -> Authorities:
    """Return the numbers of one's own file, else of the hub of the trust bundle at `trust`, else the examples."""
    return (read_authorities(path) if path is not None else served_authorities(trust)) or EXAMPLE


def read_authorities(path: Path) -> Authorities:
    """Return the authorities of a file. One that says less is refused, not completed."""
    try:
        found: object = json.loads(path.read_bytes()[:_LIMIT])
        values = cast("Mapping[str, JsonValue]", found if isinstance(found, dict) else {})
        return _shown(AuthorityNumbers.read(Fields(values, "authorities")))
    except (OSError, ValueError, ProtocolError):
        raise UsageError(
            Said(f"{path} ne donne pas les quatre numéros.", f"{path} does not give the four entries."),
            Said(f"Attendu, en JSON : {', '.join(_FIELDS)}.", f"Expected, in JSON: {', '.join(_FIELDS)}."),
        ) from None


def served_authorities(trust: Path) -> Authorities | None:
    """Return the numbers that the pinned hub serves; None where there is no profile, no answer or none was set."""
    try:
        origin = TrustBundle.read(trust.read_bytes()).content.hub
        with open_http(origin) as http:
            answer = http.get(f"/{PLATFORM}", timeout=_WAIT_S)
        fields = Fields(canonical.decode(answer.content, _LIMIT), PLATFORM)
        numbers = fields.optional("authorities", lambda name: AuthorityNumbers.read(fields.nested(name)))
    except (OSError, httpx.HTTPError, ProtocolError):
        return None
    return None if numbers is None else _shown(numbers)


def _shown(numbers: AuthorityNumbers) -> Authorities:
    return Authorities(numbers.departement, numbers.crip, numbers.prosecutor, numbers.adults)
