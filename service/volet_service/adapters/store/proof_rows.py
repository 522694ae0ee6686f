"""Leaves and nodes of a committed log, as proofs need them: on any connection, by position."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from volet_protocol import merkle
from volet_protocol.merkle import Node, Plan
from volet_service.adapters.store import tables as t
from volet_service.domain.errors import LogUnavailable


def leaf_at(connection: Connection, position: int) -> bytes:
    """Return a leaf; raise `LogUnavailable` where there is none."""
    leaf: bytes | None = connection.execute(select(t.log_entry.c.leaf).where(t.log_entry.c.idx == position)).scalar()
    if leaf is None:
        raise LogUnavailable("no such leaf")
    return leaf


def resolve_plan(connection: Connection, plan: Plan, base: int) -> list[bytes]:
    """Fetch the nodes of a plan in two queries, leaves and inner nodes, and fold them.

    `base` is the position of the log's leaf 0: the nodes above it are numbered on from those of earlier logs.
    """
    wanted = {node for nodes in plan for node in nodes}
    found: dict[Node, bytes] = {}
    leaves = [base + node.number for node in wanted if node.level == 0]
    if leaves:
        c = t.log_entry.c
        rows = connection.execute(select(c.idx, c.leaf_hash).where(c.idx.in_(leaves)))
        found |= {Node(0, row.idx - base): row.leaf_hash for row in rows}
    inner = [node for node in wanted if node.level]
    if inner:
        n = t.log_node.c
        # One key a term: SQLite reads the whole table for a row value in a list.
        keys = or_(*((n.level == node.level) & (n.idx == (base >> node.level) + node.number) for node in inner))
        rows = connection.execute(select(n.level, n.idx, n.hash).where(keys))
        found |= {Node(row.level, row.idx - (base >> row.level)): row.hash for row in rows}
    if len(found) != len(wanted):
        raise LogUnavailable("a node of the log's tree is missing")
    return merkle.resolve(plan, lambda node: found[node])
