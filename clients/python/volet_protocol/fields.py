"""Strict reading of a parsed object: every field typed and bounded, no field left over.

Used by every parser of the protocol, so that an unknown field, a missing one, or one of another type is refused
in one way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from volet_protocol.canonical import MAX_INTEGER, JsonValue
from volet_protocol.encodings import HASH, from_base64url, is_hash
from volet_protocol.errors import ProtocolError, Reason

T = TypeVar("T")
MAX_CODE = 128
MAX_TEXT = 64 * 1024
# Marks that reorder what a reader sees: a name could then be displayed as another name.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\-]*", re.ASCII)


class Fields:
    """One object being read. Ask for each field once, then call `done`.

    A list of a thousand entries reads forty thousand fields: the kinds they are made of are judged in one call each.
    """

    __slots__ = ("_left", "what")

    def __init__(self, value: Mapping[str, JsonValue], what: str) -> None:
        self._left = dict(value)
        self.what = what

    @property
    def left(self) -> dict[str, JsonValue]:
        """What was not asked for yet."""
        return dict(self._left)

    def has(self, name: str) -> bool:
        """Tell whether an optional field is present and not yet taken."""
        return name in self._left

    def done(self) -> None:
        """Refuse whatever was not asked for."""
        if self._left:
            raise ProtocolError(Reason.UNKNOWN_FIELD, f"{self.what}: {min(self._left)}")

    def refuse(self, name: str, why: str = "") -> ProtocolError:
        """Return the error for a field of the wrong shape."""
        return ProtocolError(Reason.MALFORMED, f"{self.what}: {name} {why}".rstrip())

    def _take(self, name: str) -> JsonValue:
        if name not in self._left:
            raise self._wrong(name)
        return self._left.pop(name)

    def _wrong(self, name: str, why: str = "") -> ProtocolError:
        """Return the error for a field that is absent, or else of the wrong shape."""
        if name not in self._left:
            return ProtocolError(Reason.MISSING_FIELD, f"{self.what}: {name}")
        return self.refuse(name, why)

    def text(self, name: str, limit: int = MAX_TEXT) -> str:
        """Return a string of at most `limit` characters."""
        value = self._left.get(name)
        if not isinstance(value, str) or len(value) > limit:
            raise self._wrong(name)
        del self._left[name]
        return value

    def label(self, name: str, limit: int = 255) -> str:
        """Return a non-empty single-line string without marks that reorder text: names shown to people."""
        value = self.text(name, limit)
        if not value or "\n" in value or _BIDI.search(value):
            raise self.refuse(name)
        return value

    def code(self, name: str, limit: int = MAX_CODE) -> str:
        """Return an ASCII code: letters, digits and `_ . : -`."""
        value = self._left.get(name)
        if not isinstance(value, str) or len(value) > limit or not _CODE.fullmatch(value):
            raise self._wrong(name)
        del self._left[name]
        return value

    def choice(self, name: str, allowed: frozenset[str]) -> str:
        """Return one of a closed list."""
        value = self._left.get(name)
        if not isinstance(value, str) or value not in allowed:
            raise self._wrong(name, f"is not one of {', '.join(sorted(allowed))}")
        del self._left[name]
        return value

    def integer(self, name: str, least: int = 0, most: int = MAX_INTEGER) -> int:
        """Return an integer within bounds."""
        value = self._left.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name)
        del self._left[name]
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise self.refuse(name)
        return value

    def hash(self, name: str) -> str:
        """Return a SHA-256 in lower-case hex."""
        value = self._left.get(name)
        if not isinstance(value, str) or not HASH.fullmatch(value):
            raise self._wrong(name)
        del self._left[name]
        return value

    def data(self, name: str, size: int | None = None, limit: int = 1024 * 1024) -> bytes:
        """Return bytes given as base64url, of exactly `size` when it is given."""
        data = from_base64url(self.text(name, limit * 4 // 3 + 4))
        if (size is not None and len(data) != size) or len(data) > limit:
            raise self.refuse(name)
        return data

    def datas(self, name: str, size: int, limit: int = 4096) -> list[bytes]:
        """Return a list of byte strings given as base64url, each of exactly `size`."""
        return [self._sized(item, name, size) for item in self.items(name, limit)]

    def _sized(self, item: JsonValue, name: str, size: int) -> bytes:
        data = from_base64url(item) if isinstance(item, str) and len(item) <= size * 2 else None
        if data is None or len(data) != size:
            raise self.refuse(name)
        return data

    def nested(self, name: str) -> Fields:
        """Return a nested object to be read in the same way."""
        value = self._left.get(name)
        # An `isinstance` of an abstract class costs ten times that of `dict`, which is what a parser returns.
        if not isinstance(value, dict) and not isinstance(value, Mapping):
            raise self._wrong(name)
        del self._left[name]
        return Fields(value, f"{self.what}.{name}")

    def raw(self, name: str) -> dict[str, JsonValue]:
        """Return a nested object unread, for a reader of its own."""
        value = self._take(name)
        if not isinstance(value, Mapping):
            raise self.refuse(name)
        return dict(value)

    def items(self, name: str, limit: int = 4096) -> list[JsonValue]:
        """Return a list of at most `limit` items."""
        value = self._take(name)
        if not isinstance(value, list | tuple) or len(value) > limit:
            raise self.refuse(name)
        return list(value)

    def objects(self, name: str, limit: int = 4096) -> list[Fields]:
        """Return a list of nested objects to be read in the same way."""
        items: list[Fields] = []
        for position, item in enumerate(self.items(name, limit)):
            if not isinstance(item, Mapping):
                raise self.refuse(name)
            items.append(Fields(item, f"{self.what}.{name}[{position}]"))
        return items

    def codes(self, name: str, limit: int = 4096) -> list[str]:
        """Return a list of ASCII codes without duplicate."""
        return self._strings(name, limit, lambda text: len(text) <= MAX_CODE and _CODE.fullmatch(text) is not None)

    def hashes(self, name: str, limit: int = 4096) -> list[str]:
        """Return a list of SHA-256 in hex without duplicate."""
        return self._strings(name, limit, is_hash)

    def _strings(self, name: str, limit: int, valid: Callable[[str], bool]) -> list[str]:
        values = self.items(name, limit)
        result: list[str] = []
        for item in values:
            if not isinstance(item, str) or not valid(item):
                raise self.refuse(name)
            result.append(item)
        if len(set(result)) != len(result):
            raise self.refuse(name, "holds a duplicate")
        return result

    def optional(self, name: str, read: Callable[[str], T]) -> T | None:
        """Return `read(name)` when the field is present, else None. An absent value is an absent key."""
        return read(name) if name in self._left else None
