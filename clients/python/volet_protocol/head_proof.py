"""Proof of a chain's head: map path, inclusion of the `chain-heads` leaf, checkpoint (docs/spec/heads-map.md).

A head is valid only with all three: a bare inclusion proof of a link shows neither that it is the only one nor that
it is the newest. The time of the proof is the time in its `chain-heads` leaf, not the age of the checkpoint alone: an
old leaf is also included under the newest checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.heads_map import MapPath
from volet_protocol.leaf import MAX_LEAF, Leaf, LeafType
from volet_protocol.proof import MAX_PROOF_TEXT, TlogProof
from volet_protocol.statements import HeadRef

FRESH_MS = 10 * 60 * 1000


@dataclass(frozen=True)
class HeadProof:
    """A head as served, or None where the map holds none; unverified until `verify`."""

    head: HeadRef | None
    path: MapPath
    leaf: bytes
    proof: TlogProof

    @property
    def time_ms(self) -> int:
        """Instant of the `chain-heads` leaf by the server's clock: to be believed after `verify` only."""
        return Leaf.parse(self.leaf).ts_ms

    def verify(self, log: LogVerifier, label: str, chain: str) -> tuple[HeadRef | None, SignedCheckpoint]:
        """Return the head (None: no such chain) and the checkpoint that shows it; raise `ProtocolError`."""
        leaf = Leaf.parse(self.leaf)
        if leaf.type is not LeafType.CHAIN_HEADS:
            raise ProtocolError(Reason.WRONG_TYPE, "leaf of a head proof")
        if self.path.root(label, chain, self.head) != leaf.body:
            raise ProtocolError(Reason.BAD_PROOF, "path of a head")
        return self.head, self.proof.verify(log, self.leaf)

    def check_fresh(self, at_ms: int, most_ms: int = FRESH_MS) -> None:
        """Refuse (`stale`) a proof whose leaf is more than `most_ms` older than the instant `at_ms`."""
        if at_ms - self.time_ms > most_ms:
            raise ProtocolError(Reason.STALE, "head proof")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        value: dict[str, JsonValue] = {
            "path": self.path.to_json(), "leaf": to_base64url(self.leaf), "proof": self.proof.format(),
        }  # fmt: skip
        return value if self.head is None else {**value, "head": self.head.to_json()}

    @staticmethod
    def read(fields: Fields) -> HeadProof:
        """Read the wire form; nothing is verified."""
        head = HeadRef.read(fields.nested("head")) if fields.has("head") else None
        path = MapPath.read(fields.nested("path"))
        proof = HeadProof(
            head, path, fields.data("leaf", limit=MAX_LEAF), TlogProof.parse(fields.text("proof", MAX_PROOF_TEXT))
        )
        fields.done()
        return proof
