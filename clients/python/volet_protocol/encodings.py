"""Bytes as base64url without padding, hashes as lower-case hex, each with one spelling (docs/spec/encoding.md)."""

from __future__ import annotations

import base64
import re

from volet_protocol.errors import ProtocolError, Reason

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def to_base64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Return the bytes; refuse padding, other alphabets and non-zero trailing bits."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise ProtocolError(Reason.MALFORMED, "not base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(data) != text:
        raise ProtocolError(Reason.NOT_CANONICAL, "base64url with non-zero trailing bits")
    return data


def is_hash(text: str) -> bool:
    """Tell whether `text` is a SHA-256 in lower-case hex."""
    return _HASH.fullmatch(text) is not None
