"""A whole access log in memory: what a hub keeps, small enough to lie with in a test."""

from __future__ import annotations

from volet_protocol import merkle
from volet_protocol.checkpoint import Checkpoint, LogVerifier, SignedCheckpoint
from volet_protocol.head_proof import HeadProof
from volet_protocol.heads_map import HeadsTree
from volet_protocol.keys import SigningKey
from volet_protocol.leaf import ZERO, Leaf, LeafType, chain_heads_leaf, commitment
from volet_protocol.note_keys import NoteSigner
from volet_protocol.proof import TlogProof
from volet_protocol.receipt import Opening, Receipt

ORIGIN = "hub.example/volet/1"


class LogBuilder:
    """Appends leaves, signs checkpoints and proves; `policy` is a tlog-policy without its `log` line."""

    def __init__(self, origin: str = ORIGIN, seed: bytes = bytes(range(32)), policy: str = "quorum none\n") -> None:
        self.signer = NoteSigner(origin, SigningKey(seed))
        self.policy = f"log {self.signer.vkey}\n{policy}"
        self.leaves: list[bytes] = []
        self.nodes: dict[merkle.Node, bytes] = {}
        self.tree = merkle.CompactRange()

    @property
    def verifier(self) -> LogVerifier:
        return LogVerifier.configured(self.signer.name, self.signer.vkey, self.policy)

    def append(self, leaf: bytes) -> int:
        hashed = merkle.leaf_hash(leaf)
        index = self.tree.size
        self.nodes.update(dict([(merkle.Node(0, index), hashed), *self.tree.append(hashed)]))
        self.leaves.append(leaf)
        return index

    def checkpoint(self, size: int | None = None) -> SignedCheckpoint:
        size = self.tree.size if size is None else size
        whole = size == self.tree.size
        root = self.tree.root() if whole else merkle.root_of(merkle.leaf_hash(leaf) for leaf in self.leaves[:size])
        return Checkpoint(self.signer.name, size, root).sign(self.signer)

    def proof(self, index: int, size: int | None = None) -> TlogProof:
        checkpoint = self.checkpoint(size)
        hashes = merkle.inclusion_proof(index, checkpoint.size, self.nodes.__getitem__)
        return TlogProof(index, tuple(hashes), checkpoint.note)

    def consistency(self, old: int, size: int | None = None) -> tuple[bytes, ...]:
        size = self.tree.size if size is None else size
        return tuple(merkle.consistency_proof(old, size, self.nodes.__getitem__)) if old else ()

    def head_proof(self, heads: HeadsTree, label: str, chain: str, ts_ms: int = 1_000) -> HeadProof:
        leaf = chain_heads_leaf(ts_ms, heads.root).to_bytes()
        head, path = heads.prove(label, chain)
        return HeadProof(head, path, leaf, self.proof(self.append(leaf)))

    def receipt(self, view: Opening, identity: Opening, tag: bytes = ZERO, old: int = 0) -> Receipt:
        commit = commitment(view.opening, view.to_bytes(), identity.opening, identity.to_bytes())
        leaf = Leaf(LeafType.ACT, 2_000, tag, commit).to_bytes()
        proof = self.proof(self.append(leaf))
        return Receipt(leaf, proof, view, identity, self.consistency(old))
