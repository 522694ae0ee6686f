"""`kill -9` under load: what was acknowledged is there, what was released has its leaf, and nothing is half written.

Writers of every kind run against a real process until it dies at a random instant; then it starts again on the same
folder and everything is compared with what the writers were told, on either database. `VOLET_SOAK` gives the number of
kills.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from support.databases import POSTGRESQL, SQLITE, Image, settle
from support.folders import Shown, Whole, check, database
from support.hub import running_hub
from support.hub_entries import ask, deposit_body, header, release_request, seal
from support.hub_forks import ForkedHub
from support.hub_process import ClockedCase
from volet_protocol import case_chain
from volet_protocol.case_links import FactLink
from volet_protocol.encodings import from_base64url
from volet_protocol.entry import read_entry
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.merkle import verify_consistency
from volet_protocol.statements import from_json

SOAK = os.environ.get("VOLET_SOAK")
KILLS = {SQLITE: int(SOAK or 4), POSTGRESQL: int(SOAK or 2)}
SEED = 20260105
SESSION_WRITERS = 6
# After so many kills a folder is thrown away: else each run would check what all before it wrote.
LIVES_OF_A_FOLDER = 40
# Receipts after which losing half of the newest pages loses something that was told.
ENOUGH = 12
WAL_HEADER, WAL_FRAME = 32, 24 + 4096


@dataclass
class Told:
    """What the writers were told before the end, and answers that no writer should ever get."""

    entries: dict[str, int] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def accept(self, answer: httpx.Response, *also: int) -> dict[str, Any] | None:
        if answer.is_success:
            told: dict[str, Any] = answer.json()
            self.receipts.append(told["receipt"])
            return told
        if answer.status_code not in also:
            self.wrong.append(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
        return None


def whatever(_told: Told) -> bool:
    return True


def every_kind(told: Told) -> bool:
    return bool(told.entries and told.facts and told.taken_back and told.receipts)


class Load:
    """Writers of every kind, each a thread that goes on until the hub is gone."""

    def __init__(self, case: ClockedCase, told: Told) -> None:
        self.case = case
        self.told = told
        self.over = threading.Event()
        kinds = [self.entry, self.entry, self.document, self.fact, self.release, self.take_back]
        assert len(kinds) == SESSION_WRITERS
        self.threads = [threading.Thread(target=self.run, args=(kind, n)) for n, kind in enumerate(kinds)]

    def run(self, act: Callable[[httpx.Client, random.Random], None], number: int) -> None:
        rng = random.Random(SEED + number)  # noqa: S311 -- which writer does what, not a key
        with self.case.hub.client() as http:
            while not self.over.is_set():
                try:
                    act(http, rng)
                except httpx.HTTPStatusError as error:
                    # An answer that nobody expected is no hub that is gone.
                    self.told.wrong.append(f"{error.request.method} {error.request.url.path}: {error.response.text}")
                    return
                except httpx.HTTPError:
                    return

    def headers(self, name: str) -> dict[str, str]:
        return {"Authorization": self.case.clients[name].headers["Authorization"]}

    def entry(self, http: httpx.Client, _rng: random.Random) -> None:
        sealed = seal(self.case, "doctor", header(self.case, "doctor"))
        self.deposit(http, deposit_body(sealed), sealed.entry.id)

    def document(self, http: httpx.Client, _rng: random.Random) -> None:
        sealed = seal(self.case, "doctor", header(self.case, "doctor"))
        upload = os.urandom(32).hex()
        data = b"".join(sealed.parts["body"])
        http.put(f"/v1/uploads/{upload}/0", content=data, headers=self.headers("doctor")).raise_for_status()
        body = {name: value for name, value in deposit_body(sealed).items() if name != "body"}
        self.deposit(http, {**body, "upload": upload}, sealed.entry.id)

    def deposit(self, http: httpx.Client, body: dict[str, Any], id_: str) -> None:
        told = self.told.accept(http.post("/v1/entries", json=body, headers=self.headers("doctor")))
        if told is not None:
            self.told.entries[id_] = told["list"]["n"]

    def fact(self, http: httpx.Client, _rng: random.Random) -> None:
        case = self.case
        body = fact_body(Notice((NoticeLine("general"),), case.now_ms, "oral"), os.urandom(16))
        statement = case.person("coordinator").sign(FactLink(case.head("coordinator"), fact_hash(body), ()).body())
        links = {"links": [{"statement": statement.to_json(), "fact": body}]}
        path = f"/v1/cases/{case.main.case}/chains/main"
        if self.told.accept(http.post(path, json=links, headers=self.headers("coordinator"))) is not None:
            self.told.facts.append(statement.hash)
            case.main = case_chain.extend(case.main, statement, body, case.directory, case.tables)

    def release(self, _http: httpx.Client, rng: random.Random) -> None:
        ids = list(self.told.entries)
        if not ids:
            time.sleep(0.01)
            return
        statement = release_request(self.case, "doctor", rng.sample(ids, min(3, len(ids))))
        # 404: one of them was taken back meanwhile.
        told = self.told.accept(ask(self.case, "doctor", statement), 404)
        if told is not None:
            released = self.case.hub.receipt(told["receipt"])
            assert released.view["entries"] == [item["id"] for item in told["items"]]

    def take_back(self, http: httpx.Client, rng: random.Random) -> None:
        time.sleep(0.05)
        ids = [id_ for id_ in list(self.told.entries) if id_ not in self.told.taken_back]
        if len(ids) < 5:
            return
        entry = rng.choice(ids)
        body = {**self.case.person("doctor").preamble(self.case.now_ms).to_json("entry-take-back"),
                "case": self.case.main.case, "entry": entry}  # fmt: skip
        statement = self.case.person("doctor").sign(body).to_json()
        path = f"/v1/entries/{entry}/take-back"
        # 409: it was taken back before, and that answer was lost when the hub was killed.
        answer = http.post(path, json={"statement": statement}, headers=self.headers("doctor"))
        if self.told.accept(answer, 409) is not None:
            self.told.taken_back.append(entry)


class Lives:
    """One folder, killed and started again; now and then it begins anew, so that each run costs the same."""

    def __init__(self, process: ForkedHub, case: ClockedCase, kind: str) -> None:
        self.process, self.case, self.kind, self.told = process, case, kind, Told()
        self.counts: Counter[str] = Counter()
        self._image, self._main = process.folder.with_name("image"), case.main
        shutil.copytree(process.folder, self._image)
        self._database = Image(process.folder)

    def begin_again(self) -> None:
        """Put the first folder back, under a hub that is dead."""
        shutil.rmtree(self.process.folder)
        shutil.copytree(self._image, self.process.folder)
        self._database.put_back()
        self.case.main, self.told = self._main, Told()

    def lose_the_newest(self) -> None:
        """Commits that the disk had confirmed are gone, as with a disk that lies, or a replica that was behind."""
        wal = self.process.folder / "hub.sqlite-wal"
        if self.kind == POSTGRESQL:
            self._database.put_back()
        else:
            os.truncate(wal, WAL_HEADER + (wal.stat().st_size - WAL_HEADER) // (2 * WAL_FRAME) * WAL_FRAME)

    def lose_shares(self) -> None:
        """Lose every share: the last one alone may be of an entry that nobody was told of."""
        with closing(sqlite3.connect(self.process.folder / "shares.sqlite")) as shares, shares:
            shares.execute("DELETE FROM share")

    def kill_under_load(self, after_s: float, until: Callable[[Told], bool]) -> None:
        """Let the writers go on for a while, and until they were told so much; then kill the hub."""
        load = Load(self.case, self.told)
        for thread in load.threads:
            thread.start()
        time.sleep(after_s)
        deadline = time.monotonic() + 60
        while not until(self.told) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.process.end(signal.SIGKILL) == -signal.SIGKILL
        load.over.set()
        for thread in load.threads:
            thread.join(30)
        settle(self.process.folder)

    def look_at_what_is_left(self) -> Whole:
        """Compare a dead hub's folder with what its writers were told."""
        told = self.told
        assert told.wrong == []
        whole = check(self.process.folder, self.case.hub.verifier, crashed=True)
        with closing(database(self.process.folder)) as hub:
            kept = {row[0]: row[1] for row in hub.execute("SELECT id, n FROM entry")}
            gone = {row[0] for row in hub.execute("SELECT id FROM entry WHERE take_back IS NOT NULL")}
            links = {row[0] for row in hub.execute("SELECT hash FROM link")}
        assert told.entries.items() <= kept.items()
        assert set(told.taken_back) <= gone
        assert set(told.facts) <= links
        told.shown += [Shown.by(receipt, self.case.hub.verifier) for receipt in told.receipts]
        told.receipts.clear()
        assert all(whole.holds(shown) for shown in told.shown)
        return whole

    def start(self, whole: Whole) -> None:
        """Start it again on what is left, and read it as clients do."""
        self.process.start()
        with closing(database(self.process.folder, "shares.sqlite")) as shares:
            kept = {row[0] for row in shares.execute("SELECT entry FROM share")}
        assert kept.isdisjoint(self.told.taken_back)
        assert set(self.told.facts) <= set(catch_up(self.case))
        assert_consistent(self.case, self.told, whole)

    def count(self) -> None:
        """Add up what the writers of this folder were told."""
        told = self.told
        self.counts.update(
            entries=len(told.entries), facts=len(told.facts), taken_back=len(told.taken_back), receipts=len(told.shown)
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, each_database: str) -> Iterator[Lives]:
    """A hub with a team, made in this process and then handed to one of its own."""
    with running_hub(tmp_path_factory.mktemp("kill") / "hub") as hub:
        case = ClockedCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        process = ForkedHub(hub)
    process.take_over(case)
    try:
        yield Lives(process, case, each_database)
    finally:
        process.stop()


@pytest.fixture
def lives(made: Lives) -> Iterator[Lives]:
    """That hub, on its first folder, whatever other tests did to it."""
    made.begin_again()
    made.counts.clear()
    made.process.start()
    yield made
    if made.process.running:
        made.process.end(signal.SIGKILL)


def catch_up(case: ClockedCase) -> list[str]:
    """Read on from the served chain: a fact whose answer was lost may be there."""
    path = f"/v1/cases/{case.main.case}/chains/main"
    links = case.clients["coordinator"].get(path).raise_for_status().json()["links"]
    for link in links[case.main.head.seq + 1 :]:
        statement = from_json(link["statement"])
        case.main = case_chain.extend(case.main, statement, link.get("fact"), case.directory, case.tables)
    return [from_json(link["statement"]).hash for link in links]


def listed(case: ClockedCase) -> tuple[dict[str, int], set[str]]:
    """Entry id to its index as the hub lists them, and which of them were taken back."""
    list_, after = header(case, "doctor").list, 0
    found, taken_back = dict[str, int](), set[str]()
    while True:
        path = f"/v1/cases/{case.main.case}/lists/{list_}"
        page = case.clients["doctor"].get(path, params={"after": after}).raise_for_status().json()
        for item in page["entries"]:
            id_ = read_entry(from_json(item["statement"])).id
            after = found[id_] = item["n"]
            if "taken_back" in item:
                taken_back.add(id_)
        if not page["entries"]:
            return found, taken_back


def assert_consistent(case: ClockedCase, told: Told, whole: Whole) -> None:
    """The hub can prove every receipt's tree to be a prefix of what it serves now."""
    with case.hub.client() as http:
        now = case.hub.verifier.open(http.get("/v1/log/checkpoint").text)
        sizes = sorted({shown.size for shown in told.shown})
        for size in sizes[:: max(1, len(sizes) // 5)]:
            path = http.get("/v1/log/consistency", params={"from": size, "to": now.size}).raise_for_status()
            hashes = [from_base64url(one) for one in path.json()["hashes"]]
            assert verify_consistency(size, now.size, whole.roots[size], now.root, hashes)


@pytest.mark.fault
@pytest.mark.slow
def test_whatever_was_acknowledged_survives_being_killed(lives: Lives) -> None:
    case, rng, kills = lives.case, random.Random(SEED), KILLS[lives.kind]  # noqa: S311 -- when to kill
    for kill in range(1, kills + 1):
        # The last one of all waits, on a slow machine, until there was something of every kind to lose.
        lives.kill_under_load(rng.uniform(0.02, 0.6), every_kind if kill == kills else whatever)
        whole = lives.look_at_what_is_left()
        if kill % LIVES_OF_A_FOLDER == 0 and kill < kills:
            lives.count()
            lives.begin_again()
            whole = check(lives.process.folder, case.hub.verifier)
        lives.start(whole)
    lives.count()
    print(f"{kills} kills on {lives.kind}; told before one and found after it: {dict(lives.counts)}")  # noqa: T201 -- `make soak` shows it
    assert all(lives.counts.values())
    found, taken_back = listed(case)
    assert lives.told.entries.items() <= found.items()
    assert set(lives.told.taken_back) <= taken_back
    # It goes on as if nothing had happened.
    sealed = seal(case, "doctor", replace(header(case, "doctor"), case_head=case.main.head))
    assert case.clients["doctor"].post("/v1/entries", json=deposit_body(sealed)).status_code == 201
    assert lives.process.end(signal.SIGTERM) in {0, -signal.SIGTERM}
    check(lives.process.folder, case.hub.verifier)


@pytest.mark.fault
@pytest.mark.parametrize("lose", [Lives.lose_the_newest, Lives.lose_shares])
def test_a_loss_that_is_planted_is_found(lives: Lives, lose: Callable[[Lives], None]) -> None:
    # Else a thousand quiet runs would say nothing.
    lives.kill_under_load(0, lambda told: len(told.receipts) > ENOUGH)
    # Before anybody looks: who opens the file brings the write-ahead log home.
    lose(lives)
    with pytest.raises(AssertionError):
        lives.look_at_what_is_left()


@pytest.mark.fault
def test_a_hub_that_lost_what_it_had_shown_does_not_start(lives: Lives) -> None:
    lives.kill_under_load(0, lambda told: len(told.receipts) > ENOUGH)
    lives.lose_the_newest()
    with pytest.raises(RuntimeError, match="of another or older history: restore the newest database"):
        lives.process.start()
