"""The fault of each single call on the small files of hub, witness and client: the old content or the new, never less.

Each act is tried with its first call to the disk failing, then its second, and so on to the end. What a failed act
left is read by a fresh start, as after a crash. The hub's database, shares and blobs: test_write_faults.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from support.faults import Disk
from support.hub import HubCase, LiveHub
from support.hub_entries import post
from support.log_builder import LogBuilder
from support.witness_log import NOW_S, log_of, request, witness
from volet_client.files import write_private
from volet_client.keystore import Keystore
from volet_service.adapters.backups import DATABASE, Backup, BadBackup, back_up_database
from volet_service.adapters.high_water import HighWater
from volet_witness.store import WitnessStore

pytestmark = [pytest.mark.fault, pytest.mark.usefixtures("on_sqlite")]
PASSPHRASE = "une phrase de passe assez longue"
LASTING = "all fail from there on"


def each_fault(folder: Path, act: Callable[[], object], *, gone: bool) -> Iterator[bool]:
    """Try an act with each of its calls failing in turn; yield whether it was acknowledged all the same."""
    for at in range(1, 1_000):
        disk, done = Disk(folder, at, gone=gone), False
        with disk, suppress(OSError, sqlite3.Error):
            act()
            done = True
        if not disk.failed:
            assert done
            assert at > 1
            return
        yield done
    raise AssertionError("the act never ends")


@pytest.fixture(params=["one call fails", LASTING])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_high_water_file_never_forgets_what_was_shown(tmp_path: Path, how: str) -> None:
    path, log = tmp_path / "high-water", log_of("a")
    HighWater.create(path)
    HighWater(path).keep(log.checkpoint().note)
    shown = log.checkpoint().note

    def keep() -> None:
        log.append(b"more")
        water = HighWater(path)
        try:
            water.keep(log.checkpoint().note)
        finally:
            water.close()

    for done in each_fault(tmp_path, keep, gone=how == LASTING):
        shown = log.checkpoint().note if done else shown
        assert shown in HighWater(path).newest()


def test_a_witness_that_answered_knows_it_after_any_fault_and_goes_on_without_a_restart(
    tmp_path: Path, how: str
) -> None:
    log, told = log_of("a"), [0]
    # Opened on the faulty disk: a connection keeps the one that it was opened on.
    with Disk(tmp_path), witness(tmp_path, log) as (judge, store):
        assert judge.add_checkpoint(request(log, 0), NOW_S).status == 200
        told.append(1)

        def extend() -> None:
            log.append(b"more")
            assert judge.add_checkpoint(request(log, told[-1]), NOW_S).status == 200

        for done in each_fault(tmp_path, extend, gone=how == LASTING):
            after_a_crash = size_in(tmp_path, log)
            assert after_a_crash >= told[-1]
            assert not done or after_a_crash == log.tree.size
            # Never the answer "I know nothing", whatever happened to the request before.
            known = store.known(log.signer.name)
            assert known is not None
            told.append(known.size)
            again = judge.add_checkpoint(request(log, known.size), NOW_S)
            assert again.status == 200
            told.append(log.tree.size)
    assert told == sorted(told)


def test_a_witness_that_died_at_any_call_never_cosigns_another_tree(tmp_path: Path) -> None:
    true, fork = log_of("a", "b", "c", "d"), log_of("a", "b", "x", "y", "z")
    for at in range(1, 100):
        folder = tmp_path / str(at)
        folder.mkdir()
        with witness(folder, true) as (judge, _store):
            assert judge.add_checkpoint(request(true, 0, 2), NOW_S).status == 200
        answered, disk = False, Disk(folder, at, gone=True)
        with disk, suppress(sqlite3.Error), witness(folder, true) as (judge, _store):
            answered = judge.add_checkpoint(request(true, 2, 4), NOW_S).status == 200
        with witness(folder, true) as (judge, store):
            held = size_of(store, true)
            assert held == 4 if answered else held in {2, 4}
            if held == 4:
                # Persisted, the answer lost or not: the other tree came too late.
                assert judge.add_checkpoint(request(fork, 2, 5), NOW_S).status == 409
                assert judge.add_checkpoint(request(fork, 4, 5), NOW_S).status == 422
            assert judge.add_checkpoint(request(true, held, 4), NOW_S).status == 200
        if not disk.failed:
            assert at > 3
            return
    raise AssertionError("the act never ends")


def size_of(store: WitnessStore, log: LogBuilder) -> int:
    known = store.known(log.signer.name)
    assert known is not None
    return known.size


def size_in(folder: Path, log: LogBuilder) -> int:
    """What another process reads of a witness's file at this very moment."""
    with sqlite3.connect(f"file:{folder / 'witness.sqlite'}?mode=ro", uri=True) as connection:
        row = connection.execute("SELECT size FROM log WHERE origin = ?", (log.signer.name,)).fetchone()
    connection.close()
    return int(row[0])


def test_a_sealed_file_of_a_profile_holds_the_old_content_or_the_new(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "profile"
    store, number = Keystore.create(folder, PASSPHRASE), 0
    store.write("state", b"0")

    def save() -> None:
        nonlocal number
        number += 1
        store.write("state", b"%d" % number)

    for done in each_fault(tmp_path, save, gone=how == LASTING):
        found = int(store.read("state") or b"-1")
        assert found == number if done else found in {number - 1, number}
        number = found


def test_a_new_profile_or_none_is_there_and_what_is_there_opens(tmp_path: Path) -> None:
    number = 0

    def create() -> None:
        nonlocal number
        number += 1
        Keystore.create(tmp_path / str(number), PASSPHRASE)

    for done in each_fault(tmp_path, create, gone=True):
        folder = tmp_path / str(number)
        if done or (folder / "keystore.json").exists():
            Keystore.open(folder, PASSPHRASE)


def test_evidence_is_whole_or_absent(tmp_path: Path, how: str) -> None:
    folder, number = tmp_path / "evidence", 0
    folder.mkdir(mode=0o700)

    def keep() -> None:
        nonlocal number
        number += 1
        write_private(folder / f"{number}.json", b"both sides", replace=False)

    for done in each_fault(tmp_path, keep, gone=how == LASTING):
        path = folder / f"{number}.json"
        assert path.read_bytes() == b"both sides" if path.exists() else not done


def test_a_backup_is_whole_or_is_not_read_as_one(hub: LiveHub, tmp_path: Path) -> None:
    post(case_of(hub), "doctor")
    store, made = tmp_path / "backups", hub.settings
    number = 0

    def back_up() -> None:
        nonlocal number
        number += 1
        back_up_database(made.path(made.database), made.path(made.blobs), store, hub.clock.now_ms() + number * 1_000)

    whole = 0
    for done in each_fault(store, back_up, gone=True):
        newest = max(store.glob("2*"), default=None)
        if done:
            assert newest is not None
            Backup.read(newest, DATABASE)
        elif newest is not None:
            with suppress(BadBackup):
                whole += Backup.read(newest, DATABASE).leaves > 0
    # Only when the folder could not be flushed after its last file is a backup whole that was not acknowledged.
    assert whole <= 2


def case_of(hub: LiveHub) -> HubCase:
    case = HubCase(hub)
    case.join("coordinator", "S10", "dac")
    case.inform()
    case.join("doctor", "H1", "clinic")
    case.claim("doctor", "medical/2")
    return case


def test_the_disk_of_these_tests_fails_where_it_says(tmp_path: Path) -> None:
    # Else a run without any fault would pass for a disk that survives all of them.
    with (
        Disk(tmp_path, 1),
        closing(sqlite3.connect(tmp_path / "hub.sqlite")) as connection,
        pytest.raises(sqlite3.OperationalError, match="disk I/O"),
    ):
        connection.execute("CREATE TABLE one (n)")
    with Disk(tmp_path, 1), pytest.raises(OSError, match="Input/output"):
        (tmp_path / "file").write_bytes(b"content")
    assert (tmp_path / "file").read_bytes() == b""
