"""The access log in SQL: append in the batch's transaction, sign, and the rows that proofs are made of.

Leaves of a batch wait in memory until `seal`, with their payloads and the numbers of their cases: a refused use case
takes its own back, and a batch writes each table once. `seal` extends the tree, signs, and moves the head by
compare-and-set: a second writer on the same file makes it fail, and the whole batch with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, func, insert, select, update

from volet_protocol import canonical
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.leaf import ZERO, Leaf, LeafType, chain_heads_leaf, commitment, tag
from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.note_keys import NoteSigner
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store import tables as t
from volet_service.application.records import LogRecord
from volet_service.domain.errors import LogUnavailable
from volet_service.domain.leaves import LeafContent

_HASH = 32
# A clock that stands further behind than this would put leaves of different hours under one time.
MOST_BEHIND_MS = 1_000
OPENING = 32
# Two payloads of the protocol's size, in base64url.
_SEALED_LIMIT = 4 * canonical.DEFAULT_LIMIT


_OF_CASE = (t.log_case.c.case == bindparam("of_case")) & (t.log_case.c["class"] == bindparam("of_class"))
# Built once: SQLAlchemy takes longer to build a statement than SQLite to run it.
_READ_CASE = select(t.log_case.c.log_key, t.log_case.c.next_seq).where(_OF_CASE)
_MOVE_CASE = update(t.log_case).where(_OF_CASE).values(next_seq=bindparam("seq"))


@dataclass(frozen=True)
class _Pending:
    """A leaf that waits for the end of its batch; `numbered` is the case and class whose next number it took."""

    leaf: bytes
    payload: dict[str, object] | None = None
    numbered: tuple[str, str] | None = None


@dataclass
class _Numbers:
    """The key of a case's tags and the number that its next act takes, of one batch."""

    key: bytes
    next: int


@dataclass(frozen=True)
class LogState:
    """The head of the log as committed."""

    size: int
    range: CompactRange
    last_ts_ms: int
    heads_leaf: int
    heads_ts_ms: int


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
        self._numbers: dict[tuple[str, str], _Numbers] = {}
        self.state = LogState(0, CompactRange(), 0, 0, 0)
        self.connection: Connection | None = None
        self.now_ms = 0
        self._heads_root: bytes | None = None

    def load(self, connection: Connection) -> None:
        """Read the head from the disk and check it against the last checkpoint that was signed."""
        self._forget()
        self._heads_root = None
        row = connection.execute(select(t.log_head)).one()
        packed = row.compact_range
        hashes = [packed[i : i + _HASH] for i in range(0, len(packed), _HASH)]
        range_ = CompactRange(row.size, hashes)
        heads_ts = 0
        newest = connection.execute(select(func.max(t.log_checkpoint.c.size))).scalar() or 0
        if row.size != newest or row.size < self.state.size:
            # An older head under a newer checkpoint: going on would sign a second history.
            raise LogUnavailable("the log's head stands behind what was signed")
        if row.size:
            c = t.log_checkpoint.c
            signed = connection.execute(select(c.root, c.note).where(c.size == row.size)).one()
            if signed.root != range_.root():
                raise LogUnavailable("the log's head is not the tree it last signed")
            # A crash or a full volume right after a commit left a note that nothing outside the database remembers.
            self._keep(signed.note)
            leaf = connection.execute(select(t.log_entry.c.leaf).where(t.log_entry.c.idx == row.heads_leaf)).scalar()
            heads = Leaf.parse(leaf or b"")
            # Leaves before the first heads leaf: no head has moved yet, and no proof can stand on them.
            published = heads.type is LeafType.CHAIN_HEADS
            heads_ts = heads.ts_ms if published else 0
            self._heads_root = heads.body if published else ZERO
        self.state = LogState(row.size, range_, row.last_ts_ms, row.heads_leaf, heads_ts)

    def check_heads(self, root: bytes) -> None:
        """Refuse heads on the disk that are not those of the newest heads leaf."""
        if self._heads_root is not None and self._heads_root != root:
            raise LogUnavailable("the heads of the chains are not those last logged")

    @property
    def size(self) -> int:
        """Leaves so far, those of this batch included."""
        return self.state.size + len(self._pending)

    def begin(self, connection: Connection, now_ms: int) -> None:
        """Start a batch at this instant; refuse a clock that went backwards."""
        if now_ms < self.state.last_ts_ms - MOST_BEHIND_MS:
            raise LogUnavailable("the clock stands behind the last leaf")
        self.connection = connection
        self.now_ms = max(now_ms, self.state.last_ts_ms)
        self._forget()

    def mark(self) -> int:
        """Return where to roll back to."""
        return len(self._pending)

    def rollback(self, mark: int) -> None:
        """Take back the leaves of a refused use case, and the numbers they took."""
        for taken in self._pending[mark:]:
            if taken.numbered is not None:
                self._numbers[taken.numbered].next -= 1
        del self._pending[mark:]
        # A case that the same use case opened is gone with it.
        kept = {pending.numbered for pending in self._pending}
        self._numbers = {one: numbers for one, numbers in self._numbers.items() if one in kept}

    def append(self, content: LeafContent) -> int:
        """Append a leaf; return its index. Its payloads are sealed beside the tree."""
        index, view, tag_, numbers = self.size, content.view, ZERO, None
        if content.case is not None and content.class_ is not None:
            numbers = self._numbers_of(content.case, content.class_)
            view = replace(view, class_=content.class_, case_seq=numbers.next)
            tag_ = tag(numbers.key, numbers.next)
        view_bytes = canonical.encode(view.to_json())
        identity_bytes = canonical.encode(content.identity.to_json())
        if len(identity_bytes) > canonical.DEFAULT_LIMIT:
            # A record that nobody could open again would end every look at the log.
            raise ProtocolError(Reason.TOO_LARGE, "statement")
        openings = self._random(OPENING), self._random(OPENING)
        commit = commitment(openings[0], view_bytes, openings[1], identity_bytes)
        leaf = Leaf(content.type, self.now_ms, tag_, commit, content.body)
        sealed = canonical.encode(
            {
                "view": to_base64url(view_bytes), "view_opening": to_base64url(openings[0]),
                "identity": to_base64url(identity_bytes), "identity_opening": to_base64url(openings[1]),
            }
        )  # fmt: skip
        payload: dict[str, object] = {
            "idx": index, "case": content.case, "class": content.class_,
            "sealed": self._sealer.seal(sealed, _payload_place(index)),
        }  # fmt: skip
        numbered = None
        if numbers is not None and content.case is not None and content.class_ is not None:
            numbered = content.case, content.class_
            numbers.next += 1
        self._pending.append(_Pending(leaf.to_bytes(), payload, numbered))
        return index

    def add_case(self, case: str, class_: str, log_key: bytes) -> None:
        """Store the key of a case's completeness tags."""
        sealed = self._sealer.seal(log_key, _key_place(case, class_))
        self._numbers.pop((case, class_), None)
        self._tx().execute(insert(t.log_case), {"case": case, "class": class_, "log_key": sealed, "next_seq": 0})

    def case_key(self, case: str, class_: str) -> bytes:
        """Return the key of a case's completeness tags."""
        return self._numbers_of(case, class_).key

    def _numbers_of(self, case: str, class_: str) -> _Numbers:
        found = self._numbers.get((case, class_))
        if found is None:
            row = self._tx().execute(_READ_CASE, {"of_case": case, "of_class": class_}).one()
            found = _Numbers(self._sealer.open(row.log_key, _key_place(case, class_)), row.next_seq)
            self._numbers[case, class_] = found
        return found

    def _forget(self) -> None:
        self._pending.clear()
        self._numbers.clear()

    def seal(self, heads_root: bytes | None) -> LogState | None:
        """Write the batch's leaves, the heads leaf last, and the signed checkpoint; return the head to be committed."""
        if heads_root is not None:
            self._pending.append(_Pending(chain_heads_leaf(self.now_ms, heads_root).to_bytes()))
        if not self._pending:
            return None
        before, connection = self.state, self._tx()
        range_ = before.range.copy()
        leaves: list[dict[str, object]] = []
        nodes: list[dict[str, object]] = []
        for index, pending in enumerate(self._pending, before.size):
            hashed = leaf_hash(pending.leaf)
            leaves.append({"idx": index, "leaf_hash": hashed, "leaf": pending.leaf})
            for node, root in range_.append(hashed):
                nodes.append({"level": node.level, "idx": node.number, "hash": root})
        connection.execute(insert(t.log_entry), leaves)
        if nodes:
            connection.execute(insert(t.log_node), nodes)
        self._write_payloads(connection)
        moved = heads_root is not None
        after = LogState(
            range_.size, range_, self.now_ms, range_.size - 1 if moved else before.heads_leaf,
            self.now_ms if moved else before.heads_ts_ms,
        )  # fmt: skip
        changed = connection.execute(
            update(t.log_head).where(t.log_head.c.size == before.size).values(
                size=after.size, compact_range=b"".join(range_.hashes), last_ts_ms=after.last_ts_ms,
                heads_leaf=after.heads_leaf,
            )
        )  # fmt: skip
        if changed.rowcount != 1:
            raise LogUnavailable("another writer moved the log's head")
        # Signed before the commit, served only after it: a note whose commit fails is never shown.
        root = range_.root()
        note = Checkpoint(self._signer.name, after.size, root).sign(self._signer, *self._also).note
        row = {"size": after.size, "root": root, "signed_ms": self.now_ms, "note": note}
        connection.execute(insert(t.log_checkpoint), row)
        self._note = note
        return after

    def _write_payloads(self, connection: Connection) -> None:
        payloads = [pending.payload for pending in self._pending if pending.payload is not None]
        if payloads:
            connection.execute(insert(t.log_payload), payloads)
        numbered = {pending.numbered for pending in self._pending if pending.numbered is not None}
        if numbered:
            rows = [{"of_case": one[0], "of_class": one[1], "seq": self._numbers[one].next} for one in numbered]
            connection.execute(_MOVE_CASE, rows)

    def committed(self, state: LogState | None) -> None:
        """Take over the head that was committed; its note may leave only once `before_shown` has kept it."""
        if state is not None:
            self._keep(self._note)
        self._forget()
        self.state = state or self.state

    def _keep(self, note: str) -> None:
        try:
            if self._before_shown is not None:
                self._before_shown(note)
        except OSError as error:
            raise LogUnavailable("the newest checkpoint could not be kept") from error

    def record(self, index: int) -> LogRecord | None:
        """Return a committed leaf with its payloads."""
        rows = select_records(self._tx(), self._sealer, t.log_entry.c.idx == index, 1)
        return rows[0] if rows else None

    def records(self, case: str | None, class_: str | None, after: int, limit: int) -> list[LogRecord]:
        """Return records above an index, of one case and class, or all."""
        where = t.log_entry.c.idx > after
        if case is not None:
            where = where & (t.log_payload.c.case == case) & (t.log_payload.c["class"] == class_)
        return select_records(self._tx(), self._sealer, where, limit)

    def checkpoint(self, size: int) -> tuple[bytes, int] | None:
        """Return (root, time in ms) of the checkpoint signed at this size."""
        c = t.log_checkpoint.c
        row = self._tx().execute(select(c.root, c.signed_ms).where(c.size == size)).first()
        return None if row is None else (row.root, row.signed_ms)

    def _tx(self) -> Connection:
        if self.connection is None:
            raise LogUnavailable("outside a transaction")
        return self.connection


def select_records(connection: Connection, sealer: Sealer, where: object, limit: int) -> list[LogRecord]:
    """Return leaves with their opened payloads, in order."""
    joined = t.log_entry.outerjoin(t.log_payload, t.log_entry.c.idx == t.log_payload.c.idx)
    query = select(t.log_entry.c.idx, t.log_entry.c.leaf, t.log_payload.c.sealed).select_from(joined)
    rows = connection.execute(query.where(where).order_by(t.log_entry.c.idx).limit(limit))  # type: ignore[arg-type]  # built by callers of this module
    return [_record(sealer, row.idx, row.leaf, row.sealed) for row in rows]


def _record(sealer: Sealer, index: int, leaf: bytes, sealed: bytes | None) -> LogRecord:
    if sealed is None:
        return LogRecord(index, leaf, None, None, None, None)
    opened = sealer.open(sealed, _payload_place(index))
    fields = Fields(canonical.decode(opened, _SEALED_LIMIT), "log payload")
    view, view_opening, identity, identity_opening = (
        from_base64url(fields.text(name, _SEALED_LIMIT))
        for name in ("view", "view_opening", "identity", "identity_opening")
    )
    return LogRecord(index, leaf, view, view_opening, identity, identity_opening)


def _payload_place(index: int) -> bytes:
    return f"log_payload/{index}".encode()


def _key_place(case: str, class_: str) -> bytes:
    return f"log_case/{case}/{class_}".encode()
