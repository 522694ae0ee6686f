"""What the two dialects say differently in a query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Integer, LargeBinary, Table, literal
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def insert_new(connection: Connection, table: Table) -> Executable:
    """Return an INSERT that leaves a row alone that is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql_insert(table).on_conflict_do_nothing()
    return sqlite_insert(table).on_conflict_do_nothing()


class _BytesAt(FunctionElement[int]):
    """Where bytes stand in others, counted from 1; 0 when they do not."""

    type = Integer()
    inherit_cache = True


@compiles(_BytesAt)
def _instr(element: _BytesAt, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 -- the compiler's own
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_BytesAt, "postgresql")
def _position(element: _BytesAt, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 -- as above
    whole, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"position({part} IN {whole})"


def holds_bytes(column: ColumnElement[bytes], part: bytes) -> ColumnElement[bool]:
    """Tell whether these bytes stand in a column."""
    return _BytesAt(column, literal(part, LargeBinary)) > 0
