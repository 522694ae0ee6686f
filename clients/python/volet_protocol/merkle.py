"""The Merkle tree of the access log (docs/spec/log.md; RFC 6962 section 2.1, RFC 9162 sections 2.1.3.2 and 2.1.4.2).

Verifiers answer true or false on any input and never raise. Provers say first which perfect subtrees they need (a
plan), so that a store fetches them in one query, then fold them. A consistency proof from size 0 is always refused:
the witness protocol, which has another answer for it, is another layer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import count, repeat
from typing import NamedTuple, TypeAlias

from volet_protocol.errors import ProtocolError, Reason

HASH_SIZE = 32
MAX_SIZE = 2**63 - 1
MAX_PROOF = 63
EMPTY_ROOT = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


class Node(NamedTuple):
    """A perfect subtree: leaves [number * 2^level, (number + 1) * 2^level)."""

    level: int
    number: int


Plan: TypeAlias = list[list[Node]]
GetNode: TypeAlias = Callable[[Node], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 || data)."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The roots of the perfect subtrees of a growing tree, largest first: one for each 1 bit of the size.

    Refuses (`bad-proof`) a size and hashes that do not belong together.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if not 0 <= size <= MAX_SIZE or len(hashes) != size.bit_count() or any(len(h) != HASH_SIZE for h in hashes):
            raise ProtocolError(Reason.BAD_PROOF, "compact range")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The subtree roots, largest first: what a store keeps to go on later."""
        return tuple(self._hashes)

    def copy(self) -> CompactRange:
        """Return an independent copy, for an append that may still fail."""
        return CompactRange(self._size, self._hashes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add the hash of a leaf; return the perfect subtrees above it that this completed, lowest first."""
        if self._size >= MAX_SIZE or len(leaf) != HASH_SIZE:
            raise ProtocolError(Reason.BAD_PROOF, "leaf hash")
        completed: list[tuple[Node, bytes]] = []
        level, carry, hashed = 0, self._size, leaf
        while carry & 1:
            hashed = node_hash(self._hashes.pop(), hashed)
            level += 1
            completed.append((Node(level, self._size >> level), hashed))
            carry >>= 1
        self._hashes.append(hashed)
        self._size += 1
        return completed

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add the hashes of leaves; return (level, number, root) of the perfect subtrees this completed, lowest first.

        The tree of as many `append`s, made level by level: what a level completed is what the next one is given.
        """
        if self._size + len(leaves) > MAX_SIZE or any(len(leaf) != HASH_SIZE for leaf in leaves):
            raise ProtocolError(Reason.BAD_PROOF, "leaf hash")
        completed: list[tuple[int, int, bytes]] = []
        kept, waiting = self._hashes, self._size
        # Roots of what stays without a neighbour, smallest first; those above what is new stay as they are.
        odd: list[bytes] = []
        given, level = list(leaves), 0
        while given:
            if waiting & 1:
                given.insert(0, kept.pop())
            if len(given) & 1:
                odd.append(given.pop())
            level += 1
            waiting >>= 1
            given = [_sha256(b"\x01" + given[at] + given[at + 1]).digest() for at in range(0, len(given), 2)]
            completed += zip(repeat(level), count(waiting), given, strict=False)
        self._hashes = kept + odd[::-1]
        self._size += len(leaves)
        return completed

    def root(self) -> bytes:
        """Return MTH of all leaves so far."""
        return _fold(self._hashes)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return MTH over the hashes of the leaves."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the leaf hash `leaf` stands at `index` in the tree of `size` leaves with this root."""
    if not 0 <= index < size <= MAX_SIZE or not _are_hashes((leaf, root, *proof)):
        return False
    position, last, hashed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            hashed = node_hash(sibling, hashed)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            hashed = node_hash(hashed, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and hashed == root


def verify_consistency(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the tree of `old` leaves is a prefix of the tree of `size` leaves. Size 0 proves nothing."""
    if not 0 < old <= size <= MAX_SIZE or not _are_hashes((old_root, root, *proof)):
        return False
    if old == size:
        return not proof and old_root == root
    if not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == root


def inclusion_plan(index: int, size: int) -> Plan:
    """Return, sibling by sibling from the leaf up, the perfect subtrees that fold into it."""
    if not 0 <= index < size <= MAX_SIZE:
        raise ProtocolError(Reason.BAD_PROOF, "index outside the tree")
    plan: Plan = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            plan.append(_cover(middle, end))
            end = middle
        else:
            plan.append(_cover(start, middle))
            start = middle
    return plan[::-1]


def consistency_plan(old: int, size: int) -> Plan:
    """Return the plan of the proof that `old` leaves are a prefix of `size` leaves (RFC 6962 section 2.1.2)."""
    if not 0 < old <= size <= MAX_SIZE:
        raise ProtocolError(Reason.BAD_PROOF, "sizes of a consistency proof")
    plan: Plan = []
    start, end, whole = 0, size, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            plan.append(_cover(middle, end))
            end = middle
        else:
            plan.append(_cover(start, middle))
            start, whole = middle, False
    if not whole:
        plan.append(_cover(start, end))
    return plan[::-1]


def resolve(plan: Plan, get_node: GetNode) -> list[bytes]:
    """Fold a plan into the hashes of a proof."""
    return [_fold([get_node(node) for node in nodes]) for nodes in plan]


def inclusion_proof(index: int, size: int, get_node: GetNode) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves, the leaf's sibling first."""
    return resolve(inclusion_plan(index, size), get_node)


def consistency_proof(old: int, size: int, get_node: GetNode) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is a prefix of the tree of `size` leaves."""
    return resolve(consistency_plan(old, size), get_node)


def _split(width: int) -> int:
    """Return the largest power of two below `width`, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _cover(start: int, end: int) -> list[Node]:
    """Return the perfect subtrees of [start, end), largest first; `start` is aligned to their sizes."""
    nodes: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def _fold(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    hashed = hashes[-1]
    for left in reversed(hashes[:-1]):
        hashed = node_hash(left, hashed)
    return hashed


def _are_hashes(values: Sequence[bytes]) -> bool:
    return len(values) <= 2 * MAX_PROOF + 3 and set(map(len, values)) == {HASH_SIZE}
