"""Rows written by the batch: one prepared text a table, given to the driver as it is.

SQLAlchemy builds a statement, its parameters and a result for each execution, which takes longer than SQLite takes to
insert the row. Here it only spells the text, once for each dialect. PostgreSQL is given one statement for all rows, a
column as an array: what a row costs there is the message that carries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Table, bindparam, insert, update

Rows = Sequence[tuple[object, ...]]


class RowsInto:
    """An INSERT of these columns, which stand in the order of the table."""

    def __init__(self, table: Table, *columns: str) -> None:
        self._columns = columns
        self._text = lru_cache(maxsize=4)(self._spell)
        self._table = table

    def write(self, connection: Connection, rows: Rows) -> None:
        """Insert the rows, if there are any."""
        _execute(connection, self._text(connection.dialect), rows)

    def _spell(self, dialect: Dialect) -> str:
        if dialect.name != "postgresql":
            return str(insert(self._table).compile(dialect=dialect, column_keys=list(self._columns)))
        names = ", ".join(map(dialect.identifier_preparer.quote, self._columns))
        given = _arrays(self._table, self._columns, dialect)
        return f"INSERT INTO {_name(self._table, dialect)} ({names}) SELECT * FROM {given}"  # noqa: S608 -- our tables


class ColumnOf:
    """An UPDATE of one column; a row is its new value, then the whole key of the row that it is of."""

    def __init__(self, table: Table, column: str, *keys: str) -> None:
        self._columns = (column, *keys)
        self._text = lru_cache(maxsize=4)(self._spell)
        self._table = table

    def write(self, connection: Connection, rows: Rows) -> None:
        """Change the rows, if there are any; each key at most once."""
        _execute(connection, self._text(connection.dialect), rows)

    def _spell(self, dialect: Dialect) -> str:
        column, *keys = self._columns
        if dialect.name != "postgresql":
            c = self._table.c
            changed = update(self._table).where(*(c[key] == bindparam(f"of_{key}") for key in keys))
            return str(changed.values({column: bindparam("new")}).compile(dialect=dialect))
        quote, name = dialect.identifier_preparer.quote, _name(self._table, dialect)
        given = f"{_arrays(self._table, self._columns, dialect)} AS given ({', '.join(map(quote, self._columns))})"
        where = " AND ".join(f"{name}.{quote(key)} = given.{quote(key)}" for key in keys)
        return f"UPDATE {name} SET {quote(column)} = given.{quote(column)} FROM {given} WHERE {where}"  # noqa: S608 -- as above


def _name(table: Table, dialect: Dialect) -> str:
    return dialect.identifier_preparer.quote(table.name)


def _arrays(table: Table, columns: Sequence[str], dialect: Dialect) -> str:
    """Return the rows as PostgreSQL is given them: an array for each column."""
    return f"unnest({', '.join(f'%b::{table.c[name].type.compile(dialect)}[]' for name in columns)})"


def _execute(connection: Connection, text: str, rows: Rows) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(text, tuple(list(column) for column in zip(*rows, strict=True)))
    else:
        connection.exec_driver_sql(text, list(rows))
