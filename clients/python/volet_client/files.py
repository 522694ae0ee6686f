"""Files of a profile: private to their owner, replaced whole or not at all.

A write goes to a temporary file of the same folder, is flushed to the disk, then renamed over the old one, and the
folder is flushed: after a crash there is the old file or the new one, never half of one.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from volet_client.errors import LooseFileError, UnreadableFileError
from volet_client.words import Said

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_OTHERS = 0o077


def make_private_folder(path: Path) -> None:
    """Create a folder for its owner alone; refuse one that exists with looser permissions."""
    if not path.exists():
        path.mkdir(mode=PRIVATE_FOLDER, parents=True)
        path.chmod(PRIVATE_FOLDER)
    check_private(path, PRIVATE_FOLDER)


def check_private(path: Path, wanted: int = PRIVATE_FILE) -> None:
    """Refuse a file or folder that another account may touch, a symbolic link, or somebody else's."""
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode) or stat.S_IMODE(found.st_mode) & _OTHERS or found.st_uid != os.geteuid():
        raise LooseFileError(path, wanted)


def read_private(path: Path, limit: int) -> bytes:
    """Return the content of a private file of at most `limit` bytes."""
    check_private(path)
    # Opened without following links: between the check and the opening, the name could be made to point elsewhere.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UnreadableFileError(path, Said("trop grand", "too large"))
    return data


def write_private(path: Path, data: bytes, *, replace: bool = True) -> None:
    """Write a file for its owner alone, whole or not at all. Without `replace`, an existing file is refused."""
    folder = path.parent
    check_private(folder, PRIVATE_FOLDER)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            Path(temporary).replace(path)
        else:
            # A hard link fails when the name exists: two processes cannot both create it.
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink(missing_ok=True)
    flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Flush a folder, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
