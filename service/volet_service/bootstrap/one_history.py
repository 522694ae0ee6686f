"""Before anything is signed: this database must be at least as new as what this log ever showed.

With a quorum, the witnesses say what they saw; enough of them must answer. With `quorum none`, the high-water file says
what left this hub. A database that stands behind was restored from a backup: going on would fork the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.trust_bundle import TrustBundle
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.store.closed_logs import origin_of
from volet_service.adapters.store.log_check import AlteredLog
from volet_service.adapters.store.signed_tree import SignedTree
from volet_service.adapters.witnesses import Collector
from volet_service.domain.errors import LogUnavailable

_PAUSE_S = 0.5
_WHAT_NOW = "restore the newest database, or open a new log with `volet admin new-log`"


@dataclass(frozen=True)
class ShownHistory:
    """What a log is checked with, the tree of its database, and the high-water file."""

    log: LogVerifier
    tree: SignedTree
    water: HighWater

    @staticmethod
    def of(high_water: Path, trust: TrustBundle, tree: SignedTree) -> ShownHistory:
        """Return the history of the trust bundle's log; raise `ProtocolError` when its log policy does not read."""
        return ShownHistory(trust.log, tree, HighWater(high_water))

    @property
    def alone(self) -> bool:
        """Whether no witness remembers what this log showed."""
        return self.log.policy.quorum is None

    @property
    def before_shown(self) -> Callable[[str], None] | None:
        """What must keep a checkpoint before it leaves; None where witnesses do."""
        return self.water.keep if self.alone else None

    def check(self) -> None:
        """Without witnesses: raise `AlteredLog` when a checkpoint that left is not one this database signed."""
        if not self.alone:
            return
        try:
            notes = self.water.newest()
        except FileNotFoundError as error:
            raise AlteredLog(
                f"{error.filename} is missing: it holds the newest checkpoint shown; put it back, "
                f"or set VOLET_HIGH_WATER to where it is"
            ) from error
        lost = self.lost(notes)
        if lost is not None:
            raise AlteredLog(
                f"this log showed a tree of {lost.size} leaves, the database holds {self.tree.size()} of another "
                f"or older history: {_WHAT_NOW}"
            )

    def lost(self, notes: Sequence[str]) -> SignedCheckpoint | None:
        """Return the largest of some checkpoints that this database never signed; None when it signed them all.

        Those of logs that ended were judged when these were closed.
        """
        seen = [self.log.open(note) for note in notes if origin_of(note) not in self.tree.closed]
        missing = [one for one in seen if not self._holds(one.size, one.note)]
        return max(missing, key=lambda one: one.size, default=None)

    def close(self) -> None:
        """Close the file."""
        self.water.close()

    def _holds(self, size: int, note: str) -> bool:
        try:
            return size == 0 or self.log.open(note).same_tree(self.log.open(self.tree.note(size)))
        except LogUnavailable:
            return False


def check_witnesses(collector: Collector, wait_ms: int, pause: Callable[[float], None] = time.sleep) -> None:
    """Ask the witnesses until enough have answered; raise `AlteredLog` when they saw more, or are too few."""
    tries = 1 + int(wait_ms / 1000 / _PAUSE_S)
    for again in range(tries):
        answered = collector.check()
        if collector.contradicted:
            raise AlteredLog(f"{collector.contradicted}: {_WHAT_NOW}")
        if collector.enough(answered):
            return
        if again + 1 < tries:
            pause(_PAUSE_S)
    raise AlteredLog(
        "too few witnesses answer to know that this database is the newest: start again when they do, or set "
        "VOLET_START_WITHOUT_WITNESSES to a reason, which the log records"
    )
