"""The heads map: a sparse Merkle tree from (label, chain) to the chain's newest head (docs/spec/heads-map.md).

An empty subtree is 32 zero bytes; a subtree of one leaf is that leaf's hash; any other is a node. Walking down by the
bits of a key therefore meets exactly one empty place or one leaf, whatever tree a dishonest hub builds: a root gives
one answer for a key, membership or not. Prefixes 0x02 and 0x03 keep these hashes apart from the log's tree.

The first bit of a key says which half its label has: people (`user`, `subject`), which seldom move, or their work. The
past of the first half is then small enough to be kept whole (map_epochs.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from volet_protocol.canonical import MAX_INTEGER, JsonValue
from volet_protocol.encodings import is_hash, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash
from volet_protocol.statements import HeadRef

LABELS = frozenset({"user", "case", "exchange", "list", "subject"})
# The labels of the first half of the map: what each client checks epoch by epoch of itself.
PEOPLE = frozenset({"user", "subject"})
EMPTY = bytes(32)
DEPTH = 256
_BITS = DEPTH - 1

_sha256 = hashlib.sha256


def map_key(label: str, chain: str) -> bytes:
    """Return the place of a chain: SHA-256(`volet/v1/heads-key` LF label LF chain id as 32 bytes).

    Its first bit is replaced: 0 for the labels of people, 1 for the others.
    """
    if label not in LABELS or not is_hash(chain):
        raise ProtocolError(Reason.MALFORMED, "label or chain of a head")
    key = labelled_hash("heads-key", label.encode("ascii"), b"\n", bytes.fromhex(chain))
    return bytes([key[0] & 0x7F if label in PEOPLE else key[0] | 0x80]) + key[1:]


def map_value(head: HeadRef) -> bytes:
    """Return SHA-256(`volet/v1/heads-value` LF u64 seq, head hash as 32 bytes)."""
    if not 0 <= head.seq <= MAX_INTEGER or not is_hash(head.hash):
        raise ProtocolError(Reason.MALFORMED, "head")
    return labelled_hash("heads-value", head.seq.to_bytes(8, "big"), bytes.fromhex(head.hash))


def subject_chain(iss: str, sub: str) -> str:
    """Return the chain id under label `subject`, whose head is the newest user chain of one person."""
    return labelled_hash("subject", iss.encode("utf-8"), b"\n", sub.encode("utf-8")).hex()


@dataclass(frozen=True)
class MapPath:
    """The siblings from the root down, and for an absent key the leaf (key, value) met instead, if any."""

    siblings: tuple[bytes, ...]
    other: tuple[bytes, bytes] | None = None

    def root(self, label: str, chain: str, head: HeadRef | None) -> bytes:
        """Return the root under which this path shows `head`, or absence for None; raise bad-proof."""
        key, depth = map_key(label, chain), len(self.siblings)
        if depth > DEPTH or any(len(sibling) != len(EMPTY) for sibling in self.siblings):
            raise ProtocolError(Reason.BAD_PROOF, "path of a head")
        # A lone leaf beside an empty place would stand one level higher.
        if self.siblings and self.siblings[-1] == EMPTY:
            raise ProtocolError(Reason.BAD_PROOF, "path of a head: not the shortest")
        bits = int.from_bytes(key, "big")
        hashed = self._end(key, bits, head)
        for level in range(depth - 1, -1, -1):
            sibling = self.siblings[level]
            hashed = _node(sibling, hashed) if bits >> (_BITS - level) & 1 else _node(hashed, sibling)
        return hashed

    def _end(self, key: bytes, bits: int, head: HeadRef | None) -> bytes:
        if head is not None:
            if self.other is not None:
                raise ProtocolError(Reason.BAD_PROOF, "path of a head: two ends")
            return _leaf(key, map_value(head))
        if self.other is None:
            return EMPTY
        other, value = self.other
        shared = DEPTH - (int.from_bytes(other, "big") ^ bits).bit_length()
        if len(other) != len(EMPTY) or len(value) != len(EMPTY) or other == key or shared < len(self.siblings):
            raise ProtocolError(Reason.BAD_PROOF, "path of a head: leaf of another place")
        return _leaf(other, value)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        value: dict[str, JsonValue] = {"siblings": [to_base64url(sibling) for sibling in self.siblings]}
        if self.other is not None:
            value["other"] = {"key": to_base64url(self.other[0]), "value": to_base64url(self.other[1])}
        return value

    @staticmethod
    def read(fields: Fields) -> MapPath:
        """Read the wire form."""
        siblings = fields.datas("siblings", len(EMPTY), DEPTH)
        other = None
        if fields.has("other"):
            leaf = fields.nested("other")
            other = (leaf.data("key", len(EMPTY)), leaf.data("value", len(EMPTY)))
            leaf.done()
        fields.done()
        return MapPath(tuple(siblings), other)


@dataclass(frozen=True)
class StoredNode:
    """A node of the map by its hash: both children of an inner one, or the key and the head of a leaf."""

    hash: bytes
    left: bytes = EMPTY
    right: bytes = EMPTY
    key: bytes | None = None
    head: HeadRef | None = None


def prove_stored(
    root: bytes, label: str, chain: str, node: Callable[[bytes], StoredNode]
) -> tuple[HeadRef | None, MapPath]:
    """Return the head of one of `PEOPLE`, or None, and its path under an older root.

    `node` finds by its hash what `HeadsTree.people` gave.
    """
    key = map_key(label, chain)
    bits, siblings, hashed = int.from_bytes(key, "big"), list[bytes](), root
    while hashed != EMPTY:
        found = node(hashed)
        if found.key is not None and found.head is not None:
            if found.key == key:
                return found.head, MapPath(tuple(siblings))
            return None, MapPath(tuple(siblings), (found.key, map_value(found.head)))
        right = bits >> (_BITS - len(siblings)) & 1
        hashed, sibling = (found.right, found.left) if right else (found.left, found.right)
        siblings.append(sibling)
    return None, MapPath(tuple(siblings))


class _Leaf:
    __slots__ = ("bits", "hash", "head", "key")

    def __init__(self, key: bytes, head: HeadRef) -> None:
        self.key = key
        self.bits = int.from_bytes(key, "big")
        self.head = head
        self.hash = _leaf(key, map_value(head))


class _Inner:
    """Hashed when its root is first asked for, so that a batch of changes hashes each shared node once."""

    __slots__ = ("_hash", "left", "right")

    def __init__(self, left: _Inner | _Leaf | None, right: _Inner | _Leaf | None) -> None:
        self.left = left
        self.right = right
        self._hash: bytes | None = None

    @property
    def hash(self) -> bytes:
        if self._hash is None:
            self._hash = _node(_hash(self.left), _hash(self.right))
        return self._hash


class HeadsTree:
    """An immutable heads map; `set` returns another one and shares what did not change."""

    __slots__ = ("_root",)

    def __init__(self, root: _Inner | _Leaf | None = None) -> None:
        self._root = root

    @staticmethod
    def of(heads: Iterable[tuple[str, str, int, str]]) -> HeadsTree:
        """Return the map of (label, chain, seq, hash) rows."""
        tree = HeadsTree()
        for label, chain, seq, hash_ in heads:
            tree = tree.set(label, chain, seq, hash_)
        return tree

    @property
    def root(self) -> bytes:
        """The 32-byte root; zeros for the empty map."""
        return _hash(self._root)

    def get(self, label: str, chain: str) -> HeadRef | None:
        """Return the head of a chain."""
        end, _ = self._walk(map_key(label, chain))
        return end.head if end is not None and end.key == map_key(label, chain) else None

    def set(self, label: str, chain: str, seq: int, hash_: str) -> HeadsTree:
        """Return the map with a chain's newer head; refuse a lower seq (rolled-back) and a second hash (forked)."""
        head = HeadRef(seq, hash_)
        return HeadsTree(_put(self._root, _Leaf(map_key(label, chain), head), _BITS))

    def prove(self, label: str, chain: str) -> tuple[HeadRef | None, MapPath]:
        """Return the head, or None, and its path."""
        key = map_key(label, chain)
        end, siblings = self._walk(key)
        if end is None:
            return None, MapPath(siblings)
        if end.key != key:
            return None, MapPath(siblings, (end.key, map_value(end.head)))
        return end.head, MapPath(siblings)

    def people(self, known: Callable[[bytes], bool]) -> Iterator[StoredNode]:
        """Yield the nodes that paths of people go through, the root first; below one that is `known` nothing is new."""
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            if node is None or known(node.hash):
                continue
            if isinstance(node, _Leaf):
                yield StoredNode(node.hash, key=node.key, head=node.head)
                continue
            yield StoredNode(node.hash, left=_hash(node.left), right=_hash(node.right))
            # The other half of the map is a hash beside these paths, and never walked.
            waiting += [node.left] if node is self._root else [node.left, node.right]

    def _walk(self, key: bytes) -> tuple[_Leaf | None, tuple[bytes, ...]]:
        node, bit, bits = self._root, _BITS, int.from_bytes(key, "big")
        siblings: list[bytes] = []
        while isinstance(node, _Inner):
            node, sibling = (node.right, node.left) if bits >> bit & 1 else (node.left, node.right)
            siblings.append(_hash(sibling))
            bit -= 1
        return node, tuple(siblings)


def _put(node: _Inner | _Leaf | None, leaf: _Leaf, bit: int) -> _Inner | _Leaf:
    if node is None:
        return leaf
    if isinstance(node, _Inner):
        if leaf.bits >> bit & 1:
            return _Inner(node.left, _put(node.right, leaf, bit - 1))
        return _Inner(_put(node.left, leaf, bit - 1), node.right)
    if node.bits == leaf.bits:
        if leaf.head.seq < node.head.seq:
            raise ProtocolError(Reason.ROLLED_BACK, "head of a chain")
        if leaf.head.seq == node.head.seq and leaf.head.hash != node.head.hash:
            raise ProtocolError(Reason.FORKED, "head of a chain")
        return leaf
    if (node.bits ^ leaf.bits) >> bit & 1:
        return _Inner(node, leaf) if leaf.bits >> bit & 1 else _Inner(leaf, node)
    deeper = _put(node, leaf, bit - 1)
    return _Inner(None, deeper) if leaf.bits >> bit & 1 else _Inner(deeper, None)


def _leaf(key: bytes, value: bytes) -> bytes:
    return _sha256(b"\x02" + key + value).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\x03" + left + right).digest()


def _hash(node: _Inner | _Leaf | None) -> bytes:
    return EMPTY if node is None else node.hash
