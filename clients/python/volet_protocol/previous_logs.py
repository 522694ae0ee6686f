"""The logs that a hub kept before the one in use, as a trust bundle names them (docs/spec/trust.md, 28-30).

A log whose database was lost goes on under another origin. Clients learn that from the controllers' bundle alone: its
old keys stay, so that receipts verify, and its last checkpoint says where it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.log_positions import MAX_LOGS
from volet_protocol.note import MAX_NOTE


@dataclass(frozen=True)
class PreviousLog:
    """One log that ended: origin, key and policy as its last bundle had them, and the note it ended with."""

    origin: str
    vkey: str
    policy: str
    checkpoint: str

    @staticmethod
    def read(fields: Fields) -> PreviousLog:
        """Read the wire form; raise `ProtocolError` when the log itself did not sign the checkpoint."""
        log = PreviousLog(
            fields.label("origin"), fields.label("vkey", 8192), fields.text("policy"),
            fields.text("checkpoint", MAX_NOTE),
        )  # fmt: skip
        fields.done()
        log.ended()
        return log

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"origin": self.origin, "vkey": self.vkey, "policy": self.policy, "checkpoint": self.checkpoint}

    def verifier(self) -> LogVerifier:
        """Return what its receipts are verified with."""
        return LogVerifier.configured(self.origin, self.vkey, self.policy)

    def ended(self) -> SignedCheckpoint:
        """Return its last checkpoint, verified."""
        return self.verifier().open(self.checkpoint)


def chained(current: LogVerifier, previous: Sequence[PreviousLog]) -> LogVerifier:
    """Return the verifier of the log in use, which knows those before it, each of which knows its own."""
    found: tuple[LogVerifier, ...] = ()
    for one in previous:
        found = (*found, replace(one.verifier(), earlier=found))
    return replace(current, earlier=found)


def read_previous(fields: Fields, origin: str) -> tuple[PreviousLog, ...]:
    """Read the list of a bundle whose log in use is `origin`; absent means none, and an empty one is a second spelling.

    Raises malformed for an origin that is listed twice.
    """
    if not fields.has("previous_logs"):
        return ()
    logs = tuple(map(PreviousLog.read, fields.objects("previous_logs", MAX_LOGS - 1)))
    if not logs or len({origin, *(one.origin for one in logs)}) != len(logs) + 1:
        raise fields.refuse("previous_logs", "is empty or holds a duplicate")
    return logs


def check_succession(old: tuple[str, Sequence[PreviousLog]], new: tuple[str, Sequence[PreviousLog]]) -> None:
    """Refuse (wrong-origin) a successor whose logs are not the old bundle's, or these and one that follows.

    Each side is the origin in use and the logs before it. A log that is simply left out would be a client's reset.
    """
    (origin, before), (next_origin, after) = old, new
    kept = tuple(after[: len(before)]) == tuple(before)
    names = [one.origin for one in after[len(before) :]]
    if not kept or names != ([] if next_origin == origin else [origin]):
        raise ProtocolError(Reason.WRONG_ORIGIN, "logs of the trust bundle")
