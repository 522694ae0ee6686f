"""The database: how it is opened, and whether its schema is the one this code was written for.

SQLite: one writer connection, WAL, `synchronous=FULL` (NORMAL loses acknowledged commits at power loss), `fullfsync`
for macOS, `BEGIN IMMEDIATE` (a deferred transaction that upgrades fails at once whatever `busy_timeout` says) and
`secure_delete`, so that what was erased is not left in free pages. Readers are `query_only`. Errors never repeat the
parameters of a query: they would put who works with whom into a text file.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from volet_service import resources


class WrongSchema(Exception):  # noqa: N818 -- the sentence is for the operator
    """The database is not at this version's schema."""


def open_writer(path: Path) -> Engine:
    """Return the engine whose single connection belongs to the sequencer's thread."""
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, hide_parameters=True, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _writer_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def open_readers(path: Path) -> Engine:
    """Return the engine of threads that only read committed state."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=32,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _reader_pragmas)
    return engine


def _writer_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 -- the driver this module is written for
    # The driver must not open transactions by itself: `begin` below does, at once and IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "busy_timeout=5000", "foreign_keys=ON",
        "secure_delete=ON",
        # Without it REPLACE deletes rows of append-only tables past their triggers.
        "recursive_triggers=ON",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _reader_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 -- as above
    for pragma in ("busy_timeout=5000", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def alembic_config(path: Path) -> Config:
    """Return Alembic's configuration for this database: no file of its own, so a wheel and a checkout act alike."""
    config = Config()
    config.set_main_option("script_location", str(resources.migrations()))
    config.attributes["database"] = path
    return config


def upgrade(path: Path, revision: str = "head") -> None:
    """Bring a database to a schema version; raise `WrongSchema` when the database refuses."""
    try:
        command.upgrade(alembic_config(path), revision)
    except DBAPIError as error:
        raise WrongSchema(f"{path} cannot be migrated: {error.orig}") from error


def newest_revision(config: Config) -> str:
    """Return the schema version that this code was written for."""
    revision = ScriptDirectory.from_config(config).get_current_head()
    assert revision is not None  # noqa: S101 -- the first migration is always there
    return revision


def check_schema(engine: Engine, path: Path) -> None:
    """Raise `WrongSchema` with a sentence for the operator when the database is at another version, or has none."""
    try:
        with engine.connect() as connection:
            found = None
            if inspect(connection).has_table("alembic_version"):
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        raise WrongSchema(f"{path} cannot be read: {error.orig}") from error
    wanted = newest_revision(alembic_config(path))
    if found is None:
        raise WrongSchema(f"{path} holds no Volet database: run `volet admin init` first")
    if found != wanted:
        raise WrongSchema(f"{path} is at schema {found}, this version needs {wanted}: run `volet admin migrate`")


def open_checked(path: Path) -> Engine:
    """Return the readers' engine of a database at this version's schema; raise `WrongSchema`."""
    if not path.is_file():
        raise WrongSchema(f"{path} does not exist: run `volet admin init` first")
    readers = open_readers(path)
    check_schema(readers, path)
    return readers
