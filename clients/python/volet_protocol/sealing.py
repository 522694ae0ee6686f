"""How one part of an entry is sealed: two shares, a key commitment, 64 KiB chunks (docs/spec/entries.md, rule 8.3).

    prk = HKDF-Extract(salt = entry id, client_share || server_share)
    key = HKDF-Expand(prk, `volet/v1/entry-key` LF part)      kc = HKDF-Expand(prk, `volet/v1/entry-commit` LF part)
    chunk i = AES-256-GCM(key, nonce = u88 i || last flag, AAD empty, 64 KiB of padded plaintext)

The chunk layout is the STREAM construction of age v1. Deviation: a key commitment beside it, because AES-GCM does not
commit to its key and one ciphertext can be made to open under several.

A key never encrypts one position twice: the same bytes are never sealed anew after a failure. Resuming sends the
stored ciphertext, or a new entry with another salt is made; two ciphertexts of one position leak their XOR.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import hkdf_expand, hkdf_extract, labelled_hash, same
from volet_protocol.padding import is_padded_size

TITLE = "title"
BODY = "body"
PARTS = (TITLE, BODY)
SHARE_SIZE = 32
CHUNK_SIZE = 64 * 1024
TAG_SIZE = 16
_COUNTER_SIZE = 11


@dataclass(frozen=True)
class PartSecret:
    """The content key of one part and its commitment. Never stored, never sent."""

    key: bytes = field(repr=False)
    commitment: bytes = field(repr=False)


def share_hash(server_share: bytes) -> str:
    """Return SHA-256(`volet/v1/share` LF server_share) in hex: what the author signs about a server share."""
    _check_share(server_share, "server share")
    return labelled_hash("share", server_share).hex()


def client_share_from_section(key: bytes, entry_id: str, part: str) -> bytes:
    """Return the client share of a part of an entry under a step key S(e,i); an exchange key gives it alike."""
    _check_part(part)
    return hkdf_expand(key, "client-share", bytes.fromhex(entry_id) + b"\n" + part.encode("ascii"))


def derive_part_secret(entry_id: str, part: str, client_share: bytes, server_share: bytes) -> PartSecret:
    """Return the content key and commitment of one part; neither share alone gives anything."""
    _check_part(part)
    _check_share(client_share, "client share")
    _check_share(server_share, "server share")
    prk = hkdf_extract(bytes.fromhex(entry_id), client_share + server_share)
    name = part.encode("ascii")
    return PartSecret(hkdf_expand(prk, "entry-key", name), hkdf_expand(prk, "entry-commit", name))


def check_commitment(secret: PartSecret, commitment: bytes) -> None:
    """Refuse a key that is not the one the author committed to: the author's fault, or the opener's."""
    if not same(secret.commitment, commitment):
        raise ProtocolError(Reason.BAD_COMMITMENT, "key commitment of a part")


def chunk_count(padded: int) -> int:
    """Return how many chunks a padded plaintext of that size has; refuse a size that no padding gives."""
    if not is_padded_size(padded):
        raise ProtocolError(Reason.BAD_PADDING, f"padded size {padded}")
    return -(-padded // CHUNK_SIZE)


def chunk_leaf(chunk: bytes | bytearray | memoryview) -> bytes:
    """Return SHA-256(0x00 || ciphertext chunk with its tag): RFC 6962's leaf hash, made without copying the chunk."""
    digest = hashlib.sha256(b"\0")
    digest.update(chunk)
    return digest.digest()


def chunk_length(padded: int, position: int) -> int:
    """Return the plaintext length in bytes of the chunk at `position`."""
    return min(CHUNK_SIZE, padded - position * CHUNK_SIZE)


class ChunkSealer:
    """Encrypts each position of one part once, in order, and nothing after the last."""

    def __init__(self, secret: PartSecret, padded: int) -> None:
        self._aead = AESGCM(secret.key)
        self._padded = padded
        self._count = chunk_count(padded)
        self._position = 0

    @property
    def done(self) -> bool:
        """Whether the last chunk was sealed."""
        return self._position == self._count

    def seal_into(self, plaintext: bytes | bytearray | memoryview, out: memoryview) -> int:
        """Write the next chunk's ciphertext and tag to `out`; return how many bytes."""
        if self.done:
            raise ProtocolError(Reason.ALREADY, "every position of the part is sealed")
        expected = chunk_length(self._padded, self._position)
        if len(plaintext) != expected:
            raise ProtocolError(Reason.MALFORMED, f"chunk {self._position} of {len(plaintext)} bytes, not {expected}")
        nonce = _nonce(self._position, self._count)
        # Counted before the cipher runs: after an exception the position is lost, not used a second time.
        self._position += 1
        self._aead.encrypt_into(nonce, plaintext, None, out[: expected + TAG_SIZE])
        return expected + TAG_SIZE


class ChunkOpener:
    """Decrypts the chunks of one part in order; a chunk opens at its own position only, the last one only as last."""

    def __init__(self, secret: PartSecret, padded: int) -> None:
        self._aead = AESGCM(secret.key)
        self._padded = padded
        self._count = chunk_count(padded)
        self._position = 0

    @property
    def done(self) -> bool:
        """Whether the last chunk was opened."""
        return self._position == self._count

    def open_into(self, chunk: bytes | memoryview, out: memoryview) -> int:
        """Write the next chunk's plaintext to `out`; return how many bytes. Raise bad-ciphertext."""
        what = f"chunk {self._position} of {self._count}"
        if self.done or len(chunk) != chunk_length(self._padded, self._position) + TAG_SIZE:
            raise ProtocolError(Reason.BAD_CIPHERTEXT, what)
        size = len(chunk) - TAG_SIZE
        try:
            self._aead.decrypt_into(_nonce(self._position, self._count), chunk, None, out[:size])
        except InvalidTag:
            raise ProtocolError(Reason.BAD_CIPHERTEXT, what) from None
        self._position += 1
        return size


def _nonce(position: int, count: int) -> bytes:
    return position.to_bytes(_COUNTER_SIZE, "big") + (b"\1" if position == count - 1 else b"\0")


def _check_part(part: str) -> None:
    if part not in PARTS:
        raise ProtocolError(Reason.WRONG_PART, f"part {part}")


def _check_share(share: bytes, what: str) -> None:
    if len(share) != SHARE_SIZE:
        raise ProtocolError(Reason.BAD_SHARE, what)
