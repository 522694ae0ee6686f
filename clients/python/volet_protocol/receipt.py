"""The receipt of an act: its leaf, its place in the log, and what its commitment hides (docs/spec/log.md).

Whoever acted, and an auditor, receive both payloads; the person receives the view and the HMAC of the identity
payload. A receipt verifies for ever, also after its openings were erased from the hub.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import same
from volet_protocol.leaf import (
    MAX_LEAF,
    OPENING_SIZE,
    ZERO,
    Leaf,
    identity_commitment,
    pair_commitment,
    view_commitment,
)
from volet_protocol.log_view import LogView
from volet_protocol.merkle import HASH_SIZE, MAX_PROOF
from volet_protocol.proof import MAX_PROOF_TEXT, TlogProof


@dataclass(frozen=True)
class Opening:
    """A committed payload and the 32 random bytes that open it."""

    payload: JsonObject
    opening: bytes

    def to_bytes(self) -> bytes:
        """Return the payload as it was committed."""
        return canonical.encode(self.payload)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"payload": self.payload, "opening": to_base64url(self.opening)}

    @staticmethod
    def read(fields: Fields) -> Opening:
        """Read the wire form."""
        opening = Opening(fields.raw("payload"), fields.data("opening", OPENING_SIZE))
        fields.done()
        return opening


@dataclass(frozen=True)
class VerifiedReceipt:
    """What a receipt proves: this leaf stands at `index`; `view` and `identity` are what it committed to.

    `index` is a position: of the hub's first log the index itself (docs/spec/log.md, N1).
    """

    leaf: Leaf
    index: int
    checkpoint: SignedCheckpoint
    view: JsonObject
    identity: JsonObject | None


@dataclass(frozen=True)
class Receipt:
    """A receipt as received. `identity` is an opening, or only the HMAC of the identity payload.

    `consistency` leads from the checkpoint that the request named to the one in the proof.
    """

    leaf: bytes
    proof: TlogProof
    view: Opening
    identity: Opening | bytes
    consistency: tuple[bytes, ...] = ()

    def verify(self, log: LogVerifier) -> VerifiedReceipt:
        """Check leaf, commitment, inclusion and the log's signature; raise `ProtocolError`.

        A receipt of a log that ended is verified under the keys of that log.
        """
        leaf = Leaf.parse(self.leaf)
        who = self.identity
        view = view_commitment(self.view.opening, self.view.to_bytes())
        identity = identity_commitment(who.opening, who.to_bytes()) if isinstance(who, Opening) else who
        if not same(pair_commitment(view, identity), leaf.commit):
            raise ProtocolError(Reason.BAD_COMMITMENT, "receipt")
        log = log.of(self.proof.checkpoint)
        checkpoint = self.proof.verify(log, self.leaf)
        payload = who.payload if isinstance(who, Opening) else None
        return VerifiedReceipt(leaf, log.base + self.proof.index, checkpoint, self.view.payload, payload)

    def accept(self, state: LogView, origin: str, consistency: Sequence[bytes] | None = None) -> VerifiedReceipt:
        """Verify, and let the client's own state judge the checkpoint: it must extend what the client has seen.

        `consistency` replaces the receipt's own proof when the client's state has moved since its request.
        """
        verified = self.verify(state.verifier(origin))
        state.accept(verified.checkpoint, self.consistency if consistency is None else consistency)
        return verified

    def for_person(self) -> Receipt:
        """Return the receipt as the person receives it: without the identity payload."""
        if isinstance(self.identity, bytes):
            return self
        hidden = identity_commitment(self.identity.opening, self.identity.to_bytes())
        return Receipt(self.leaf, self.proof, self.view, hidden, self.consistency)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        value: dict[str, JsonValue] = {
            "leaf": to_base64url(self.leaf), "proof": self.proof.format(), "view": self.view.to_json(),
            "consistency": [to_base64url(one) for one in self.consistency],
        }  # fmt: skip
        if isinstance(self.identity, Opening):
            return {**value, "identity": self.identity.to_json()}
        return {**value, "identity_hash": to_base64url(self.identity)}

    @staticmethod
    def read(value: Mapping[str, JsonValue]) -> Receipt:
        """Read the wire form: exactly one of `identity` and `identity_hash`; nothing is verified."""
        fields = Fields(value, "receipt")
        identity: Opening | bytes = (
            Opening.read(fields.nested("identity"))
            if fields.has("identity")
            else fields.data("identity_hash", len(ZERO))
        )
        receipt = Receipt(
            leaf=fields.data("leaf", limit=MAX_LEAF),
            proof=TlogProof.parse(fields.text("proof", MAX_PROOF_TEXT)),
            view=Opening.read(fields.nested("view")),
            identity=identity,
            consistency=tuple(fields.datas("consistency", HASH_SIZE, MAX_PROOF + 1)),
        )
        fields.done()
        return receipt
