"""A commit that the disk took and whose answer never came, on SQLite: found again, never doubled, never half believed.

The same on PostgreSQL, where a line is lost more easily: test_postgresql.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from support.databases import open_disk
from support.hub import HandClock, OpenDoor, make_folder
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.adapters.sequencer import Sequencer
from volet_service.adapters.store.unit_of_work import Writer
from volet_service.application.ports import UnitOfWork
from volet_service.bootstrap.hub import Running, build
from volet_service.domain.errors import LogUnavailable
from volet_service.domain.leaves import LeafContent
from volet_service.settings import Settings

pytestmark = pytest.mark.usefixtures("on_sqlite")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_folder(tmp_path / "hub")


@pytest.fixture
def running(settings: Settings) -> Iterator[Running]:
    started = build(settings, OpenDoor(), HandClock())
    yield started
    started.stop()


def look(uow: UnitOfWork, /) -> int:
    return uow.log.append(LeafContent(ViewPayload("log-look", uow.now_ms), IdentityPayload()))


def sequencer(running: Running) -> Sequencer:
    assert isinstance(running.hub.store, Sequencer)
    return running.hub.store


def commit_without_answer(connection: Connection) -> None:
    connection.connection.commit()
    raise sqlite3.OperationalError("disk I/O error")


@contextmanager
def answers_lost(running: Running) -> Iterator[None]:
    writer = sequencer(running)._writer
    assert isinstance(writer, Writer)
    event.listen(writer._engine, "commit", commit_without_answer)
    try:
        yield
    finally:
        event.remove(writer._engine, "commit", commit_without_answer)


def test_it_is_found_again_and_nothing_is_doubled(running: Running, settings: Settings) -> None:
    with answers_lost(running), pytest.raises(LogUnavailable):
        sequencer(running).submit(look).result()
    assert sequencer(running).submit(look).result() == 2
    with open_disk(settings.folder) as disk:
        assert disk.all("SELECT count(*), max(idx) FROM log_entry") == [(3, 2)]
        assert disk.all("SELECT size FROM log_head") == [(3,)]


def test_a_hub_that_died_before_it_knew_starts_on_it(running: Running, settings: Settings) -> None:
    with answers_lost(running), pytest.raises(LogUnavailable):
        sequencer(running).submit(look).result()
    running.stop()
    again = build(settings, OpenDoor(), HandClock())
    try:
        assert sequencer(again).submit(look).result() == 2
    finally:
        again.stop()
