"""What a client remembers of a log, as a state machine without IO (docs/spec/log.md, rules V1-V8).

V1. Origins, keys and policy come from the trust bundle. A checkpoint of an unknown origin is an error, never a reset.
V2. Only a checkpoint whose log signature verified is judged.
V3. The first checkpoint of an origin is accepted; a client that has state never returns to this rule.
V4. A larger tree is accepted with a consistency proof from the newest one, which then is replaced.
V5. The same size with the same root changes nothing.
V6. The same size with another root is a fork: both notes are kept, and the origin is refused from then on.
V7. A smaller tree is refused as rolled back, and both notes are kept, unless a consistency proof shows that it is a
    prefix of the newest one (an answer that another overtook): then it is covered, and nothing changes.
V8. A larger tree whose proof fails is refused, and both notes are kept.
V9. A log that the trust bundle ended is known up to its last checkpoint: what was seen beyond is given back to whoever
    asks, once, and nothing beyond is accepted any more.

The size 0 has no consistency proof: an empty tree is a prefix of every tree, and its root is checked when it is read.
Left out: witnesses' quorum, which the caller asks of `LogVerifier.cosigned`, and time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.merkle import verify_consistency
from volet_protocol.note import MAX_NOTE

MAX_EVIDENCE = 64


@dataclass(frozen=True)
class LogEvidence:
    """Two signed notes of one origin that do not fit, and why."""

    reason: Reason
    kept: str
    offered: str


class LogView:
    """The newest verified checkpoint for each origin, and the evidence met. Changes only through `accept`."""

    def __init__(self, *logs: LogVerifier) -> None:
        self._logs = {log.origin: log for log in logs}
        self._newest: dict[str, SignedCheckpoint] = {}
        self._evidence: list[LogEvidence] = []
        self._ended: dict[str, int] = {}

    @property
    def evidence(self) -> tuple[LogEvidence, ...]:
        """What was refused beside an accepted checkpoint, oldest first: at most 64, and every fork."""
        return tuple(self._evidence)

    def verifier(self, origin: str) -> LogVerifier:
        """Return what is trusted for an origin; raise wrong-origin for one that was not configured."""
        if origin not in self._logs:
            raise ProtocolError(Reason.WRONG_ORIGIN, "log")
        return self._logs[origin]

    def newest(self, origin: str) -> SignedCheckpoint | None:
        """Return the newest accepted checkpoint."""
        self.verifier(origin)
        return self._newest.get(origin)

    def accept(self, checkpoint: SignedCheckpoint, consistency: Sequence[bytes] = ()) -> None:
        """Judge a verified checkpoint by V1-V9; raise wrong-origin, forked, rolled-back, bad-proof, or stale."""
        self.verifier(checkpoint.origin)
        newest = self._newest.get(checkpoint.origin)
        if any(one.reason is Reason.FORKED and self._is_about(one, checkpoint.origin) for one in self._evidence):
            raise ProtocolError(Reason.FORKED, "log that forked before")
        if checkpoint.size > self._ended.get(checkpoint.origin, checkpoint.size):
            raise ProtocolError(Reason.STALE, "checkpoint beyond the end of its log")
        if newest is None:
            self._newest[checkpoint.origin] = checkpoint
        elif checkpoint.size == newest.size:
            if checkpoint.root != newest.root:
                raise self._refuse(Reason.FORKED, newest, checkpoint)
        elif checkpoint.size > newest.size:
            if not _is_prefix(newest, checkpoint, consistency):
                raise self._refuse(Reason.BAD_PROOF, newest, checkpoint)
            self._newest[checkpoint.origin] = checkpoint
        elif not _is_prefix(checkpoint, newest, consistency):
            raise self._refuse(Reason.ROLLED_BACK, newest, checkpoint)

    def end(self, last: SignedCheckpoint) -> SignedCheckpoint | None:
        """End a log at its last checkpoint (V9); return the one held until now where that tree cannot lead to it."""
        self.verifier(last.origin)
        held = self._newest.get(last.origin)
        self._ended[last.origin] = last.size
        if held is None or held.size < last.size:
            return None
        self._newest[last.origin] = last
        return None if held.same_tree(last) else held

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state for the client's own storage."""
        return {
            "newest": [checkpoint.note for _, checkpoint in sorted(self._newest.items())],
            "evidence": [
                {"reason": one.reason.value, "kept": one.kept, "offered": one.offered} for one in self._evidence
            ],
        }

    @staticmethod
    def restore(value: Mapping[str, JsonValue], *logs: LogVerifier) -> LogView:
        """Read a stored state; every note is verified again, so a changed file is refused and never a reset."""
        fields, view = Fields(value, "log state"), LogView(*logs)
        for note in fields.items("newest"):
            checkpoint = view._open(note)
            if checkpoint.origin in view._newest:
                raise ProtocolError(Reason.ALREADY, "log state: origin")
            view._newest[checkpoint.origin] = checkpoint
        for row in fields.objects("evidence", MAX_EVIDENCE + len(logs)):
            reason = row.choice("reason", frozenset({Reason.FORKED, Reason.ROLLED_BACK, Reason.BAD_PROOF}))
            kept, offered = row.text("kept", MAX_NOTE), row.text("offered", MAX_NOTE)
            row.done()
            view._evidence.append(LogEvidence(Reason(reason), kept, offered))
        fields.done()
        return view

    def _open(self, note: JsonValue) -> SignedCheckpoint:
        if not isinstance(note, str):
            raise ProtocolError(Reason.MALFORMED, "log state: note")
        return self.verifier(note.partition("\n")[0]).open(note)

    def _refuse(self, reason: Reason, kept: SignedCheckpoint, offered: SignedCheckpoint) -> ProtocolError:
        evidence = LogEvidence(reason, kept.note, offered.note)
        full = sum(one.reason is not Reason.FORKED for one in self._evidence) >= MAX_EVIDENCE
        # A fork is never lost to a full list: a server could fill it with harmless rollbacks first.
        if evidence not in self._evidence and (reason is Reason.FORKED or not full):
            self._evidence.append(evidence)
        return ProtocolError(reason, f"checkpoint of {kept.origin}")

    @staticmethod
    def _is_about(evidence: LogEvidence, origin: str) -> bool:
        return evidence.kept.partition("\n")[0] == origin


def _is_prefix(old: SignedCheckpoint, new: SignedCheckpoint, proof: Sequence[bytes]) -> bool:
    if old.size == 0:
        return not proof
    return verify_consistency(old.size, new.size, old.root, new.root, proof)
