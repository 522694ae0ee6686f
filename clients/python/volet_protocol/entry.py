"""Entries: the author's statement over two sealed parts, sealing and opening (docs/spec/entries.md, protocol 8.3).

The device signs the header and, for each part, the root over its ciphertext chunks, the hash of its server share and
the key commitment. A reader checks in this order, so that a failure names its author: chunks against the root and
server share against its hash (the hub's fault), then the commitment (the author's or opener's), then decrypts.
Parts are in memory here; `document.py` streams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_header import TYPE, EntryHeader
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import LABEL, labelled_hash
from volet_protocol.keys import SigningKey
from volet_protocol.merkle import root_of
from volet_protocol.padding import pad, unpad
from volet_protocol.sealing import (
    BODY,
    CHUNK_SIZE,
    PARTS,
    TAG_SIZE,
    TITLE,
    ChunkOpener,
    ChunkSealer,
    check_commitment,
    chunk_count,
    chunk_leaf,
    derive_part_secret,
    share_hash,
)
from volet_protocol.statements import Statement, UnverifiedStatement, sign

_PREFIX = LABEL + TYPE.encode("ascii") + b"\n"
_PARTS_END = b"}},"


@dataclass(frozen=True)
class PartSeal:
    """What the author signs about one part: RFC 6962 root over its ciphertext chunks, share hash, key commitment."""

    root: str
    share_hash: str
    commitment: bytes

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"root": self.root, "share_hash": self.share_hash, "kc": to_base64url(self.commitment)}

    @staticmethod
    def read(fields: Fields) -> PartSeal:
        """Read the wire form."""
        seal = PartSeal(fields.hash("root"), fields.hash("share_hash"), fields.data("kc", 32))
        fields.done()
        return seal


@dataclass(frozen=True)
class SealedPart:
    """One part sealed in memory: what is signed about it, and its ciphertext chunks, tags included."""

    seal: PartSeal
    chunks: tuple[bytes, ...]


@dataclass(frozen=True)
class UnverifiedEntry:
    """A parsed entry whose signature has not been checked."""

    statement: UnverifiedStatement
    header: EntryHeader
    seals: Mapping[str, PartSeal]

    @cached_property
    def id(self) -> str:
        """The entry id in hex: `header.id`, from the bytes already encoded, which spares a list its second encoding."""
        body = self.statement.signed_bytes[len(_PREFIX) :]
        # After a strict reading the name occurs once (quotes are escaped inside strings, and no other object has such
        # a field), its value holds no brace but its own, and `place` follows in the order of keys.
        start = body.index(b'"parts":{')
        end = body.index(_PARTS_END, start) + len(_PARTS_END)
        return labelled_hash("entry-header", body[:start], body[end:]).hex()

    @property
    def hash(self) -> str:
        """The hash of the statement, which the list chains."""
        return self.statement.hash

    def check_share(self, part: str, server_share: bytes) -> None:
        """Refuse a server share other than the one the author signed (at deposit their fault, later the hub's)."""
        if share_hash(server_share) != self.seals[part].share_hash:
            raise ProtocolError(Reason.BAD_SHARE, f"server share of the {part} of entry {self.id}")


class VerifiedEntry(UnverifiedEntry):
    """An entry whose statement was verified against its author's device."""


def read_entry(statement: UnverifiedStatement) -> UnverifiedEntry:
    """Read an `entry` statement strictly."""
    return UnverifiedEntry(statement, *_read(statement))


def read_verified_entry(statement: Statement) -> VerifiedEntry:
    """Read an `entry` statement whose signature was checked, or that was signed here."""
    return VerifiedEntry(statement, *_read(statement))


def _read(statement: UnverifiedStatement) -> tuple[EntryHeader, dict[str, PartSeal]]:
    fields = statement.fields_after_preamble(TYPE)
    header = EntryHeader.read(statement.preamble, fields)
    parts = fields.nested("parts")
    seals = {part: PartSeal.read(parts.nested(part)) for part in PARTS}
    parts.done()
    fields.done()
    return header, seals


def sign_entry(header: EntryHeader, seals: Mapping[str, PartSeal], key: SigningKey) -> VerifiedEntry:
    """Sign a header together with what was sealed under it."""
    return read_verified_entry(sign({**header.to_json(), "parts": _parts_json(seals)}, key))


def _parts_json(seals: Mapping[str, PartSeal]) -> JsonObject:
    return {part: seals[part].to_json() for part in PARTS}


@dataclass(frozen=True)
class SealedEntry:
    """What a deposit sends: the entry, the ciphertext chunks and the server share of each part."""

    entry: VerifiedEntry
    parts: Mapping[str, tuple[bytes, ...]]
    server_shares: Mapping[str, bytes]

    @property
    def statement(self) -> UnverifiedStatement:
        """The signed statement."""
        return self.entry.statement


def plaintext_of(content: bytes | JsonObject) -> bytes:
    """Return the plaintext of a part: bytes as they are, an object in canonical form."""
    return content if isinstance(content, bytes) else canonical.encode(content)


def seal_part(header: EntryHeader, part: str, plaintext: bytes, client_share: bytes, server_share: bytes) -> SealedPart:
    """Seal one part in memory. The server share is drawn for this call alone: see `sealing.py`."""
    secret = derive_part_secret(header.id, part, client_share, server_share)
    padded = pad(plaintext)
    if len(padded) != header.size(part):
        raise ProtocolError(Reason.BAD_PADDING, f"{part} of {len(padded)} bytes, header says {header.size(part)}")
    sealer = ChunkSealer(secret, len(padded))
    out = memoryview(bytearray(CHUNK_SIZE + TAG_SIZE))
    chunks: list[bytes] = []
    for start in range(0, len(padded), CHUNK_SIZE):
        size = sealer.seal_into(memoryview(padded)[start : start + CHUNK_SIZE], out)
        chunks.append(bytes(out[:size]))
    root = _root(chunks).hex()
    return SealedPart(PartSeal(root, share_hash(server_share), secret.commitment), tuple(chunks))


def seal_entry(
    header: EntryHeader,
    title: bytes | JsonObject,
    body: bytes | JsonObject,
    *,
    client_shares: Mapping[str, bytes],
    server_shares: Mapping[str, bytes],
    key: SigningKey,
) -> SealedEntry:
    """Seal both parts and sign. `server_shares` are 32 random bytes each, drawn for this call alone."""
    plain = {TITLE: plaintext_of(title), BODY: plaintext_of(body)}
    sealed = {part: seal_part(header, part, plain[part], client_shares[part], server_shares[part]) for part in PARTS}
    entry = sign_entry(header, {part: sealed[part].seal for part in PARTS}, key)
    return SealedEntry(entry, {part: sealed[part].chunks for part in PARTS}, dict(server_shares))


def _root(chunks: Sequence[bytes]) -> bytes:
    """Return the root over the chunks; that of one leaf, which nearly every part is, is its own hash."""
    return chunk_leaf(chunks[0]) if len(chunks) == 1 else root_of(chunk_leaf(chunk) for chunk in chunks)


def check_chunks(entry: UnverifiedEntry, part: str, chunks: Sequence[bytes]) -> None:
    """Refuse chunks that are not those the author signed: in number, in order, to the byte. What a deposit checks."""
    if len(chunks) != chunk_count(entry.header.size(part)):
        raise ProtocolError(Reason.BAD_CIPHERTEXT, f"{len(chunks)} chunks of the {part} of entry {entry.id}")
    if _root(chunks).hex() != entry.seals[part].root:
        raise ProtocolError(Reason.WRONG_HASH, f"chunks of the {part} of entry {entry.id}")


def open_part(
    entry: VerifiedEntry, part: str, chunks: Sequence[bytes], client_share: bytes, server_share: bytes
) -> bytes:
    """Return the plaintext of a part.

    Raises bad-share, bad-ciphertext or wrong-hash when the hub served something else than what was deposited,
    bad-commitment when the client share is not the one this was sealed with, bad-padding for an author's padding.
    """
    entry.check_share(part, server_share)
    check_chunks(entry, part, chunks)
    secret = derive_part_secret(entry.id, part, client_share, server_share)
    check_commitment(secret, entry.seals[part].commitment)
    padded = bytearray(entry.header.size(part))
    opener, view, start = ChunkOpener(secret, len(padded)), memoryview(padded), 0
    for chunk in chunks:
        start += opener.open_into(chunk, view[start:])
    return unpad(bytes(padded))


def split_chunks(ciphertext: bytes) -> tuple[bytes, ...]:
    """Cut the ciphertext of a part, sent in one piece, into its chunks."""
    step = CHUNK_SIZE + TAG_SIZE
    return tuple(ciphertext[start : start + step] for start in range(0, len(ciphertext), step))
