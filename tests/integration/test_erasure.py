"""A decision erases: a tombstone in the log, nothing left on the disk, every proof as it was, and no hole."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.databases import bytes_on_disk, database_of, open_disk
from support.folders import check, contents
from support.hub import HandClock, HubCase, running_hub
from support.hub_entries import ask, post, release_request
from volet_protocol.canonical import decode
from volet_protocol.encodings import from_base64url
from volet_protocol.erasures import ErasureAuthority, ErasureReason, Tombstones
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store.log_payloads import select_records
from volet_service.adapters.store.tables import log_entry
from volet_service.bootstrap import admin

DECIDED = ("--reason", "person-asked", "--authority", "data-protection-officer")


class Stopped:
    """A hub that was stopped after a release: its folder, what was kept of it outside, and its team."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with running_hub(folder) as hub:
            self.case = HubCase(hub)
            self.case.join("coordinator", "S10", "dac")
            self.case.inform()
            self.case.join("doctor", "H1", "clinic")
            self.case.claim("doctor", "medical/2")
            self.entry = post(self.case, "doctor").entry.id
            answer = ask(self.case, "doctor", release_request(self.case, "doctor", [self.entry])).json()
            self.kept = answer["receipt"]
            self.verifier = hub.verifier

    @property
    def receipt(self) -> VerifiedReceipt:
        return Receipt.read(self.kept).verify(self.verifier)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with open_disk(self.folder) as disk:
            return disk.all(query, *values)

    def leaves(self) -> list[Leaf]:
        rows = self.rows("SELECT leaf FROM log_entry ORDER BY idx")
        return [Leaf.parse(row[0]) for row in rows]

    def bytes_on_disk(self) -> bytes:
        return bytes_on_disk(self.folder)


@pytest.fixture
def stopped(tmp_path: Path) -> Stopped:
    return Stopped(tmp_path / "hub")


def erase(stopped: Stopped, *what: str, decided: Sequence[str] = DECIDED) -> int:
    return admin.run(["erase", str(stopped.folder), *what, *decided], HandClock())


def refused(stopped: Stopped, capsys: pytest.CaptureFixture[str], sentence: str, *what: str) -> None:
    before = contents(stopped.folder)
    assert erase(stopped, *what) == 2
    assert sentence in capsys.readouterr().err
    assert contents(stopped.folder) == before


def test_an_erased_record_leaves_a_tombstone_that_names_it_and_why(stopped: Stopped) -> None:
    index = stopped.receipt.index
    assert erase(stopped, "--log-record", str(index)) == 0
    tombs = [leaf for leaf in stopped.leaves() if leaf.type is LeafType.ERASE]
    assert [leaf.body.hex() for leaf in tombs] == [f"{index:016x}{2:04x}{2:04x}"]
    assert tombs[0].tag != bytes(32)
    assert Tombstones.of(stopped.leaves()).covers(index, LeafType.ACT)
    assert (ErasureReason.PERSON_ASKED, ErasureAuthority.DATA_PROTECTION_OFFICER) == (2, 2)


def test_the_decision_is_recorded_and_an_auditor_reads_it(stopped: Stopped) -> None:
    assert erase(stopped, "--log-record", str(stopped.receipt.index)) == 0
    engine = database_of(stopped.folder).readers()
    sealer = Sealer.of_file(stopped.folder / "keys" / "payloads.key")
    with engine.connect() as connection:
        records = select_records(connection, sealer, log_entry.c.idx >= 0, 10_000)
    engine.dispose()
    said = [decode(one.identity)["request"] for one in records if one.identity and b'"type":"erase"' in one.identity]
    assert len(said) == 1
    assert isinstance(said[0], dict)
    assert said[0]["reason"] == "person-asked"
    assert said[0]["everywhere_ms"] == said[0]["time_ms"] + 7 * 24 * 3_600_000


def test_nothing_that_the_record_said_is_left_on_the_disk(stopped: Stopped) -> None:
    index = stopped.receipt.index
    (sealed,) = stopped.rows("SELECT sealed FROM log_payload WHERE idx = ?", index)[0]
    assert isinstance(sealed, bytes)
    # PostgreSQL keeps a long value in pieces.
    piece = sealed[:1000]
    assert piece in stopped.bytes_on_disk()
    assert erase(stopped, "--log-record", str(index)) == 0
    assert piece not in stopped.bytes_on_disk()
    assert stopped.rows("SELECT sealed FROM log_payload WHERE idx = ?", index) == [(None,)]
    assert stopped.rows("SELECT count(*) FROM request WHERE leaf = ?", index) == [(0,)]


def test_receipts_and_proofs_of_before_stay_valid(stopped: Stopped) -> None:
    before = stopped.leaves()
    assert erase(stopped, "--log-record", str(stopped.receipt.index)) == 0
    assert stopped.leaves()[: len(before)] == before
    stopped.verifier.open(stopped.receipt.checkpoint.note)
    check(stopped.folder, stopped.verifier)
    with running_hub(stopped.folder) as hub, hub.client() as http:
        size = hub.running.hub.log.size
        path = {"index": stopped.receipt.index, "size": size}
        assert http.get("/v1/log/proof", params=path).is_success


def test_an_erased_entry_is_handed_out_to_nobody_and_its_shares_are_gone(stopped: Stopped) -> None:
    with closing(sqlite3.connect(stopped.folder / "shares.sqlite")) as connection:
        shares = [row[0] for row in connection.execute("SELECT sealed FROM share WHERE entry = ?", (stopped.entry,))]
    assert len(shares) == 2
    assert erase(stopped, "--entry", stopped.entry) == 0
    disk = stopped.bytes_on_disk()
    assert not any(share in disk for share in shares)
    with running_hub(stopped.folder) as hub:
        case = stopped.case
        case.hub = hub
        doctor = case.clients["doctor"] = hub.login(case.person("doctor"), case.capacities["doctor"])
        assert ask(case, "doctor", release_request(case, "doctor", [stopped.entry])).status_code == 404
        deposit = stopped.rows("SELECT leaf, erase_leaf FROM entry WHERE id = ?", stopped.entry)[0]
        item = doctor.get(f"/v1/entries/{stopped.entry}").json()
        assert item["erased"] == deposit[1]
        assert Tombstones.of(stopped.leaves()).single == {deposit[0]}


def test_a_crash_before_the_shares_went_is_made_good_at_the_next_start(stopped: Stopped) -> None:
    with closing(sqlite3.connect(stopped.folder / "shares.sqlite")) as connection:
        rows = connection.execute("SELECT * FROM share").fetchall()
    assert erase(stopped, "--entry", stopped.entry) == 0
    with closing(sqlite3.connect(stopped.folder / "shares.sqlite")) as connection, connection:
        connection.executemany("INSERT INTO share VALUES (?, ?, ?)", rows)
    with running_hub(stopped.folder):
        pass
    with closing(sqlite3.connect(stopped.folder / "shares.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM share").fetchone() == (0,)


def test_what_was_erased_is_not_erased_twice(stopped: Stopped, capsys: pytest.CaptureFixture[str]) -> None:
    assert erase(stopped, "--log-record", str(stopped.receipt.index)) == 0
    refused(stopped, capsys, "erased before", "--log-record", str(stopped.receipt.index))


def test_the_record_of_an_erasure_stays(stopped: Stopped, capsys: pytest.CaptureFixture[str]) -> None:
    assert erase(stopped, "--log-record", str(stopped.receipt.index)) == 0
    tomb = max(index for index, leaf in enumerate(stopped.leaves()) if leaf.type is LeafType.ERASE)
    refused(stopped, capsys, "record of an erasure stays", "--log-record", str(tomb))


def test_the_record_of_the_rules_in_force_stays(stopped: Stopped, capsys: pytest.CaptureFixture[str]) -> None:
    ((leaf,),) = stopped.rows("SELECT leaf FROM policy_table")
    refused(stopped, capsys, "needs this record", "--log-record", str(leaf))


def test_a_deposit_is_not_erased_without_its_entry(stopped: Stopped, capsys: pytest.CaptureFixture[str]) -> None:
    ((leaf,),) = stopped.rows("SELECT leaf FROM entry")
    refused(stopped, capsys, "erase the entry", "--log-record", str(leaf))


@pytest.mark.parametrize("what", [("--log-record", "999999"), ("--entry", "0" * 64), ("--entry", "nonsense")], ids=str)
def test_what_is_not_there_is_not_erased(
    stopped: Stopped, capsys: pytest.CaptureFixture[str], what: tuple[str, str]
) -> None:
    refused(stopped, capsys, "no such record or entry", *what)


def test_a_leaf_that_commits_to_nothing_is_not_erased(stopped: Stopped, capsys: pytest.CaptureFixture[str]) -> None:
    heads = next(index for index, leaf in enumerate(stopped.leaves()) if leaf.type is LeafType.CHAIN_HEADS)
    refused(stopped, capsys, "no such record", "--log-record", str(heads))


@pytest.mark.parametrize("decided", [("--reason", "taken-back", *DECIDED[2:]), (*DECIDED[:2], "--authority", "author")])
def test_an_operator_does_not_speak_for_an_author(stopped: Stopped, decided: Sequence[str]) -> None:
    with pytest.raises(SystemExit):
        erase(stopped, "--log-record", "1", decided=decided)


def test_beside_a_hub_that_serves_nothing_is_erased(stopped: Stopped, capsys: pytest.CaptureFixture[str]) -> None:
    with running_hub(stopped.folder):
        refused(stopped, capsys, "stop the hub first", "--log-record", str(stopped.receipt.index))


def test_the_kept_leaf_of_a_receipt_is_still_the_leaf_of_the_log(stopped: Stopped) -> None:
    index, leaf = stopped.receipt.index, from_base64url(stopped.kept["leaf"])
    assert erase(stopped, "--log-record", str(index)) == 0
    assert stopped.rows("SELECT leaf FROM log_entry WHERE idx = ?", index) == [(leaf,)]
