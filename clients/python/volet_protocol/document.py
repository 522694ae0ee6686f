"""Sealed streams in constant memory: documents of any size (docs/spec/documents.md, protocol rule 8.3).

Sealing takes one pass: the size is known beforehand, each ciphertext chunk is handed out as it is made, and the root
comes from the right edge of the tree. Opening begins with the list of leaf hashes, checked against the signed root,
so that no altered chunk is ever decrypted.

What `write` is given is overwritten once it returns: it stores or copies. A caller writes plaintext under a temporary
name and renames it after `finish`, never before: until the last chunk it is only the beginning of a document.

Out of scope: resuming. A broken upload sends the stored ciphertext again; sealing anew would use a key twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from volet_protocol.entry import PartSeal, VerifiedEntry
from volet_protocol.entry_header import EntryHeader
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import same
from volet_protocol.merkle import HASH_SIZE, CompactRange, root_of
from volet_protocol.padding import Unpadder, padded_size
from volet_protocol.sealing import (
    CHUNK_SIZE,
    TAG_SIZE,
    ChunkOpener,
    ChunkSealer,
    check_commitment,
    chunk_count,
    chunk_leaf,
    derive_part_secret,
    share_hash,
)

Write: TypeAlias = Callable[[bytes | memoryview], object]
_ZEROS = bytes(CHUNK_SIZE)


class DocumentSealer:
    """Seals one part of a size known beforehand: `update` with all its bytes, then `finish`, once.

    The server share is drawn for this object alone and never used for another.
    """

    def __init__(
        self, header: EntryHeader, part: str, size: int, *, client_share: bytes, server_share: bytes, write: Write
    ) -> None:
        if header.size(part) != padded_size(size):
            raise ProtocolError(Reason.BAD_PADDING, f"{part} of {size} bytes, header says {header.size(part)}")
        secret = derive_part_secret(header.id, part, client_share, server_share)
        self._commitment, self._share_hash = secret.commitment, share_hash(server_share)
        self._left, self._padding = size, header.size(part) - size
        self._sealer = ChunkSealer(secret, header.size(part))
        self._write = write
        self._range = CompactRange()
        self._finished = False
        self._chunk, self._filled = memoryview(bytearray(CHUNK_SIZE)), 0
        self._out = memoryview(bytearray(CHUNK_SIZE + TAG_SIZE))

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next plaintext bytes; write out each ciphertext chunk that this completes."""
        if len(data) > self._left:
            raise ProtocolError(Reason.MALFORMED, "document longer than announced")
        self._left -= len(data)
        self._take(memoryview(data))

    def finish(self) -> PartSeal:
        """Pad, write the last chunks and return what the author signs."""
        if self._left or self._finished:
            raise ProtocolError(Reason.MALFORMED, f"document ended {self._left} bytes before its announced size")
        self._finished = True
        self._take(memoryview(b"\x80"))
        zeros = self._padding - 1
        while zeros:
            step = min(zeros, CHUNK_SIZE)
            self._take(memoryview(_ZEROS)[:step])
            zeros -= step
        if self._filled:
            self._seal(self._chunk[: self._filled])
        return PartSeal(self._range.root().hex(), self._share_hash, self._commitment)

    def _take(self, data: memoryview) -> None:
        while len(data):
            if not self._filled and len(data) >= CHUNK_SIZE:
                self._seal(data[:CHUNK_SIZE])
                data = data[CHUNK_SIZE:]
                continue
            step = min(len(data), CHUNK_SIZE - self._filled)
            self._chunk[self._filled : self._filled + step] = data[:step]
            self._filled += step
            data = data[step:]
            if self._filled == CHUNK_SIZE:
                self._filled = 0
                self._seal(self._chunk)

    def _seal(self, plaintext: memoryview) -> None:
        size = self._sealer.seal_into(plaintext, self._out)
        self._range.append(chunk_leaf(self._out[:size]))
        self._write(self._out[:size])


class DocumentOpener:
    """Opens one part: given the 32-byte leaf hashes in one piece, `feed` with each chunk in order, then `finish`.

    Raises as `open_part` does; the shares, the key commitment and the whole list of leaves are checked before the
    first chunk, each chunk before it is decrypted.
    """

    def __init__(
        self, entry: VerifiedEntry, part: str, leaves: bytes, *, client_share: bytes, server_share: bytes, write: Write
    ) -> None:
        self._what = f"{part} of entry {entry.id}"
        entry.check_share(part, server_share)
        padded = entry.header.size(part)
        if len(leaves) != chunk_count(padded) * HASH_SIZE:
            raise ProtocolError(Reason.BAD_CIPHERTEXT, f"leaves of the {self._what}")
        self._leaves = leaves
        root = root_of(self._leaf(position) for position in range(chunk_count(padded)))
        if root.hex() != entry.seals[part].root:
            raise ProtocolError(Reason.WRONG_HASH, f"leaves of the {self._what}")
        secret = derive_part_secret(entry.id, part, client_share, server_share)
        check_commitment(secret, entry.seals[part].commitment)
        self._opener, self._position = ChunkOpener(secret, padded), 0
        self._unpadder = Unpadder(write)
        self._out = memoryview(bytearray(CHUNK_SIZE))

    def feed(self, chunk: bytes | memoryview) -> None:
        """Check the next chunk against its leaf, decrypt it, write out the plaintext that is certain so far."""
        if self._opener.done or not same(chunk_leaf(chunk), self._leaf(self._position)):
            raise ProtocolError(Reason.WRONG_HASH, f"chunk {self._position} of the {self._what}")
        size = self._opener.open_into(chunk, self._out)
        self._position += 1
        self._unpadder.feed(self._out[:size])

    def finish(self) -> int:
        """Return the plaintext's size in bytes; refuse a document that ends before its last chunk."""
        if not self._opener.done:
            raise ProtocolError(Reason.BAD_CIPHERTEXT, f"{self._what} ends at chunk {self._position}")
        return self._unpadder.finish()

    def _leaf(self, position: int) -> bytes:
        return self._leaves[position * HASH_SIZE : (position + 1) * HASH_SIZE]
