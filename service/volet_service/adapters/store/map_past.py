"""The heads map as it stood when each epoch of the log began (docs/spec/heads-map.md, 13 to 19).

Nodes are kept by their hash, those alone that paths of people go through: an epoch in which no head of theirs moved
costs two rows, a move as many nodes as its path is long. So the whole past is kept and nothing of it is pruned.
"""

from __future__ import annotations

from functools import lru_cache, partial

from sqlalchemy import Connection, select

from volet_protocol import merkle
from volet_protocol.heads_map import HeadsTree, StoredNode, prove_stored
from volet_protocol.leaf import Leaf
from volet_protocol.log_positions import SPAN
from volet_protocol.map_epochs import MOST_EPOCHS, LoggedLeaf, MapEpoch
from volet_protocol.statements import HeadRef
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.prepared import RowsInto
from volet_service.adapters.store.proof_rows import leaf_at, resolve_plan
from volet_service.domain.errors import LogUnavailable

_EPOCHS = RowsInto(t.map_epoch, "position")
_NODES = RowsInto(t.map_node, "hash", "left", "right", "key", "seq", "head")


def keep_map(connection: Connection, heads: HeadsTree, position: int) -> None:
    """Keep the map that the leaf at `position` begins an epoch with, in the transaction that writes the leaf."""
    c = t.map_node.c

    def known(hashed: bytes) -> bool:
        return connection.execute(select(c.seq).where(c.hash == hashed)).first() is not None

    _EPOCHS.write(connection, [(position,)])
    rows: list[tuple[object, ...]] = []
    for node in heads.people(known):
        head = (None, None) if node.head is None else (node.head.seq, node.head.hash)
        children = (node.left, node.right) if node.key is None else (None, None)
        rows.append((node.hash, *children, node.key, *head))
    _NODES.write(connection, rows)


def read_epochs(
    connection: Connection, label: str, chain: str, after: int, tree: tuple[int, int]
) -> list[MapEpoch]:  # fmt: skip
    """Return the epochs of a log that began after the leaf at index `after`, at most `MOST_EPOCHS`, the oldest first.

    `label` is one of `PEOPLE`; `tree` is (leaves, position of leaf 0) of the log that the proofs are in.
    """
    size, base = tree
    c = t.map_epoch.c
    within = (c.position > base + after) & (c.position < base + min(size, SPAN))
    positions = connection.execute(select(c.position).where(within).order_by(c.position).limit(MOST_EPOCHS))
    # Below the root most nodes of one epoch are those of the next: each is read once for the whole answer.
    node = lru_cache(maxsize=None)(partial(_node, connection))
    found: list[MapEpoch] = []
    for index in (position - base for position in positions.scalars()):
        before, first = (_logged(connection, at, size, base) for at in (index - 1, index))
        head, path = prove_stored(Leaf.parse(first.leaf).body, label, chain, node)
        found.append(MapEpoch(index, before, first, head, path))
    return found


def _logged(connection: Connection, index: int, size: int, base: int) -> LoggedLeaf:
    hashes = resolve_plan(connection, merkle.inclusion_plan(index, size), base)
    return LoggedLeaf(leaf_at(connection, base + index), tuple(hashes))


def _node(connection: Connection, hashed: bytes) -> StoredNode:
    row = connection.execute(select(t.map_node).where(t.map_node.c.hash == hashed)).first()
    if row is None:
        raise LogUnavailable("a node of an earlier map is missing")
    if row.key is None:
        return StoredNode(hashed, left=row.left, right=row.right)
    return StoredNode(hashed, key=row.key, head=HeadRef(row.seq, row.head))
