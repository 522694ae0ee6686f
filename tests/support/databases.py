"""Which database the hubs of a test work on; and its rows, as somebody with full control would read and edit them.

VOLET_TEST_DATABASE=postgresql runs any test on a real PostgreSQL. What uses the fixture `each_database` runs on both.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from support import postgres
from volet_service.adapters.store.database import Database
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.postgresql import PostgresDatabase
from volet_service.adapters.store.sqlite import SqliteDatabase
from volet_service.settings import read_settings

CHOICE = "VOLET_TEST_DATABASE"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
# What a trigger of ours raises.
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)


def chosen() -> str:
    return os.environ.get(CHOICE, SQLITE)


def kinds() -> list[str]:
    """What `each_database` stands for: both, unless the whole run is on one."""
    return [os.environ[CHOICE]] if CHOICE in os.environ else [SQLITE, POSTGRESQL]


def new_place() -> str | None:
    """The address of a new database for a new hub; None for a file in its folder."""
    return postgres.new_database() if chosen() == POSTGRESQL else None


def empty_database(folder: Path) -> Database:
    """A database without any table."""
    return open_database(postgres.new_empty() if chosen() == POSTGRESQL else folder / "empty.sqlite")


def database_of(folder: Path) -> Database:
    """The database of a hub's folder."""
    return open_database(read_settings(folder).store)


class Disk:
    """The rows of a database, without any code of the hub: SQL with `?` for values. A block commits and closes."""

    def __init__(self, database: Database) -> None:
        self._connection: sqlite3.Connection | psycopg.Connection[Any]
        if isinstance(database, PostgresDatabase):
            # Each statement by itself: a transaction left open would hold up whoever migrates or vacuums.
            self._connection = psycopg.connect(database.address, autocommit=True)
        else:
            assert isinstance(database, SqliteDatabase)
            self._connection = sqlite3.connect(database.path)

    @property
    def kind(self) -> str:
        return SQLITE if isinstance(self._connection, sqlite3.Connection) else POSTGRESQL

    def execute(self, query: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 -- a cursor of either driver
        if isinstance(self._connection, sqlite3.Connection):
            return self._connection.execute(query, values)
        return self._connection.execute(query.replace("?", "%s").encode(), values or None)

    def executemany(self, query: str, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            self.execute(query, row)

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.execute(query, values).fetchall()]

    def tables(self) -> list[str]:
        if self.kind == SQLITE:
            return [row[0] for row in self.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return [row[0] for row in self.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]

    def triggers(self) -> list[tuple[str, str]]:
        """(name, table) of every trigger of ours."""
        if self.kind == SQLITE:
            return self.all("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        asked = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        return self.all(asked)

    def drop_triggers(self) -> None:
        for name, table in self.triggers():
            self.execute(f"DROP TRIGGER {name}" if self.kind == SQLITE else f"DROP TRIGGER {name} ON {table}")

    def sound(self) -> bool:
        """Whether the file is whole; PostgreSQL's pages carry checksums of their own."""
        return self.kind == POSTGRESQL or self.all("PRAGMA integrity_check") == [("ok",)]

    def quoted(self, value: bytes) -> str:
        """Bytes as a statement writes them."""
        return f"x'{value.hex()}'" if self.kind == SQLITE else f"'\\x{value.hex()}'::bytea"

    def edit(self, *statements: str) -> None:
        """Run all or none of these."""
        try:
            for statement in statements:
                self.execute(statement)
            self._connection.commit()
        except REFUSED:
            self._connection.rollback()
            raise

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._connection.commit()
        self._connection.close()


def open_disk(folder: Path) -> Disk:
    """The rows of a hub's folder."""
    return Disk(database_of(folder))


def bytes_on_disk(folder: Path) -> bytes:
    """Everything that lies on disks for a hub's rows."""
    files = b"".join(path.read_bytes() for path in sorted(folder.glob("*.sqlite*")))
    database = database_of(folder)
    return files + postgres.files_of(database.address) if isinstance(database, PostgresDatabase) else files


def copy_database(folder: Path, target: Path) -> None:
    """Give the folder that is a copy of another hub's a copy of its database, as it is at this instant."""
    source = database_of(folder)
    if isinstance(source, SqliteDatabase):
        live, copy = sqlite3.connect(source.path), sqlite3.connect(target / source.path.name)
        live.backup(copy)
        copy.close()
        live.close()
        return
    assert isinstance(source, PostgresDatabase)
    made = _dumped(source.address, target) if postgres.in_use(source.address) else postgres.copy_of(source.address)
    env = target / "hub.env"
    env.write_text(env.read_text("utf-8").replace(source.address, made), "utf-8")


def _dumped(address: str, folder: Path) -> str:
    """The address of a copy of a database that others are connected to."""
    made, kept = postgres.new_empty(), folder / "copy.dump"
    subprocess.run(["pg_dump", "--format=custom", f"--file={kept}", address], check=True)
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={made}", str(kept)], check=True)
    kept.unlink()
    return made


def settle(folder: Path) -> None:
    """Wait until a server has noticed that a hub is gone: until then it may still commit what that hub had sent."""
    database, deadline = database_of(folder), time.monotonic() + 60
    while isinstance(database, PostgresDatabase) and postgres.in_use(database.address):
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Image:
    """The database of a stopped hub's folder as it is now, to be put back later; the folder may go meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._database = database_of(folder)
        if isinstance(self._database, PostgresDatabase):
            self._kept = postgres.copy_of(self._database.address)
        else:
            assert isinstance(self._database, SqliteDatabase)
            with closing(sqlite3.connect(self._database.path)) as live, closing(sqlite3.connect(":memory:")) as copy:
                live.backup(copy)
                self._bytes = copy.serialize()

    def clear(self) -> None:
        """Delete the files that are there now; of a server's database nothing lies in the folder."""
        if isinstance(self._database, SqliteDatabase):
            for left in self._database.path.parent.glob(f"{self._database.path.name}*"):
                left.unlink()

    def put_back(self) -> None:
        self.clear()
        if isinstance(self._database, PostgresDatabase):
            postgres.put_back(self._database.address, self._kept)
        else:
            assert isinstance(self._database, SqliteDatabase)
            self._database.path.write_bytes(self._bytes)
