"""Logging out: here, at the hub, and where one's identity provider is."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from integration.test_client_fact_commands import volet
from support.client_world import World, client_world
from support.identities import SELF_AUDIENCE, SELF_ISS


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("logout")) as world:
        yield world


def test_who_logs_out_is_told_where_their_browser_logs_out_too(world: World) -> None:
    person = world.person("nadia")
    world.log_in(person)
    said = volet(person, "logout")
    address = urlsplit(str(said.result["logout_url"]))
    assert f"{address.scheme}://{address.netloc}" == SELF_ISS
    asked = parse_qs(address.query)
    assert asked["client_id"] == [SELF_AUDIENCE]
    # Who leaves is said by the token that they came in with, and by no name.
    assert asked["id_token_hint"][0].count(".") == 2
    assert "Pour l'y déconnecter" in said.text
    assert volet(person, "session", "list").exit != 0


def test_who_is_logged_out_already_is_sent_nowhere(world: World) -> None:
    person = world.person("ines")
    world.log_in(person)
    volet(person, "logout")
    assert volet(person, "logout").result == {}
