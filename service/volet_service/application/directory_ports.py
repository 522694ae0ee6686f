"""The national directory as use cases and routes see it: the extract in force and its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from volet_protocol.extract_lines import Extract


@dataclass(frozen=True)
class ExtractInForce:
    """The extract that searches read, and the position of the leaf that names it."""

    number: int
    extract: Extract
    leaf: int


@dataclass(frozen=True)
class FoundLine:
    """A kept line, its number in the extract and its proof of inclusion."""

    number: int
    line: str
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class FoundLines:
    """What a search found: `more` where not all is shown; `ignored` are typed words that no line has."""

    within: ExtractInForce
    lines: tuple[FoundLine, ...]
    more: bool
    ignored: tuple[str, ...]


class NationalDirectory(Protocol):
    """Committed lines of the extract in force. Raises `NotFound` while there is none."""

    async def search(self, typed: str) -> FoundLines:
        """Return the lines that fit what was typed; raise `Invalid` where it names a profession alone, or nothing."""
        ...

    async def lines_of(self, national_id: str) -> FoundLines:
        """Return the lines of one national id, none where the extract does not name it."""
        ...


class Extracts(Protocol):
    """Extracts inside a unit of work."""

    def read(self, number: int, time_ms: int) -> Extract:
        """Return what an extract that was wholly read states; raise `NotFound` for any other."""
        ...

    def put_in_force(self, number: int, extract: Extract, leaf: int) -> None:
        """Let searches read this one, and the one before it no more."""
        ...
