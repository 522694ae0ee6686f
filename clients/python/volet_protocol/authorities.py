"""The numbers of a département, as a hub's operator sets them: `authorities` of `platform.json` (docs/spec/web.md).

Public, and one of the logged files of the web client: who changes a number leaves a trace of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.fields import Fields


@dataclass(frozen=True)
class AuthorityNumbers:
    """The département, and three numbers as they are shown: CRIP, duty prosecutor, vulnerable adults."""

    departement: str
    crip: str
    prosecutor: str
    adults: str

    @staticmethod
    def read(fields: Fields) -> AuthorityNumbers:
        """Read the wire form: all four, none of them empty; refuse less, and complete nothing."""
        names = ("departement", "crip", "prosecutor", "adults")
        found = [fields.label(name) for name in names]
        for name, value in zip(names, found, strict=True):
            if not value.strip():
                raise fields.refuse(name, "empty")
        fields.done()
        return AuthorityNumbers(*found)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {
            "departement": self.departement, "crip": self.crip, "prosecutor": self.prosecutor, "adults": self.adults,
        }  # fmt: skip
