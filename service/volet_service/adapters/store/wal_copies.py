"""Copies SQLite's write-ahead log into the database beside the writer, not inside one of its commits.

SQLite would do it in whichever commit makes the log longer than a thousand pages: under load every twelfth one, which
then writes a thousand pages all over the file while everybody waits. A second connection does the same work without
holding up the writer, and what is durable does not change: a commit is in the write-ahead log, synced, before it is
answered. The writer keeps a bound of its own, for a log that grows faster than it is copied.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine

# Commits from one copy to the next: under load some two thousand pages.
COMMITS = 32
# Pages (32 MiB of them) at which the writer copies what is left, inside a commit. Only then does the log begin anew.
WRITERS_BOUND = 8_000
_log = logging.getLogger("volet.store")


class WalCopies:
    """The copies of one database file, from the first that is due until `end`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._commits = 0
        self._due = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def noticed(self, _connection: Connection | None = None) -> None:
        """Take note of one commit, in the writer's thread; a copy is due every `COMMITS`."""
        self._commits += 1
        if self._commits % COMMITS == 0 and not self._ended:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="volet-wal-copies", daemon=True)
                self._thread.start()
            self._due.set()

    def end(self, _engine: Engine | None = None) -> None:
        """Stop copying, and wait until the file is let go of."""
        self._ended = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._ended:
                return
            try:
                self._copy()
            except sqlite3.Error as error:
                # Nothing is lost: the rows are in the write-ahead log, and the writer copies at its own bound.
                _log.warning("the write-ahead log could not be copied (%s)", error.sqlite_errorname)

    def _copy(self) -> None:
        # A connection for each copy: one that stayed would be in the way of whoever closes the database.
        with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as connection:
            for pragma in ("synchronous=FULL", "fullfsync=1", "wal_checkpoint(PASSIVE)"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
