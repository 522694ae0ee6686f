"""The committed tree, as what asks witnesses reads it: sizes, notes, proofs of consistency; on reading connections."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from volet_protocol import merkle
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.closed_logs import closed_logs, current_base
from volet_service.adapters.store.proof_rows import resolve_plan
from volet_service.adapters.store.public_log import note_at
from volet_service.adapters.store.unit_of_work import translated


class SignedTree:
    """Answers are of what is committed of the log that is written, never of a batch under way.

    `base` is the position of its leaf 0, `closed` are the names of the logs that ended before it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with translated(), engine.connect() as connection:
            self.base = current_base(connection)
            self.closed = frozenset(one.origin for one in closed_logs(connection))

    def size(self) -> int:
        """Return the size of the newest signed checkpoint, 0 when there is none."""
        with translated(), self._engine.connect() as connection:
            newest = int(connection.execute(select(func.max(t.log_checkpoint.c.size))).scalar() or 0)
            return max(newest - self.base, 0)

    def note(self, size: int) -> str:
        """Return the checkpoint signed at a size."""
        with translated(), self._engine.connect() as connection:
            return note_at(connection, size, self.base)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """Return the proof between two trees; empty from the empty tree and between equal ones."""
        if old in {0, size}:
            return ()
        with translated(), self._engine.connect() as connection:
            return tuple(resolve_plan(connection, merkle.consistency_plan(old, size), self.base))
