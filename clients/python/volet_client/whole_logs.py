"""Every leaf of every log of a hub, each log under the checkpoint that it was verified with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from volet_client.errors import VerificationError
from volet_client.hub import Hub
from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import Reason
from volet_protocol.merkle import CompactRange, leaf_hash

LEAVES = 1024


class WholeLogs:
    """Reads the log in use and those that ended before it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def whole(self) -> dict[int, bytes]:
        """Return position to leaf, of all logs; raise when they are not those that the checkpoints sign."""
        newest = self._hub.trust.newest()
        assert newest is not None  # noqa: S101 - who asks has verified a receipt, whose checkpoint is held
        found: dict[int, bytes] = {}
        for log, checkpoint in [*self._ended(), (self._hub.trust.log, newest)]:
            found |= dict(enumerate(self._verified(log, checkpoint), log.base))
        return found

    def exported(self) -> dict[str, JsonValue]:
        """Return the logs that ended, in the form of an export; empty where the first log is in use."""
        ended: list[JsonValue] = [
            {
                "origin": log.origin, "checkpoint": checkpoint.note,
                "leaves": [to_base64url(leaf) for leaf in self._verified(log, checkpoint)],
            }
            for log, checkpoint in self._ended()
        ]  # fmt: skip
        return {"previous": ended} if ended else {}

    def leaves(self, log: LogVerifier, size: int) -> Iterator[bytes]:
        """Yield the leaves of one log as the hub serves them; nothing is verified here."""
        which = self._hub.which(log)
        start = 0
        while start < size:
            asked = {"from": start, "to": min(start + LEAVES, size), **which}
            answer = self._hub.transport.get("/v1/log/leaves", **asked)
            page = [from_base64url(str(leaf)) for leaf in cast("list[JsonValue]", answer.get("leaves", []))]
            if not page:
                raise VerificationError(f"leaves {start} to {size}", Reason.MISSING_FIELD)
            yield from page
            start += len(page)

    def _ended(self) -> list[tuple[LogVerifier, SignedCheckpoint]]:
        previous = self._hub.profile.bundle.previous_logs
        return [(log, one.ended()) for log, one in zip(self._hub.trust.log.earlier, previous, strict=True)]

    def _verified(self, log: LogVerifier, checkpoint: SignedCheckpoint) -> list[bytes]:
        leaves, tree = list(self.leaves(log, checkpoint.size)), CompactRange()
        for leaf in leaves:
            tree.append(leaf_hash(leaf))
        if tree.size != checkpoint.size or tree.root() != checkpoint.root:
            raise VerificationError("leaves of the log", Reason.BAD_PROOF)
        return leaves
