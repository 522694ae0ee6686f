"""Rows written by the batch: one prepared text a table, given to the driver as it is.

SQLAlchemy builds a statement, its parameters and a result for each execution, which takes longer than SQLite takes to
insert the row. Here it only spells the text, once for each dialect. PostgreSQL is given one statement for all rows, a
column as an array: what a row costs there is the message that carries it. Nor does the batch wait for each answer:
`together` sends its statements one after the other, and asks for all answers at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Dialect, Table, bindparam, insert, update

from volet_service.adapters.store.arrays import Writes, writer_of

Rows = Sequence[tuple[object, ...]]
Cursor = sqlite3.Cursor | psycopg.Cursor[Any]


class RowsInto:
    """An INSERT of these columns, which stand in the order of the table."""

    def __init__(self, table: Table, *columns: str) -> None:
        self._columns = columns
        self._text = lru_cache(maxsize=4)(self._spell)
        self._writers = _writers(table, columns)
        self._table = table

    def write(self, connection: Connection, rows: Rows) -> None:
        """Insert the rows, if there are any."""
        if rows:
            _execute(connection, self._text(connection.dialect), self._writers, rows)

    def _spell(self, dialect: Dialect) -> str:
        if dialect.name != "postgresql":
            return str(insert(self._table).compile(dialect=dialect, column_keys=list(self._columns)))
        names = ", ".join(map(dialect.identifier_preparer.quote, self._columns))
        given = _arrays(self._table, self._columns, dialect)
        return f"INSERT INTO {_name(self._table, dialect)} ({names}) SELECT * FROM {given}"  # noqa: S608 -- our tables


class ChangesOf:
    """An UPDATE of columns; a row is their new values, then the values of `where` that tell the one row meant."""

    def __init__(self, table: Table, columns: Sequence[str], where: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._where = tuple(where)
        self._text = lru_cache(maxsize=4)(self._spell)
        self._writers = _writers(table, (*columns, *where))
        self._table = table

    def write(self, connection: Connection, rows: Rows) -> Cursor | None:
        """Change the rows, if there are any, each at most once.

        `rowcount` of what is returned says how many there were, once `together` has ended.
        """
        return _execute(connection, self._text(connection.dialect), self._writers, rows) if rows else None

    def _spell(self, dialect: Dialect) -> str:
        if dialect.name != "postgresql":
            c = self._table.c
            changed = update(self._table).where(*(c[name] == bindparam(f"of_{name}") for name in self._where))
            return str(
                changed.values({name: bindparam(f"new_{name}") for name in self._columns}).compile(dialect=dialect)
            )
        quote, name = dialect.identifier_preparer.quote, _name(self._table, dialect)
        named = [f"new_{column}" for column in self._columns] + [f"of_{column}" for column in self._where]
        given = f"{_arrays(self._table, self._columns + self._where, dialect)} AS given ({', '.join(named)})"
        new = ", ".join(f"{quote(column)} = given.new_{column}" for column in self._columns)
        where = " AND ".join(f"{name}.{quote(column)} = given.of_{column}" for column in self._where)
        return f"UPDATE {name} SET {new} FROM {given} WHERE {where}"  # noqa: S608 -- as above


@contextmanager
def together(connection: Connection) -> Generator[None]:
    """Let PostgreSQL work on the prepared statements of the block while the next ones are made.

    Nothing may be read in the block. What went wrong with any of them is raised at its end, at the latest.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        with driver.pipeline():
            yield
    else:
        yield


def _name(table: Table, dialect: Dialect) -> str:
    return dialect.identifier_preparer.quote(table.name)


def _arrays(table: Table, columns: Sequence[str], dialect: Dialect) -> str:
    """Return the rows as PostgreSQL is given them: an array for each column."""
    return f"unnest({', '.join(f'%b::{table.c[name].type.compile(dialect)}[]' for name in columns)})"


def _writers(table: Table, columns: Sequence[str]) -> tuple[Writes, ...]:
    return tuple(writer_of(table.c[name]) for name in columns)


def _execute(connection: Connection, text: str, writers: Sequence[Writes], rows: Rows) -> Cursor:
    driver = cast("sqlite3.Connection | psycopg.Connection[Any]", connection.connection.driver_connection)
    if isinstance(driver, sqlite3.Connection):
        return driver.executemany(text, rows)
    columns = zip(*rows, strict=True)
    return driver.execute(text.encode(), [write(column) for write, column in zip(writers, columns, strict=True)])
