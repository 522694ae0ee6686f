"""The newest checkpoint that left this hub, on another volume than the database (docs/operations.md).

A log without witnesses has nobody else to remember what it showed. A database restored from a backup would sign a
second history of the same sizes; this file, written and synced before any note leaves, tells. Two slots are written in
turn, so that a crash in the middle of one leaves the other; a process begins with the slot that holds less.
"""

from __future__ import annotations

import os
from pathlib import Path

from volet_protocol.checkpoint import Checkpoint
from volet_protocol.hashing import sha256
from volet_protocol.note import Note

_SLOT = 4096
_SLOTS = 2
_HASH = 32
_LENGTH = 4
_ROOM = _SLOT - _HASH - _LENGTH


class HighWater:
    """One file of two slots; belongs to the sequencer's thread once it is written to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn: int | None = None
        self._file: int | None = None

    @staticmethod
    def create(path: Path) -> None:
        """Make the file, empty and of its full size: what it will need is on the disk already."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, bytes(_SLOT * _SLOTS))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def newest(self) -> list[str]:
        """Return the whole notes it holds, at most two, in no order; raise `OSError` when there is no such file."""
        return [note for note in self._slots() if note is not None]

    def keep(self, note: str) -> None:
        """Put a checkpoint on the disk before anybody sees it; raise `OSError`."""
        data = note.encode("utf-8")
        if len(data) > _ROOM:
            raise OSError(f"{self._path}: a checkpoint of {len(data)} bytes")
        if self._turn is None:
            sizes = [-1 if kept is None else _size(kept) for kept in self._slots()]
            self._turn = sizes.index(min(sizes))
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY)
        body = len(data).to_bytes(_LENGTH, "big") + data
        os.pwrite(self._file, sha256(body) + body, self._turn * _SLOT)
        os.fdatasync(self._file)
        self._turn = (self._turn + 1) % _SLOTS

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _slots(self) -> list[str | None]:
        data = self._path.read_bytes()
        return [_read(data[n * _SLOT : (n + 1) * _SLOT]) for n in range(_SLOTS)]


def _read(slot: bytes) -> str | None:
    length = int.from_bytes(slot[_HASH : _HASH + _LENGTH], "big")
    body = slot[_HASH : _HASH + _LENGTH + length]
    if length == 0 or len(body) != _LENGTH + length or sha256(body) != slot[:_HASH]:
        return None
    return body[_LENGTH:].decode("utf-8")


def _size(note: str) -> int:
    return Checkpoint.read(Note.parse(note.encode("utf-8")).text).size
