"""One process at a time writes a hub's folder: the hub that serves, or one act of its operator.

The kernel's lock on an open file ends with the process, however it dies. Without it two sequencers would each go on
from a head that the other has moved; the database would refuse one of them, in the middle of somebody's request.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class InUse(Exception):  # noqa: N818 -- the sentence is for the operator
    """Another process writes this folder."""


class FolderLock:
    """Held from construction to `release`; raises `InUse`."""

    def __init__(self, path: Path) -> None:
        self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise InUse(f"{path.parent} is in use: stop the hub first, start it again after") from None

    def release(self) -> None:
        """Let the next one have it; once is enough, twice is fine."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
