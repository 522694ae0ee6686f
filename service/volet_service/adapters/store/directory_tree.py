"""Proofs over the lines of an extract: nodes from 16 lines on are stored, those below are computed from the lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from volet_protocol import merkle
from volet_protocol.extract_lines import line_hash
from volet_protocol.merkle import Node, root_of
from volet_service.adapters.store import tables as t

STORED_FROM: Final = 4
_LEVEL = 48


def node_id(node: Node) -> int:
    """Return the one number of a node: its level, then its number in the level."""
    return (node.level << _LEVEL) | node.number


def prove_lines(connection: Connection, extract: int, size: int, numbers: Sequence[int]) -> list[tuple[bytes, ...]]:
    """Return the inclusion proof of each line, with two queries for all of them."""
    plans = [merkle.inclusion_plan(number, size) for number in numbers]
    wanted = {node for plan in plans for nodes in plan for node in nodes}
    found = _stored(connection, extract, [node for node in wanted if node.level >= STORED_FROM])
    found |= _computed(connection, extract, [node for node in wanted if node.level < STORED_FROM])
    return [tuple(merkle.resolve(plan, found.__getitem__)) for plan in plans]


def _stored(connection: Connection, extract: int, nodes: Sequence[Node]) -> dict[Node, bytes]:
    c = t.directory_node.c
    by_id = {node_id(node): node for node in nodes}
    rows = connection.execute(select(c.node, c.hash).where(c.extract == extract, c.node.in_(by_id)))
    return {by_id[row.node]: row.hash for row in rows}


def _computed(connection: Connection, extract: int, nodes: Sequence[Node]) -> dict[Node, bytes]:
    c = t.directory_line.c
    spans = {node: range(node.number << node.level, (node.number + 1) << node.level) for node in nodes}
    numbers = sorted({n for span in spans.values() for n in span})
    rows = connection.execute(select(c.n, c.line).where(c.extract == extract, c.n.in_(numbers)))
    hashed = {row.n: line_hash(row.line) for row in rows}
    return {node: root_of(hashed[n] for n in span) for node, span in spans.items()}
