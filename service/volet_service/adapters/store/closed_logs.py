"""Which log is written, and those that ended before it: their leaves stay, are proved and served, and grow no more."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from volet_protocol.checkpoint import Checkpoint
from volet_protocol.errors import ProtocolError
from volet_protocol.log_positions import base_of, log_of
from volet_protocol.note import Note
from volet_service.adapters.store import tables as t
from volet_service.domain.errors import LogUnavailable


@dataclass(frozen=True)
class ClosedLog:
    """A log that ended: its number, its name, the last tree held of it, and the note of the newest tree it showed."""

    log: int
    origin: str
    size: int
    note: str
    shown: str


def closed_logs(connection: Connection) -> list[ClosedLog]:
    """Return the logs that ended, the first one first."""
    rows = connection.execute(select(t.log_closed).order_by(t.log_closed.c.log))
    return [ClosedLog(row.log, row.origin, row.size, row.note, row.shown) for row in rows]


def current_base(connection: Connection) -> int:
    """Return the position of leaf 0 of the log that is written."""
    newest: int = connection.execute(select(func.coalesce(func.max(t.log_closed.c.log), 0))).scalar_one()
    return base_of(newest + 1)


def size_at(connection: Connection, base: int, current: int, size: int) -> int:
    """Return how many leaves the log at `base` holds: that of the current one, whose base and size are given, is known.

    Raises `LogUnavailable` for a log that never was.
    """
    if base == current:
        return size
    found: int | None = connection.execute(
        select(t.log_closed.c.size).where(t.log_closed.c.log == log_of(base))
    ).scalar()
    if found is None:
        raise LogUnavailable("no such log")
    return found


def close_log(connection: Connection, shown: str, now_ms: int) -> int:
    """End the log that is written, in the caller's transaction; return the position of leaf 0 of the next one.

    `shown` is the newest checkpoint that anybody saw of it.
    """
    base = current_base(connection)
    c = t.log_checkpoint.c
    last = connection.execute(select(c.size, c.note).where(c.size > base).order_by(c.size.desc()).limit(1)).one()
    origin = Checkpoint.read(Note.parse(last.note.encode("utf-8")).text).origin
    row = {
        "log": log_of(base), "origin": origin, "size": last.size - base, "note": last.note, "shown": shown,
        "closed_ms": now_ms,
    }  # fmt: skip
    connection.execute(insert(t.log_closed), row)
    emptied = update(t.log_head).where(t.log_head.c.size == last.size - base)
    if connection.execute(emptied.values(size=0, compact_range=b"", heads_leaf=0)).rowcount != 1:
        raise LogUnavailable("another writer moved the log's head")
    return base_of(log_of(base) + 1)


def origin_of(note: str) -> str:
    """Return the name of the log whose checkpoint this is, empty for what is none."""
    try:
        return Checkpoint.read(Note.parse(note.encode("utf-8")).text).origin
    except ProtocolError:
        return ""
