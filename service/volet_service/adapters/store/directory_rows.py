"""Extracts of the national directory in SQL: how far each was read, which one is in force, what is left of others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Table, delete, select, update

from volet_protocol.extract_lines import Extract
from volet_service.adapters.store import tables as t
from volet_service.application.directory_ports import ExtractInForce
from volet_service.domain.errors import NotFound

_PARTS = (
    t.directory_line, t.directory_node, t.directory_read_word, t.directory_word, t.directory_vocabulary,
    t.directory_slip,
)  # fmt: skip


class State(StrEnum):
    """How far an extract is: read line by line, wholly read and sorted, in force, replaced by a later one."""

    READING = "reading"
    READY = "ready"
    IN_FORCE = "in-force"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Progress:
    """One row of the extracts."""

    number: int
    state: str
    place: int
    prefix: str
    read: int
    lines: int
    refused: int
    report: int
    tree: bytes
    test: int
    started_ms: int
    file: str | None = None
    root: str | None = None
    leaf: int | None = None
    time_ms: int | None = None


def extracts(connection: Connection) -> list[Progress]:
    """Return every extract, the newest first."""
    rows = connection.execute(select(t.directory_extract).order_by(t.directory_extract.c.number.desc()))
    return [Progress(**row) for row in rows.mappings()]


def extract_in_force(connection: Connection) -> ExtractInForce | None:
    """Return the extract that searches read."""
    found = next((one for one in extracts(connection) if one.state == State.IN_FORCE), None)
    if found is None or found.leaf is None or found.time_ms is None:
        return None
    return ExtractInForce(found.number, _stated(found, found.time_ms), found.leaf)


def _stated(found: Progress, time_ms: int) -> Extract:
    return Extract(found.file or "", found.root or "", found.lines, found.refused, time_ms, bool(found.test))


class ExtractRows:
    """Extracts in the sequencer's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, number: int, time_ms: int) -> Extract:
        """Return what an extract that was wholly read states; raise `NotFound` for any other."""
        found = next((one for one in extracts(self._connection) if one.number == number), None)
        if found is None or found.state != State.READY:
            raise NotFound
        return _stated(found, time_ms)

    def put_in_force(self, number: int, extract: Extract, leaf: int) -> None:
        """Let searches read this one, and the one before it no more."""
        table = t.directory_extract
        before = update(table).where(table.c.state == State.IN_FORCE)
        self._connection.execute(before.values(state=State.REPLACED))
        this = update(table).where(table.c.number == number)
        self._connection.execute(this.values(state=State.IN_FORCE, leaf=leaf, time_ms=extract.time_ms))


def parts() -> tuple[Table, ...]:
    """Return the tables that hold an extract, that of the extracts last: emptied one transaction each."""
    return (*_PARTS, t.directory_extract)


def forget(connection: Connection, table: Table, number: int) -> None:
    """Delete what a table holds of an extract."""
    column = table.c.number if table is t.directory_extract else table.c.extract
    connection.execute(delete(table).where(column == number))
