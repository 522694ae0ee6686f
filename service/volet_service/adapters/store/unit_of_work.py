"""One transaction for a batch of use cases; the sequencer's thread alone touches it.

A use case that writes rows does so in a savepoint, opened by its first row. Leaves and answered requests wait in
memory until the batch ends: most use cases write nothing else, and have nothing to undo on the disk.

Order inside a commit, and what a crash leaves at each point:

1. use cases run;                              crash: nothing happened.
2. shares are flushed to their own file;       crash: shares that nobody refers to.
3. requests, leaves, checkpoint, commit;       crash: either all of the batch or nothing. No answer left yet.
4. shares of entries taken back are destroyed; crash: done at the next start.
5. answers leave.

When a commit fails, its outcome may be unknown: memory is dropped and read again from the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, NoReturn, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from volet_protocol.errors import ProtocolError
from volet_protocol.heads_map import HeadsTree
from volet_protocol.statements import HeadRef
from volet_service.adapters.sealed import LooseKey
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.cases import CaseRows, ExchangeRows
from volet_service.adapters.store.cosignatures import CosignatureRows
from volet_service.adapters.store.departures import DepartureRows
from volet_service.adapters.store.directory_rows import ExtractRows
from volet_service.adapters.store.emergencies import EmergencyRows
from volet_service.adapters.store.entries import BoxRows, EntryRows, RequestRows
from volet_service.adapters.store.entry_faces import FaceRows
from volet_service.adapters.store.erasures import ErasureRows, without_content
from volet_service.adapters.store.holds import HoldRows
from volet_service.adapters.store.invitations import InvitationRows
from volet_service.adapters.store.live import Live
from volet_service.adapters.store.log import LogAppender, LogState
from volet_service.adapters.store.map_past import keep_map
from volet_service.adapters.store.policies import PoliciesInForce, TableRows
from volet_service.adapters.store.postgresql import spoiled
from volet_service.adapters.store.users import SessionRows, UserRows
from volet_service.application.live_ports import Hints
from volet_service.application.ports import Clock, Work
from volet_service.domain.errors import (
    Invalid,
    LogUnavailable,
    Refusal,
    StorageFull,
    Unavailable,
    VersionConflict,
    from_protocol,
)
from volet_service.domain.leaves import LeafContent
from volet_service.domain.refusal_bound import RefusalBound

T = TypeVar("T")


class _Savepoint(Enum):
    """Of the use case that runs: none, not opened so far, or opened by its first row."""

    NONE = auto()
    AWAITED = auto()
    OPEN = auto()


class _Mark(NamedTuple):
    """Where a use case began, in what waits in memory."""

    leaves: tuple[int, tuple[int, int]]
    requests: int
    doomed: int


@dataclass(frozen=True)
class Published:
    """What readers of the log may see: the committed head and its map of chain heads."""

    log: LogState
    heads: HeadsTree


class SqlUnitOfWork:
    """What a use case sees of the batch."""

    def __init__(self, connection: Connection, writer: Writer) -> None:
        live, log = writer.live, writer.log
        self.users = UserRows(connection, live, writer.origin, log.now_ms)
        self.departures = DepartureRows(connection, live, writer.origin)
        self.sessions = SessionRows(connection, live)
        self.holds = HoldRows(connection)
        self.cases = CaseRows(connection, live, log, self.users, writer.tables)
        log.ends_of = self.cases.power_ends
        self.boxes = BoxRows(connection)
        self.emergencies = EmergencyRows(connection)
        self.invitations = InvitationRows(connection)
        self.exchanges = ExchangeRows(connection, live, self.cases, self.users, writer.tables)
        self.entries = EntryRows(connection, live)
        self.faces = FaceRows(connection)
        self.requests = RequestRows(connection)
        self.tables = TableRows(connection, live, writer.policies)
        self.cosignatures = CosignatureRows(connection, log.state.base)
        self.erasures = ErasureRows(connection)
        self.extracts = ExtractRows(connection)
        self.log = log
        self.shares = writer.shares
        self.now_ms = log.now_ms
        self.refusal: LeafContent | None = None
        self.heads_wanted = False
        self._live = live

    def head(self, label: str, chain: str) -> HeadRef | None:
        """Return a head of the map."""
        return self._live.heads.get(label, chain)

    def record_refusal(self, content: LeafContent) -> None:
        """If this use case raises a `Refusal`, append this leaf in place of everything it did."""
        self.refusal = content

    def publish_heads(self) -> None:
        """Publish the heads map in this batch although no head moved."""
        self.heads_wanted = True


class Writer:
    """Owns the writing connection. `begin`, `run` for each use case, then `commit`; `abort` when anything broke."""

    def __init__(
        self, engine: Engine, log: LogAppender, shares: ShareStore, *, clock: Clock, origin: str,
        policies: PoliciesInForce,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._connection: Connection | None = None
        self._clock = clock
        self.log = log
        self.shares = shares
        self.live = Live()
        self.origin = origin
        self.policies = policies
        self.tables = policies.tables
        self._uow: SqlUnitOfWork | None = None
        self._hints: Hints | None = None
        self._refusals = RefusalBound()
        self._savepoint = _Savepoint.NONE
        event.listen(engine, "before_cursor_execute", self._before_statement)
        self.published = Published(log.state, self.live.heads)

    def listen(self, hints: Hints) -> None:
        """Tell somebody of each batch from now on, after its commit."""
        self._hints = hints

    def load(self) -> None:
        """Forget everything and read the committed heads from the disk."""
        self.live = Live()
        with translated(), self._connected().begin() as transaction:
            connection = transaction.connection
            self.log.load(connection)
            c = t.chain_head.c
            rows = connection.execute(select(c.label, c.chain, c.seq, c.hash))
            self.live.heads = HeadsTree.of((row[0], row[1], row[2], row[3]) for row in rows)
            self.log.check_heads(self.live.heads.root)
            self.policies.load(connection)
            self.shares.destroy(without_content(connection))
        self.published = Published(self.log.state, self.live.heads)

    def begin(self) -> None:
        """Start a batch."""
        with translated():
            connection = self._connected()
            connection.begin()
            self.log.begin(connection, self._clock.now_ms())
            self._uow = SqlUnitOfWork(connection, self)

    def run(self, work: Work[T]) -> Callable[[], T]:
        """Run one use case; return how to answer once the batch is committed.

        Raises `Unavailable` when the database itself failed: the batch is then lost.
        """
        uow, _ = self._batch()
        mark = _Mark(self.log.mark(), uow.requests.mark(), self.shares.doomed())
        self.live.mark()
        uow.refusal = None
        self._savepoint = _Savepoint.AWAITED
        try:
            result = work(uow)
            self._end_savepoint("RELEASE use_case")
        except Exception as error:
            # Whatever it is, it is the answer of this use case alone, unless the database failed.
            failure = _meant(error)
            if isinstance(failure, Unavailable):
                raise failure from error
            with translated():
                self._undo(mark)
                self._check_open()
                refusal = _as_refusal(failure)
                if isinstance(refusal, Refusal) and uow.refusal is not None:
                    counted = self._refusals.admit(uow.refusal, uow.now_ms)
                    if counted is not None:
                        self.log.append(counted)
            return _raiser(refusal)
        return lambda: result

    def _undo(self, mark: _Mark) -> None:
        """Take back all that the use case did."""
        uow, _ = self._batch()
        self._end_savepoint("ROLLBACK TO use_case", "RELEASE use_case")
        self.live.rollback()
        self.log.rollback(mark.leaves)
        uow.requests.rollback(mark.requests)
        self.shares.spare(mark.doomed)

    def _before_statement(self, connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        """Open the savepoint of a use case below the first of its statements that may write."""
        if self._savepoint is _Savepoint.AWAITED and not statement.startswith("SELECT"):
            self._savepoint = _Savepoint.OPEN
            connection.exec_driver_sql("SAVEPOINT use_case")

    def _end_savepoint(self, *statements: str) -> None:
        _, connection = self._batch()
        opened, self._savepoint = self._savepoint is _Savepoint.OPEN, _Savepoint.NONE
        for statement in statements if opened else ():
            connection.exec_driver_sql(statement)

    def commit(self) -> None:
        """Make the batch durable, then visible."""
        uow, connection = self._batch()
        with translated():
            moved = self.live.heads is not self.published.heads or uow.heads_wanted
            # Before the entries that refer to them.
            self.shares.flush()
            uow.requests.flush()
            state = self.log.seal(self.live.heads.root if moved else None)
            if state is not None and self.log.opens_epoch:
                keep_map(connection, self.published.heads, self.log.position(self.log.state.size))
            self._check_open()
            transaction = connection.get_transaction()
            if transaction is not None:
                transaction.commit()
            self.log.committed(state)
            self.published = Published(self.log.state, self.live.heads)
            self.shares.settle()
            self._uow = None
        changes, self.live.moved = tuple(self.live.moved), []
        if self._hints is not None:
            self._hints.committed(changes)

    def abort(self) -> None:
        """Drop the batch and everything in memory; the disk says what is true."""
        self.shares.abandon()
        self._uow = None
        self._savepoint = _Savepoint.NONE
        if self._connection is not None:
            try:
                self._connection.close()
            except DBAPIError:
                self._connection.invalidate()
            self._connection = None
        self.load()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()
        self.shares.close()

    def take(self) -> None:
        """Connect: from here on nobody else writes. Raises `InUse` when somebody does."""
        with translated():
            self._connected()

    def _connected(self) -> Connection:
        # The same one from `load` to the batches: between two connections another process might have written.
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _check_open(self) -> None:
        """Raise `LogUnavailable` for a transaction that a COMMIT would roll back without a word."""
        if spoiled(self._batch()[1]):
            raise LogUnavailable("a query outside a savepoint failed")

    def _batch(self) -> tuple[SqlUnitOfWork, Connection]:
        if self._uow is None or self._connection is None:
            raise LogUnavailable("outside a batch")
        return self._uow, self._connection


@contextmanager
def translated() -> Generator[None]:
    """Turn what the database raises into a refusal: a row that already exists is a lost race, the rest a failure."""
    try:
        yield
    except Exception as error:
        meant = _meant(error)
        if meant is error:
            raise
        raise meant from (None if isinstance(error, IntegrityError | DataError) else error)


def _meant(error: Exception) -> Exception:
    """Return the refusal that an error of the database stands for; any other error is itself."""
    if isinstance(error, IntegrityError):
        return VersionConflict("somebody wrote the same row first")
    if isinstance(error, DataError):
        return Invalid("a value that the database does not take")
    if isinstance(error, DBAPIError | psycopg.Error | sqlite3.Error):
        full = "full" in str(error).lower()
        return StorageFull("the database cannot grow") if full else LogUnavailable("the database failed")
    return error


def _as_refusal(error: Exception) -> Exception:
    if isinstance(error, LooseKey):
        # One row that does not open is the trouble of who asks for it, not of the whole batch.
        return LogUnavailable("a sealed row does not open")
    return from_protocol(error) if isinstance(error, ProtocolError) else error


def _raiser(error: Exception) -> Callable[[], NoReturn]:
    def answer() -> NoReturn:
        raise error

    return answer
