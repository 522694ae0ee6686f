"""Verified states kept in memory: user chains, case chains, exchanges, attestations, the heads map.

Replaying a chain costs a signature check a link, so a state is built once and carried on from link to link. All of it
belongs to the sequencer's thread. A refused use case undoes its own changes; a failed commit drops everything, since
memory must never know more than the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import CaseChain
from volet_protocol.entry_list import EntryListHead
from volet_protocol.exchange_chain import ExchangeChain
from volet_protocol.heads_map import HeadsTree
from volet_protocol.user_chain import UserChain
from volet_service.application.live_ports import Change, Moved
from volet_service.application.records import StoredAttestation

V = TypeVar("V")
MOST = 20_000


class Kept(dict[str, V]):
    """States by id, at most `MOST` of them: the one that entered first leaves first."""

    def keep(self, key: str, value: V) -> V:
        """Add what was loaded from the disk."""
        if len(self) >= MOST:
            del self[next(iter(self))]
        self[key] = value
        return value


class Live:
    """What the sequencer knows without asking the disk. `mark` and `rollback` bracket one use case."""

    def __init__(self) -> None:
        self.users: Kept[UserChain] = Kept()
        self.cases: Kept[CaseChain] = Kept()
        self.exchanges: Kept[ExchangeChain] = Kept()
        # Facts of a case, and the instants at which a power for its person ends.
        self.ends: Kept[tuple[CaseFacts, tuple[int, ...]]] = Kept()
        self.lists: Kept[EntryListHead] = Kept()
        self.attestations: Kept[StoredAttestation] = Kept()
        self.heads = HeadsTree()
        # What this batch moved, for those who listen.
        self.moved: list[Change] = []
        self._undo: list[Callable[[], None]] = []

    def change(self, kept: Kept[V], key: str, value: V) -> None:
        """Replace a state, remembering how to undo it."""
        before = kept.get(key)

        def undo() -> None:
            if before is None:
                kept.pop(key, None)
            else:
                kept[key] = before

        self._undo.append(undo)
        kept.keep(key, value)

    def set_head(self, label: str, chain: str, seq: int, hash_: str) -> None:
        """Move a head of the map; refuses to move it backwards."""
        before = self.heads

        def undo() -> None:
            self.heads = before

        self.heads = before.set(label, chain, seq, hash_)
        self._undo.append(undo)

    def move(self, moved: Moved, of: str, id_: str = "") -> None:
        """Note what this use case moved: whoever listens is told after the commit."""
        self.moved.append(Change(moved, of, id_))
        self._undo.append(self._unmove)

    def _unmove(self) -> None:
        self.moved.pop()

    def remember(self, undo: Callable[[], None]) -> None:
        """Remember how to undo what this use case did elsewhere in memory."""
        self._undo.append(undo)

    def mark(self) -> None:
        """Start a use case."""
        self._undo.clear()

    def rollback(self) -> None:
        """Undo the use case."""
        while self._undo:
            self._undo.pop()()
