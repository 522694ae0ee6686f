"""What is thrown away in time, what is kept, and how many refusals one caller can put into the log."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.hub import HandClock, OpenDoor, make_folder
from support.identities import START_MS
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.adapters.blobs import FolderBlobs
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.shares import ShareStore
from volet_service.bootstrap.housekeeping import UPLOAD_AGE_MS, Housekeeping
from volet_service.bootstrap.hub import build
from volet_service.domain.leaves import LeafContent
from volet_service.domain.refusal_bound import LEAVES_PER_MINUTE, MINUTE_MS, RefusalBound
from volet_service.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_folder(tmp_path / "hub")


def upload(settings: Settings, device: str, written_ms: int) -> Path:
    blobs = FolderBlobs(settings.path(settings.blobs), settings.upload_limit)
    blobs.write_chunk(device, "ab" * 32, 0, b"chunk")
    path = settings.path(settings.blobs) / "uploads" / device / f"{'ab' * 32}.part"
    os.utime(path, (written_ms / 1000, written_ms / 1000))
    return path


class TestUploads:
    def test_an_upload_abandoned_for_three_days_is_deleted_at_start_and_a_younger_one_stays(
        self, settings: Settings
    ) -> None:
        old = upload(settings, "11" * 32, START_MS - UPLOAD_AGE_MS - 1000)
        young = upload(settings, "22" * 32, START_MS - UPLOAD_AGE_MS + 1000)
        build(settings, OpenDoor(), HandClock()).stop()
        assert not old.parent.exists()
        assert young.exists()

    def test_a_running_hub_deletes_it_when_its_time_has_come(self, settings: Settings) -> None:
        path, clock = upload(settings, "11" * 32, START_MS), HandClock()
        blobs = FolderBlobs(settings.path(settings.blobs), settings.upload_limit)
        keeping = Housekeeping(blobs, clock, pause_s=0.01)
        keeping.start()
        assert path.exists()
        clock.at_ms += UPLOAD_AGE_MS + 1
        deadline = time.monotonic() + 5
        while path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        keeping.stop()
        assert not path.exists()


class TestShares:
    def orphan(self, settings: Settings) -> None:
        store = ShareStore(settings.path(settings.shares), Sealer.of_file(settings.path(settings.share_key)))
        store.put("ab" * 32, {"title": bytes(32), "body": bytes(32)})
        store.flush()
        store.close()

    def left(self, settings: Settings) -> int:
        with closing(sqlite3.connect(settings.path(settings.shares))) as connection:
            return int(connection.execute("SELECT count(*) FROM share").fetchone()[0])

    def test_shares_that_no_entry_refers_to_are_destroyed_at_start(self, settings: Settings) -> None:
        self.orphan(settings)
        build(settings, OpenDoor(), HandClock()).stop()
        assert self.left(settings) == 0

    def test_a_check_beside_a_running_hub_destroys_nothing_and_logs_nothing(self, settings: Settings) -> None:
        self.orphan(settings)
        checked = build(settings, OpenDoor(), HandClock(), serving=False)
        assert checked.hub.log.size == 0
        checked.stop()
        assert self.left(settings) == 2


class TestRefusals:
    def refusal(self, device: str, case: str | None = None) -> LeafContent:
        who = IdentityPayload(user="cc" * 32, device=device)
        return LeafContent(ViewPayload("refusal", START_MS, rules=("R1",)), who, case, "main" if case else None)

    def test_above_the_bound_refusals_are_counted_and_the_next_leaf_says_how_many(self) -> None:
        bound, content = RefusalBound(), self.refusal("aa" * 32)
        leaves = [bound.admit(content, START_MS) for _ in range(LEAVES_PER_MINUTE + 7)]
        assert leaves == [content] * LEAVES_PER_MINUTE + [None] * 7
        later = bound.admit(content, START_MS + MINUTE_MS)
        assert later is not None
        assert later.view.count == 8
        again = bound.admit(content, START_MS + MINUTE_MS)
        assert again is not None
        assert again.view.count is None

    def test_a_flood_of_one_device_hides_no_refusal_of_another_nor_in_another_case(self) -> None:
        bound = RefusalBound()
        for _ in range(LEAVES_PER_MINUTE + 1):
            bound.admit(self.refusal("aa" * 32, "dd" * 32), START_MS)
        for other in (self.refusal("bb" * 32, "dd" * 32), self.refusal("aa" * 32, "ee" * 32)):
            assert bound.admit(other, START_MS) == other
