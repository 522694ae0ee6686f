"""A second chain of somebody known: the hub could have made it, so a human says that it is theirs (protocol 5.6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.errors import NotReadableError, UsageError
from volet_client.granting import Duties
from volet_client.members import GENERAL, Terms
from volet_protocol.errors import Reason
from volet_protocol.fingerprint import phrase
from volet_protocol.places import Place

SECTIONS = ("medical/1", "medical/2")
DETAIL = Place("section", "medical/2")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("confirmed")) as world:
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "clinic")
        yield world


@pytest.fixture
def case(world: World) -> str:
    mo = world.clients["mo"]
    case = mo.cases.open().case
    mo.members.give_notice(case, [GENERAL], "oral")
    for section in SECTIONS:
        mo.entries.post(case, Place("section", section), "Titre", fields={"text": "texte"})
    return case


def again(world: World, name: str) -> Client:
    """A new chain of a subject who already has one: a lost device, or somebody else behind the same login."""
    client = world.profile(f"{name} again")
    world.door.subjects[client.author.user] = name
    world.log_in(client)
    world.log_in(client, world.attest(client, "H2", "clinic"))
    return client


def duties(client: Client, case: str) -> Duties:
    return client.cases.sync(case)[1]


def test_a_second_chain_is_granted_nothing_until_its_phrase_was_compared_then_everything_permitted(
    world: World, case: str
) -> None:
    mo, second = world.clients["mo"], again(world, "inf")
    user = second.author.user
    mo.members.add(case, user, Terms(history_from_ms=0))
    before = duties(mo, case)
    assert before.waiting == {user: Reason.NOT_YET.value}
    entry = mo.entries.titles(case, DETAIL)[0].listed.entry
    assert entry is not None
    with pytest.raises(NotReadableError):
        second.entries.read(case, DETAIL, entry.id)

    mo.confirmations.confirm(user, phrase(user).upper(), mo.clock())
    mo = world.reopen("mo")
    after = duties(mo, case)
    assert set(after.granted[user]) >= set(SECTIONS)
    assert after.waiting == {}
    read = second.entries.read(case, DETAIL, entry.id)
    assert read.title is not None
    assert read.title.title == "Titre"


def test_a_phrase_of_somebody_else_confirms_nobody(world: World, case: str) -> None:
    mo, second = world.clients["mo"], again(world, "inf")
    mo.members.add(case, second.author.user, Terms())
    with pytest.raises(UsageError) as caught:
        mo.confirmations.confirm(second.author.user, phrase(world.clients["inf"].author.user), mo.clock())
    assert "prévenez votre auditeur" in caught.value.hint.fr
    assert second.author.user in duties(mo, case).waiting


def test_a_confirmation_of_one_chain_says_nothing_of_another(world: World, case: str) -> None:
    mo, second = world.clients["mo"], again(world, "inf")
    known = world.clients["inf"].author.user
    mo.confirmations.confirm(known, phrase(known), mo.clock())
    mo.members.add(case, second.author.user, Terms())
    assert second.author.user in duties(mo, case).waiting
