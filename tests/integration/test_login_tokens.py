"""ID tokens that a provider must not be believed: each claim changed by a provider that lies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.types import ASGIApp, Receive, Scope, Send

from support.loopback import free_port, now_ms, served
from volet_demo.browser import Browser
from volet_protocol.encodings import from_base64url, to_base64url
from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty
from volet_service.application.login_ports import Expected
from volet_service.domain.errors import ProviderUnavailable, Refusal
from volet_service.domain.logins import token_hash
from volet_service.entrypoints.demo_provider.accounts import Account, Registry
from volet_service.entrypoints.demo_provider.accounts import RelyingParty as Party
from volet_service.entrypoints.demo_provider.app import create_app
from volet_service.entrypoints.demo_provider.keys import new_key
from volet_service.entrypoints.demo_provider.server import Provider, Reply, Request

CLIENT, CALLBACK = "volet-hub", "http://127.0.0.1:1/callback"
NONCE, STATE, VERIFIER = "n" * 43, "s" * 43, "v" * 43
Forge = Callable[[dict[str, Any], ECKey], str]


def sign(claims: Mapping[str, Any], key: ECKey, **header: str) -> str:
    return jwt.encode({"alg": "ES256", "kid": str(key.kid), **header}, dict(claims), key, ["ES256"])


class LyingProvider(Provider):
    """The demonstration provider, but for the token it hands out and the metadata it shows."""

    def __init__(self, issuer: str, forge: Forge, metadata: Mapping[str, Any]) -> None:
        registry = Registry((Account("nadia", "Nadia", "professional", "eidas2"),), (Party(CLIENT, (CALLBACK,), None),))
        super().__init__(issuer, registry, [new_key()])
        self.forge = forge
        self.metadata = metadata
        self.keys_shown = 0

    def discovery(self) -> dict[str, Any]:
        return {**super().discovery(), **self.metadata}

    def exchange(self, request: Request) -> Reply:
        reply = super().exchange(request)
        if not isinstance(reply.body, dict) or "id_token" not in reply.body:
            return reply
        claims = json.loads(from_base64url(reply.body["id_token"].split(".")[1]))
        reply.body["id_token"] = self.forge(claims, self.keys[0])
        return reply


class CountsKeys:
    """Counts how often the keys were asked for."""

    def __init__(self, app: ASGIApp, lying: LyingProvider) -> None:
        self.app = app
        self.lying = lying

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/jwks.json":
            self.lying.keys_shown += 1
        await self.app(scope, receive, send)


@contextmanager
def relying_party(
    forge: Forge, metadata: Mapping[str, Any] | None = None, hosts: tuple[str, ...] = ()
) -> Iterator[tuple[OpenIdProvider, LyingProvider]]:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    lying = LyingProvider(issuer, forge, metadata or {})
    app = create_app(lying)
    app.add_middleware(CountsKeys, lying=lying)
    with served(app, port), httpx.Client(trust_env=False) as http:
        yield OpenIdProvider(RelyingParty(issuer, CLIENT, CALLBACK, hosts=hosts), http), lying


def identify(provider: OpenIdProvider, nonce: str = NONCE) -> str:
    url = provider.authorize_url(nonce=nonce, state=STATE, verifier=VERIFIER)
    with Browser() as browser:
        answer = dict(parse_qsl(urlsplit(browser.answer_of(url, "nadia")).query))
    expected = Expected(token_hash(STATE), VERIFIER, nonce, now_ms())
    return provider.identify(answer, expected, now_ms()).sub


def refused(forge: Forge, metadata: Mapping[str, Any] | None = None) -> str:
    with relying_party(forge, metadata) as (provider, _), pytest.raises(Refusal) as caught:
        identify(provider)
    return str(caught.value.members["reason"])


def test_an_honest_token_is_believed() -> None:
    with relying_party(sign) as (provider, _):
        assert identify(provider) == "nadia"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nonce": "m" * 43}, "wrong-nonce"),
        ({"nonce": None}, "wrong-nonce"),
        ({"aud": "another"}, "wrong-audience"),
        ({"aud": [CLIENT, "another"]}, "wrong-audience"),
        ({"aud": None}, "wrong-audience"),
        ({"azp": "another"}, "wrong-audience"),
        ({"iss": "https://other.example"}, "wrong-issuer"),
        ({"iss": None}, "wrong-issuer"),
        ({"sub": None}, "bad-token"),
        ({"sub": 7}, "bad-token"),
        ({"exp": 1_700_000_000}, "expired"),
        ({"exp": None}, "bad-token"),
        ({"iat": 1_700_000_000}, "expired"),
        ({"iat": int(time.time()) + 3600}, "bad-token"),
        ({"auth_time": int(time.time()) + 3600}, "bad-token"),
        ({"auth_time": "now"}, "bad-token"),
        ({"auth_time": ""}, "bad-token"),
        ({"auth_time": True}, "bad-token"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "bad-token"),
    ],
)
def test_a_token_with_another_claim_is_refused(change: dict[str, Any], reason: str) -> None:
    def forge(claims: dict[str, Any], key: ECKey) -> str:
        return sign({name: value for name, value in {**claims, **change}.items() if value is not None}, key)

    assert refused(forge) == reason


def test_a_clock_half_a_minute_off_is_no_reason() -> None:
    def forge(claims: dict[str, Any], key: ECKey) -> str:
        return sign({**claims, "iat": claims["iat"] + 30, "exp": claims["iat"] - 30}, key)

    with relying_party(forge) as (provider, _):
        assert identify(provider) == "nadia"


def test_a_tampered_token_is_refused() -> None:
    def forge(claims: dict[str, Any], key: ECKey) -> str:
        header, payload, signature = sign(claims, key).split(".")
        other = to_base64url(from_base64url(payload).replace(b"nadia", b"paula"))
        return f"{header}.{other}.{signature}"

    assert refused(forge) == "bad-token"


def test_a_token_under_another_key_is_refused() -> None:
    assert refused(lambda claims, key: sign(claims, new_key(), kid=str(key.kid))) == "bad-token"
    assert refused(lambda claims, _: sign(claims, new_key())) == "bad-token"


def test_a_token_without_signature_is_refused() -> None:
    def forge(claims: dict[str, Any], _: ECKey) -> str:
        header = to_base64url(json.dumps({"alg": "none"}).encode())
        return f"{header}.{to_base64url(json.dumps(claims).encode())}."

    assert refused(forge) == "bad-token"
    assert refused(forge, {"id_token_signing_alg_values_supported": ["none", "ES256"]}) == "bad-token"


def test_a_public_key_is_no_shared_secret() -> None:
    assert refused(sign, {"id_token_signing_alg_values_supported": ["HS256"]}) == "bad-token"


def test_an_answer_without_a_token_is_refused() -> None:
    assert refused(lambda _claims, _key: "") == "bad-token"


def test_keys_that_were_rotated_are_fetched_again() -> None:
    with relying_party(sign) as (provider, lying):
        assert identify(provider) == "nadia"
        lying.keys = [new_key()]
        assert identify(provider, "m" * 43) == "nadia"


def test_a_key_that_was_withdrawn_signs_nothing_any_more() -> None:
    with relying_party(sign) as (provider, lying):
        withdrawn = lying.keys[0]
        identify(provider)
        lying.keys = [new_key()]
        assert identify(provider, "m" * 43) == "nadia"
        lying.forge = lambda claims, _: sign(claims, withdrawn)
        with pytest.raises(Refusal) as caught:
            identify(provider, "o" * 43)
    assert caught.value.members["reason"] == "bad-token"


def test_an_unknown_key_is_looked_up_once_and_then_refused() -> None:
    with (
        relying_party(lambda claims, _: sign(claims, new_key())) as (provider, lying),
        pytest.raises(Refusal) as caught,
    ):
        identify(provider)
    assert caught.value.members["reason"] == "bad-token"
    assert lying.keys_shown == 1 + 1


def test_metadata_that_name_another_issuer_are_refused() -> None:
    assert refused(sign, {"issuer": "https://other.example"}) == "wrong-issuer"


def test_the_authorization_page_may_be_on_a_host_that_the_operator_allowed() -> None:
    elsewhere = {"authorization_endpoint": "https://login.example/authorize"}
    with relying_party(sign, elsewhere, hosts=("login.example",)) as (provider, _):
        url = provider.authorize_url(nonce=NONCE, state=STATE, verifier=VERIFIER)
        assert url.startswith("https://login.example/authorize?")


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("place", ["https://login.example.evil", "https://login.example:8443", "https://evil.example"])
def test_a_host_that_the_operator_did_not_allow_is_refused(name: str, place: str) -> None:
    with (
        relying_party(sign, {name: f"{place}/x"}, hosts=("login.example",)) as (provider, _),
        pytest.raises(Refusal) as caught,
    ):
        identify(provider)
    assert caught.value.members["reason"] == "host-not-allowed"


@pytest.mark.parametrize("endpoint", ["http://login.example/authorize", "javascript:alert(1)", "", None])
def test_an_open_authorization_page_is_refused(endpoint: str | None) -> None:
    metadata = {"authorization_endpoint": endpoint}
    with relying_party(sign, metadata) as (provider, _), pytest.raises(ProviderUnavailable):
        provider.authorize_url(nonce=NONCE, state=STATE, verifier=VERIFIER)


def test_a_wrong_state_is_refused_before_anything_is_asked() -> None:
    with httpx.Client(trust_env=False) as http:
        provider = OpenIdProvider(RelyingParty("https://nobody.example", CLIENT, CALLBACK), http)
        expected = Expected(token_hash(STATE), VERIFIER, NONCE, now_ms())
        with pytest.raises(Refusal) as caught:
            provider.identify({"state": "another", "code": "c"}, expected, now_ms())
    assert caught.value.members["reason"] == "wrong-state"


def test_a_code_with_another_verifier_is_refused() -> None:
    with relying_party(sign) as (provider, _):
        url = provider.authorize_url(nonce=NONCE, state=STATE, verifier=VERIFIER)
        with Browser() as browser:
            answer = dict(parse_qsl(urlsplit(browser.answer_of(url, "nadia")).query))
        expected = Expected(token_hash(STATE), "w" * 43, NONCE, now_ms())
        with pytest.raises(Refusal) as caught:
            provider.identify(answer, expected, now_ms())
    assert caught.value.members["reason"] == "code-refused"
