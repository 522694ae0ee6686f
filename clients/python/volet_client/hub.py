"""The hub as this client sees it: the transport, and in front of it what was verified (trust.py).

Every proof and receipt goes through here. A contradiction is kept in the profile before anybody is told of it, because
the process may be stopped at that very moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from volet_client.errors import EvidenceError, VerificationError
from volet_client.profile import STATE, Profile
from volet_client.refusals import InvalidError
from volet_client.transport import Transport
from volet_client.trust import Proven, TrustState
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.head_proof import HeadProof
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.release import CheckpointRef


class Hub:
    """One hub, one profile. `save` writes what was verified back to the profile."""

    def __init__(self, profile: Profile, transport: Transport) -> None:
        self.profile = profile
        self.transport = transport
        self.trust = TrustState.restore(profile.bundle, profile.load(STATE))
        self._saved = self.trust.to_json()
        self._told()

    @property
    def origin(self) -> str:
        """The hub's origin, as pinned: what every statement names."""
        return self.profile.bundle.hub

    def save(self) -> None:
        """Write the verified state to the profile when it changed."""
        state = self.trust.to_json()
        if state != self._saved:
            self.profile.save(STATE, state)
            self._saved = state

    def head(self, label: str, chain: str) -> Proven:
        """Ask for the head of a chain and judge its proof."""
        return self.prove(label, chain, self.transport.get(f"/v1/heads/{label}/{chain}"))

    def prove(self, label: str, chain: str, served: JsonObject) -> Proven:
        """Judge a served proof of a head; keep evidence of a contradiction and stop."""
        try:
            proof = HeadProof.read(Fields(served, "head proof"))
            _, checkpoint = proof.verify(self.trust.log, label, chain)
            proven = self.trust.prove(label, chain, proof, self.consistency_to(checkpoint.size))
        except ProtocolError as error:
            raise self.failed(error, served) from None
        self._told()
        return proven

    def advance(self, label: str, chain: str, proven: Proven, hashes: Mapping[int, str]) -> None:
        """Hold a head whose chain was replayed (rules T5, T6)."""
        if proven.head is None:
            return
        try:
            self.trust.advance(label, chain, proven.head, hashes)
        except ProtocolError as error:
            raise self.failed(error, {str(seq): hash_ for seq, hash_ in hashes.items()}) from None

    def consistency_to(self, size: int, log: LogVerifier | None = None) -> tuple[bytes, ...]:
        """Return the proof between the checkpoint held and one of `size` leaves; none when the hub has no such tree.

        Of the log in use, or of an earlier one.
        """
        log = log or self.trust.log
        needed = self.trust.consistency_needed(size, log.origin)
        if needed is None:
            return ()
        asked = {"from": needed[0], "to": needed[1], **self.which(log)}
        try:
            answer = self.transport.get("/v1/log/consistency", **asked)
        except InvalidError:
            # A hub without a tree as large as the one held: judged as rolled back, and both notes kept.
            return ()
        return tuple(Fields(answer, "consistency").datas("hashes", 32))

    def which(self, log: LogVerifier) -> dict[str, int]:
        """Return how a question names a log: the one in use goes without a number."""
        return {} if log is self.trust.log else {"log": len(log.earlier) + 1}

    def receipt(self, served: JsonObject, *, told: bool = True) -> VerifiedReceipt:
        """Verify a receipt and let its checkpoint extend what is held.

        `told` is whether the request named our checkpoint, as every POST does: the proof that leads on is then inside.
        """
        try:
            receipt = Receipt.read(served)
            log = self.trust.log.of(receipt.proof.checkpoint)
            asked = self.transport.tree_size
            newest = self.trust.newest()
            told = told and log is self.trust.log
            own = receipt.consistency if told and newest is not None and newest.size == asked else None
            if own is None:
                own = self.consistency_to(receipt.verify(self.trust.log).checkpoint.size, log)
            verified = receipt.accept(self.trust.view, log.origin, own)
        except ProtocolError as error:
            raise self.failed(error, served) from None
        self._told()
        return verified

    def _told(self) -> None:
        newest = self.trust.newest()
        self.transport.tree_size = None if newest is None else newest.size

    def checkpoint(self) -> CheckpointRef:
        """Return the newest checkpoint verified, as requests name it."""
        newest = self.trust.newest()
        if newest is None:
            note = self.transport.get_text("/v1/log/checkpoint")
            try:
                newest = self.trust.log.open(note)
                self.trust.accept_checkpoint(newest, self.consistency_to(newest.size))
            except ProtocolError as error:
                raise self.failed(error, {"checkpoint": note}) from None
        return CheckpointRef(newest.size, newest.root.hex())

    def failed(self, error: ProtocolError, served: Mapping[str, JsonValue]) -> VerificationError:
        """Return the error to raise; when the hub contradicted itself, keep both sides first."""
        if not self.trust.stopped:
            return VerificationError.of(error)
        record = {"error": str(error), "served": served, "evidence": self.trust.evidence}
        data = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")
        name = f"{sha256(data).hex()[:16]}.json"
        self.profile.keep_evidence(name, data)
        self.save()
        return EvidenceError(error.what, error.reason, self.profile.config.evidence / name)


def box_of(item: Mapping[str, JsonValue]) -> bytes | None:
    """Return the box that was served for this reader beside a link or an entry."""
    box = item.get("box")
    return from_base64url(box) if isinstance(box, str) else None
