"""Lines of the national directory's public extract, and the extract that a leaf names (docs/spec/extract.md).

The root is over what is kept of each accepted line, in the order of the file: whoever has the national file computes it
again. A line that the hub shows comes with its inclusion, so that the hub invents no profession for a national id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from volet_protocol import canonical, merkle
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256

TYPE: Final = "directory-extract"
VERSION: Final = 1
SEPARATOR: Final = "|"
MAX_LINE: Final = 4096
# What is kept, by the national names and in the national order: no address, no telephone, no e-mail.
KEPT: Final = (
    "Type d'identifiant PP", "Identifiant PP", "Identification nationale PP", "Nom d'exercice", "Prénom d'exercice",
    "Code profession", "Libellé profession", "Code catégorie professionnelle", "Code savoir-faire",
    "Libellé savoir-faire", "Code mode exercice", "Numéro SIRET site", "Numéro FINESS site",
    "Identifiant technique de la structure", "Raison sociale site", "Code postal (coord. structure)",
    "Code commune (coord. structure)", "Libellé commune (coord. structure)", "Code rôle", "Libellé rôle",
    "Code genre activité",
)  # fmt: skip
_LABEL: Final = b"volet/v1/extract-line\n"


def line_hash(line: str) -> bytes:
    """Return the leaf hash of a kept line: MTH of RFC 6962 over `volet/v1/extract-line` LF line."""
    return merkle.leaf_hash(_LABEL + line.encode("utf-8"))


@dataclass(frozen=True)
class Extract:
    """An extract in force: SHA-256 of its file, root and number of the lines kept, number of the lines refused.

    `test`: identifiers of test ranges were let in; never so in production.
    """

    file: str
    root: str
    lines: int
    refused: int
    time_ms: int
    test: bool = False

    def to_json(self) -> JsonObject:
        """Return the statement that the leaf's identity payload holds."""
        return {
            "type": TYPE, "v": VERSION, "file": self.file, "root": self.root, "lines": self.lines,
            "refused": self.refused, "time_ms": self.time_ms, **({"test": True} if self.test else {}),
        }  # fmt: skip

    @property
    def hash(self) -> str:
        """The hash that the leaf names."""
        return sha256(canonical.encode(self.to_json())).hex()

    @staticmethod
    def read(value: JsonObject) -> Extract:
        """Read the statement strictly; raise `ProtocolError`."""
        fields = Fields(value, TYPE)
        if fields.text("type") != TYPE:
            raise ProtocolError(Reason.WRONG_TYPE, TYPE)
        if fields.integer("v") != VERSION:
            raise ProtocolError(Reason.WRONG_VERSION, TYPE)
        extract = Extract(
            file=fields.hash("file"),
            root=fields.hash("root"),
            lines=fields.integer("lines", 1),
            refused=fields.integer("refused"),
            time_ms=fields.integer("time_ms"),
            test=fields.has("test") and fields.boolean("test"),
        )
        fields.done()
        if not extract.test and "test" in value:
            raise fields.refuse("test")
        return extract


@dataclass(frozen=True)
class ExtractLine:
    """One line of an extract as it was verified: what professional, in which practice and structure."""

    values: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        """Return the value of a kept column, by its national name."""
        return self.values[KEPT.index(column)]

    @property
    def national_id(self) -> str:
        """`8` and the RPPS number, or `0` and the ADELI number."""
        return self["Identification nationale PP"]

    @property
    def name(self) -> str:
        """First name and name of practice."""
        return " ".join(one for one in (self["Prénom d'exercice"], self["Nom d'exercice"]) if one)


def read_line(line: str) -> ExtractLine:
    """Read a kept line: as many values as kept columns; raise `ProtocolError`."""
    if len(line) > MAX_LINE:
        raise ProtocolError(Reason.TOO_LARGE, "line of an extract")
    canonical.check_text(line)
    values = tuple(line.split(SEPARATOR))
    if len(values) != len(KEPT):
        raise ProtocolError(Reason.MALFORMED, "line of an extract")
    return ExtractLine(values)


def verify_line(line: str, number: int, proof: Sequence[bytes], extract: Extract) -> ExtractLine:
    """Return a line that stands at `number` in an extract; raise `ProtocolError`: bad-proof, too-large, malformed."""
    read = read_line(line)
    if not merkle.verify_inclusion(number, extract.lines, line_hash(line), proof, bytes.fromhex(extract.root)):
        raise ProtocolError(Reason.BAD_PROOF, "line of an extract")
    return read
