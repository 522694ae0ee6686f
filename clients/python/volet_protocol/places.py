"""Where an entry stands: compartments, levels, visibility classes, sections and places (docs/spec/entries.md).

A place names one list of a case: `section:medical/2`, `masked:medical/2`, `exchange:<exchange id>`, or
`report:<32 random bytes in hex>`: a report of danger stands alone, among those it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from volet_protocol.encodings import is_hash
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS

MAIN = "main"
CHILD_PROTECTION = "child_protection"
CLASSES = (MAIN, CHILD_PROTECTION, "minor_secret", "third_party_hidden")

SECTION = "section"
MASKED = "masked"
EXCHANGE = "exchange"
REPORT = "report"
HIDDEN = "third_party_hidden"


@lru_cache(maxsize=256)
def section_code(compartment: str, level: int) -> str:
    """Return `medical/2` for a compartment and a level; refuse what is not in the closed lists."""
    if compartment not in COMPARTMENTS or level not in LEVELS:
        raise ProtocolError(Reason.MALFORMED, f"section {compartment}/{level}")
    return f"{compartment}/{level}"


SECTIONS = tuple(section_code(compartment, level) for compartment in COMPARTMENTS for level in LEVELS)


@lru_cache(maxsize=256)
def class_of(section: str) -> str:
    """Return the visibility class whose chain carries the keys of a section."""
    if section not in SECTIONS:
        raise ProtocolError(Reason.MALFORMED, f"section {section}")
    return CHILD_PROTECTION if section.startswith(f"{CHILD_PROTECTION}/") else MAIN


@dataclass(frozen=True)
class Place:
    """One list of a case: `kind` is section, masked, exchange or report; `name` a section code, or a hash."""

    kind: str
    name: str

    @cached_property
    def _text(self) -> str:
        return f"{self.kind}:{self.name}"

    def __str__(self) -> str:
        return self._text

    @staticmethod
    @lru_cache(maxsize=4096)  # every entry of a list names the same place
    def parse(text: str) -> Place:
        """Read the wire form; raise malformed."""
        kind, colon, name = text.partition(":")
        known = name in SECTIONS if kind in {SECTION, MASKED} else kind in {EXCHANGE, REPORT} and is_hash(name)
        if not colon or not known:
            raise ProtocolError(Reason.MALFORMED, f"place {text[:128]}")
        return Place(kind, name)
