"""Which provider and audience a client takes from trust.json: no login is made for the registrar's audience."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.client_world import trust_file
from support.identities import AUDIENCE, HUB, ISS, SELF_AUDIENCE, SELF_ISS, START_MS
from volet_client.account import draw_identity
from volet_client.client import Client
from volet_client.config import Config
from volet_client.errors import UsageError
from volet_client.profile import Profile
from volet_client.session import Session
from volet_client.transport import HttpTransport
from volet_protocol.trust_parties import REGISTRAR, SELF
from volet_service.bootstrap import admin


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder: Path = tmp_path_factory.mktemp("profile")
    trust = trust_file(admin.init(folder / "hub", HUB, "log.example"))
    profile = Profile.create(
        Config(folder / "nadia", None, "fr"), "phrase de passe", trust, draw_identity(HUB, START_MS)
    )
    client = Client(profile, HttpTransport(HUB))
    yield client.session
    client.close()


def test_one_provider_serves_hub_and_registrar_under_two_audiences(session: Session) -> None:
    assert session.relying_party(SELF, None, None) == (ISS, SELF_AUDIENCE)
    assert session.relying_party(REGISTRAR, None, None) == (ISS, AUDIENCE)


def test_the_provider_that_the_person_names_is_used(session: Session) -> None:
    assert session.relying_party(SELF, SELF_ISS, None) == (SELF_ISS, SELF_AUDIENCE)


@pytest.mark.parametrize(
    ("mode", "iss", "aud"),
    [
        (REGISTRAR, SELF_ISS, None),
        (REGISTRAR, None, SELF_AUDIENCE),
        (SELF, None, AUDIENCE),
        (SELF, "https://evil.example", None),
    ],
    ids=["a provider of the hub alone", "the hub's audience as proof", "the registrar's for a login", "not listed"],
)
def test_an_audience_of_another_mode_is_not_used(session: Session, mode: str, iss: str | None, aud: str | None) -> None:
    with pytest.raises(UsageError):
        session.relying_party(mode, iss, aud)
