"""Leaves and nodes of a committed log, as proofs need them: on any connection, by position."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection, select

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
    leaves = [base + node.number for node in wanted if node.level == 0]
    inner = [(node.level, (base >> node.level) + node.number) for node in wanted if node.level]
    found: dict[Node, bytes] = {}
    if leaves:
        rows = connection.exec_driver_sql(_leaves_text(connection.dialect.name, len(leaves)), tuple(leaves))
        found |= {Node(0, position - base): hashed for position, hashed in rows}
    if inner:
        keys = tuple(chain.from_iterable(inner))
        rows = connection.exec_driver_sql(_nodes_text(connection.dialect.name, len(inner)), keys)
        found |= {Node(level, number - (base >> level)): hashed for level, number, hashed in rows}
    if len(found) != len(wanted):
        raise LogUnavailable("a node of the log's tree is missing")
    return merkle.resolve(plan, lambda node: found[node])


# Spelled once for each number of nodes: composing the same expressions for each proof cost more than reading the nodes,
# a fifth of what a release costs the hub. One key a term: SQLite reads the whole table for a row value in a list.
@lru_cache(maxsize=256)
def _leaves_text(dialect: str, count: int) -> str:
    return _text(dialect, "idx, leaf_hash", "log_entry", "idx = ?", count)


@lru_cache(maxsize=256)
def _nodes_text(dialect: str, count: int) -> str:
    return _text(dialect, "level, idx, hash", "log_node", "(level = ? AND idx = ?)", count)


def _text(dialect: str, columns: str, table: str, term: str, count: int) -> str:
    terms = " OR ".join([term if dialect == "sqlite" else term.replace("?", "%s")] * count)
    return f"SELECT {columns} FROM {table} WHERE {terms}"  # noqa: S608 -- names of our own tables
