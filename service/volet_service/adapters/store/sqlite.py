"""SQLite: one file, one writer connection, readers beside it.

WAL, `synchronous=FULL` (NORMAL loses acknowledged commits at power loss), `fullfsync` for macOS, `BEGIN IMMEDIATE` (a
deferred transaction that upgrades fails at once whatever `busy_timeout` says) and `secure_delete`, so that what was
erased is not left in free pages. Readers are `query_only`. That one process alone writes is `hub.lock`'s business.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from volet_service.adapters.store.database import UnfitDatabase
from volet_service.adapters.store.wal_copies import WRITERS_BOUND, WalCopies


@dataclass(frozen=True)
class SqliteDatabase:
    """A database file."""

    path: Path

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def create(self) -> None:
        """Make an empty file that its owner alone can read: it holds who works with whom."""
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))

    def check(self) -> None:
        """Raise `UnfitDatabase` when there is no such file."""
        if not self.path.is_file():
            raise UnfitDatabase(f"{self.path} does not exist: run `volet admin init` first")

    def writer(self, *, alone: bool = True) -> Engine:  # noqa: ARG002 -- the folder's lock says who is alone
        """Return the engine of the one writer."""
        engine = create_engine(
            f"sqlite:///{self.path}", poolclass=NullPool, hide_parameters=True,
            connect_args={"check_same_thread": False},
        )  # fmt: skip
        event.listen(engine, "connect", _writer_pragmas)
        event.listen(engine, "begin", _begin_immediate)
        copies = WalCopies(self.path)
        event.listen(engine, "commit", copies.noticed)
        event.listen(engine, "engine_disposed", copies.end)
        return engine

    def readers(self) -> Engine:
        """Return the engine of threads that only read."""
        engine = create_engine(
            f"sqlite:///{self.path}", poolclass=QueuePool, pool_size=8, max_overflow=32, hide_parameters=True,
            connect_args={"check_same_thread": False},
        )  # fmt: skip
        event.listen(engine, "connect", _reader_pragmas)
        return engine

    def check_scrub(self) -> None:
        """Do nothing: whoever writes the file can."""

    def scrub(self) -> None:
        """Empty the write-ahead log, which keeps the pages as they were before an erasure."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _writer_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 -- the driver this module is written for
    # The driver must not open transactions by itself: `begin` below does, at once and IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "busy_timeout=5000", "foreign_keys=ON",
        "secure_delete=ON",
        # Without it REPLACE deletes rows of append-only tables past their triggers.
        "recursive_triggers=ON",
        f"wal_autocheckpoint={WRITERS_BOUND}",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _reader_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 -- as above
    for pragma in ("busy_timeout=5000", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
