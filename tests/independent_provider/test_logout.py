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
    hub_client = {"client_id": HUB_CLIENT, "backchannel_logout_uri": f"{origin}/v1/provider-logouts"}
    folder = tmp_path_factory.mktemp("logout")
    with (
        independent_provider(
            folder, clients=[hub_client], accounts=ACCOUNTS, scopes={"openid": ["sub"]}, port=provider_port,
            callback=f"{origin}/v1/logins/callback",
        ) as provider,
        login_hub(port, provider.issuer) as hub,
    ):  # fmt: skip
        yield Place(provider, hub)


def session(place: Place, browser: httpx.Client, account: str, user: TestUser) -> str:
    """Log in with a browser that keeps the provider's session; return the hub's token."""
    transport = HttpTransport(place.hub.origin, sleep=lambda _: None)
    inputs = client.LoginInputs(
        place.hub.origin, place.provider.issuer, HUB_CLIENT, user.user, user.device.id, secrets.token_bytes(32)
    )
    pending = client.begin_login(transport, inputs)
    answer = place.provider.answer_in(browser, pending.authorize_url, account)
    assert browser.get(place.provider.callback, params=answer).status_code == 200
    client.wait_for_id_token(transport, pending, sleep=lambda _: None)
    statement = client.sign_login(pending, user.preamble(now_ms()), user.signing_key)
    boxes = {to: to_base64url(box) for to, box in user.boxes.items()}
    chain: list[JsonObject] = [{"statement": link.to_json(), "boxes": boxes} for link in user.chain.links]
    opened = client.open_session(transport, pending, statement, chain)
    transport.close()
    return opened.token


def serves(place: Place, token: str) -> bool:
    headers = {"Authorization": f"Volet {token}"}
    return httpx.get(f"{place.hub.origin}/v1/sessions", headers=headers, trust_env=False).status_code == 200


def log_out(place: Place, browser: httpx.Client) -> None:
    """Press « sign out » on the provider's own page (RP-initiated logout)."""
    found = httpx.get(f"{place.provider.issuer}/.well-known/openid-configuration", trust_env=False).json()
    page = browser.get(found["end_session_endpoint"], params={"client_id": HUB_CLIENT})
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', page.text)
    assert xsrf, page.text
    done = browser.post(f"{found['end_session_endpoint']}/confirm", data={"xsrf": xsrf[1], "logout": "yes"})
    assert done.is_redirect, done.text


def test_logging_out_at_the_provider_ends_the_sessions_of_that_subject_and_no_other(place: Place) -> None:
    with httpx.Client(trust_env=False) as his, httpx.Client(trust_env=False) as hers:
        paul = session(place, his, "paul", make_user(1, now_ms(), place.hub.origin))
        nadia = session(place, hers, "nadia", make_user(2, now_ms(), place.hub.origin))
        assert serves(place, paul)
        log_out(place, his)
        deadline = time.monotonic() + 30
        while serves(place, paul) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not serves(place, paul)
        assert serves(place, nadia)
    acts = [leaf.view.act for leaf in place.hub.store.memory.leaves]
    assert acts.count("logout") == 1
