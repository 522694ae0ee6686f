"""Paths and bytes of the static form of the log (C2SP tlog-tiles v0.1.0; docs/spec/log.md).

    tile/<level>/<n>[.p/<width>]     hashes of 32 bytes, 256 in a full tile
    tile/entries/<n>[.p/<width>]     (u16 length || leaf)*, 256 in a full bundle

`n` stands in groups of three digits, all but the last behind an `x`: 1,234,067 is `x001/x234/067`. One spelling each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol.errors import ProtocolError, Reason

WIDTH = 256
HEIGHT = 8
MAX_LEVEL = 63
MAX_LEAF = 0xFFFF
ENTRIES = "entries"
_PATH = re.compile(
    r"(?P<level>entries|0|[1-9][0-9]?)/(?P<groups>(?:x[0-9]{3}/){0,5})(?P<last>[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class TilePath:
    """A tile of a level, or a bundle of leaves (`level` None); `width` below 256 for a partial one."""

    level: int | None
    number: int
    width: int = WIDTH

    @staticmethod
    def parse(text: str) -> TilePath:
        """Read what follows `tile/`; raise `ProtocolError` malformed or not-canonical."""
        found = _PATH.fullmatch(text)
        if found is None:
            raise ProtocolError(Reason.MALFORMED, "tile path")
        level = None if found["level"] == ENTRIES else int(found["level"])
        number = int(found["groups"].replace("x", "").replace("/", "") + found["last"])
        path = TilePath(level, number, int(found["width"] or WIDTH))
        if (level or 0) > MAX_LEVEL or path.width > WIDTH:
            raise ProtocolError(Reason.MALFORMED, "tile path: level or width")
        if str(path) != text:
            raise ProtocolError(Reason.NOT_CANONICAL, "tile path")
        return path

    def __str__(self) -> str:
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{ENTRIES if self.level is None else self.level}/{number}{partial}"


def tiles_of(size: int) -> Iterable[TilePath]:
    """Return every tile and bundle of a tree of `size` leaves: full ones, and the last partial one of each level."""
    for level in (None, *range(MAX_LEVEL + 1)):
        count = size >> (HEIGHT * (level or 0))
        if count == 0:
            return
        for number in range(count // WIDTH):
            yield TilePath(level, number)
        if count % WIDTH:
            yield TilePath(level, count // WIDTH, count % WIDTH)


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Return leaves as a bundle; refuse one that its length field cannot say."""
    parts: list[bytes] = []
    for leaf in leaves:
        if len(leaf) > MAX_LEAF:
            raise ProtocolError(Reason.TOO_LARGE, "leaf of a bundle")
        parts += (len(leaf).to_bytes(2, "big"), leaf)
    return b"".join(parts)


def unbundle(data: bytes) -> list[bytes]:
    """Return the leaves of a bundle; refuse one that ends inside a leaf or holds too many (malformed)."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        leaf = data[at + 2 : at + 2 + length]
        if len(data) < at + 2 or len(leaf) != length or len(leaves) == WIDTH:
            raise ProtocolError(Reason.MALFORMED, "bundle of leaves")
        leaves.append(leaf)
        at += 2 + length
    return leaves
