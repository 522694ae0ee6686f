"""A hub without witnesses remembers on another volume what it showed: a restored database does not sign again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.databases import Image
from support.forgery import forged_leaf
from support.hub import HubCase, LiveHub, running_hub
from support.hub_entries import deposit_body, header, seal
from support.log_builder import LogBuilder
from support.provoked import assert_problem
from volet_protocol.problems import Problem
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.hub_identity import HubIdentity
from volet_service.bootstrap.hub import CannotStart, build

SHARES = "shares.sqlite"


def notes(hub: LiveHub) -> list[str]:
    return HighWater(hub.folder / "high-water").newest()


def refused(folder: Path, sentence: str) -> None:
    with pytest.raises(CannotStart, match=sentence), running_hub(folder):
        pass


class Used:
    """A hub's folder, with a backup of its databases from before a case was opened."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "hub"
        with running_hub(self.folder) as hub:
            hub.running.hub.store  # noqa: B018 -- started once: it has signed
        self._backup = Image(self.folder)
        shutil.copy(self.folder / SHARES, place)
        with running_hub(self.folder) as hub:
            HubCase(hub)

    def restore(self) -> None:
        self._backup.put_back()
        for left in self.folder.glob(f"{SHARES}-*"):
            left.unlink()
        shutil.copy(self.folder.parent / SHARES, self.folder)


@pytest.fixture
def used(tmp_path: Path) -> Used:
    return Used(tmp_path)


@pytest.fixture
def folder(used: Used) -> Path:
    return used.folder


def test_what_is_shown_is_kept_before(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub") as hub:
        HubCase(hub)
        with hub.client() as http:
            shown = http.get("/v1/log/checkpoint").text
        assert shown in notes(hub)


def test_a_hub_that_was_not_restored_starts_again(folder: Path) -> None:
    with running_hub(folder) as hub:
        HubCase(hub)


def test_a_database_restored_from_a_backup_does_not_start(used: Used) -> None:
    used.restore()
    refused(used.folder, "this log showed a tree of .* older history")


def test_a_restored_database_that_grew_again_elsewhere_does_not_start(used: Used) -> None:
    folder = used.folder
    kept = (folder / "high-water").read_bytes()
    used.restore()
    (folder / "high-water").unlink()
    HighWater.create(folder / "high-water")
    for _ in range(3):
        with running_hub(folder) as hub:
            HubCase(hub)
    (folder / "high-water").write_bytes(kept)
    refused(folder, "this log showed a tree of")


def test_without_the_file_nothing_starts(folder: Path) -> None:
    (folder / "high-water").unlink()
    refused(folder, "high-water is missing")


def test_a_file_of_another_log_is_refused(folder: Path, tmp_path: Path) -> None:
    with running_hub(tmp_path / "other") as other:
        HubCase(other)
    shutil.copy(tmp_path / "other" / "high-water", folder / "high-water")
    refused(folder, "does not load|this log showed")


def test_a_slot_that_a_crash_cut_leaves_the_other(folder: Path) -> None:
    path = folder / "high-water"
    before = HighWater(path).newest()
    assert len(before) == 2
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    assert len(HighWater(path).newest()) == 1
    with running_hub(folder):
        pass


def shown_by(hub: LiveHub) -> str:
    with hub.client() as http:
        return http.get("/v1/log/checkpoint").text


def test_a_checkpoint_that_cannot_be_kept_is_not_shown_until_it_can(team: HubCase) -> None:
    hub, asked = team.hub, deposit_body(seal(team, "doctor", header(team, "doctor")))
    before = shown_by(hub)
    # From here on its writes fail, as on a volume that is gone.
    hub.running.hub.store._writer.log._before_shown.__self__.close()  # type: ignore[attr-defined]  # the open file
    (hub.folder / "high-water").rename(hub.folder / "gone")
    for _ in range(2):
        assert_problem(team.clients["doctor"].post("/v1/entries", json=asked), Problem.LOG_UNAVAILABLE)
        # Its leaf is in the database: read again from there, it is not shown either.
        assert shown_by(hub) == before
    (hub.folder / "gone").rename(hub.folder / "high-water")
    assert team.clients["doctor"].post("/v1/entries", json=asked).status_code in {200, 201}
    assert shown_by(hub) in notes(hub)


def test_a_checkpoint_that_was_committed_but_not_kept_is_kept_before_the_next_start_shows_it(folder: Path) -> None:
    # The hub died between the two: the file stands one checkpoint behind.
    (folder / "high-water").unlink()
    HighWater.create(folder / "high-water")
    with running_hub(folder) as hub:
        assert shown_by(hub) in notes(hub)


def test_a_check_beside_a_running_hub_does_not_write_its_file(folder: Path) -> None:
    with running_hub(folder) as hub:
        before = (folder / "high-water").read_bytes()
        build(hub.settings, HubIdentity({}, hub.settings.origin), hub.clock, serving=False).stop()
        assert (folder / "high-water").read_bytes() == before


def test_a_process_begins_with_the_slot_that_holds_less(tmp_path: Path) -> None:
    path, log = tmp_path / "high-water", LogBuilder()
    HighWater.create(path)
    for _ in range(5):
        log.append(forged_leaf(0))
        water = HighWater(path)
        water.keep(log.checkpoint().note)
        water.close()
        sizes = {int(note.split("\n")[1]) for note in water.newest()}
        assert sizes == {log.tree.size, max(1, log.tree.size - 1)}
