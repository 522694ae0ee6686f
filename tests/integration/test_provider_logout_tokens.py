"""Logout tokens that end nothing: forged, replayed, stale, of another, or an ID token in their place."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from support.login_hub import LoginHub, login_hub
from support.loopback import HUB_CLIENT, free_port, now_ms, served
from volet_protocol.capacities import subject_chain
from volet_protocol.encodings import to_base64url
from volet_service.application.records import BindingRecord, Session
from volet_service.entrypoints.demo_provider.accounts import Account, Registry
from volet_service.entrypoints.demo_provider.accounts import RelyingParty as Party
from volet_service.entrypoints.demo_provider.app import create_app
from volet_service.entrypoints.demo_provider.keys import new_key
from volet_service.entrypoints.demo_provider.server import Provider

EVENTS: dict[str, object] = {"http://schemas.openid.net/event/backchannel-logout": {}}
USER, OTHER, DEVICE = "ab" * 32, "cd" * 32, "ef" * 32


@dataclass(frozen=True)
class Place:
    """A provider with its key and a hub, where `paul` and `nadia` have one session each."""

    provider: Provider
    hub: LoginHub

    def claims(self, **change: object) -> dict[str, object]:
        now = int(time.time())
        given: dict[str, object] = {
            "iss": self.provider.issuer, "aud": HUB_CLIENT, "sub": "paul", "iat": now, "exp": now + 120,
            "jti": secrets.token_hex(8), "events": EVENTS, **change,
        }  # fmt: skip
        return {name: value for name, value in given.items() if value is not None}

    def sign(self, claims: Mapping[str, Any], key: ECKey | None = None) -> str:
        signing = key or self.provider.keys[0]
        return jwt.encode({"alg": "ES256", "kid": str(signing.kid), "typ": "logout+jwt"}, dict(claims), signing)

    def send(self, token: str) -> tuple[int, object]:
        answer = httpx.post(f"{self.hub.origin}/v1/provider-logouts", data={"logout_token": token}, trust_env=False)
        return answer.status_code, answer.json().get("reason") if answer.content else None

    @property
    def sessions(self) -> set[str]:
        return {session.user for session in self.hub.store.memory.sessions.values()}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Provider, LoginHub]]:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    registry = Registry((Account("paul", "Paul", "professional", "eidas1"),), (Party(HUB_CLIENT, ("x",), None),))
    provider = Provider(issuer, registry, [new_key()])
    with served(create_app(provider), port), login_hub(free_port(), issuer) as hub:
        yield provider, hub


@pytest.fixture
def place(running: tuple[Provider, LoginHub]) -> Place:
    provider, hub = running
    memory = hub.store.memory
    memory.sessions.clear()
    memory.bindings.clear()
    memory.leaves.clear()
    for user, sub in ((USER, "paul"), (OTHER, "nadia")):
        memory.sessions[user] = Session(user, user, DEVICE, None, now_ms(), now_ms() + 3_600_000)
        memory.bindings.append(
            BindingRecord(user, "t", provider.issuer, HUB_CLIENT, b"", subject_chain(provider.issuer, sub), 0, 0, 0)
        )
    return Place(provider, hub)


def test_a_logout_token_ends_the_sessions_of_its_subject(place: Place) -> None:
    assert place.send(place.sign(place.claims())) == (200, None)
    assert place.sessions == {OTHER}
    assert [(leaf.view.act, leaf.identity.user) for leaf in place.hub.store.memory.leaves] == [("logout", USER)]


def test_a_subject_whom_nobody_knows_ends_nothing_and_is_told_nothing_else(place: Place) -> None:
    assert place.send(place.sign(place.claims(sub="stranger"))) == (200, None)
    assert place.sessions == {USER, OTHER}
    assert place.hub.store.memory.leaves == []


def test_a_logout_token_serves_once(place: Place) -> None:
    token = place.sign(place.claims())
    assert place.send(token)[0] == 200
    place.hub.store.memory.sessions[USER] = Session(USER, USER, DEVICE, None, now_ms(), now_ms() + 3_600_000)
    assert place.send(token) == (400, "already-used")
    assert place.sessions == {USER, OTHER}


def test_a_session_begun_after_the_logout_goes_on(place: Place) -> None:
    later = now_ms() + 90_000
    place.hub.store.memory.sessions[USER] = Session(USER, USER, DEVICE, None, later, later + 3_600_000)
    assert place.send(place.sign(place.claims()))[0] == 200
    assert place.sessions == {USER, OTHER}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "https://other.example"}, "unknown-provider"),
        ({"iss": None}, "unknown-provider"),
        ({"aud": "another"}, "wrong-audience"),
        ({"aud": [HUB_CLIENT, "another"]}, "wrong-audience"),
        ({"aud": None}, "wrong-audience"),
        ({"nonce": "n" * 43}, "wrong-nonce"),
        ({"events": None}, "bad-token"),
        ({"events": {}}, "bad-token"),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": True}}, "bad-token"),
        ({"events": "http://schemas.openid.net/event/backchannel-logout"}, "bad-token"),
        ({"iat": 1_700_000_000}, "expired"),
        ({"iat": 1_700_000_000, "exp": 1_700_000_060}, "expired"),
        ({"exp": 1_700_000_000}, "expired"),
        ({"iat": 9_000_000_000}, "bad-token"),
        ({"iat": None}, "bad-token"),
        ({"iat": "now"}, "bad-token"),
        ({"jti": None}, "bad-token"),
        ({"jti": "j" * 300}, "bad-token"),
        ({"sub": None}, "bad-token"),
        ({"sub": None, "sid": "s"}, "bad-token"),
        ({"sub": 7}, "bad-token"),
    ],
)
def test_a_logout_token_with_another_claim_ends_nothing(place: Place, change: dict[str, Any], reason: str) -> None:
    assert place.send(place.sign(place.claims(**change))) == (400, reason)
    assert place.sessions == {USER, OTHER}


def test_a_forged_logout_token_ends_nothing(place: Place) -> None:
    claims = place.claims()
    key = place.provider.keys[0]
    header, payload, signature = place.sign(claims).split(".")
    none = to_base64url(json.dumps({"alg": "none"}).encode())
    shared = OctKey.import_key(json.dumps(key.as_dict(private=False)))
    symmetric = jwt.encode({"alg": "HS256", "kid": str(key.kid)}, claims, shared)
    other = to_base64url(json.dumps({**claims, "sub": "nadia"}).encode())
    for token in (
        f"{none}.{payload}.", symmetric, f"{header}.{other}.{signature}", place.sign(claims, new_key()),
        "", "a.b.c", "a" * 19_000,
    ):  # fmt: skip
        assert place.send(token)[0] == 400
    assert place.sessions == {USER, OTHER}


@pytest.mark.parametrize(
    "body", ["", "token=x", "logout_token=x&logout_token=y", "logout_token=x&more=y", "x" * 30_000]
)
def test_another_form_ends_nothing(place: Place, body: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{place.hub.origin}/v1/provider-logouts", content=body, headers=headers, trust_env=False)
    assert answer.status_code == 400
