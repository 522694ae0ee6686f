"""What witnesses answered to the log's checkpoints, and the checkpoints that had enough of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from volet_protocol.log_positions import SPAN
from volet_protocol.note_keys import SignatureLine
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.sql import insert_new


class CosignatureRows:
    """Lines and published checkpoints, in the writer's transaction."""

    def __init__(self, connection: Connection, base: int) -> None:
        self._connection = connection
        self._base = base

    def add(self, size: int, lines: Sequence[tuple[SignatureLine, int]]) -> None:
        """Store verified lines with the time each states, in POSIX seconds; the same line again is fine."""
        for line, time_s in lines:
            row = {
                "size": self._base + size,
                "name": line.name,
                "key_id": line.key_id,
                "time_s": time_s,
                "line": str(line),
            }
            self._connection.execute(insert_new(self._connection, t.log_cosignature), row)

    def publish(self, size: int, note: str) -> None:
        """Store a checkpoint that has enough of them, with its lines; the first form of a size stays."""
        self._connection.execute(
            insert_new(self._connection, t.log_published), {"size": self._base + size, "note": note}
        )


def newest_published(connection: Connection, base: int) -> str | None:
    """Return the newest checkpoint that had enough witnesses, of the log whose leaf 0 is at `base`."""
    within = (t.log_published.c.size > base) & (t.log_published.c.size <= base + SPAN)
    query = select(t.log_published.c.note).where(within).order_by(t.log_published.c.size.desc()).limit(1)
    note: str | None = connection.execute(query).scalar()
    return note
