"""Canonical JSON of statements: RFC 8785 cut down to what two languages encode alike (docs/spec/encoding.md).

Objects only at the top, depth at most 16, integers 0..2^53-1, no float, no null, keys `[a-z0-9_]+`, strings in
NFC without control characters but LF. Deviation from RFC 8785: keys are ASCII, so byte order is UTF-16 order.
Every reader caps the size, parses, encodes again and compares: a second spelling of a value is refused.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from volet_protocol.errors import ProtocolError, Reason

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue]"
JsonObject: TypeAlias = Mapping[str, JsonValue]

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1
DEFAULT_LIMIT = 1024 * 1024

_KEY = re.compile(r"[a-z0-9_]+", re.ASCII)
# C0 but LF, DEL, C1; lone surrogates would make the encoder raise.
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n"}


def encode(value: JsonObject) -> bytes:
    """Return the canonical bytes of an object; raise `ProtocolError(malformed)` on what the rules exclude."""
    out: list[str] = []
    _write(value, out, depth=1)
    if not out[0].startswith("{"):
        raise ProtocolError(Reason.MALFORMED, "top level is not an object")
    return "".join(out).encode("utf-8")


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


def _write(value: object, out: list[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ProtocolError(Reason.MALFORMED, f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, str):
        check_text(value)
        out.append('"' + value.translate(_ESCAPES) + '"')
    elif isinstance(value, bool):
        out.append("true" if value else "false")
    elif isinstance(value, int):
        if not 0 <= value <= MAX_INTEGER:
            raise ProtocolError(Reason.MALFORMED, "integer outside 0..2^53-1")
        out.append(str(value))
    elif isinstance(value, Mapping):
        _write_object(cast("Mapping[object, object]", value), out, depth)
    elif isinstance(value, list | tuple):
        out.append("[")
        for position, item in enumerate(cast("Sequence[object]", value)):
            if position:
                out.append(",")
            _write(item, out, depth + 1)
        out.append("]")
    else:
        raise ProtocolError(Reason.MALFORMED, f"a {type(value).__name__} has no canonical form")


def _write_object(value: Mapping[object, object], out: list[str], depth: int) -> None:
    keys = list(value)
    if not all(isinstance(key, str) and _KEY.fullmatch(key) for key in keys):
        raise ProtocolError(Reason.MALFORMED, "key outside [a-z0-9_]+")
    out.append("{")
    for position, key in enumerate(sorted(str(key) for key in keys)):
        if position:
            out.append(",")
        out.append(f'"{key}":')
        _write(value[key], out, depth + 1)
    out.append("}")
