"""Openings that go: the rows beside the tree, and what else repeats them. The tree itself never changes."""

from __future__ import annotations

from sqlalchemy import Connection, delete, or_, select, update

from volet_service.adapters.store import tables as t
from volet_service.application.erasure_ports import RecordPlace


class ErasureRows:
    """Forgets inside the transaction that appends the tombstone; `secure_delete` overwrites what a page held."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def place(self, index: int) -> RecordPlace | None:
        """Return where a leaf's payloads stand; None for a leaf that never had any."""
        p = t.log_payload.c
        row = self._connection.execute(select(p.case, p["class"], p.sealed).where(p.idx == index)).first()
        return None if row is None else RecordPlace(row[0], row[1], row.sealed is None)

    def entry_of(self, index: int) -> str | None:
        """Return the entry whose deposit a leaf is."""
        return self._connection.execute(select(t.entry.c.id).where(t.entry.c.leaf == index)).scalar()

    def forget(self, index: int, now_ms: int) -> None:
        """Delete the openings and payloads of a leaf, and what was answered to the request behind it."""
        p = t.log_payload.c
        self._connection.execute(update(t.log_payload).where(p.idx == index).values(sealed=None, erased_ms=now_ms))
        # It names the device that asked, and what it was given.
        self._connection.execute(delete(t.request).where(t.request.c.leaf == index))


def without_content(connection: Connection) -> list[str]:
    """Return the ids of every entry that was taken back or erased."""
    c = t.entry.c
    gone = or_(c.take_back.is_not(None), c.erase_leaf.is_not(None))
    return list(connection.execute(select(c.id).where(gone)).scalars())
