"""Decision tables that were in force, in SQL, and the one that is, in memory.

The log has a leaf for each, whose identity payload holds the controllers' statement as it was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from volet_protocol.active_tables import ActiveTables, Period
from volet_protocol.canonical import JsonObject, decode
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.policy_table import PolicyTable
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.live import Live
from volet_service.adapters.store.log_payloads import select_records
from volet_service.application.live_ports import Moved
from volet_service.application.records import TableInForce


@dataclass(frozen=True)
class SourceTable:
    """The table that the policy files of this start were built into, and its bytes."""

    table: PolicyTable
    data: bytes


def read_history(connection: Connection, sealer: Sealer) -> list[TableInForce]:
    """Return every table that was put into force, oldest first, with the statement that activated it."""
    c = t.policy_table.c
    rows = connection.execute(select(t.policy_table).order_by(c.leaf)).mappings().all()
    return [
        TableInForce(
            row["hash"], row["activation"] or None, row["data"], row["since_ms"], row["leaf"],
            _statement(connection, sealer, row["leaf"]) if row["activation"] else None,
        )
        for row in rows
    ]  # fmt: skip


def _statement(connection: Connection, sealer: Sealer, leaf: int) -> JsonObject | None:
    for record in select_records(connection, sealer, t.log_entry.c.idx == leaf, 1):
        if record.identity is not None:
            return IdentityPayload.read(decode(record.identity)).request
    return None


class PoliciesInForce:
    """Which table decides now, and which did when. Belongs to the sequencer's thread, as everything live."""

    def __init__(self, source: SourceTable, ceiling: PolicyTable, sealer: Sealer) -> None:
        self._source = source
        self._sealer = sealer
        self.ceiling = ceiling
        self._history: list[TableInForce] = []
        self._parsed = {source.table.hash: source.table, ceiling.hash: ceiling}
        self._periods: list[Period] = []
        self.tables = ActiveTables(self._parsed, self._periods)

    @property
    def active(self) -> PolicyTable:
        """The table that decides."""
        return self._parsed[self._history[-1].table] if self._history else self._source.table

    @property
    def data(self) -> bytes:
        """The bytes of the table that decides."""
        return self._history[-1].data if self._history else self._source.data

    @property
    def activation(self) -> JsonObject | None:
        """The controllers' statement that put it into force; None: it is the ceiling itself."""
        return self._history[-1].statement if self._history else None

    @property
    def history(self) -> Sequence[TableInForce]:
        """Every table in force so far, oldest first."""
        return tuple(self._history)

    def load(self, connection: Connection) -> None:
        """Read again what the disk says."""
        found = read_history(connection, self._sealer)
        self._history.clear()
        self._periods.clear()
        for record in found:
            self.enter(record)

    def enter(self, record: TableInForce) -> None:
        """Decide by another table from now on."""
        if record.table not in self._parsed:
            self._parsed[record.table] = PolicyTable.load(record.data)
        self._history.append(record)
        self._periods.append(Period(record.table, record.since_ms))

    def leave(self) -> None:
        """Undo the last entry."""
        self._history.pop()
        self._periods.pop()


class TableRows:
    """One row for each table and activation."""

    def __init__(self, connection: Connection, live: Live, policies: PoliciesInForce) -> None:
        self._connection = connection
        self._live = live
        self._policies = policies

    @property
    def history(self) -> Sequence[TableInForce]:
        """Every table put into force, oldest first; those of this batch included."""
        return self._policies.history

    def add(self, record: TableInForce) -> None:
        """Store a table put into force: the next use case decides by it."""
        self._connection.execute(
            insert(t.policy_table),
            {"hash": record.table, "activation": record.activation or "", "data": record.data,
             "since_ms": record.since_ms, "leaf": record.leaf},
        )  # fmt: skip
        self._policies.enter(record)
        self._live.remember(self._policies.leave)
        self._live.move(Moved.RULES, record.table)
