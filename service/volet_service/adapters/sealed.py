"""Sealing at rest: AES-256-GCM under a key file that stays outside the database and its backups."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE = 32
_NONCE = 12


class LooseKey(Exception):  # noqa: N818 -- the sentence is for the operator
    """A key file that is missing, of the wrong size, or readable by others."""


def read_private(path: Path) -> bytes:
    """Return the bytes of a key file; raise `LooseKey` unless it is a file that its owner alone can touch."""
    try:
        status = path.stat()
    except OSError as error:
        raise LooseKey(f"key file {path} cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(status.st_mode) or status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise LooseKey(f"key file {path} can be read or written by others: run chmod 600 {path}")
    return path.read_bytes()


def write_private(path: Path, data: bytes) -> None:
    """Create a key file that its owner alone can read; an existing one is never overwritten."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


class Sealer:
    """Seals rows. `place` is authenticated: a sealed value moved to another row does not open."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise LooseKey("a sealing key is 32 bytes")
        self._cipher = AESGCM(key)

    @staticmethod
    def of_file(path: Path) -> Sealer:
        """Return the sealer of a key file."""
        key = read_private(path)
        if len(key) != KEY_SIZE:
            raise LooseKey(f"key file {path} holds {len(key)} bytes, a sealing key is {KEY_SIZE}")
        return Sealer(key)

    def seal(self, data: bytes, place: bytes) -> bytes:
        """Return nonce || ciphertext. Nonces are random: far below 2^32 rows a key, by order of the operator's disk."""
        (sealed,) = self.seal_each([(data, place)])
        return sealed

    def seal_each(self, rows: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Seal (data, place) of many rows, each under a nonce of its own; the system is asked for randomness once."""
        random, encrypt = os.urandom(_NONCE * len(rows)), self._cipher.encrypt
        nonces = [random[at : at + _NONCE] for at in range(0, len(random), _NONCE)]
        return [nonce + encrypt(nonce, data, place) for nonce, (data, place) in zip(nonces, rows, strict=True)]

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return the data; raise `LooseKey` for another key or altered bytes."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
        except InvalidTag:
            raise LooseKey("a sealed row does not open: wrong key file, or altered database") from None
