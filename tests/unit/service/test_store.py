"""The database: schema, triggers, start-up refusals, and what a fault at commit leaves behind."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event

from support.databases import REFUSED, SQLITE, Disk, empty_database, open_disk
from support.hub import HandClock, OpenDoor, make_folder
from support.identities import make_user
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.merkle import leaf_hash, root_of
from volet_protocol.note_keys import SignatureLine
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store import tables as tables_module
from volet_service.adapters.store.engine import alembic_config, open_database, upgrade
from volet_service.adapters.store.log import LogAppender
from volet_service.adapters.store.policies import PoliciesInForce, SourceTable
from volet_service.adapters.store.tables import APPEND_ONLY, metadata
from volet_service.adapters.store.unit_of_work import SqlUnitOfWork, Writer
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import Session, StoredLink, UserLink
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import CannotStart, build
from volet_service.domain.errors import Denied, LogUnavailable, NotFound, Refusal, StorageFull
from volet_service.domain.leaves import LeafContent
from volet_service.resources import shipped_table
from volet_service.settings import Settings

pytestmark = pytest.mark.usefixtures("each_database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_folder(tmp_path / "hub")


def open_store(settings: Settings, clock: HandClock, *, alone: bool = True) -> Writer:
    log = LogAppender(
        read_log_key(settings.path(settings.log_key)), Sealer.of_file(settings.path(settings.payload_key)), os.urandom
    )
    shares = ShareStore(settings.path(settings.shares), Sealer.of_file(settings.path(settings.share_key)))
    engine = open_database(settings.store).writer(alone=alone)
    table = shipped_table()
    policies = PoliciesInForce(SourceTable(table, b""), table, Sealer.of_file(settings.path(settings.payload_key)))
    made = Writer(engine, log, shares, clock=clock, origin=settings.origin, policies=policies)
    made.load()
    return made


@pytest.fixture
def writer(settings: Settings) -> Iterator[Writer]:
    made = open_store(settings, HandClock())
    yield made
    made.close()


def fill(settings: Settings) -> None:
    """Put rows into every table that only grows, through the real store, with a log and heads as they should be."""
    running = build(settings, OpenDoor(), HandClock())
    running.stop()
    made = open_store(settings, HandClock())
    made.begin()
    answers = [made.run(look), made.run(add_link), made.run(add_cosignature)]
    made.commit()
    for answer in answers:
        answer()
    made.close()


def add_link(uow: UnitOfWork, /) -> None:
    """An account, and a link of a chain as the store keeps it."""
    user = make_user(1)
    first = user.chain.links[0]
    uow.users.append(user.chain, [UserLink(0, first.hash, first.to_bytes(), None)])
    assert isinstance(uow, SqlUnitOfWork)
    uow.cases._insert("case", first.hash, StoredLink(0, first.hash, first.to_bytes(), None, 0), "fact")


def add_cosignature(uow: UnitOfWork, /) -> None:
    """What a witness answered, and the checkpoint it was enough for."""
    uow.cosignatures.add(1, [(SignatureLine("w.example", bytes(4), bytes(72)), 1)])
    uow.cosignatures.publish(1, "note")


def look(uow: UnitOfWork, /) -> int:
    return uow.log.append(LeafContent(ViewPayload("log-look", uow.now_ms), IdentityPayload()))


def leaves(settings: Settings) -> list[bytes]:
    with open_disk(settings.folder) as disk:
        return [row[0] for row in disk.all("SELECT leaf FROM log_entry ORDER BY idx")]


# Rows of tables that a hub of a few minutes does not fill.
MORE = {
    "log_closed": "INSERT INTO log_closed VALUES (9, 'origin', 1, 'note', 'shown', 1)",
    "map_epoch": "INSERT INTO map_epoch VALUES (9)",
    "map_node": "INSERT INTO map_node (hash) SELECT leaf_hash FROM log_entry WHERE idx = 0",
}


class TestSchema:
    def test_migrations_go_up_and_down(self, tmp_path: Path) -> None:
        database = empty_database(tmp_path)
        upgrade(database)
        with Disk(database) as disk:
            assert set(disk.tables()) == {*metadata.tables, "alembic_version"}

    def test_the_tables_in_code_are_those_of_the_migrations(self, settings: Settings) -> None:
        engine = open_database(settings.store).readers()
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        engine.dispose()

    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_what_only_grows_refuses_to_be_changed_or_deleted(self, table: str, settings: Settings) -> None:
        fill(settings)
        everything = f"SELECT * FROM {table}"  # noqa: S608 -- our own tables
        columns = metadata.tables[table].columns.keys()
        changes = [f'UPDATE {table} SET "{name}" = "{name}"' for name in columns]  # noqa: S608 -- as above
        with open_disk(settings.folder) as disk:
            if table in MORE:
                disk.edit(MORE[table])
            before = disk.all(everything)
            assert before
            around = f"REPLACE INTO {table} {everything}" if disk.kind == SQLITE else f"TRUNCATE {table}"
            if disk.kind == SQLITE:
                # As the hub's own connection has it.
                disk.execute("PRAGMA recursive_triggers=ON")
            for statement in (*changes, f"DELETE FROM {table}", around):  # noqa: S608 -- as above
                with pytest.raises(REFUSED, match="is append-only"):
                    disk.edit(statement)
            assert disk.all(everything) == before

    def test_every_table_is_used_by_the_store(self) -> None:
        store = Path(tables_module.__file__).parent
        code = "".join(path.read_text("utf-8") for path in store.glob("*.py") if path.name != "tables.py")
        assert [name for name in metadata.tables if not re.search(rf"\bt\.{name}\b", code)] == []

    def test_a_database_with_data_goes_down_and_up_again_and_starts_empty(self, settings: Settings) -> None:
        database = open_database(settings.store)
        fill(settings)
        command.downgrade(alembic_config(database), "base")
        with Disk(database) as disk:
            assert (disk.tables(), disk.triggers()) == (["alembic_version"], [])
        upgrade(database)
        settings.path(settings.shares).unlink()
        settings.path(settings.high_water).unlink()
        HighWater.create(settings.path(settings.high_water))
        fill(settings)
        assert rows(settings, "link") == 1

    def test_payloads_outlive_the_index_of_before_and_the_index_of_now(self, settings: Settings) -> None:
        database = open_database(settings.store)
        fill(settings)

        def payloads() -> list[tuple[object, ...]]:
            with Disk(database) as disk:
                return disk.all("SELECT * FROM log_payload ORDER BY idx")

        before = payloads()
        assert before
        command.downgrade(alembic_config(database), "0014")
        assert payloads() == before
        upgrade(database)
        assert payloads() == before
        build(settings, OpenDoor(), HandClock()).stop()


class TestStartUp:
    def test_a_folder_as_made_starts(self, settings: Settings) -> None:
        build(settings, OpenDoor(), HandClock()).stop()

    def refused(self, settings: Settings, sentence: str) -> None:
        with pytest.raises(CannotStart, match=sentence):
            build(settings, OpenDoor(), HandClock())

    def test_a_database_at_another_version_is_refused(self, settings: Settings) -> None:
        with open_disk(settings.folder) as disk:
            disk.edit("UPDATE alembic_version SET version_num = '9999'")
        self.refused(settings, "volet admin migrate")

    def test_a_database_that_is_missing_is_refused(self, settings: Settings) -> None:
        if isinstance(settings.store, Path):
            settings.store.unlink()
            self.refused(settings, "volet admin init")
        else:
            missing = settings.store.replace("/volet_", "/missing_", 1)
            self.refused(settings.model_copy(update={"database": missing}), "does not exist")

    @pytest.mark.parametrize("key", ["log_key", "share_key", "payload_key"])
    def test_a_key_that_others_can_read_is_refused(self, settings: Settings, key: str) -> None:
        settings.path(getattr(settings, key)).chmod(0o640)
        self.refused(settings, "chmod 600")

    def test_a_missing_trust_bundle_is_refused(self, settings: Settings) -> None:
        settings.path(settings.trust).unlink()
        self.refused(settings, "trust.json")

    def test_a_trust_bundle_of_another_hub_is_refused(self, settings: Settings) -> None:
        self.refused(settings.model_copy(update={"origin": "https://other.example"}), "trust bundle of")

    def test_a_log_whose_head_was_not_signed_is_refused(self, settings: Settings) -> None:
        made = open_store(settings, HandClock())
        made.begin()
        made.run(look)
        made.commit()
        made.close()
        with open_disk(settings.folder) as disk:
            disk.execute("UPDATE log_head SET compact_range = ?", [bytes(32)])
        self.refused(settings, "not the tree it last signed")

    def test_keys_are_never_overwritten(self, settings: Settings) -> None:
        with pytest.raises(FileExistsError):
            admin.init(settings.folder, settings.origin)


class TestBatches:
    def test_leaves_are_gap_free_and_the_root_is_the_tree_of_the_leaves(
        self, writer: Writer, settings: Settings
    ) -> None:
        for count in (1, 3, 2):
            writer.begin()
            for _ in range(count):
                writer.run(look)
            writer.commit()
        found = leaves(settings)
        assert len(found) == writer.log.state.size == 6
        assert writer.log.state.range.root() == root_of([leaf_hash(leaf) for leaf in found])

    def test_a_refused_use_case_leaves_nothing_and_its_neighbours_stay(
        self, writer: Writer, settings: Settings
    ) -> None:
        def refuse(uow: UnitOfWork, /) -> None:
            look(uow)
            raise NotFound

        writer.begin()
        first, refused, last = writer.run(look), writer.run(refuse), writer.run(look)
        writer.commit()
        assert (first(), last()) == (0, 1)
        with pytest.raises(NotFound):
            refused()
        assert len(leaves(settings)) == 2

    def test_a_recorded_refusal_is_the_only_leaf_of_its_use_case(self, writer: Writer, settings: Settings) -> None:
        def refuse(uow: UnitOfWork, /) -> None:
            look(uow)
            uow.record_refusal(
                LeafContent(ViewPayload("refusal", uow.now_ms, rules=("R1",)), IdentityPayload())
            )  # fmt: skip
            raise Denied

        writer.begin()
        writer.run(refuse)
        writer.commit()
        assert [Leaf.parse(leaf).type for leaf in leaves(settings)] == [LeafType.REFUSAL]

    def test_a_clock_that_went_back_appends_nothing(self, settings: Settings) -> None:
        clock = HandClock()
        made = open_store(settings, clock)
        made.begin()
        made.run(look)
        made.commit()
        clock.at_ms -= 5_000
        with pytest.raises(LogUnavailable):
            made.begin()
        made.abort()
        made.close()

    def test_a_full_disk_fails_the_batch_and_what_was_there_stays(self, writer: Writer, settings: Settings) -> None:
        writer.begin()
        writer.run(look)
        writer.commit()

        def fill(uow: UnitOfWork, /) -> None:
            look(uow)
            raise sqlite3.OperationalError("database or disk is full")

        writer.begin()
        with pytest.raises(StorageFull):
            writer.run(fill)
        writer.abort()
        assert len(leaves(settings)) == 1
        writer.begin()
        writer.run(look)
        writer.commit()
        assert len(leaves(settings)) == 2

    def test_a_second_writer_on_one_database_never_forks_the_log(self, settings: Settings) -> None:
        # Without the lock that would refuse it: what is left is the compare-and-set and the primary key.
        writer = open_store(settings, HandClock(), alone=False)
        other = open_store(settings, HandClock(), alone=False)
        writer.begin()
        writer.run(look)
        writer.commit()
        other.begin()
        answer = other.run(look)
        with pytest.raises((Refusal, ValueError)):
            commit(other, answer)
        other.abort()
        other.begin()
        other.run(look)
        other.commit()
        other.close()
        writer.close()
        assert len(leaves(settings)) == 2


def commit(writer: Writer, answer: Callable[[], object]) -> None:
    answer()
    writer.commit()


class TestFaults:
    def everything(self, uow: UnitOfWork, /) -> int:
        """Write a little of everything that one batch may hold: rows, a head, a share, a leaf."""
        user = make_user(uow.log.size)
        link = UserLink(0, user.chain.links[0].hash, user.chain.links[0].to_bytes(), None)
        uow.users.append(user.chain, [link])
        uow.sessions.add(Session(user.user, user.user, user.device.id, None, uow.now_ms, uow.now_ms + 1))
        uow.shares.put(user.user, {"title": bytes(32), "body": bytes(32)})
        return look(uow)

    def attempt(self, writer: Writer) -> bool:
        """Run one batch as the sequencer does; tell whether it was acknowledged."""
        try:
            writer.begin()
            answer = writer.run(self.everything)
            writer.commit()
            answer()
        except Refusal:
            writer.abort()
            return False
        return True

    def test_a_fault_at_any_statement_of_a_batch_leaves_all_of_it_or_nothing(self, settings: Settings) -> None:
        writer = open_store(settings, HandClock())
        fault = Fault()
        event.listen(writer._engine, "before_cursor_execute", fault)
        acknowledged = 0
        for at in range(1, 40):
            fault.arm(at)
            done = self.attempt(writer)
            fault.disarm()
            acknowledged += done
            found = leaves(settings)
            # A leaf of the act and the chain-heads leaf of its batch.
            assert len(found) == writer.log.state.size == 2 * acknowledged
            assert writer.log.state.range.root() == root_of([leaf_hash(leaf) for leaf in found])
            assert rows(settings, "session") == rows(settings, "user_link") == acknowledged
            assert rows(settings, "chain_head") == acknowledged
            if done:
                break
        assert acknowledged == 1, "more statements than faults were tried"
        writer.close()
        again = open_store(settings, HandClock())
        assert self.attempt(again)
        again.close()


class Fault:
    """Breaks the connection at the n-th statement that writes."""

    def __init__(self) -> None:
        self.left = 0

    def arm(self, at: int) -> None:
        self.left = at

    def disarm(self) -> None:
        self.left = 0

    def __call__(self, *_event: object) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                raise sqlite3.OperationalError("disk I/O error")


def rows(settings: Settings, table: str) -> int:
    with open_disk(settings.folder) as disk:
        return int(disk.all(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 -- a test's name
