"""Tiles and bundles of the committed tree, read from the leaves and nodes that proofs are made of."""

from __future__ import annotations

from sqlalchemy import Connection, select

from volet_protocol.tiles import HEIGHT, WIDTH, TilePath, bundle
from volet_service.adapters.store import tables as t


def read_tile(connection: Connection, path: TilePath, size: int, base: int) -> bytes | None:
    """Return the bytes of a tile in the tree of `size` leaves; None when that tree does not fill it so far.

    `base` is the position of the log's leaf 0.
    """
    start, level = path.number * WIDTH, path.level or 0
    end = start + path.width
    if end > size >> (HEIGHT * level):
        return None
    first = base >> (HEIGHT * level)
    start, end = first + start, first + end
    if path.level is None or level == 0:
        e = t.log_entry.c
        wanted = e.leaf if path.level is None else e.leaf_hash
        query = select(wanted).where((e.idx >= start) & (e.idx < end)).order_by(e.idx)
    else:
        n = t.log_node.c
        at = (n.level == HEIGHT * level) & (n.idx >= start) & (n.idx < end)
        query = select(n.hash).where(at).order_by(n.idx)
    rows = list(connection.execute(query).scalars())
    if len(rows) != path.width:
        return None
    return bundle(rows) if path.level is None else b"".join(rows)
