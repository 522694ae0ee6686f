"""Boxes of a `named` entry: both client shares for one reader (docs/spec/entries.md, protocol rule 8.2).

The header holds the hash of each box, and the entry id hashes the header; so a box is bound to the header without
the hashes of boxes: context = SHA-256(`volet/v1/entry-box` LF canonical(header, `box` left out of each reader)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from volet_protocol import canonical
from volet_protocol.boxes import open_box, seal_box
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_header import EntryHeader, NamedReader
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash, sha256
from volet_protocol.keys import BoxKey
from volet_protocol.sealing import PARTS, SHARE_SIZE

LABEL = "entry"
_UNSET = "0" * 64


@dataclass(frozen=True)
class Recipient:
    """Who a named entry is boxed to: a user and the public box key of one generation."""

    user: str
    generation: int
    public: bytes


def unboxed_readers(recipients: Sequence[Recipient]) -> tuple[NamedReader, ...]:
    """Return the readers for a header that `box_shares` will complete."""
    return tuple(NamedReader(recipient.user, recipient.generation, _UNSET) for recipient in recipients)


def box_shares(
    header: EntryHeader, recipients: Sequence[Recipient], client_shares: Mapping[str, bytes]
) -> tuple[EntryHeader, dict[str, bytes]]:
    """Box both client shares to each recipient; return the header with the boxes' hashes, and the box of each user.

    `client_shares` are 32 random bytes a part. `header.named` lists these recipients in this order.
    """
    expected = [(reader.user, reader.generation) for reader in header.named]
    if expected != [(recipient.user, recipient.generation) for recipient in recipients]:
        raise ProtocolError(Reason.WRONG_READERS, "named entry")
    plaintext = canonical.encode({part: to_base64url(client_shares[part]) for part in PARTS})
    context = _context(header)
    boxes = {item.user: seal_box(plaintext, item.public, LABEL, context) for item in recipients}
    named = tuple(NamedReader(item.user, item.generation, sha256(boxes[item.user]).hex()) for item in recipients)
    return replace(header, named=named), boxes


def open_shares(header: EntryHeader, user: str, box: bytes, key: BoxKey) -> dict[str, bytes]:
    """Return the client share of each part from the box of `user`.

    Raises wrong-recipient for a user not named, wrong-hash for a box other than the signed one, bad-box.
    """
    reader = next((reader for reader in header.named if reader.user == user), None)
    if reader is None:
        raise ProtocolError(Reason.WRONG_RECIPIENT, f"named entry {header.id}")
    if sha256(box).hex() != reader.box:
        raise ProtocolError(Reason.WRONG_HASH, f"box of entry {header.id}")
    fields = Fields(canonical.decode(open_box(box, key, LABEL, _context(header))), "client shares")
    shares = {part: fields.data(part, SHARE_SIZE) for part in PARTS}
    fields.done()
    return shares


def _context(header: EntryHeader) -> bytes:
    readers: list[JsonValue] = [{"user": reader.user, "generation": reader.generation} for reader in header.named]
    return labelled_hash("entry-box", canonical.encode({**header.to_json(), "named": readers}))
