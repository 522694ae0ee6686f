"""SHA-256 and HKDF-SHA256 with the protocol's labels (docs/spec/encoding.md; RFC 5869)."""

from __future__ import annotations

import hashlib
import hmac

LABEL = b"volet/v1/"
_HASH_SIZE = 32


def sha256(*parts: bytes) -> bytes:
    """Return SHA-256 over the concatenation of `parts`."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def labelled_hash(name: str, *parts: bytes) -> bytes:
    """Return SHA-256(`volet/v1/` name LF parts)."""
    return sha256(LABEL + name.encode("ascii") + b"\n", *parts)


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 over the concatenation of `parts`."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        digest.update(part)
    return digest.digest()


def hkdf_extract(salt: bytes, secret: bytes) -> bytes:
    """Return the 32-byte pseudorandom key (RFC 5869 section 2.2)."""
    return hmac.digest(salt, secret, "sha256")


def hkdf_expand(key: bytes, name: str, context: bytes = b"", size: int = _HASH_SIZE) -> bytes:
    """Return `size` bytes (at most 255 blocks) under info = `volet/v1/` name LF context (RFC 5869 section 2.3)."""
    info = LABEL + name.encode("ascii") + b"\n" + context
    out = block = b""
    counter = 1
    while len(out) < size:
        block = hmac.digest(key, block + info + bytes([counter]), "sha256")
        out += block
        counter += 1
    return out[:size]


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)
