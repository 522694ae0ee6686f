"""What is kept too long goes, class by class, each under a leaf that anybody can read; what is in force stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.databases import bytes_on_disk, open_disk
from support.folders import check, contents
from support.hub import HandClock, HubCase, running_hub
from support.hub_entries import ask, post, release_request
from volet_protocol.erasures import Tombstones, retained_type
from volet_protocol.leaf import Erasure, Leaf, LeafType
from volet_protocol.receipt import Receipt
from volet_service.bootstrap import admin

DAY_MS = 24 * 3_600_000


class Aged:
    """A hub with one release, nearly a year ago, and one of today."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = HandClock()
        with running_hub(folder) as hub:
            case = HubCase(hub)
            case.join("coordinator", "S10", "dac")
            case.inform()
            case.join("doctor", "H1", "clinic")
            case.claim("doctor", "medical/2")
            entry = post(case, "doctor").entry.id
            self.kept = ask(case, "doctor", release_request(case, "doctor", [entry])).json()["receipt"]
            self.receipt = Receipt.read(self.kept).verify(hub.verifier)
            self.verifier = hub.verifier

    def later(self, days: int) -> None:
        self.clock = HandClock(HandClock().at_ms + days * DAY_MS)

    def run(self, how: str = "--run") -> int:
        return admin.run(["retention", str(self.folder), how], self.clock)

    def leaves(self) -> list[Leaf]:
        with open_disk(self.folder) as disk:
            return [Leaf.parse(row[0]) for row in disk.all("SELECT leaf FROM log_entry ORDER BY idx")]

    def opened(self) -> dict[LeafType, int]:
        """How many leaves of each type still have their openings."""
        with open_disk(self.folder) as disk:
            rows = disk.all("SELECT idx FROM log_payload WHERE sealed IS NOT NULL")
        types = [self.leaves()[row[0]].type for row in rows]
        return {type_: types.count(type_) for type_ in LeafType}


@pytest.fixture
def aged(tmp_path: Path) -> Aged:
    return Aged(tmp_path / "hub")


def test_before_its_term_nothing_goes(aged: Aged) -> None:
    before = aged.opened()
    aged.later(300)
    assert aged.run() == 0
    assert aged.opened() == before
    assert LeafType.ERASE not in {leaf.type for leaf in aged.leaves()}


def test_after_its_term_each_class_goes_under_one_leaf_that_says_up_to_where(aged: Aged) -> None:
    size, before = len(aged.leaves()), aged.opened()
    aged.later(400)
    assert aged.run() == 0
    after, leaves = aged.opened(), aged.leaves()
    assert after[LeafType.ACT] == 0
    assert (after[LeafType.FACT], after[LeafType.KEY]) == (before[LeafType.FACT], before[LeafType.KEY])
    tombs = [Erasure.parse(leaf.body) for leaf in leaves[size:] if leaf.type is LeafType.ERASE]
    assert [(retained_type(tomb), tomb.index) for tomb in tombs] == [(LeafType.ACT, size)]
    said = Tombstones.of(leaves)
    gone = [index for index, leaf in enumerate(leaves[:size]) if leaf.type is LeafType.ACT]
    assert gone
    assert all(said.covers(index, LeafType.ACT) for index in gone)
    assert not any(said.covers(index, leaf.type) for index, leaf in enumerate(leaves) if leaf.type is LeafType.FACT)


def test_proofs_of_what_was_before_and_after_stay_valid(aged: Aged) -> None:
    before = aged.leaves()
    aged.later(400)
    assert aged.run() == 0
    assert aged.leaves()[: len(before)] == before
    check(aged.folder, aged.verifier)
    with running_hub(aged.folder, aged.clock) as hub, hub.client() as http:
        size = hub.running.hub.log.size
        assert http.get("/v1/log/consistency", params={"from": aged.receipt.checkpoint.size, "to": size}).is_success
        assert http.get("/v1/log/proof", params={"index": aged.receipt.index, "size": size}).is_success


def test_what_went_is_nowhere_on_the_disk(aged: Aged) -> None:
    with open_disk(aged.folder) as disk:
        ((sealed,),) = disk.all("SELECT sealed FROM log_payload WHERE idx = ?", aged.receipt.index)
    piece = sealed[:1000]
    assert piece in bytes_on_disk(aged.folder)
    aged.later(400)
    assert aged.run() == 0
    assert piece not in bytes_on_disk(aged.folder)


def test_a_second_run_has_nothing_to_do_and_writes_nothing(aged: Aged) -> None:
    aged.later(400)
    assert aged.run() == 0
    before = contents(aged.folder)
    assert aged.run() == 0
    assert contents(aged.folder) == before


def test_a_dry_run_says_what_would_go_and_changes_nothing(aged: Aged, capsys: pytest.CaptureFixture[str]) -> None:
    aged.later(400)
    before, count = contents(aged.folder), aged.opened()[LeafType.ACT]
    capsys.readouterr()
    assert aged.run("--dry-run") == 0
    assert f"act : 12 mois, {count} actes avant le n° {len(aged.leaves())} à effacer" in capsys.readouterr().out
    assert contents(aged.folder) == before


def test_a_class_kept_longer_for_a_reason_stays_and_the_reason_is_published(aged: Aged) -> None:
    classes = {"act": {"months": 24, "reason": "internal-control"}}
    (aged.folder / "retention.json").write_text(json.dumps({"v": 1, "classes": classes}), "utf-8")
    before = aged.opened()
    aged.later(400)
    assert aged.run() == 0
    assert aged.opened() == before
    with running_hub(aged.folder, aged.clock) as hub, hub.client() as http:
        assert http.get("/v1/log/retention").json()["classes"]["act"] == classes["act"]


def test_with_a_policy_that_is_none_nothing_goes_and_no_hub_starts(
    aged: Aged, capsys: pytest.CaptureFixture[str]
) -> None:
    (aged.folder / "retention.json").write_text('{"v": 1, "classes": {"act": {"months": 60, "reason": "x"}}}', "utf-8")
    aged.later(4000)
    before = contents(aged.folder)
    assert aged.run() == 2
    assert "retention of 60 months does not load" in capsys.readouterr().err
    assert admin.run(["check", str(aged.folder)]) == 2
    assert contents(aged.folder) == before
