"""What waits in memory for the end of a batch: all of a use case or nothing of it, and each table written once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, select, update

from support.databases import CHOICE, SQLITE, open_disk
from support.hub import HandClock, make_folder
from support.identities import seed32
from volet_protocol.completeness import check_tags
from volet_protocol.leaf import Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.places import MAIN
from volet_service.adapters.sealed import LooseKey, Sealer
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log import LogAppender
from volet_service.adapters.store.log_payloads import payload_row, select_records
from volet_service.adapters.store.policies import PoliciesInForce, SourceTable
from volet_service.adapters.store.prepared import RowsInto
from volet_service.adapters.store.unit_of_work import SqlUnitOfWork, Writer
from volet_service.application.ports import UnitOfWork, Work
from volet_service.application.records import Answered, Session
from volet_service.domain.errors import Denied, Invalid, NotFound, VersionConflict
from volet_service.domain.leaves import LeafContent
from volet_service.resources import shipped_table

CASE, OTHER = "ab" * 32, "cd" * 32
KEY = seed32("log key")
DEVICE = "de" * 32


class Store:
    """A writer over files, and what an observer of its statements saw."""

    def __init__(self, folder: Path) -> None:
        made, table = make_folder(folder), shipped_table()
        self.folder = folder
        self.payloads = Sealer.of_file(made.path(made.payload_key))
        log = LogAppender(read_log_key(made.path(made.log_key)), self.payloads, os.urandom)
        shares = ShareStore(made.path(made.shares), Sealer.of_file(made.path(made.share_key)))
        policies = PoliciesInForce(SourceTable(table, b""), table, self.payloads)
        self.statements: list[str] = []
        engine = open_database(made.store).writer(alone=False)
        event.listen(engine, "connect", lambda driver, _: driver.set_trace_callback(self.saw))
        self.writer = Writer(engine, log, shares, clock=HandClock(), origin=made.origin, policies=policies)
        self.writer.load()
        self.batch(partial(open_case, CASE, KEY))

    def batch(self, *works: Work[object]) -> list[object]:
        """Run one batch; what each use case was told, a refusal as the exception itself."""
        self.writer.begin()
        self.statements.clear()
        answers = [self.writer.run(work) for work in works]
        self.writer.commit()
        told: list[object] = []
        for answer in answers:
            try:
                told.append(answer())
            except Exception as error:  # noqa: BLE001 -- the outcome that a test compares
                told.append(type(error))
        return told

    def saw(self, statement: str) -> None:
        """Remember a statement, one that is executed for row after row once."""
        words = " ".join(statement.split()[:3])
        if not self.statements or self.statements[-1] != words:
            self.statements.append(words)

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(open_disk(self.folder)) as disk:
            return disk.all(query, *values)

    def tags(self) -> list[bytes]:
        leaves = [Leaf.parse(row[0]) for row in self.rows("SELECT leaf FROM log_entry ORDER BY idx")]  # type: ignore[arg-type]  # a blob
        return [leaf.tag for leaf in leaves if leaf.tag != bytes(32)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    # Whatever database the run is on: of this one every statement can be seen.
    monkeypatch.setenv(CHOICE, SQLITE)
    made = Store(tmp_path / "hub")
    yield made
    made.writer.close()


def open_case(case: str, key: bytes, uow: UnitOfWork, /) -> None:
    assert isinstance(uow, SqlUnitOfWork)
    uow.log.add_case(case, MAIN, key)


def look(case: str, uow: UnitOfWork, /) -> int:
    return uow.log.append(LeafContent(ViewPayload("log-look", uow.now_ms), IdentityPayload(), case, MAIN))


def answer(name: str, uow: UnitOfWork, /) -> int:
    """What a release leaves behind: a leaf and an answered request."""
    leaf = look(CASE, uow)
    uow.requests.add(DEVICE, name, Answered("ha" * 32, leaf, b"{}"))
    return leaf


def find(name: str, uow: UnitOfWork, /) -> int | None:
    found = uow.requests.find(DEVICE, name)
    return None if found is None else found.leaf


def everything_then(error: Exception, uow: UnitOfWork, /) -> None:
    """Write rows, take numbers, answer a request, open a case, and fail."""
    uow.sessions.add(Session("5e" * 32, "aa" * 32, DEVICE, None, uow.now_ms, uow.now_ms + 1))
    answer("failed", uow)
    open_case(OTHER, bytes(32), uow)
    look(OTHER, uow)
    raise error


@pytest.mark.parametrize("error", [NotFound(), Denied(), ZeroDivisionError(), VersionConflict("x")])
def test_a_use_case_that_fails_in_a_batch_leaves_nothing_and_the_others_stay_whole(
    store: Store, error: Exception
) -> None:
    told = store.batch(partial(answer, "first"), partial(everything_then, error), partial(answer, "last"))
    assert told == [0, type(error), 1]
    assert store.rows("SELECT id, leaf FROM request ORDER BY leaf") == [("first", 0), ("last", 1)]
    assert store.rows("SELECT count(*) FROM session") == [(0,)]
    assert store.rows('SELECT "case", next_seq FROM log_case') == [(CASE, 2)]
    assert check_tags(KEY, 2, store.tags()).complete
    assert store.batch(partial(find, "failed"), partial(find, "first")) == [None, 0]


def test_a_case_that_a_refused_use_case_opened_is_opened_anew_under_another_key(store: Store) -> None:
    other = seed32("another log key")
    reopened = partial(open_case, OTHER, other)
    told = store.batch(partial(everything_then, NotFound()), reopened, partial(look, OTHER), partial(look, CASE))
    assert told == [NotFound, None, 0, 1]
    assert [check_tags(key, 1, store.tags()).complete for key in (other, KEY)] == [True, True]
    assert store.batch(lambda uow, /: [one.key.key for one in uow.log.case_keys(OTHER, MAIN)]) == [[other]]


def test_numbers_go_on_from_batch_to_batch_and_after_the_disk_was_read_again(store: Store) -> None:
    for _ in range(2):
        store.batch(*[partial(look, CASE)] * 3)
    store.writer.begin()
    store.writer.run(partial(look, CASE))
    store.writer.abort()
    store.batch(partial(look, CASE))
    assert check_tags(KEY, 7, store.tags()).complete
    assert store.rows("SELECT next_seq FROM log_case") == [(7,)]


def test_a_request_answered_in_a_batch_is_known_to_the_next_use_case_of_the_same_batch(store: Store) -> None:
    assert store.batch(partial(answer, "r"), partial(find, "r"), partial(answer, "r")) == [0, 0, VersionConflict]
    assert store.batch(partial(find, "r")) == [0]
    assert len(store.tags()) == 1


def test_a_leaf_that_erases_without_saying_what_is_refused_alone(store: Store) -> None:
    def erase(uow: UnitOfWork, /) -> int:
        return uow.log.append(LeafContent(ViewPayload("take-back", uow.now_ms), IdentityPayload(), CASE, MAIN))

    assert store.batch(partial(look, CASE), erase, partial(look, CASE)) == [0, Invalid, 1]


def test_use_cases_that_write_no_rows_need_no_savepoint_and_a_batch_writes_each_table_once(store: Store) -> None:
    store.batch(*[partial(answer, str(number)) for number in range(5)])
    written = [statement for statement in store.statements if not statement.startswith("SELECT")]
    tables = [statement.split()[2] for statement in written if statement.startswith("INSERT")]
    assert sorted(tables) == ["log_checkpoint", "log_entry", "log_node", "log_payload", "request"]
    others = [statement.split()[0] for statement in written if not statement.startswith("INSERT")]
    assert others == ["UPDATE", "UPDATE", "COMMIT"]


def test_only_the_use_case_that_writes_rows_has_a_savepoint(store: Store) -> None:
    store.batch(partial(open_case, OTHER, KEY), partial(look, OTHER))
    words = [statement.split()[0] for statement in store.statements]
    assert (words.count("SAVEPOINT"), words.count("RELEASE")) == (1, 1)


@pytest.mark.parametrize("style", ["qmark", "named"])
def test_rows_are_written_in_either_way_of_naming_parameters(style: str) -> None:
    engine = create_engine("sqlite://", paramstyle=style)
    with engine.begin() as connection:
        t.log_node.create(connection)
        into = RowsInto(t.log_node, "level", "idx", "hash")
        into.write(connection, [])
        into.write(connection, [(1, 2, b"x"), (3, 4, b"y")])
        assert connection.execute(select(t.log_node)).fetchall() == [(1, 2, b"x"), (3, 4, b"y")]
    engine.dispose()


def test_payloads_are_read_back_as_they_were_sealed_and_from_no_other_row(store: Store) -> None:
    store.batch(partial(look, CASE), partial(look, CASE))
    with store.writer._engine.connect() as connection:
        first, second = select_records(connection, store.payloads, t.log_entry.c.idx >= 0, 2)
        assert first.view == replace(ViewPayload("log-look", 0), time_ms=Leaf.parse(first.leaf).ts_ms).to_bytes(MAIN, 0)
        assert second.identity == IdentityPayload().to_bytes()
        assert len({first.view_opening, first.identity_opening, second.view_opening, second.identity_opening}) == 4
        for sealed in (
            store.payloads.seal(*payload_row(0, bytes(64), b"{}", b"{}")),
            store.payloads.seal(bytes(67), b"log_payload/1"),
        ):
            connection.execute(update(t.log_payload).where(t.log_payload.c.idx == 1).values(sealed=sealed))
            with pytest.raises(LooseKey):
                select_records(connection, store.payloads, t.log_entry.c.idx == 1, 1)


def records_of(case: str, after: int, uow: UnitOfWork, /) -> list[int]:
    return [record.index for record in uow.log.records(case, MAIN, after, 2)]


def test_records_of_a_case_come_page_by_page_and_without_sorting_the_case(store: Store) -> None:
    store.batch(partial(open_case, OTHER, KEY))
    store.batch(*[partial(look, case) for case in (CASE, OTHER, CASE, CASE, OTHER, CASE)])
    pages = [store.batch(partial(records_of, CASE, after)) for after in (-1, 2, 5)]
    assert pages == [[[0, 2]], [[3, 5]], [[]]]
    assert store.batch(partial(records_of, OTHER, 0)) == [[1, 4]]
    asked: list[str] = []
    with store.writer._engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
        where = (t.log_payload.c.idx > 0) & (t.log_payload.c.case == CASE) & (t.log_payload.c["class"] == MAIN)
        select_records(connection, store.payloads, where, 2, t.log_payload.c.idx)
        values = (0, CASE, MAIN, 2, 0)[: asked[-1].count("?")]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1]}", values).fetchall()
    assert "TEMP B-TREE" not in str(plan)
    assert "ix_log_payload_case_class_idx" in str(plan)
