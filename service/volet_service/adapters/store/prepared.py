"""Rows written by the batch: one prepared text a table, given to the driver as it is.

SQLAlchemy builds a statement, its parameters and a result for each execution, which takes longer than SQLite takes to
insert the row. Here it only spells the text, once for each dialect. PostgreSQL is given one statement for all rows, a
column as an array: what a row costs there is the message that carries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Table, insert


class RowsInto:
    """An INSERT of these columns, which stand in the order of the table."""

    def __init__(self, table: Table, *columns: str) -> None:
        self._columns = columns
        self._text = lru_cache(maxsize=4)(self._spell)
        self._table = table

    def write(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert the rows, if there are any."""
        if not rows:
            return
        text = self._text(connection.dialect)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(text, tuple(list(column) for column in zip(*rows, strict=True)))
        else:
            connection.exec_driver_sql(text, list(rows))

    def _spell(self, dialect: Dialect) -> str:
        if dialect.name != "postgresql":
            return str(insert(self._table).compile(dialect=dialect, column_keys=list(self._columns)))
        quote = dialect.identifier_preparer.quote
        arrays = ", ".join(f"%b::{self._table.c[name].type.compile(dialect)}[]" for name in self._columns)
        names = ", ".join(map(quote, self._columns))
        return f"INSERT INTO {quote(self._table.name)} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 -- our tables
