"""Decision tables that were in force, in SQL."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from volet_service.adapters.store import tables as t
from volet_service.application.records import TableInForce


class TableRows:
    """One row for each table and activation; the log has a leaf for each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, table: str, activation: str | None) -> bool:
        """Tell whether this table was put into force by this activation before."""
        c = t.policy_table.c
        where = (c.hash == table) & (c.activation == (activation or ""))
        return self._connection.execute(select(c.leaf).where(where)).first() is not None

    def add(self, record: TableInForce) -> None:
        """Store a table put into force."""
        self._connection.execute(
            insert(t.policy_table),
            {"hash": record.table, "activation": record.activation or "", "data": record.data,
             "since_ms": record.since_ms, "leaf": record.leaf},
        )  # fmt: skip
