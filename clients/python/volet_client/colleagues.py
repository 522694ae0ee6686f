"""Colleagues in the national directory: what the hub shows counts once it stands in the extract that the log names.

The leaf is verified like any receipt, its statement gives root and size, each line proves where it stands. A hub can
still leave lines out of an answer, or serve an older extract: that one's day is told beside the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from volet_client.hub import Hub
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.extract_lines import MAX_LINE, Extract, ExtractLine, verify_line
from volet_protocol.fields import Fields
from volet_protocol.merkle import HASH_SIZE, MAX_PROOF
from volet_protocol.receipt import VerifiedReceipt

_PATH = "/v1/directory/professionals"
_MOST_LINES, _MOST_IGNORED = 100, 16


@dataclass(frozen=True)
class FoundColleagues:
    """Verified lines of an extract: `leaf` is where the log names it, `ignored` the typed words that no line has."""

    extract: Extract
    leaf: int
    lines: tuple[ExtractLine, ...]
    more: bool
    ignored: tuple[str, ...]


class Colleagues:
    """Looks into the directory of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def search(self, typed: str) -> FoundColleagues:
        """Return the lines that fit what was typed: name, profession, structure, place, in any order."""
        return self._verified(self._hub.transport.get(_PATH, q=typed))

    def lines_of(self, national_id: str) -> FoundColleagues:
        """Return the lines of one national id (`8` and an RPPS number, `0` and an ADELI number)."""
        found = self._verified(self._hub.transport.get(f"{_PATH}/{quote(national_id, safe='')}"))
        if any(line.national_id != national_id for line in found.lines):
            raise self._hub.failed(ProtocolError(Reason.WRONG_REQUEST, "lines of a national id"), {})
        return found

    def _verified(self, served: JsonObject) -> FoundColleagues:
        fields = Fields(served, "directory")
        extract, leaf = self._extract(fields.raw("receipt"))
        try:
            lines = tuple(_line(one, extract) for one in fields.objects("lines", _MOST_LINES))
            found = FoundColleagues(
                extract, leaf, lines, fields.boolean("more"), _texts(fields.items("ignored", _MOST_IGNORED))
            )
            fields.done()
        except ProtocolError as error:
            raise self._hub.failed(error, served) from None
        return found

    def _extract(self, receipt: JsonObject) -> tuple[Extract, int]:
        """Return the extract that a leaf of the log names; raise what does not verify."""
        verified = self._hub.receipt(receipt, told=False)
        try:
            extract = _stated(verified)
        except ProtocolError as error:
            raise self._hub.failed(error, receipt) from None
        return extract, verified.index


def _stated(verified: VerifiedReceipt) -> Extract:
    """Return the extract that a leaf states; raise wrong-type or wrong-hash for a leaf of another act."""
    identity = verified.identity or {}
    if verified.view.get("act") != "admin":
        raise ProtocolError(Reason.WRONG_TYPE, "directory")
    extract = Extract.read(Fields(identity, "directory").raw("request"))
    if identity.get("request_hash") != extract.hash:
        raise ProtocolError(Reason.WRONG_HASH, "directory")
    return extract


def _line(fields: Fields, extract: Extract) -> ExtractLine:
    line = verify_line(
        fields.text("line", MAX_LINE), fields.integer("number"), fields.datas("proof", HASH_SIZE, MAX_PROOF), extract
    )
    fields.done()
    return line


def _texts(items: Sequence[object]) -> tuple[str, ...]:
    return tuple(item for item in items if isinstance(item, str))
