"""Logging out at the provider ends the sessions of that subject at the hub, and nobody else's."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from support.identities import TestUser, make_user
from support.independent_provider import IndependentProvider, independent_provider
from support.login_hub import LoginHub, login_hub
from support.loopback import HUB_CLIENT, free_port, now_ms
from volet_client import login as client
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url

ACCOUNTS = [{"sub": "paul"}, {"sub": "nadia"}]


@dataclass(frozen=True)
class Place:
    """A provider and a hub that it tells who logged out."""

    provider: IndependentProvider
    hub: LoginHub


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    port, provider_port = free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    hub_client = {
        "client_id": HUB_CLIENT, "backchannel_logout_uri": f"{origin}/v1/provider-logouts",
        "post_logout_redirect_uris": [f"{origin}/"],
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("logout")
    with (
        independent_provider(
            folder, clients=[hub_client], accounts=ACCOUNTS, scopes={"openid": ["sub"]}, port=provider_port,
            callback=f"{origin}/v1/logins/callback",
        ) as provider,
        login_hub(port, provider.issuer, after_logout=f"{origin}/") as hub,
    ):  # fmt: skip
        yield Place(provider, hub)


@dataclass(frozen=True)
class LoggedIn:
    """The hub's token, and what a browser opens to log out at the provider too."""

    token: str
    there: str


def session(place: Place, browser: httpx.Client, account: str, user: TestUser) -> LoggedIn:
    """Log in with a browser that keeps the provider's session."""
    transport = HttpTransport(place.hub.origin, sleep=lambda _: None)
    inputs = client.LoginInputs(
        place.hub.origin, place.provider.issuer, HUB_CLIENT, user.user, user.device.id, secrets.token_bytes(32)
    )
    pending = client.begin_login(transport, inputs)
    answer = place.provider.answer_in(browser, pending.authorize_url, account)
    assert browser.get(place.provider.callback, params=answer).status_code == 200
    token = client.wait_for_id_token(transport, pending, sleep=lambda _: None)
    statement = client.sign_login(pending, user.preamble(now_ms()), user.signing_key)
    boxes = {to: to_base64url(box) for to, box in user.boxes.items()}
    chain: list[JsonObject] = [{"statement": link.to_json(), "boxes": boxes} for link in user.chain.links]
    opened = client.open_session(transport, pending, statement, chain)
    transport.close()
    there = client.logout_address(opened.logout_url or "", token)
    assert there is not None
    return LoggedIn(opened.token, there)


def is_known(place: Place, browser: httpx.Client, user: TestUser) -> bool:
    """Whether the provider would let a login of this browser through without asking who is there."""
    transport = HttpTransport(place.hub.origin, sleep=lambda _: None)
    inputs = client.LoginInputs(
        place.hub.origin, place.provider.issuer, HUB_CLIENT, user.user, user.device.id, secrets.token_bytes(32)
    )
    asked = client.begin_login(transport, inputs).authorize_url
    transport.close()
    return browser.get(asked).headers["location"].startswith(place.provider.callback)


def serves(place: Place, token: str) -> bool:
    headers = {"Authorization": f"Volet {token}"}
    return httpx.get(f"{place.hub.origin}/v1/sessions", headers=headers, trust_env=False).status_code == 200


def end_session(place: Place) -> str:
    found = httpx.get(f"{place.provider.issuer}/.well-known/openid-configuration", trust_env=False).json()
    return str(found["end_session_endpoint"])


def log_out(place: Place, browser: httpx.Client, address: str | None = None) -> str:
    """Press « sign out » on the provider's page, its own or that of an address; return where that leads."""
    endpoint = end_session(place)
    page = browser.get(address or f"{endpoint}?client_id={HUB_CLIENT}")
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', page.text)
    assert xsrf, page.text
    done = browser.post(f"{endpoint}/confirm", data={"xsrf": xsrf[1], "logout": "yes"})
    assert done.is_redirect, done.text
    return done.headers["location"]


def logouts(place: Place) -> int:
    """How many leaves of the hub's log tell of sessions that a provider ended."""
    return [leaf.view.act for leaf in place.hub.store.memory.leaves].count("logout")


def is_ended(place: Place, token: str) -> bool:
    """Wait until the provider told the hub."""
    deadline = time.monotonic() + 30
    while serves(place, token) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not serves(place, token)


def test_the_address_of_a_session_logs_its_browser_out_at_the_provider_and_leads_back(place: Place) -> None:
    user = make_user(3, now_ms(), place.hub.origin)
    with httpx.Client(trust_env=False) as his:
        found = session(place, his, "paul", user)
        assert found.there.startswith(f"{end_session(place)}?client_id={HUB_CLIENT}&")
        assert is_known(place, his, user)
        assert log_out(place, his, found.there).startswith(f"{place.hub.origin}/")
        assert not is_known(place, his, user)
        assert is_ended(place, found.token)


def test_an_address_over_an_open_connection_is_not_opened() -> None:
    assert client.logout_address("http://idp.example/end?client_id=x", "token") is None
    assert client.logout_address("https://idp.example/end?client_id=x", "a.b.c") == (
        "https://idp.example/end?client_id=x&id_token_hint=a.b.c"
    )


def test_logging_out_at_the_provider_ends_the_sessions_of_that_subject_and_no_other(place: Place) -> None:
    before = logouts(place)
    with httpx.Client(trust_env=False) as his, httpx.Client(trust_env=False) as hers:
        paul = session(place, his, "paul", make_user(1, now_ms(), place.hub.origin))
        nadia = session(place, hers, "nadia", make_user(2, now_ms(), place.hub.origin))
        assert serves(place, paul.token)
        log_out(place, his)
        assert is_ended(place, paul.token)
        assert serves(place, nadia.token)
    assert logouts(place) == before + 1
