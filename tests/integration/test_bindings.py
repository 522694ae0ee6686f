"""Bindings at the hub: a token is deposited once, whoever's retry it is, and only for the chain it names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.hub import LiveHub, make_folder, running_hub
from support.identities import AUDIENCE, ISSUER_KEY, TestUser, bound, make_user, seed32
from support.logged import acts
from volet_protocol.encodings import to_base64url


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    folder: Path = tmp_path_factory.mktemp("hub")
    make_folder(folder, [ISSUER_KEY])
    with running_hub(folder) as running:
        yield running


def bind(http: httpx.Client, user: TestUser, **changes: str) -> httpx.Response:
    return http.post(f"/v1/users/{user.user}/bindings", json={**bound(AUDIENCE, user.user).to_json(), **changes})


def test_the_same_binding_again_has_the_same_answer_and_no_second_leaf(hub: LiveHub) -> None:
    user = make_user(1)
    http = hub.login(user)
    told = acts(hub).count("binding")
    first, before = bind(http, user).raise_for_status().json()["receipt"], http.get("/v1/log/checkpoint").text
    again = bind(http, user).raise_for_status().json()["receipt"]
    assert again["leaf"] == first["leaf"]
    assert http.get("/v1/log/checkpoint").text == before
    assert len(http.get(f"/v1/users/{user.user}").json()["bindings"]) == 2
    assert acts(hub).count("binding") == told + 1


def test_a_known_token_under_another_opening_of_its_nonce_is_judged_and_refused(hub: LiveHub) -> None:
    user = make_user(2)
    http = hub.login(user)
    bind(http, user).raise_for_status()
    assert bind(http, user, random=to_base64url(seed32("another"))).json()["reason"] == "wrong-nonce"


def test_a_binding_of_another_chain_is_refused(hub: LiveHub) -> None:
    user, other = make_user(3), make_user(4)
    http = hub.login(user)
    stolen = http.post(f"/v1/users/{user.user}/bindings", json=bound(AUDIENCE, other.user).to_json())
    assert stolen.json()["reason"] == "wrong-nonce"
    assert bind(http, other).status_code == 404
