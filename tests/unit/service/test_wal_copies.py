"""The write-ahead log is copied beside the writer, and whatever becomes of the copies, a commit stands."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from volet_service.adapters.store.sqlite import SqliteDatabase
from volet_service.adapters.store.wal_copies import COMMITS, WRITERS_BOUND, WalCopies

PATIENCE_S = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[Engine]:
    database = SqliteDatabase(path)
    database.create()
    engine = database.writer()
    with engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE kept (n INTEGER)"))
    yield engine
    engine.dispose()


def write(engine: Engine, commits: int) -> None:
    with engine.connect() as connection:
        for number in range(commits):
            with connection.begin():
                connection.execute(text("INSERT INTO kept VALUES (:n)"), {"n": number})


def rows_without_log(path: Path, elsewhere: Path) -> int:
    """Count the rows of the file alone; none while it is being written."""
    shutil.copy(path, elsewhere)
    with closing(sqlite3.connect(elsewhere)) as connection, suppress(sqlite3.DatabaseError):
        return int(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
    return 0


def wait_until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def copying_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "volet-wal-copies"]


class TestCopies:
    def test_what_was_committed_reaches_the_file_while_the_writer_stays_open(
        self, writer: Engine, path: Path, tmp_path: Path
    ) -> None:
        alone = tmp_path / "alone"
        with writer.connect():
            write(writer, COMMITS)
            # The table was a commit too, and the one that makes a copy due may still be under way when it begins.
            wait_until(lambda: rows_without_log(path, alone) >= COMMITS - 2)

    def test_closing_the_database_ends_its_copies(self, writer: Engine) -> None:
        before = copying_threads()
        write(writer, COMMITS)
        assert len(copying_threads()) == len(before) + 1
        writer.dispose()
        assert copying_threads() == before

    def test_no_commit_waits_for_a_database_that_cannot_be_copied(
        self, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        copies = WalCopies(tmp_path / "missing" / "hub.sqlite")
        with caplog.at_level(logging.WARNING, "volet.store"):
            for _ in range(COMMITS):
                copies.noticed()
            wait_until(lambda: bool(caplog.text))
        copies.end()
        assert "SQLITE_CANTOPEN" in caplog.text
        assert str(path.parent) not in caplog.text

    def test_the_writer_bounds_the_log_by_itself(self, writer: Engine) -> None:
        with writer.connect() as connection:
            assert connection.execute(text("PRAGMA wal_autocheckpoint")).scalar_one() == WRITERS_BOUND

    def test_after_the_end_nothing_is_copied(self, path: Path) -> None:
        before = copying_threads()
        copies = WalCopies(path)
        copies.end()
        for _ in range(COMMITS):
            copies.noticed()
        assert copying_threads() == before
        assert not path.exists()
