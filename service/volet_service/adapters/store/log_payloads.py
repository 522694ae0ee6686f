"""The two payloads of a leaf beside the tree: sealed, and erasable with their openings (log formats 3.3).

What is sealed: view opening[32] || identity opening[32] || u32 size of the view || view || identity.
"""

from __future__ import annotations

import struct

from sqlalchemy import ColumnElement, Connection, select

from volet_protocol.leaf import OPENING_SIZE
from volet_service.adapters.sealed import LooseKey, Sealer
from volet_service.adapters.store import tables as t
from volet_service.application.records import LogRecord

_SIZE = struct.Struct(">I")
_VIEW_AT = 2 * OPENING_SIZE + _SIZE.size


def payload_row(index: int, openings: bytes, view: bytes, identity: bytes) -> tuple[bytes, bytes]:
    """Return what is sealed of a leaf, both openings first, and its place: the row of this index and no other."""
    return b"".join((openings, _SIZE.pack(len(view)), view, identity)), _place(index)


def select_records(
    connection: Connection, sealer: Sealer, where: ColumnElement[bool], limit: int,
    by: ColumnElement[int] = t.log_entry.c.idx,
) -> list[LogRecord]:  # fmt: skip
    """Return leaves with their opened payloads, in order; `by` is the position in the table that `where` is about.

    SQLite sorts everything found before the limit, unless the order is that of the index it looks in.
    """
    joined = t.log_entry.outerjoin(t.log_payload, t.log_entry.c.idx == t.log_payload.c.idx)
    named = t.log_entry.c.idx, t.log_entry.c.leaf, t.log_payload.c.sealed, t.log_payload.c.case
    query = select(*named).select_from(joined)
    rows = connection.execute(query.where(where).order_by(by).limit(limit))
    return [_record(sealer, row.idx, row.leaf, row.sealed, row.case) for row in rows]


def _record(sealer: Sealer, index: int, leaf: bytes, sealed: bytes | None, case: str | None) -> LogRecord:
    if sealed is None:
        return LogRecord(index, leaf, None, None, None, None, case)
    opened = sealer.open(sealed, _place(index))
    if len(opened) < _VIEW_AT:
        raise LooseKey("a sealed row is too short")
    (size,) = _SIZE.unpack_from(opened, _VIEW_AT - _SIZE.size)
    view, identity = opened[_VIEW_AT : _VIEW_AT + size], opened[_VIEW_AT + size :]
    openings = opened[:OPENING_SIZE], opened[OPENING_SIZE : 2 * OPENING_SIZE]
    return LogRecord(index, leaf, view, openings[0], identity, openings[1], case)


def _place(index: int) -> bytes:
    return f"log_payload/{index}".encode()
