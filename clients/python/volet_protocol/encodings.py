"""Bytes, hashes and decimals as text, each with one spelling (docs/spec/encoding.md, docs/spec/log.md)."""

from __future__ import annotations

import base64
import binascii
import re

from volet_protocol.canonical import MAX_INTEGER
from volet_protocol.errors import ProtocolError, Reason

HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
# From the URL alphabet to the one the library reads strictly; what only the other alphabet has becomes unreadable.
_TO_STRICT = bytes.maketrans(b"-_+/=", b"+/!!!")
# One character in the last group is never right, and the library refuses it as it is.
_PADDING = (b"", b"", b"==", b"=")
# Last characters whose unused bits are zero, by how many characters stand in the last group of four.
_LAST = (None, None, frozenset("AQgw"), frozenset("AEIMQUYcgkosw048"))
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


def to_base64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Return the bytes; refuse padding, other alphabets and non-zero trailing bits."""
    rest = len(text) % 4
    padding, last = _PADDING[rest], _LAST[rest]
    try:
        data = binascii.a2b_base64(text.encode("ascii").translate(_TO_STRICT) + padding, strict_mode=True)
    except ValueError:
        raise ProtocolError(Reason.MALFORMED, "not base64url without padding") from None
    if last is not None and text[-1] not in last:
        raise ProtocolError(Reason.NOT_CANONICAL, "base64url with non-zero trailing bits")
    return data


def is_hash(text: str) -> bool:
    """Tell whether `text` is a SHA-256 in lower-case hex."""
    return HASH.fullmatch(text) is not None


def to_base64(data: bytes) -> str:
    """Return RFC 4648 section 4 base64 with padding: the alphabet of signed notes, not of statements."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    """Return the bytes; refuse missing padding, other alphabets and non-zero trailing bits."""
    # A library takes "AB==" for "AA==", and drops characters outside its alphabet unless it is told to be strict.
    if len(text) % 4:
        raise ProtocolError(Reason.MALFORMED, "not base64")
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError:
        raise ProtocolError(Reason.MALFORMED, "not base64") from None
    padding = 0 if not text.endswith("=") else 2 if text.endswith("==") else 1
    if len(data) != len(text) // 4 * 3 - padding:
        # More padding than one group has.
        raise ProtocolError(Reason.MALFORMED, "not base64")
    last = _LAST[4 - padding] if padding else None
    if last is not None and text[-1 - padding] not in last:
        raise ProtocolError(Reason.NOT_CANONICAL, "base64 with non-zero trailing bits")
    return data


def from_decimal(text: str) -> int:
    """Return an integer 0..2^53-1 spelled `0` or `[1-9][0-9]*` in ASCII digits."""
    # int() alone takes "4_2", " +42 " and digits of other scripts.
    if not _DECIMAL.fullmatch(text):
        raise ProtocolError(Reason.MALFORMED, "not a decimal integer")
    number = int(text)
    if number > MAX_INTEGER:
        raise ProtocolError(Reason.TOO_LARGE, "integer above 2^53-1")
    return number
