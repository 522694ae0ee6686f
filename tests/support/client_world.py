"""Parties with real profiles and real clients around a real hub on loopback; only the identity provider is a fake.

with client_world(folder) as world:
    coord = world.professional("coord", "S10", "dac")
    view = coord.cases.open()
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from support.databases import new_place
from support.identities import (
    CONTROLLER,
    HUB,
    ISS,
    OPERATOR,
    REGISTRAR,
    SELF_AUDIENCE,
    SELF_ISS,
    bundle_body,
    capacity,
    seed32,
    watching,
)
from support.loopback import NO_TLS, free_port, served
from volet_client.account import draw_identity
from volet_client.client import Client
from volet_client.config import Config
from volet_client.profile import ATTESTED, Profile
from volet_client.resources import shipped_table
from volet_client.transport import HttpTransport
from volet_protocol.binding import nonce as binding_nonce
from volet_protocol.capacities import DAY_MS, attestation_body, salted_subject
from volet_protocol.encodings import to_base64url
from volet_protocol.keys import SigningKey
from volet_protocol.operator_roles import OPERATING, LogScope
from volet_protocol.statements import Statement, sign
from volet_protocol.trust_bundle import sign_bundle
from volet_protocol.trust_parties import IssuerKey
from volet_service.adapters.clock import SystemClock
from volet_service.application.login_ports import LoggedOut
from volet_service.application.ports import Clock, Identified
from volet_service.application.records import Login
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import build
from volet_service.domain.logins import LoginRefusal, login_refused
from volet_service.entrypoints.http.app import create_app
from volet_service.settings import read_settings

PASSPHRASE = "phrase de passe des essais"
ISSUER_KEY = SigningKey(seed32("issuer"))
KID = "essai"


class SigningDoor:
    """An identity provider that lets in whoever comes, under a subject that the test chose for the user id."""

    def __init__(self) -> None:
        self.subjects: dict[str, str] = {}
        # When it last saw whoever it remembers (seconds); None where everybody is seen at each login.
        self.seen_s: int | None = None

    def serves(self, iss: str, aud: str) -> bool:
        return iss in {ISS, SELF_ISS} and aud == SELF_AUDIENCE

    def new_code_verifier(self) -> str:
        return to_base64url(os.urandom(32))

    async def authorize_url(self, login: Login, nonce: str, *, fresh: bool = False) -> str:
        query = {
            "response_type": "code", "client_id": login.aud, "nonce": nonce, "state": login.state,
            "code_challenge_method": "S256", "code_challenge": "x", **({"prompt": "login"} if fresh else {}),
        }  # fmt: skip
        return str(httpx.URL(f"{SELF_ISS}/authorize", params=query))

    async def exchange(self, login: Login, answer: Mapping[str, str]) -> Identified:
        del answer
        claims = {
            "iss": login.iss, "aud": login.aud, "sub": self.subjects.get(login.user, login.user),
            "iat": int(time.time()), "exp": int(time.time()) + 60,
            "nonce": binding_nonce(HUB, login.iss, login.aud, login.user, login.random),
        }  # fmt: skip
        # Asked anew it does not say when, as some providers do not.
        if not login.fresh:
            claims["auth_time"] = int(time.time()) if self.seen_s is None else self.seen_s
        header = to_base64url(json.dumps({"alg": "EdDSA", "kid": KID}).encode())
        signed = f"{header}.{to_base64url(json.dumps(claims).encode())}"
        token = f"{signed}.{to_base64url(ISSUER_KEY.sign(signed.encode()))}"
        return Identified(token, login.iss, login.aud)

    def hint(self, login: Login) -> None:
        del login

    async def logout_url(self, iss: str) -> str:
        return f"{iss}/end?client_id={SELF_AUDIENCE}"

    async def logged_out(self, token: str) -> LoggedOut:
        raise login_refused(LoginRefusal.UNKNOWN_PROVIDER, token)


@dataclass
class World:
    """A hub and its parties by name."""

    url: str
    folder: Path
    trust: bytes
    door: SigningDoor
    app: FastAPI
    clock: Callable[[], int]
    clients: dict[str, Client] = field(default_factory=dict)

    def profile(self, name: str) -> Client:
        """Return the client of a new profile, without account yet."""
        config = Config(self.folder / name, None, "fr")
        identity = draw_identity(HUB, self.clock())
        profile = Profile.create(config, PASSPHRASE, self.trust, identity)
        self.clients[name] = Client(profile, HttpTransport(self.url), self.clock)
        return self.clients[name]

    def reopen(self, name: str) -> Client:
        """Return another client of the same profile, as another process would have it."""
        self.clients[name].close()
        profile = Profile.open(Config(self.folder / name, None, "fr"), PASSPHRASE)
        self.clients[name] = Client(profile, HttpTransport(self.url), self.clock)
        return self.clients[name]

    def person(self, name: str) -> Client:
        """Return the client of a person with an account and a session."""
        client = self.profile(name)
        self.door.subjects[client.author.user] = name
        self.log_in(client)
        return client

    def log_in(self, client: Client, capacity_id: str | None = None, *, fresh: bool = False) -> None:
        """Log in as the browser would; `fresh` as who is asked to identify themselves again."""
        self.log_in_at(client, self.url, capacity_id, fresh=fresh)

    @staticmethod
    def log_in_at(client: Client, url: str, capacity_id: str | None = None, *, fresh: bool = False) -> None:
        """Log in at a hub of that address."""
        started = client.session.start(SELF_ISS, fresh=fresh)
        state = httpx.URL(started.url).params["state"]
        with httpx.Client(trust_env=False, verify=NO_TLS) as browser:
            query = {"state": state, "code": "code"}
            browser.get(f"{url}/v1/logins/callback", params=query).raise_for_status()
        client.session.finish(capacity_id)

    def professional(
        self, name: str, row: str, structure: str, role: str | None = None, scope: LogScope | None = None
    ) -> Client:
        """Return the client of a professional whose capacity the registrar attested."""
        client = self.person(name)
        self.log_in(client, self.attest(client, row, structure, role, scope))
        return client

    def attest(
        self, client: Client, row: str, structure: str, role: str | None = None, scope: LogScope | None = None
    ) -> str:
        """Let the registrar attest a capacity; return its id."""
        attested = self.attest_user(client.author.user, client, row, structure, role=role, scope=scope)
        client.directory.refresh(client.author.user)
        return attested.hash

    def attest_user(
        self,
        user: str,
        through: Client,
        row: str,
        structure: str,
        *,
        role: str | None = None,
        scope: LogScope | None = None,
    ) -> Statement:
        """Let the registrar attest a capacity of any user, deposited by somebody's client; return it."""
        now_ms = through.clock()
        role, scope = watching(row, role, scope)
        registrar = OPERATOR if role in OPERATING else REGISTRAR
        salt = os.urandom(16)
        body = attestation_body(
            hub=HUB, registrar=registrar.public, user=user,
            subject=salted_subject(salt, SELF_ISS, self.door.subjects[user]),
            capacity=capacity(row, structure, role=role), from_ms=now_ms - DAY_MS, until_ms=now_ms + 90 * DAY_MS,
            scope=scope,
        )  # fmt: skip
        statement = sign(body, registrar)
        through.hub.transport.post("/v1/attestations", {"statement": statement.to_json()})
        if user == through.author.user:
            # As a registrar's own answer is kept.
            held = through.profile.load(ATTESTED)
            through.profile.save(ATTESTED, {**held, statement.hash: to_base64url(salt)})
        return statement


def trust_file(vkey: str, rows: Sequence[str] = ()) -> bytes:
    """Return the bundle of this world: its issuer's key, its log, the shipped table; `rows` when not the usual ones."""
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": to_base64url(ISSUER_KEY.public)}
    keys = (IssuerKey(KID, jwk, 0, None),)
    body: dict[str, Any] = dict(bundle_body(issuer_keys=keys, ceiling=shipped_table().hash, log_vkey=vkey))
    body["log_policy"] = f"log {vkey}\nquorum none\n"
    if rows:
        first, *others = body["registrars"]
        body["registrars"] = [{**first, "rows": list(rows)}, *others]
    return sign_bundle(body, [CONTROLLER])


@contextmanager
def client_world(
    folder: Path, rows: Sequence[str] = (), clock: Clock | None = None,
    prepare: Callable[[Path], None] = lambda _hub: None, **changes: object,
) -> Iterator[World]:  # fmt: skip
    """Serve a new hub of that folder until the block ends; `rows` are those its registrar attests.

    `clock` is the hub's and every client's; `prepare` is what the operator does to its folder before it starts.
    """
    clock = clock or SystemClock()
    hub = folder / "hub"
    trust = trust_file(admin.init(hub, HUB, "log.example", new_place()), rows)
    (hub / "trust.json").write_bytes(trust)
    prepare(hub)
    door = SigningDoor()
    running = build(read_settings(hub).model_copy(update=changes), door, clock)
    port = free_port()
    try:
        app = create_app(running.hub)
        with served(app, port):
            world = World(f"http://127.0.0.1:{port}", folder, trust, door, app, clock.now_ms)
            yield world
            for client in world.clients.values():
                client.close()
    finally:
        running.stop()
