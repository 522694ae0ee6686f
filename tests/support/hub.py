"""A real hub on loopback: real database, real log, real routes; only the identity provider and the clock are fakes.

with running_hub(folder) as hub:
    case = HubCase(hub)               # a CaseWorld whose links go through the hub first
    case.join("doctor", "H1", "clinic")
    case.clients["doctor"].get("/v1/cases")
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from support.cases import EPISODE, CaseWorld, Sent
from support.databases import new_place
from support.identities import (
    CONTROLLER,
    HUB,
    SELF_AUDIENCE,
    SELF_ISS,
    START_MS,
    TestUser,
    attest,
    bundle_body,
    seed32,
)
from support.loopback import NO_TLS, free_port, served
from volet_protocol import case_chain
from volet_protocol.canonical import JsonObject
from volet_protocol.case_links import CaseCreate, ClassCreate, Fresh
from volet_protocol.case_state import CaseChain
from volet_protocol.checkpoint import Checkpoint, LogVerifier
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.head_proof import HeadProof
from volet_protocol.leaf import Leaf
from volet_protocol.places import CLASSES, MAIN
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.statements import Statement
from volet_protocol.trust_bundle import sign_bundle
from volet_protocol.trust_parties import IssuerKey
from volet_service.application.login_ports import LoggedOut
from volet_service.application.ports import Identified
from volet_service.application.records import Login
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import Running, build
from volet_service.domain.logins import LoginRefusal, login_refused
from volet_service.entrypoints.http.app import create_app
from volet_service.resources import shipped_table
from volet_service.settings import Settings, read_settings

LOG_ORIGIN = "log.example"


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.at_ms = now_ms

    def now_ms(self) -> int:
        return self.at_ms


class OpenDoor:
    """An identity provider that identifies whoever comes: the subject is the user id asked for.

    `subjects` are those who come as somebody else; `authenticated_s` is when they proved who they are, where it tells.
    """

    def __init__(self) -> None:
        self.subjects: dict[str, str] = {}
        self.authenticated_s: int | None = None

    def serves(self, iss: str, aud: str) -> bool:
        return (iss, aud) == (SELF_ISS, SELF_AUDIENCE)

    def new_code_verifier(self) -> str:
        return to_base64url(os.urandom(32))

    async def authorize_url(self, login: Login, nonce: str, *, fresh: bool = False) -> str:
        return f"{SELF_ISS}/authorize?state={login.state}&nonce={nonce}" + ("&prompt=login" if fresh else "")

    async def exchange(self, login: Login, answer: Mapping[str, str]) -> Identified:
        sub = self.subjects.get(login.user, login.user)
        start_s = START_MS // 1000
        told_s = self.authenticated_s if login.fresh or self.authenticated_s is not None else start_s
        told = {} if told_s is None else {"auth_time": told_s}
        claims = {"iss": login.iss, "sub": sub, "aud": login.aud, "iat": start_s, **told, **answer}
        middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return Identified(f"e30.{middle}.c2ln", login.iss, login.aud)

    def hint(self, login: Login) -> None:
        del login

    async def logout_url(self, iss: str) -> None:
        del iss

    async def logged_out(self, token: str) -> LoggedOut:
        raise login_refused(LoginRefusal.UNKNOWN_PROVIDER, token)


@dataclass
class LiveHub:
    """A running hub, as a test reaches it."""

    url: str
    folder: Path
    settings: Settings
    running: Running
    clock: HandClock
    verifier: LogVerifier
    opened: list[httpx.Client] = field(default_factory=list)
    door: OpenDoor = field(default_factory=OpenDoor)

    def client(self) -> httpx.Client:
        self.opened.append(httpx.Client(base_url=self.url, trust_env=False, timeout=30, verify=NO_TLS))
        return self.opened[-1]

    def close(self) -> None:
        for http in self.opened:
            http.close()

    def head(self, label: str, chain: str) -> HeadProof:
        with self.client() as http:
            answer = http.get(f"/v1/heads/{label}/{chain}").json()
        proof = HeadProof.read(Fields(answer, "head"))
        proof.verify(self.verifier, label, chain)
        return proof

    def login(self, user: TestUser, capacity: str | None = None) -> httpx.Client:
        """Return a client with a session of the user's first device."""
        http = self.client()
        asked = {
            "user": user.user, "device": user.device.id, "iss": SELF_ISS, "aud": SELF_AUDIENCE,
            "random": to_base64url(seed32("random", user.number)),
        }  # fmt: skip
        started = http.post("/v1/logins", json=asked).raise_for_status().json()
        state = httpx.URL(started["authorize_url"]).params["state"]
        back = http.get("/v1/logins/callback", params={"state": state, "code": "code"})
        assert back.headers.get("location") == "/", back.text
        body: dict[str, Any] = {
            **user.preamble(self.clock.now_ms()).to_json("login"),
            "login": started["login"],
            "challenge": started["challenge"],
        }
        if capacity is not None:
            body["capacity"] = capacity
        boxes = {to: to_base64url(box) for to, box in user.boxes.items()}
        chain = [{"statement": link.to_json(), "boxes": boxes} for link in user.chain.links]
        answer = http.post(
            f"/v1/logins/{started['login']}/session", json={"statement": user.sign(body).to_json(), "chain": chain}
        )
        assert answer.is_success, answer.text
        http.headers["Authorization"] = f"Volet {answer.json()['token']}"
        return http

    def receipt(self, value: Mapping[str, Any]) -> VerifiedReceipt:
        return Receipt.read(value).verify(self.verifier)


def make_folder(folder: Path, issuer_keys: Sequence[IssuerKey] = (), policy: str = "quorum none\n") -> Settings:
    """Make the folder of a hub, with a trust bundle that fits it; `policy` is a log policy without its `log` line."""
    trust_log(folder, admin.init(folder, HUB, LOG_ORIGIN, new_place()), issuer_keys, policy)
    return read_settings(folder)


def trust_log(
    folder: Path, vkey: str, issuer_keys: Sequence[IssuerKey] = (), policy: str = "quorum none\n"
) -> None:  # fmt: skip
    """Give a hub's folder the trust bundle of its log."""
    body = dict(bundle_body(log_vkey=vkey, ceiling=shipped_table().hash, issuer_keys=issuer_keys))
    body |= {"log_origin": vkey.split("+", 1)[0], "log_policy": f"log {vkey}\n{policy}"}
    (folder / "trust.json").write_bytes(sign_bundle(body, [CONTROLLER]))


@contextmanager
def running_hub(folder: Path, clock: HandClock | None = None, **changes: int | str) -> Iterator[LiveHub]:
    """Serve the hub of a folder, made when it is new, until the block ends."""
    settings = read_settings(folder) if (folder / "keys").exists() else make_folder(folder)
    settings = settings.model_copy(update=changes)
    clock = clock or HandClock()
    door = OpenDoor()
    running = build(settings, door, clock)
    port = free_port()
    verifier = running.hub.trust.log
    try:
        with served(create_app(running.hub), port, settings.live_beat_ms):
            hub = LiveHub(f"http://127.0.0.1:{port}", folder, settings, running, clock, verifier, door=door)
            yield hub
            hub.close()
    finally:
        running.stop()


class HubCase(CaseWorld):
    """A case whose every link the hub accepted before anybody believed it."""

    def __init__(self, hub: LiveHub, row: str = "S10", structure: str = "dac") -> None:
        self.hub = hub
        self.clients: dict[str, httpx.Client] = {}
        self.log_keys = {class_: seed32(f"log key {class_}") for class_ in CLASSES}
        self.receipts: list[VerifiedReceipt] = []
        super().__init__(hub.running.hub.policy.active, row=row, structure=structure)

    def wait(self, minutes: int = 1) -> None:
        super().wait(minutes)
        self.hub.clock.at_ms = self.now_ms

    def person(self, name: str) -> TestUser:
        user = super().person(name)
        if name not in self.clients:
            self.clients[name] = self.hub.login(user)
        return user

    def attest(self, name: str, row: str, structure: str) -> str:
        user = self.person(name)
        statement = attest(user, row, structure)
        answer = self.clients[name].post("/v1/attestations", json={"statement": statement.to_json()})
        assert answer.is_success, answer.text
        id_ = super().attest(name, row, structure)
        self.clients[name] = self.hub.login(user, id_)
        return id_

    def creation(self, opener: str, structure: str, salt: str = "case salt") -> dict[str, Any]:
        """The request that opens a case."""
        preamble = self.person(opener).preamble(self.now_ms)
        create = CaseCreate(
            preamble=preamble, salt=seed32(salt)[:16], kind="care", structure=structure,
            capacity=self.capacities[opener], policy=self.table.hash, controller="Département du Val",
            log_key_hash=sha256(self.log_keys[MAIN]).hex(), episode=EPISODE,
        )  # fmt: skip
        statement = self.person(opener).sign(create.body())
        classes = [
            self.person(opener).sign(ClassCreate(preamble, statement.hash, class_, seed32(f"salt {class_}")).body())
            for class_ in CLASSES
            if class_ != MAIN
        ]
        return {
            "main": [{"statement": statement.to_json()}],
            "classes": [one.to_json() for one in classes],
            "log_keys": {class_: to_base64url(key) for class_, key in self.log_keys.items()},
        }

    def _create(self, opener: str, structure: str) -> CaseChain:
        asked = self.creation(opener, structure)
        answer = self.clients[opener].post("/v1/cases", json=asked)
        assert answer.is_success, answer.text
        self.receipts.append(self.hub.receipt(answer.json()["receipt"]))
        statement = Statement(
            asked["main"][0]["statement"]["body"], from_base64url(asked["main"][0]["statement"]["sig"])
        )
        self.sent[MAIN] = [Sent(statement)]
        return case_chain.start_case(statement, self.directory, self.tables)

    def fresh(self, age_ms: int = 0) -> Fresh:
        proof = self.hub.head("case", self.main.case)
        checkpoint = Checkpoint.parse(proof.proof.checkpoint.split("\n\n", maxsplit=1)[0] + "\n")
        return Fresh(checkpoint.size, checkpoint.root.hex(), Leaf.parse(proof.leaf).ts_ms - age_ms)

    def offer(
        self, author: str, statement: Statement, fact: JsonObject | None = None,
        boxes: Mapping[str, bytes] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Send one link of `main` to the hub."""
        link: dict[str, Any] = {"statement": statement.to_json()}
        if fact is not None:
            link["fact"] = fact
        if boxes:
            link["boxes"] = {user: to_base64url(box) for user, box in boxes.items()}
        return self.clients[author].post(f"/v1/cases/{self.main.case}/chains/main", json={"links": [link]})

    def add(
        self, author: str, body: JsonObject, fact: JsonObject | None = None, boxes: Mapping[str, bytes] | None = None
    ) -> Statement:
        answer = self.offer(author, self.person(author).sign(body), fact, boxes)
        assert answer.is_success, answer.text
        self.receipts.append(self.hub.receipt(answer.json()["receipt"]))
        return super().add(author, body, fact, boxes)
