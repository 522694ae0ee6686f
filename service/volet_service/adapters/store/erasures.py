"""Openings that go: the rows beside the tree, and what else repeats them. The tree itself never changes."""

from __future__ import annotations

from bisect import bisect_left

from sqlalchemy import Connection, Select, delete, func, or_, select, update

from volet_protocol.leaf import LABEL, Leaf, LeafType
from volet_protocol.log_positions import base_of
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.closed_logs import closed_logs, current_base
from volet_service.adapters.store.log_keys import destroy_unneeded
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

    def first_since(self, at_ms: int) -> int:
        """Return the position of the first leaf that is not older than an instant: the end of the log when all are."""
        e = t.log_entry.c
        size: int = self._connection.execute(select(t.log_head.c.size)).scalar_one()
        sizes = [(base_of(one.log), one.size) for one in closed_logs(self._connection)]

        def older(position: int) -> bool:
            leaf = self._connection.execute(select(e.leaf).where(e.idx == position)).scalar_one()
            return Leaf.parse(leaf).ts_ms < at_ms

        # Times never go down from leaf to leaf, nor from log to log.
        for base, held in [*sizes, (current_base(self._connection), size)]:
            first = bisect_left(range(base, base + held), x=True, key=lambda position: not older(position))
            if first < held:
                return base + first
        return current_base(self._connection) + size

    def standing_below(self, type_: LeafType, index: int) -> int:
        """Return how many leaves of a type below an index still have their openings."""
        p = t.log_payload.c
        where = p.idx.in_(_of_type(type_, index)) & p.sealed.is_not(None)
        return self._connection.execute(select(func.count()).select_from(t.log_payload).where(where)).scalar_one()

    def forget_below(self, type_: LeafType, index: int, now_ms: int) -> None:
        """Forget, as `forget` does, every leaf of a type below an index."""
        p, wanted = t.log_payload.c, _of_type(type_, index)
        where = p.idx.in_(wanted) & p.sealed.is_not(None)
        self._connection.execute(update(t.log_payload).where(where).values(sealed=None, erased_ms=now_ms))
        self._connection.execute(delete(t.request).where(t.request.c.leaf.in_(wanted)))

    def destroy_unneeded_keys(self) -> int:
        """Destroy the keys of past periods in which no record has its opening any more; return how many."""
        return destroy_unneeded(self._connection)

    def forget(self, index: int, now_ms: int) -> None:
        """Delete the openings and payloads of a leaf, and what was answered to the request behind it."""
        p = t.log_payload.c
        self._connection.execute(update(t.log_payload).where(p.idx == index).values(sealed=None, erased_ms=now_ms))
        # It names the device that asked, and what it was given.
        self._connection.execute(delete(t.request).where(t.request.c.leaf == index))


def _of_type(type_: LeafType, index: int) -> Select[tuple[int]]:
    e = t.log_entry.c
    # The type is the byte after the label (docs/spec/log.md, 12); SQL counts from 1.
    return select(e.idx).where((e.idx < index) & (func.substr(e.leaf, len(LABEL) + 1, 1) == bytes([type_])))


def without_content(connection: Connection) -> list[str]:
    """Return the ids of every entry that was taken back or erased."""
    c = t.entry.c
    gone = or_(c.take_back.is_not(None), c.erase_leaf.is_not(None))
    return list(connection.execute(select(c.id).where(gone)).scalars())
