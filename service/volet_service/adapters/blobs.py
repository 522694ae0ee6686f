"""Ciphertext of documents in a local folder: uploads under way, and blobs, which never change.

A blob appears under its name by one rename, after its bytes and its list of leaf hashes were fsynced: a crash leaves
an upload to go on with, or a blob that no entry names yet, never half a blob.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.sealing import CHUNK_SIZE, TAG_SIZE
from volet_service.domain.errors import IdempotencyMismatch, Invalid, LogUnavailable, NotFound, StorageFull, TooLarge

CHUNK = CHUNK_SIZE + TAG_SIZE
# How many chunks one request may carry.
MOST_CHUNKS = 32
_HASH = 32


class FolderBlobs:
    """Blobs below one folder, at most `limit` bytes each. Names are hex ids, never a path that a caller chose."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._uploads = folder / "uploads"
        self._kept = folder / "kept"
        self._limit = limit
        for place in (self._uploads, self._kept):
            place.mkdir(parents=True, exist_ok=True)

    def write_chunk(self, device: str, upload: str, position: int, data: bytes) -> None:
        """Store chunks from number `position` on; all but an upload's last are whole."""
        start = position * CHUNK
        if not data:
            raise Invalid("a chunk without bytes")
        if len(data) > MOST_CHUNKS * CHUNK:
            raise TooLarge("chunks of one request")
        if start + len(data) > self._limit:
            raise TooLarge("upload")
        with _disk():
            path = self._upload(device, upload)
            path.parent.mkdir(exist_ok=True)
            with path.open("r+b" if path.exists() else "w+b") as file:
                size = file.seek(0, os.SEEK_END)
                if start > size or (start == size and size % CHUNK):
                    raise Invalid("chunks are sent in order, and only the last one is short")
                file.seek(start)
                before = file.read(len(data))
                if before and before != data[: len(before)]:
                    raise IdempotencyMismatch("another chunk was sent at this position")
                if len(before) < len(data):
                    file.seek(start)
                    file.write(data)

    def upload_root(self, device: str, upload: str) -> tuple[str, int]:
        """Return (RFC 6962 root over the chunks in hex, size in bytes); store the leaf hashes beside the upload."""
        path = self._upload(device, upload)
        if not path.is_file():
            raise NotFound
        tree, hashes, size = CompactRange(), bytearray(), 0
        with _disk(), path.open("rb") as file:
            while chunk := file.read(CHUNK):
                hashed = leaf_hash(chunk)
                tree.append(hashed)
                hashes += hashed
                size += len(chunk)
            _write_durably(path.with_suffix(".leaves"), bytes(hashes))
        return tree.root().hex(), size

    def size(self, name: str) -> int | None:
        """Return the size of a blob in bytes; None when there is none of this name."""
        path = self._blob(name)
        with _disk():
            return path.stat().st_size if path.is_file() else None

    def keep(self, device: str, upload: str, name: str) -> None:
        """Turn an upload into a blob, durably. A blob that is there already stays as it is."""
        path = self._upload(device, upload)
        with _disk():
            if self._blob(name).exists():
                return
            with path.open("rb") as file:
                os.fsync(file.fileno())
            folder = self._blob(name).parent
            folder.mkdir(exist_ok=True)
            path.with_suffix(".leaves").replace(self._blob(name).with_suffix(".leaves"))
            path.replace(self._blob(name))
            for changed in (folder, self._kept):
                _sync_folder(changed)

    def chunks(self, name: str, start: int, end: int) -> Iterable[bytes]:
        """Yield chunks start..end, the end excluded; fewer when the blob is shorter."""
        with _disk(), self._blob(name).open("rb") as file:
            file.seek(start * CHUNK)
            for _ in range(start, end):
                chunk = file.read(CHUNK)
                if not chunk:
                    return
                yield chunk

    def leaves(self, name: str) -> bytes:
        """Return the 32-byte leaf hashes of all chunks, one after the other."""
        with _disk():
            return self._blob(name).with_suffix(".leaves").read_bytes()

    def purge(self, before_ms: int) -> None:
        """Delete uploads whose last chunk came before that instant, and the folders of devices that hold none."""
        with _disk():
            for device in self._uploads.iterdir():
                for path in device.iterdir():
                    if path.stat().st_mtime_ns // 1_000_000 < before_ms:
                        path.unlink(missing_ok=True)
                with suppress(OSError):  # not empty, or a chunk is arriving
                    device.rmdir()

    def _upload(self, device: str, upload: str) -> Path:
        return self._uploads / device / f"{upload}.part"

    def _blob(self, name: str) -> Path:
        return self._kept / name[:2] / f"{name}.blob"


@contextmanager
def _disk() -> Generator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise StorageFull("the disk is full") from error
        raise LogUnavailable("the disk failed") from error


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
