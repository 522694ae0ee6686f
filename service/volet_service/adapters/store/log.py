"""The access log in SQL: append in the batch's transaction, sign, and the rows that proofs are made of.

Leaves of a batch wait in memory until `seal`, with their payloads and the numbers of their cases: a refused use case
takes its own back, and a batch writes each table once. What may be refused is refused by `append`; `seal` commits,
seals, extends the tree, signs, and moves the head by compare-and-set: a second writer on the same file makes it fail,
and the whole batch with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from volet_protocol import canonical
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.leaf import OPENING_SIZE, ZERO, Leaf, LeafType, act_bytes, chain_heads_leaf, commitment
from volet_protocol.map_epochs import epoch_of
from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.note_keys import NoteSigner
from volet_protocol.operator_roles import LogScope
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.closed_logs import close_log, current_base
from volet_service.adapters.store.log_keys import CaseNumbers, Numbers
from volet_service.adapters.store.log_payloads import payload_row, select_records
from volet_service.adapters.store.prepared import ChangesOf, RowsInto, together
from volet_service.adapters.store.watched import watched_leaves
from volet_service.application.records import LogKeyPeriod, LogRecord
from volet_service.domain.errors import LogUnavailable
from volet_service.domain.leaves import LeafContent

_HASH = 32
# A clock that stands further behind than this would put leaves of different hours under one time.
MOST_BEHIND_MS = 1_000

_ENTRIES = RowsInto(t.log_entry, "idx", "leaf_hash", "leaf")
_NODES = RowsInto(t.log_node, "level", "idx", "hash")
_PAYLOADS = RowsInto(t.log_payload, "idx", "case", "class", "sealed")
_HEAD = ChangesOf(t.log_head, ["size", "compact_range", "last_ts_ms", "heads_leaf"], ["size"])
_CHECKPOINTS = RowsInto(t.log_checkpoint, "size", "root", "signed_ms", "note")


class _Pending(NamedTuple):
    """An act that waits for the end of its batch; `numbered` is the case and class whose next number it took."""

    content: LeafContent
    numbered: tuple[str, str] | None
    tag: bytes
    view: bytes
    identity: bytes


@dataclass(frozen=True)
class LogState:
    """The head of the log as committed; `base` is the position of its leaf 0, `heads_leaf` an index.

    `heads_root` is the root that its newest heads leaf published, of the empty map before there was one.
    """

    size: int
    range: CompactRange
    last_ts_ms: int
    heads_leaf: int
    heads_ts_ms: int
    base: int = 0
    heads_root: bytes = ZERO


def _never(_case: str) -> Sequence[int]:
    return ()


class LogAppender:
    """The log inside one transaction at a time; belongs to the sequencer's thread."""

    def __init__(
        self, signer: NoteSigner, sealer: Sealer, random: Callable[[int], bytes],
        before_shown: Callable[[str], None] | None = None, also: Sequence[NoteSigner] = (),
    ) -> None:  # fmt: skip
        self._before_shown = before_shown
        self._note = ""
        self._signer = signer
        self._also = also
        self._sealer = sealer
        self._random = random
        self._pending: list[_Pending] = []
        self._numbers = CaseNumbers(sealer, random)
        # At which instants, in milliseconds, a power for the person of a case ends: its key ends with it.
        self.ends_of: Callable[[str], Sequence[int]] = _never
        self._restart: bytes | None = None
        # Whether this batch is the first one of its epoch: it then begins with the map as it stood (heads-map.md, 13).
        self.opens_epoch = False
        self.state = LogState(0, CompactRange(), 0, 0, 0)
        self.connection: Connection | None = None
        self.now_ms = 0

    def load(self, connection: Connection) -> None:
        """Read the head from the disk and check it against the last checkpoint that was signed."""
        self._forget()
        row = connection.execute(select(t.log_head)).one()
        base = current_base(connection)
        packed = row.compact_range
        hashes = [packed[i : i + _HASH] for i in range(0, len(packed), _HASH)]
        range_ = CompactRange(row.size, hashes)
        heads_ts, heads_root = 0, ZERO
        newest = (connection.execute(select(func.max(t.log_checkpoint.c.size))).scalar() or 0) - base
        # Before the first leaf of a log, the newest checkpoint is one of the log before.
        if row.size != max(newest, 0) or (base, row.size) < (self.state.base, self.state.size):
            # An older head under a newer checkpoint: going on would sign a second history.
            raise LogUnavailable("the log's head stands behind what was signed")
        if row.size:
            c = t.log_checkpoint.c
            signed = connection.execute(select(c.root, c.note).where(c.size == base + row.size)).one()
            if signed.root != range_.root():
                raise LogUnavailable("the log's head is not the tree it last signed")
            # A crash or a full volume right after a commit left a note that nothing outside the database remembers.
            self._keep(signed.note)
            at = base + row.heads_leaf
            leaf = connection.execute(select(t.log_entry.c.leaf).where(t.log_entry.c.idx == at)).scalar()
            heads = Leaf.parse(leaf or b"")
            # Leaves before the first heads leaf: no head has moved yet, and no proof can stand on them.
            published = heads.type is LeafType.CHAIN_HEADS
            heads_ts = heads.ts_ms if published else 0
            heads_root = heads.body if published else ZERO
        self.state = LogState(row.size, range_, row.last_ts_ms, row.heads_leaf, heads_ts, base, heads_root)

    def check_heads(self, root: bytes) -> None:
        """Refuse heads on the disk that are not those of the newest heads leaf."""
        if self.state.size and self.state.heads_root != root:
            raise LogUnavailable("the heads of the chains are not those last logged")

    @property
    def size(self) -> int:
        """Leaves so far, those of this batch included."""
        return self.state.size + (self._restart is not None or self.opens_epoch) + len(self._pending)

    def begin(self, connection: Connection, now_ms: int) -> None:
        """Start a batch at this instant; refuse a clock that went backwards."""
        if now_ms < self.state.last_ts_ms - MOST_BEHIND_MS:
            raise LogUnavailable("the clock stands behind the last leaf")
        self.connection = connection
        self.now_ms = max(now_ms, self.state.last_ts_ms)
        self._pending.clear()
        self.opens_epoch = self.state.size > 0 and epoch_of(self.now_ms) != epoch_of(self.state.last_ts_ms)
        self._numbers.begin()

    def mark(self) -> tuple[int, tuple[int, int]]:
        """Return where to roll back to."""
        return len(self._pending), self._numbers.mark()

    def rollback(self, mark: tuple[int, tuple[int, int]]) -> None:
        """Take back the leaves of a refused use case, the numbers they took, and the cases it opened."""
        leaves, numbers = mark
        taken = [pending.numbered for pending in self._pending[leaves:]]
        del self._pending[leaves:]
        self._numbers.rollback(numbers, taken)

    def open_next(self, last: bytes, shown: str) -> None:
        """End this log and start the next one with a `restart` leaf that names `last` (SHA-256 of a checkpoint's text).

        In a batch of its own; `shown` is the newest checkpoint that anybody saw of the ended log.
        """
        if self._pending:
            raise LogUnavailable("a log ends before anything else is written")
        base = close_log(self._tx(), shown, self.now_ms)
        self.state = LogState(0, CompactRange(), self.state.last_ts_ms, 0, 0, base)
        self._restart = Leaf(LeafType.RESTART, self.now_ms, ZERO, ZERO, last).to_bytes()
        self.opens_epoch = False

    def position(self, index: int) -> int:
        """Return the position of a leaf of the log that is written."""
        return self.state.base + index

    def append(self, content: LeafContent) -> int:
        """Append a leaf; return its position. Its payloads are sealed beside the tree."""
        numbers, numbered, tag_ = None, None, ZERO
        if content.case is not None and content.class_ is not None:
            numbered = content.case, content.class_
            numbers = self._numbers_of(numbered)
            tag_ = numbers.tag()
        view = content.view.to_bytes(content.class_, None if numbers is None else numbers.next)
        identity = content.identity.to_bytes()
        if len(identity) > canonical.DEFAULT_LIMIT:
            # A record that nobody could open again would end every look at the log.
            raise ProtocolError(Reason.TOO_LARGE, "statement")
        if (content.erased is None) is (content.type is LeafType.ERASE):
            raise ProtocolError(Reason.MALFORMED, "leaf: what it erases")
        if numbers is not None:
            numbers.next += 1
        self._pending.append(_Pending(content, numbered, tag_, view, identity))
        return self.position(self.size - 1)

    def add_case(self, case: str, class_: str, log_key: bytes) -> None:
        """Store the first key of a case's completeness tags."""
        at = self.position(self.size)
        self._numbers.add(self._tx(), (case, class_), log_key, position=at, now_ms=self.now_ms)

    def case_keys(self, case: str, class_: str) -> list[LogKeyPeriod]:
        """Return the keys of a case's completeness tags by period, oldest first; one that has to end is re-drawn."""
        now = self._numbers_of((case, class_)).period
        return self._numbers.periods(self._tx(), (case, class_), now)

    def _numbers_of(self, of: tuple[str, str]) -> Numbers:
        at = self.position(self.size)
        return self._numbers.of(self._tx(), of, self.ends_of(of[0]), position=at, now_ms=self.now_ms)

    def _forget(self) -> None:
        self._pending.clear()
        self._numbers.forget()
        self._restart = None
        self.opens_epoch = False

    def seal(self, heads_root: bytes | None) -> LogState | None:
        """Write the batch's leaves, the heads leaf last, and the signed checkpoint; return the head to be committed."""
        moved = heads_root is not None
        if not self._pending and self._restart is None and not moved:
            return None
        before, connection = self.state, self._tx()
        with together(connection):
            leaves = [] if self._restart is None else [self._restart]
            if self.opens_epoch:
                leaves.append(chain_heads_leaf(self.now_ms, before.heads_root).to_bytes())
            leaves += self._seal_acts(connection, before.base + before.size + len(leaves))
            if heads_root is not None:
                leaves.append(chain_heads_leaf(self.now_ms, heads_root).to_bytes())
            range_ = self._grow(connection, leaves)
            unmoved = before.size if self.opens_epoch else before.heads_leaf
            after = LogState(
                range_.size, range_, self.now_ms, range_.size - 1 if moved else unmoved,
                self.now_ms if moved or self.opens_epoch else before.heads_ts_ms, before.base,
                heads_root or before.heads_root,
            )  # fmt: skip
            packed = b"".join(range_.hashes)
            changed = _HEAD.write(connection, [(after.size, packed, after.last_ts_ms, after.heads_leaf, before.size)])
            # Signed before the commit, served only after it: a note whose commit fails is never shown.
            root = range_.root()
            self._note = Checkpoint(self._signer.name, after.size, root).sign(self._signer, *self._also).note
            _CHECKPOINTS.write(connection, [(before.base + after.size, root, self.now_ms, self._note)])
        if changed is None or changed.rowcount != 1:
            raise LogUnavailable("another writer moved the log's head")
        return after

    def _grow(self, connection: Connection, leaves: Sequence[bytes]) -> CompactRange:
        """Write the leaves and the subtrees that they complete; return the tree with them."""
        range_, base = self.state.range.copy(), self.state.base
        hashes = [leaf_hash(leaf) for leaf in leaves]
        _ENTRIES.write(connection, list(zip(count(base + self.state.size), hashes, leaves, strict=False)))
        nodes = range_.extend(hashes)
        _NODES.write(
            connection, [(level, (base >> level) + number, root) for level, number, root in nodes] if base else nodes
        )
        return range_

    def _seal_acts(self, connection: Connection, first: int) -> list[bytes]:
        """Commit to the payloads of the batch and write them; return the leaves, which stand from `first` on."""
        leaves: list[bytes] = []
        rows: list[tuple[bytes, bytes]] = []
        # Each leaf its own part, from one call of the system's generator.
        random, pair = self._random(2 * OPENING_SIZE * len(self._pending)), 2 * OPENING_SIZE
        for number, (content, _, tag_, view, identity) in enumerate(self._pending):
            openings = random[number * pair : (number + 1) * pair]
            commit = commitment(openings[:OPENING_SIZE], view, openings[OPENING_SIZE:], identity)
            if content.erased is None:
                leaves.append(act_bytes(content.type, self.now_ms, tag_, commit))
            else:
                leaves.append(Leaf(content.type, self.now_ms, tag_, commit, content.body).to_bytes())
            rows.append(payload_row(first + number, openings, view, identity))
        sealed = zip(count(first), self._pending, self._sealer.seal_each(rows), strict=False)
        _PAYLOADS.write(connection, [(at, one.content.case, one.content.class_, row) for at, one, row in sealed])
        self._numbers.write(connection, {one.numbered for one in self._pending if one.numbered is not None})
        return leaves

    def committed(self, state: LogState | None) -> None:
        """Take over the head that was committed; its note may leave only once `before_shown` has kept it."""
        if state is not None:
            self._keep(self._note)
        self._pending.clear()
        self._restart = None
        self.opens_epoch = False
        self._numbers.committed()
        self.state = state or self.state

    def _keep(self, note: str) -> None:
        try:
            if self._before_shown is not None:
                self._before_shown(note)
        except OSError as error:
            raise LogUnavailable("the newest checkpoint could not be kept") from error

    def record(self, index: int) -> LogRecord | None:
        """Return a committed leaf with its payloads, by its position."""
        rows = select_records(self._tx(), self._sealer, t.log_entry.c.idx == index, 1)
        return rows[0] if rows else None

    def records(self, case: str, class_: str, after: int, limit: int) -> list[LogRecord]:
        """Return records above a position, of one case and class."""
        of = t.log_payload.c
        return select_records(
            self._tx(), self._sealer, (of.idx > after) & (of.case == case) & (of["class"] == class_), limit, of.idx
        )

    def watched(self, scope: LogScope, case: str | None, after: int, limit: int) -> list[LogRecord]:
        """Return records above a position that a scope covers, of one case or of all."""
        where = (t.log_entry.c.idx > after) & watched_leaves(scope)
        if case is not None:
            where = where & (t.log_payload.c.case == case)
        return select_records(self._tx(), self._sealer, where, limit)

    def released_to(self, devices: Collection[str], after: int, limit: int) -> list[LogRecord]:
        """Return records above a position of what these devices asked for and were given."""
        asked = select(t.request.c.leaf).where(t.request.c.device.in_(devices) & (t.request.c.leaf > after))
        return select_records(self._tx(), self._sealer, t.log_entry.c.idx.in_(asked), limit)

    def checkpoint(self, size: int) -> tuple[bytes, int] | None:
        """Return (root, time in ms) of the checkpoint signed at this size."""
        c = t.log_checkpoint.c
        row = self._tx().execute(select(c.root, c.signed_ms).where(c.size == self.position(size))).first()
        return None if row is None else (row.root, row.signed_ms)

    def _tx(self) -> Connection:
        if self.connection is None:
            raise LogUnavailable("outside a transaction")
        return self.connection
