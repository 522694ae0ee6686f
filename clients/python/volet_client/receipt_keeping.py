"""Receipts to keep: asked of the hub, written as files, and replaced by cosigned ones once witnesses have signed.

The immediate receipt has the log's signature alone. The cosigned one shows the same leaf at the same index under a tree
that witnesses saw; it counts only when one of the two trees is proven to extend the other, and until then the first is
kept, because together they would be the evidence of a fork.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from volet_client import receipt_files
from volet_client.audit import Audit
from volet_client.errors import UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.refusals import NotFoundError
from volet_client.words import Said
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.merkle import HASH_SIZE, MAX_PROOF, verify_consistency
from volet_protocol.proof import TlogProof
from volet_protocol.receipt import Receipt


class ReceiptKeeping:
    """Receipts of the user of this profile."""

    def __init__(self, hub: Hub, audit: Audit) -> None:
        self._hub = hub
        self._audit = audit

    def save(self, case: str | None, index: int, path: Path, now_ms: int) -> bool:
        """Write the receipt of an act, cosigned where that is possible yet; return whether it is."""
        receipt = self._audit.record(case, index)
        better = self._cosigned(receipt, now_ms)
        receipt_files.write(path, better or receipt)
        return better is not None

    def renew(self, path: Path, now_ms: int) -> bool:
        """Replace a saved receipt by its cosigned form; False, and nothing changes, while there is none."""
        log = self._hub.trust.log
        held = receipt_files.check(path, log)
        log = log.of(held.checkpoint.note)
        if log.policy.quorum is not None and log.cosigned(held.checkpoint, now_ms):
            return True
        opening = receipt_files.opening_path(path)
        if not opening.exists():
            raise UsageError(
                Said(f"{opening} manque à côté de la preuve.", f"{opening} is missing beside the proof."),
                Said("volet receipt save", "volet receipt save"),
            )
        proof = receipt_files.parse_proof(path.read_bytes())
        better = self._cosigned(receipt_files.read_receipt(proof, opening.read_bytes()), now_ms)
        if better is None:
            return False
        receipt_files.renew(path, better)
        return True

    def _cosigned(self, receipt: Receipt, now_ms: int) -> Receipt | None:
        """Return the receipt under the newest cosigned tree; None where there is none that holds the leaf."""
        log, index = self._hub.trust.log.of(receipt.proof.checkpoint), receipt.proof.index
        if log.policy.quorum is None:
            return None
        try:
            note = self._hub.transport.get_text("/v1/log/checkpoint/cosigned", **self._hub.which(log))
        except NotFoundError:
            return None
        try:
            seen, mine = log.open(note), log.open(receipt.proof.checkpoint)
            self._check_cosigned(log, seen, now_ms)
            # What witnesses saw is judged by what this client saw: another history is kept as evidence.
            self._hub.trust.accept_checkpoint(seen, self._hub.consistency_to(seen.size, log))
            self._check_same_log(log, mine, seen)
            if seen.size <= index:
                return None
            path = self._hashes("/v1/log/proof", index=index, size=seen.size, **self._hub.which(log))
            proof = TlogProof(index, path, note)
            proof.verify(log, receipt.leaf)
        except ProtocolError as error:
            raise self._hub.failed(error, {"checkpoint": note, "receipt": receipt.to_json()}) from None
        return replace(receipt, proof=proof)

    def _check_cosigned(self, log: LogVerifier, seen: SignedCheckpoint, now_ms: int) -> None:
        if not log.cosigned(seen, now_ms):
            raise ProtocolError(Reason.NOT_TRUSTED, "checkpoint said to be cosigned")

    def _check_same_log(self, log: LogVerifier, one: SignedCheckpoint, other: SignedCheckpoint) -> None:
        small, large = sorted((one, other), key=lambda tree: tree.size)
        path: tuple[bytes, ...] = ()
        if small.size != large.size:
            path = self._hashes("/v1/log/consistency", **{"from": small.size, "to": large.size}, **self._hub.which(log))
        if not verify_consistency(small.size, large.size, small.root, large.root, path):
            raise VerificationError("cosigned tree and the tree of the receipt", Reason.FORKED)

    def _hashes(self, path: str, **asked: int) -> tuple[bytes, ...]:
        return tuple(Fields(self._hub.transport.get(path, **asked), "proof").datas("hashes", HASH_SIZE, MAX_PROOF + 1))
