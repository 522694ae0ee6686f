"""Before anything is signed: this database must be at least as new as what this log ever showed.

With a quorum, the witnesses say what they saw; enough of them must answer. With `quorum none`, the high-water file says
what left this hub. A database that stands behind was restored from a backup: going on would fork the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from volet_protocol.checkpoint import LogVerifier
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.store.log_check import AlteredLog
from volet_service.adapters.store.signed_tree import SignedTree
from volet_service.adapters.witnesses import Collector
from volet_service.domain.errors import LogUnavailable

_PAUSE_S = 0.5
_WHAT_NOW = "restore the newest database"


def check_high_water(log: LogVerifier, tree: SignedTree, water: HighWater) -> None:
    """Raise `AlteredLog` when a checkpoint that left this hub is not one this database signed."""
    try:
        notes = water.newest()
    except FileNotFoundError as error:
        raise AlteredLog(
            f"{error.filename} is missing: it holds the newest checkpoint shown; put it back, "
            f"or set VOLET_HIGH_WATER to where it is"
        ) from error
    for note in notes:
        seen = log.open(note)
        if not holds(log, tree, seen.size, note):
            raise AlteredLog(
                f"this log showed a tree of {seen.size} leaves, the database holds {tree.size()} of another or older "
                f"history: {_WHAT_NOW}"
            )


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


def holds(log: LogVerifier, tree: SignedTree, size: int, note: str) -> bool:
    """Tell whether the database signed the tree that a note of `size` leaves names."""
    if size == 0:
        return True
    try:
        return log.open(note).same_tree(log.open(tree.note(size)))
    except LogUnavailable:
        return False
