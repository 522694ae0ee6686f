"""SHA-256 and HKDF-SHA256 with the protocol's labels (docs/spec/encoding.md; RFC 5869)."""

from __future__ import annotations

import hashlib
import hmac

LABEL = b"volet/v1/"
_HASH_SIZE = 32
_BLOCK_SIZE = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))

_sha256 = hashlib.sha256


def sha256(*parts: bytes) -> bytes:
    """Return SHA-256 over the concatenation of `parts`."""
    return _sha256(b"".join(parts)).digest()


def labelled_hash(name: str, *parts: bytes) -> bytes:
    """Return SHA-256(`volet/v1/` name LF parts)."""
    return sha256(LABEL + name.encode("ascii") + b"\n", *parts)


class HmacKey:
    """A key of HMAC-SHA256 that serves often: its two padded blocks are made once (RFC 2104 section 2).

    Written over two SHA-256 calls: the library looks its algorithm up again for every HMAC, which costs twice what the
    HMAC itself does, four times for each entry that is opened and for each leaf of the log.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = (key if len(key) <= _BLOCK_SIZE else sha256(key)).ljust(_BLOCK_SIZE, b"\0")
        self._inner, self._outer = block.translate(_INNER), block.translate(_OUTER)

    def digest(self, data: bytes) -> bytes:
        """Return HMAC-SHA256 over `data`."""
        return _sha256(self._outer + _sha256(self._inner + data).digest()).digest()


def hmac_sha256(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 over the concatenation of `parts`."""
    return HmacKey(key).digest(b"".join(parts))


def hkdf_extract(salt: bytes, secret: bytes) -> bytes:
    """Return the 32-byte pseudorandom key (RFC 5869 section 2.2)."""
    return hmac_sha256(salt, secret)


def hkdf_expand(key: bytes, name: str, context: bytes = b"", size: int = _HASH_SIZE) -> bytes:
    """Return `size` bytes (at most 255 blocks) under info = `volet/v1/` name LF context (RFC 5869 section 2.3)."""
    info = LABEL + name.encode("ascii") + b"\n" + context
    out = block = hmac_sha256(key, info, b"\1")
    counter = 2
    while len(out) < size:
        block = hmac_sha256(key, block, info, bytes([counter]))
        out += block
        counter += 1
    return out[:size]


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)
