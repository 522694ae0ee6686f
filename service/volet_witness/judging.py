"""What a witness answers to a checkpoint, in the order that tlog-witness fixes (docs/spec/log.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.checkpoint import Checkpoint
from volet_protocol.errors import ProtocolError
from volet_protocol.merkle import EMPTY_ROOT, verify_consistency
from volet_protocol.note import Note
from volet_protocol.note_keys import NoteSigner
from volet_protocol.witness_request import WitnessRequest
from volet_witness.store import Evidence, Known, WitnessStore

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
# How often a request that lost a race for the same log is judged again before the caller is told to.
_RACES = 3


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a text."""

    status: int
    text: str
    type: str = TEXT_TYPE


class Witness:
    """Cosigns for the logs of its store. Safe to call from several threads."""

    def __init__(self, store: WitnessStore, signers: Sequence[NoteSigner]) -> None:
        self._store = store
        self._signers = tuple(signers)

    def add_checkpoint(self, data: bytes, now_s: int) -> Answer:
        """Answer the body of `POST add-checkpoint` at an instant in POSIX seconds."""
        try:
            request = WitnessRequest.parse(data)
            checkpoint = Checkpoint.read(request.note.text)
        except ProtocolError as error:
            return Answer(400, f"{error}\n")
        for _ in range(_RACES):
            known = self._store.known(checkpoint.origin)
            if known is None:
                return Answer(404, "unknown log: ask the witness's operator to add its key\n")
            answer = self._judge(request, checkpoint, known, now_s)
            if answer is not None:
                return answer
        return self._conflict(checkpoint.origin)

    def _judge(self, request: WitnessRequest, checkpoint: Checkpoint, known: Known, now_s: int) -> Answer | None:
        """Return the answer, or None when another request moved the log meanwhile."""
        try:
            signed = request.note.verify(known.keys)
        except ProtocolError as error:
            return Answer(403, f"{error}\n")
        refused = self._refusal(request, checkpoint, known, now_s)
        if refused is not None:
            return refused
        # As of then: a clock that stepped back does not date a newer tree before an older one.
        time_s = max(now_s, known.time_s, 1)
        lines = [signer.line(request.note.text, time_s) for signer in self._signers]
        trusted = {(one.verifier.name, one.verifier.key_id) for one in signed}
        own = [line for line in request.note.lines if (line.name, line.key_id) in trusted]
        note = str(Note(request.note.text, (*own, *lines)))
        if not self._store.advance(known, checkpoint.size, checkpoint.root, note, time_s):
            return None
        return Answer(200, "".join(map(str, lines)))

    def _refusal(self, request: WitnessRequest, checkpoint: Checkpoint, known: Known, now_s: int) -> Answer | None:
        if request.old > checkpoint.size:
            return Answer(400, "old size above the checkpoint's\n")
        if checkpoint.size == known.size and known.root not in {None, checkpoint.root}:
            # Signed by the log, the size already cosigned, another root: a fork, whatever else the request says.
            self._keep("forked", request, known, now_s)
        if request.old != known.size:
            return self._conflict(known.origin)
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            self._keep("root of an empty tree", request, known, now_s)
            return Answer(422, "root of an empty tree\n")
        if request.old == 0:
            return Answer(422, "a proof from the empty tree is empty\n") if request.proof else None
        if request.old == checkpoint.size:
            if checkpoint.root != known.root:
                return Answer(422, "another root at the size already cosigned\n")
            return Answer(422, "a proof between equal trees is empty\n") if request.proof else None
        if not verify_consistency(
            request.old, checkpoint.size, known.root or b"", checkpoint.root, list(request.proof)
        ):  # fmt: skip
            self._keep("inconsistent", request, known, now_s)
            return Answer(422, "the proof does not lead from the tree cosigned last to this one\n")
        return None

    def _conflict(self, origin: str) -> Answer:
        known = self._store.known(origin)
        return Answer(409, f"{known.size if known else 0}\n", SIZE_TYPE)

    def _keep(self, reason: str, request: WitnessRequest, known: Known, now_s: int) -> None:
        self._store.keep(Evidence(known.origin, now_s, reason, str(request.note), known.note))
