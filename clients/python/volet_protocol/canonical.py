"""Canonical JSON of statements: RFC 8785 cut down to what two languages encode alike (docs/spec/encoding.md).

Objects only at the top, at most 16 objects and lists inside one another, integers 0..2^53-1, no float, no null, keys
`[a-z0-9_]+`, strings in NFC without control characters but LF. Deviation from RFC 8785: keys are ASCII, so byte order
is UTF-16 order. Every reader caps the size, parses, encodes again and compares: a second spelling of a value is
refused.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, cast

from volet_protocol.errors import ProtocolError, Reason

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue]"
JsonObject: TypeAlias = Mapping[str, JsonValue]

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1
DEFAULT_LIMIT = 1024 * 1024

_KEY = re.compile(r"[a-z0-9_]+", re.ASCII)
# What is a string's end, wants an escape, or is forbidden.
_NEVER_PLAIN = bytes(range(0x20)) + b'"\\\x7f'
# C0 but LF, DEL, C1; lone surrogates would make the encoder raise.
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def encode(value: JsonObject) -> bytes:
    """Return the canonical bytes of an object; raise `ProtocolError(malformed)` on what the rules exclude."""
    pieces: list[str] = []
    try:
        strings = _write(value, 1, pieces)
    except (_SlowerError, TypeError):
        return _encode_checked(value)
    text = "".join(pieces)
    # Strings were written as they are. That is their one spelling when nothing inside them wants an escape: no quote
    # but the two around each, no backslash, no line feed. Nothing composes with a quote, so that the whole is in NFC
    # exactly when each string is.
    if not (is_plain_ascii(text, strings) or _is_plain(text, strings)):
        return _encode_checked(value)
    return text.encode("utf-8", "strict")


def is_plain_ascii(text: str, strings: int) -> bool:
    """Tell whether written text holds, but for the quotes around its `strings`, ASCII that wants no escape."""
    if not text.isascii():
        return False
    data = text.encode("ascii")
    return len(data) - len(data.translate(None, _NEVER_PLAIN)) == 2 * strings


def _is_plain(text: str, strings: int) -> bool:
    if text.isascii() or "\\" in text or "\n" in text or text.count('"') != 2 * strings:
        return False
    return not _FORBIDDEN.search(text) and unicodedata.is_normalized("NFC", text)


def _encode_checked(value: JsonObject) -> bytes:
    _check(value, depth=1)
    return _ENCODER.encode(value).encode("utf-8", "strict")


def decode(data: bytes, limit: int = DEFAULT_LIMIT) -> dict[str, JsonValue]:
    """Return the object that `data` spells canonically.

    Raises `ProtocolError`: too-large above `limit` bytes, malformed when it is not such JSON, not-canonical when
    it is a second spelling of its value.
    """
    if len(data) > limit:
        raise ProtocolError(Reason.TOO_LARGE, f"object of {len(data)} bytes, at most {limit}")
    try:
        value: object = json.loads(data.decode("utf-8", "strict"))
        if not isinstance(value, dict):
            raise ProtocolError(Reason.MALFORMED, "top level is not an object")
        result = cast("dict[str, JsonValue]", value)
        again = encode(result)
    # RecursionError: json.loads gives up on deep nesting before the depth check sees it.
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError, ValueError) as error:
        if isinstance(error, ProtocolError):
            raise
        raise ProtocolError(Reason.MALFORMED, "not a JSON object of the protocol") from None
    if again != data:
        raise ProtocolError(Reason.NOT_CANONICAL, "a second spelling of the same object")
    return result


def check_text(text: str) -> None:
    """Refuse a string that the two languages might not encode alike."""
    if _FORBIDDEN.search(text):
        raise ProtocolError(Reason.MALFORMED, "control character or lone surrogate in a string")
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise ProtocolError(Reason.MALFORMED, "string is not in NFC")


class _SlowerError(Exception):
    """Something that is checked, and perhaps refused, one value at a time."""


def _write(value: object, depth: int, pieces: list[str]) -> int:
    """Write what a parser gives, all but its strings checked; return how many keys and strings that were.

    Checking and writing in one pass takes half as long as one after the other: every statement served is encoded anew
    to be verified.
    """
    if depth > MAX_DEPTH:
        raise _SlowerError
    if type(value) is dict:
        return _write_object(cast("dict[str, object]", value), depth, pieces)
    if type(value) is int and 0 <= value <= MAX_INTEGER:
        pieces.append(str(value))
        return 0
    if type(value) is not list and type(value) is not tuple:
        raise _SlowerError
    strings, before = 0, "["
    for item in cast("Sequence[object]", value):
        if type(item) is str:
            pieces.append(f'{before}"{item}"')
            strings += 1
        else:
            pieces.append(before)
            strings += _write(item, depth + 1, pieces)
        before = ","
    pieces.append("]" if value else "[]")
    return strings


def _write_object(value: dict[str, object], depth: int, pieces: list[str]) -> int:
    strings, before = len(value), "{"
    for key in sorted(value):
        item = value[key]
        # Most values are hashes, codes and numbers: told apart here, without a call, they cost half.
        if type(item) is str:
            pieces.append(f'{before}{_spelled(key)}"{item}"')
            strings += 1
        elif type(item) is int and 0 <= item <= MAX_INTEGER:
            pieces.append(f"{before}{_spelled(key)}{item}")
        else:
            pieces.append(before + _spelled(key))
            strings += _write(item, depth + 1, pieces)
        before = ","
    pieces.append("}" if value else "{}")
    return strings


@lru_cache(maxsize=1024)
def _spelled(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise _SlowerError
    return f'"{key}":'


def _check(value: object, depth: int) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, int):
        # A boolean is an integer to Python, and within the bounds.
        if not 0 <= value <= MAX_INTEGER:
            raise ProtocolError(Reason.MALFORMED, "integer outside 0..2^53-1")
    elif depth > MAX_DEPTH:
        raise ProtocolError(Reason.MALFORMED, f"nested deeper than {MAX_DEPTH}")
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise ProtocolError(Reason.MALFORMED, "key outside [a-z0-9_]+")
            _check(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[object]", value):
            _check(item, depth + 1)
    else:
        raise ProtocolError(Reason.MALFORMED, f"a {type(value).__name__} has no canonical form")


def _as_dict(value: object) -> object:
    return dict(cast("Mapping[str, object]", value))


# RFC 8785 on values that `_check` let through; `default` is asked only for mappings that are not dicts.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_dict)
