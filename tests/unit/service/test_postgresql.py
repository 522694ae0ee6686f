"""What holds on PostgreSQL alone: one hub at a time, the lock first, lost connections, servers that are refused."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import Column, Connection, Engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from support import postgres
from support.databases import CHOICE, POSTGRESQL, open_disk
from support.hub import HandClock, OpenDoor, make_folder
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.adapters.folder_lock import InUse
from volet_service.adapters.sequencer import Sequencer
from volet_service.adapters.store import arrays
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.database import UnfitDatabase
from volet_service.adapters.store.engine import WrongSchema, alembic_config, open_database, upgrade
from volet_service.adapters.store.postgresql import PostgresDatabase
from volet_service.adapters.store.unit_of_work import Writer
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import Login, Session
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import CannotStart, Running, build
from volet_service.domain.errors import Invalid, LogUnavailable
from volet_service.domain.leaves import LeafContent
from volet_service.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(CHOICE, POSTGRESQL)
    return make_folder(tmp_path / "hub")


@pytest.fixture
def running(settings: Settings) -> Iterator[Running]:
    started = build(settings, OpenDoor(), HandClock())
    yield started
    started.stop()


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (t.log_entry.c.idx, [0, -1, 2**63 - 1, -(2**63), None]),
        (t.log_payload.c.case, ["", "a", 'é{},"\\NULL', "x" * 64, None, "NULL"]),
        (t.log_payload.c["class"], [None]),
        (t.log_payload.c.sealed, [b"", bytes(range(256)), None, b"NULL", bytes(70_000)]),
    ],
)
def test_a_column_of_rows_is_read_by_the_server_as_it_was_written(
    settings: Settings, column: Column[Any], values: list[object]
) -> None:
    kind = column.type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    with other_session(settings) as session:
        arrays.prepare(session)
        asked = f"SELECT * FROM unnest(%b::{kind}[])".encode()  # noqa: S608 -- the type of a column of ours
        for given in (values, values * 300, values[:1]):
            assert [row[0] for row in session.execute(asked, [arrays.writer_of(column)(given)])] == given


def test_a_text_that_no_column_can_hold_is_refused_by_the_server(settings: Settings) -> None:
    with other_session(settings) as session:
        arrays.prepare(session)
        with pytest.raises(psycopg.DataError):
            session.execute(b"SELECT unnest(%b::text[])", [arrays.writer_of(t.log_payload.c.case)(["a\0b"])])


@pytest.mark.parametrize("wrong", ["a", b"a", 1.5, 2**63])
def test_a_value_of_another_type_is_not_sent(wrong: object) -> None:
    with pytest.raises(struct.error):
        arrays.writer_of(t.log_entry.c.idx)([1, wrong])


def look(uow: UnitOfWork, /) -> int:
    return uow.log.append(LeafContent(ViewPayload("log-look", uow.now_ms), IdentityPayload()))


def sequencer(running: Running) -> Sequencer:
    assert isinstance(running.hub.store, Sequencer)
    return running.hub.store


def engine_of(running: Running) -> Engine:
    writer = sequencer(running)._writer
    assert isinstance(writer, Writer)
    return writer._engine


def other_session(settings: Settings) -> psycopg.Connection[Any]:
    return psycopg.connect(str(settings.store), autocommit=True)


def cut(settings: Settings) -> None:
    """End every other session, as a server that restarts does."""
    with other_session(settings) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def at_commit(engine: Engine, do: Callable[[Connection], None]) -> Iterator[None]:
    event.listen(engine, "commit", do)
    try:
        yield
    finally:
        event.remove(engine, "commit", do)


class TestOneHubAtATime:
    def test_a_second_hub_on_the_database_is_refused_and_the_first_goes_on(
        self, running: Running, settings: Settings, tmp_path: Path
    ) -> None:
        shutil.copytree(settings.folder, tmp_path / "other")
        with pytest.raises(CannotStart, match="is in use: stop the hub"):
            build(settings.model_copy(update={"folder": tmp_path / "other"}), OpenDoor(), HandClock())
        assert sequencer(running).submit(look).result() == 1

    def test_a_check_runs_beside_the_hub(self, running: Running, settings: Settings) -> None:
        assert admin.run(["check", str(settings.folder)], HandClock()) == 0
        assert sequencer(running).submit(look).result() == 1

    def test_a_migration_under_a_running_hub_is_refused(self, running: Running, settings: Settings) -> None:
        assert running.hub.ready()
        with pytest.raises(InUse, match="stop the hub"):
            upgrade(open_database(settings.store))

    def test_a_hub_that_stopped_leaves_the_database_to_the_next(self, settings: Settings) -> None:
        for _ in range(2):
            build(settings, OpenDoor(), HandClock()).stop()


class TestTransactions:
    def test_the_lock_is_the_first_statement_and_nothing_weakens_the_commit(
        self, running: Running, tmp_path: Path
    ) -> None:
        said = (tmp_path / "said").open("wb")

        def listen(uow: UnitOfWork, /) -> None:
            driver = uow.log._tx().connection.driver_connection  # type: ignore[attr-defined]  # the store's own log
            driver.pgconn.trace(said.fileno())

        def ask(uow: UnitOfWork, /) -> list[str]:
            connection = uow.log._tx()  # type: ignore[attr-defined]  # the store's own log
            names = ("transaction_isolation", "synchronous_commit", "fsync")
            return [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]

        sequencer(running).submit(listen).result()
        assert sequencer(running).submit(ask).result() == ["read committed", "on", "on"]
        running.stop()
        said.close()
        sent = [
            line for line in (tmp_path / "said").read_text().splitlines() if "\tQuery\t" in line or "\tParse\t" in line
        ]
        ends = next(at for at, line in enumerate(sent) if "COMMIT" in line)
        assert "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(" in sent[ends + 1]

    def test_readers_cannot_write(self, settings: Settings) -> None:
        readers = open_database(settings.store).readers()
        with readers.connect() as connection, pytest.raises(DBAPIError, match="read-only"):
            connection.exec_driver_sql("DELETE FROM session")
        readers.dispose()

    def test_a_value_that_the_server_does_not_take_fails_its_own_use_case_alone(self, running: Running) -> None:
        def nul(uow: UnitOfWork, /) -> None:
            look(uow)
            uow.sessions.add_login(Login("\x00", "state", "u", "d", "iss", "aud", b"", b"", "v", 0))

        def too_large(uow: UnitOfWork, /) -> None:
            uow.sessions.purge(2**70)

        jobs = [sequencer(running).submit(work) for work in (look, nul, too_large, look)]
        assert (jobs[0].result(), jobs[3].result()) == (1, 2)
        for job in jobs[1:3]:
            with pytest.raises(Invalid):
                job.result()

    @pytest.mark.parametrize("swallowed", [False, True])
    def test_a_batch_that_the_server_would_roll_back_without_a_word_is_not_acknowledged(
        self, running: Running, settings: Settings, *, swallowed: bool
    ) -> None:
        """After an error outside a savepoint PostgreSQL's COMMIT stores nothing, and says so to nobody."""

        def add(uow: UnitOfWork, /) -> None:
            uow.sessions.add(Session("h", "u", "d", None, 0, 1))

        def spoil(uow: UnitOfWork, /) -> None:
            try:
                uow.cases.links("chain", 2**70)
            except DBAPIError:
                if not swallowed:
                    raise

        begun, gate = Event(), Event()

        def hold(_uow: UnitOfWork, /) -> bool:
            begun.set()
            return gate.wait(20)

        held = sequencer(running).submit(hold)
        assert begun.wait(20)
        jobs = [sequencer(running).submit(work) for work in (add, spoil)]
        gate.set()
        assert held.result()
        for job in jobs:
            with pytest.raises(LogUnavailable):
                job.result()
        with open_disk(settings.folder) as disk:
            assert disk.all("SELECT count(*) FROM session") == [(0,)]
        assert sequencer(running).submit(look).result() == 1


class TestLostConnections:
    def test_a_commit_whose_answer_was_lost_is_found_again_and_nothing_is_doubled(
        self, running: Running, settings: Settings
    ) -> None:
        def commit_then_cut(connection: Connection) -> None:
            connection.connection.commit()
            raise psycopg.OperationalError("the connection is lost")

        with at_commit(engine_of(running), commit_then_cut), pytest.raises(LogUnavailable):
            sequencer(running).submit(look).result()
        assert sequencer(running).submit(look).result() == 2
        with open_disk(settings.folder) as disk:
            assert disk.all("SELECT count(*), max(idx) FROM log_entry") == [(3, 2)]

    def test_a_commit_that_never_arrived_leaves_nothing(self, running: Running, settings: Settings) -> None:
        with at_commit(engine_of(running), lambda _c: cut(settings)), pytest.raises(LogUnavailable):
            sequencer(running).submit(look).result()
        assert sequencer(running).submit(look).result() == 1

    def test_after_the_server_cut_every_line_the_hub_goes_on(self, running: Running, settings: Settings) -> None:
        sequencer(running).submit(look).result()
        cut(settings)
        with pytest.raises(LogUnavailable):
            sequencer(running).submit(look).result()
        assert sequencer(running).submit(look).result() == 2
        assert running.hub.ready()

    def test_a_hub_that_lost_the_database_to_another_decides_nothing_until_it_is_alone_again(
        self, running: Running, settings: Settings
    ) -> None:
        other = open_database(settings.store).writer()
        taken: list[Connection] = []

        def lose(_connection: Connection) -> None:
            cut(settings)
            taken.append(other.connect())

        with at_commit(engine_of(running), lose), pytest.raises(LogUnavailable):
            sequencer(running).submit(look).result()
        assert not running.hub.ready()
        taken[0].close()
        other.dispose()
        assert sequencer(running).submit(look).result() == 1


class TestServers:
    @pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
    def test_a_server_that_loses_what_it_confirmed_is_refused(self, settings: Settings, setting: str) -> None:
        try:
            self.set(settings, f"SET {setting} = off", setting, "off")
            with pytest.raises(CannotStart, match=setting):
                build(settings, OpenDoor(), HandClock())
        finally:
            self.set(settings, f"RESET {setting}", setting, "on")

    def set(self, settings: Settings, change: str, setting: str, wanted: str) -> None:
        with other_session(settings) as session:
            session.execute(f"ALTER SYSTEM {change}".encode())
            session.execute("SELECT pg_reload_conf()")
        found = None
        # The server reads its settings again in its own time.
        while found != (wanted,):
            with other_session(settings) as session:
                found = session.execute(f"SHOW {setting}".encode()).fetchone()

    def test_a_server_that_only_follows_another_is_refused(self, settings: Settings, tmp_path: Path) -> None:
        with postgres.standby() as address:
            with pytest.raises(UnfitDatabase, match="hot standby") as caught:
                admin.init(tmp_path / "new", "http://127.0.0.1:8080", database=address)
            with pytest.raises(CannotStart, match="hot standby"):
                build(settings.model_copy(update={"database": address}), OpenDoor(), HandClock())
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "new").exists()

    def test_another_encoding_is_refused(self, settings: Settings) -> None:
        address = postgres.new_empty("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
        with pytest.raises(CannotStart, match="encoding is LATIN1, UTF8 is needed"):
            build(settings.model_copy(update={"database": address}), OpenDoor(), HandClock())

    def test_a_server_of_before_14_is_refused(self, settings: Settings) -> None:
        # It says so itself, in the one query that it is asked.
        with other_session(settings) as session:
            session.execute(
                "CREATE FUNCTION current_setting(name text) RETURNS text LANGUAGE sql AS $$ SELECT CASE name"
                " WHEN 'server_version_num' THEN '130020' ELSE pg_catalog.current_setting(name) END $$"
            )
            session.execute("SELECT set_config('search_path', 'public, pg_catalog', false)")
            name = session.info.dbname
            session.execute(f"ALTER DATABASE {name} SET search_path FROM CURRENT".encode())
        with pytest.raises(CannotStart, match="PostgreSQL 14 or newer is needed, this is 13"):
            build(settings, OpenDoor(), HandClock())

    def test_an_address_where_nobody_answers_is_one_sentence_without_the_password(self, tmp_path: Path) -> None:
        address = f"postgresql://volet:s3cret@/hub?host={tmp_path}"
        with pytest.raises(UnfitDatabase) as caught:
            admin.init(tmp_path / "hub", "http://127.0.0.1:8080", database=address)
        assert "cannot be reached" in str(caught.value)
        assert "s3cret" not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "hub").exists()

    @pytest.mark.parametrize("address", ["postgresql://host:port/hub", "postgresql://[::1/hub"])
    def test_an_address_that_does_not_read_is_refused(self, address: str) -> None:
        with pytest.raises(UnfitDatabase, match="no address"):
            PostgresDatabase(address).check()

    @pytest.mark.parametrize("address", ["mysql://host/hub", "hub.sqlite"])
    def test_init_takes_no_other_address(self, tmp_path: Path, address: str) -> None:
        with pytest.raises(UnfitDatabase, match="postgresql://"):
            admin.init(tmp_path / "hub", "http://127.0.0.1:8080", database=address)

    def test_the_settings_of_a_folder_are_private_for_they_may_hold_a_password(self, settings: Settings) -> None:
        assert (settings.folder / "hub.env").stat().st_mode & 0o077 == 0


class TestMigrations:
    def test_a_table_that_somebody_holds_fails_the_migration_in_seconds_and_leaves_the_schema(
        self, settings: Settings
    ) -> None:
        config = alembic_config(open_database(settings.store))
        command.downgrade(config, "0004")
        with other_session(settings) as session, session.transaction():
            session.execute("LOCK TABLE entry IN ACCESS SHARE MODE")
            with pytest.raises(WrongSchema, match="lock timeout"):
                upgrade(open_database(settings.store))
        upgrade(open_database(settings.store))
        build(settings, OpenDoor(), HandClock()).stop()
