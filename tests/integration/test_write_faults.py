"""The fault of each single write, sync, rename and deletion, in turn, while a hub takes acts of every kind.

Once the call fails alone, and the hub goes on; once everything fails from there on, which is what a crash at that
instant leaves on the disk. Either way: what was acknowledged is there, no share left without its leaf, the folder is
whole, and the hub starts again on it. `make soak` takes every call, `make check` one of each kind.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.faults import Disk
from support.folders import Shown, Whole, check, database
from support.hub import HandClock, HubCase, LiveHub, running_hub
from support.hub_entries import ask, deposit_body, header, post, release_request, seal
from volet_client.log_mirror import check_folder
from volet_protocol.case_links import FactLink
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.problems import CONTENT_TYPE, Problem
from volet_protocol.statements import Statement
from volet_protocol.take_back import TakeBack
from volet_protocol.tiles import tiles_of
from volet_service.bootstrap.hub import CannotStart

pytestmark = pytest.mark.usefixtures("on_sqlite")
EVERY_CALL = "VOLET_SOAK" in os.environ
LASTING = "all fail from there on"
UPLOAD = "cd" * 32
DISK_TROUBLE = {problem.uri for problem in (Problem.LOG_UNAVAILABLE, Problem.STORAGE_FULL)}


@dataclass
class Told:
    """What the hub acknowledged."""

    entries: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    def took(self, answer: httpx.Response) -> bool:
        """Note an answer: an acknowledgement, or the one kind of refusal that a broken disk may cause."""
        if answer.is_success:
            if answer.content:
                self.receipts.append(answer.json()["receipt"])
            return True
        assert answer.headers["content-type"] == CONTENT_TYPE
        assert answer.json()["type"] in DISK_TROUBLE, answer.text
        assert int(answer.headers["retry-after"]) > 0
        self.refused += 1
        return False


class Story:
    """Acts of every kind on one image of a hub, played against copies of it."""

    def __init__(self, folder: Path, case: HubCase) -> None:
        self.image, self.case, self.tokens = folder, case, {
            name: http.headers["Authorization"] for name, http in case.clients.items()
        }  # fmt: skip
        self.kept, self.taken, self.read = (post(case, "doctor").entry.id for _ in range(3))
        self.clock = HandClock(case.now_ms)

    def move_to(self, hub: LiveHub) -> None:
        self.case.hub = hub
        for name, token in self.tokens.items():
            self.case.clients[name] = hub.client()
            self.case.clients[name].headers["Authorization"] = token

    def release(self, *ids: str) -> httpx.Response:
        return ask(self.case, "doctor", release_request(self.case, "doctor", ids))

    def fact(self) -> tuple[Statement, httpx.Response]:
        case = self.case
        body = fact_body(Notice((NoticeLine("general"),), case.now_ms, "oral"), os.urandom(16))
        statement = case.person("coordinator").sign(FactLink(case.head("coordinator"), fact_hash(body), ()).body())
        return statement, case.offer("coordinator", statement, body)

    def play(self) -> Told:
        told, case = Told(), self.case
        doctor = case.clients["doctor"]
        note = seal(case, "doctor", header(case, "doctor"))
        if told.took(doctor.post("/v1/entries", json=deposit_body(note))):
            told.entries.append(note.entry.id)
        document = seal(case, "doctor", header(case, "doctor"))
        if told.took(doctor.put(f"/v1/uploads/{UPLOAD}/0", content=b"".join(document.parts["body"]))):
            body = {name: value for name, value in deposit_body(document).items() if name != "body"}
            if told.took(doctor.post("/v1/entries", json={**body, "upload": UPLOAD})):
                told.entries.append(document.entry.id)
        told.took(self.release(self.read, self.kept))
        statement, answer = self.fact()
        if told.took(answer):
            told.facts.append(statement.hash)
        back = TakeBack(case.person("doctor").preamble(case.now_ms), case.main.case, self.taken).to_json()
        asked = {"statement": case.person("doctor").sign(back).to_json()}
        if told.took(doctor.post(f"/v1/entries/{self.taken}/take-back", json=asked)):
            told.taken_back.append(self.taken)
        told.took(self.release(self.kept))
        return told

    def holds(self, folder: Path, told: Told, whole: Whole) -> None:
        """Assert that everything acknowledged is on the disk."""
        with closing(database(folder)) as hub:
            kept = {row[0] for row in hub.execute("SELECT id FROM entry")}
            gone = {row[0] for row in hub.execute("SELECT id FROM entry WHERE take_back IS NOT NULL")}
            links = {row[0] for row in hub.execute("SELECT hash FROM link")}
        assert {self.kept, self.read, *told.entries} <= kept
        assert set(told.taken_back) <= gone
        assert set(told.facts) <= links
        for receipt in told.receipts:
            assert whole.holds(Shown.by(receipt, self.case.hub.verifier))

    def starts_again(self, folder: Path, told: Told) -> None:
        """Assert that a hub serves this folder, and that its public log is rebuilt from nothing but its tiles."""
        with running_hub(folder, self.clock) as hub:
            self.move_to(hub)
            assert self.release(self.kept, self.read, *told.entries).is_success
            with hub.client() as http:
                mirror = folder.with_name("mirror")
                note = http.get("/v1/log/checkpoint").text
                mirror.mkdir()
                (mirror / "checkpoint").write_text(note, "utf-8")
                for path in tiles_of(hub.verifier.open(note).size):
                    file = mirror / "tile" / str(path)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(http.get(f"/v1/log/tile/{path}").content)
            assert check_folder(mirror, hub.verifier)[1] == []
        shutil.rmtree(mirror)
        self.holds(folder, told, check(folder, self.case.hub.verifier))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A team's hub, stopped, and what a client of it knows."""
    with running_hub(tmp_path_factory.mktemp("faults") / "image") as hub:
        case = HubCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        return Story(hub.folder, case)


@pytest.fixture(scope="module")
def calls(story: Story, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The calls that the story asks of the disk, from the start of a hub to its end."""
    folder = shutil.copytree(story.image, tmp_path_factory.mktemp("counted") / "hub")
    with Disk(folder) as disk, running_hub(folder, story.clock) as hub:
        story.move_to(hub)
        told = story.play()
    assert (told.refused, len(told.entries), len(told.facts), len(told.taken_back)) == (0, 2, 1, 1)
    return disk.asked


def chosen(calls: list[str], *, gone: bool) -> list[int]:
    """The calls to break: every one, or the last of each kind, half of the kinds in each way."""
    every = range(1, len(calls) + 1)
    kinds = sorted({calls[at - 1]: at for at in every}.values())
    return list(every) if EVERY_CALL else kinds[gone::2]


def played(story: Story, folder: Path, disk: Disk) -> Told:
    """Play the story on a copy, as far as it goes."""
    shutil.copytree(story.image, folder)
    try:
        with disk, running_hub(folder, story.clock) as hub:
            story.move_to(hub)
            told = story.play()
            if not disk.gone:
                # One call failed, one act was refused for it: the hub goes on by itself.
                told.took(story.release(story.kept))
                assert told.refused <= 1
            return told
    except CannotStart:
        # Before anything was acknowledged.
        return Told()


def test_the_story_asks_for_calls_of_every_kind(calls: list[str]) -> None:
    assert set(calls) >= {
        "sqlite write hub.sqlite-wal", "sqlite sync hub.sqlite-wal", "sqlite write shares.sqlite-wal",
        "sqlite sync shares.sqlite-wal", "sqlite write hub.sqlite", "pwrite high-water", "fdatasync high-water",
        "write .part", "fsync .part", "write .leaves", "fsync .leaves", "replace .part", "replace .leaves",
    }  # fmt: skip


@pytest.mark.fault
@pytest.mark.parametrize("how", ["one call fails", LASTING])
def test_no_fault_of_the_disk_loses_what_was_acknowledged(
    story: Story, calls: list[str], tmp_path: Path, how: str
) -> None:
    refused, gone = 0, how == LASTING
    for at in chosen(calls, gone=gone):
        folder, disk = tmp_path / "hub", Disk(tmp_path, at, gone=gone)
        told = played(story, folder, disk)
        refused += told.refused
        story.holds(folder, told, check(folder, story.case.hub.verifier, crashed=True))
        story.starts_again(folder, told)
        shutil.rmtree(folder)
    assert refused
