"""`kill -9` under load: what was acknowledged is there, what was released has its leaf, and nothing is half written.

Writers of every kind run against a real process until it dies at a random instant; then it starts again on the same
folder and everything is compared with what the writers were told. `VOLET_SOAK` gives the number of kills.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.folders import Shown, Whole, check
from support.hub import running_hub
from support.hub_entries import ask, deposit_body, header, release_request, seal
from support.hub_process import ClockedCase, HubProcess
from volet_protocol import case_chain
from volet_protocol.case_links import FactLink
from volet_protocol.encodings import from_base64url
from volet_protocol.entry import read_entry
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.merkle import verify_consistency
from volet_protocol.statements import from_json

KILLS = int(os.environ.get("VOLET_SOAK", "4"))
SEED = 20260105
SESSION_WRITERS = 6


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


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[tuple[HubProcess, ClockedCase]]:
    """A hub with a team, made in this process and then handed to one of its own."""
    with running_hub(tmp_path / "hub") as hub:
        case = ClockedCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        process = HubProcess(hub)
    process.take_over(case)
    try:
        yield process, case
    finally:
        process.stop()


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
    """Every receipt is about this log, and the hub can prove it from the tree that each writer had seen."""
    new = [Shown.by(receipt, case.hub.verifier) for receipt in told.receipts]
    told.receipts.clear()
    told.shown += new
    assert all(whole.holds(shown) for shown in told.shown)
    with case.hub.client() as http:
        now = case.hub.verifier.open(http.get("/v1/log/checkpoint").text)
        sizes = sorted({shown.size for shown in new})
        for size in sizes[:: max(1, len(sizes) // 10)]:
            path = http.get("/v1/log/consistency", params={"from": size, "to": now.size}).raise_for_status()
            hashes = [from_base64url(one) for one in path.json()["hashes"]]
            assert verify_consistency(size, now.size, whole.roots[size], now.root, hashes)


@pytest.mark.fault
@pytest.mark.slow
def test_whatever_was_acknowledged_survives_being_killed(loaded: tuple[HubProcess, ClockedCase]) -> None:
    process, case = loaded
    rng, told = random.Random(SEED), Told()  # noqa: S311 -- when to kill
    process.start()
    for _ in range(KILLS):
        load = Load(case, told)
        for thread in load.threads:
            thread.start()
        time.sleep(rng.uniform(0.2, 1.0))
        assert process.end(signal.SIGKILL) == -signal.SIGKILL
        load.over.set()
        for thread in load.threads:
            thread.join(30)
        process.start()
        assert told.wrong == []
        assert set(told.facts) <= set(catch_up(case))
        whole = check(process.folder, case.hub.verifier)
        assert_consistent(case, told, whole)
    assert told.entries
    assert told.facts
    assert told.taken_back
    found, taken_back = listed(case)
    assert told.entries.items() <= found.items()
    assert set(told.taken_back) <= taken_back
    # It goes on as if nothing had happened.
    sealed = seal(case, "doctor", replace(header(case, "doctor"), case_head=case.main.head))
    assert case.clients["doctor"].post("/v1/entries", json=deposit_body(sealed)).status_code == 201
    assert process.end(signal.SIGTERM) in {0, -signal.SIGTERM}
    check(process.folder, case.hub.verifier)
