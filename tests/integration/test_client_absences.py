"""Being away with a colleague as relay (F13): who writes is told before, and what comes goes to both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.test_client_fact_commands import volet
from support.client_world import World, client_world
from volet_client.members import GENERAL, Terms
from volet_client.names import CASE, CONTACT

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("absences")) as world:
        world.professional("coord", "S13", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("ide", "H2", "practice")
        world.professional("noe", "H2", "practice")
        for client in world.clients.values():
            for name, other in world.clients.items():
                client.names.put(CONTACT, name, other.author.user)
        yield world


@pytest.fixture
def case(world: World, request: pytest.FixtureRequest) -> str:
    coord = world.clients["coord"]
    case = coord.cases.open().case
    coord.members.give_notice(case, [GENERAL], "oral")
    for name in ("mo", "ide", "noe"):
        coord.members.add(case, world.clients[name].author.user, Terms(limb=1))
    name = str(request.node.name)[-60:]
    for client in world.clients.values():
        client.names.put(CASE, name, case)
    return name


def members(world: World, name: str, exchange: str, case: str) -> set[str]:
    listed = volet(world.clients[name], "exchange", "list", "--case", case).result["exchanges"]
    return next(set(one["members"]) for one in listed if one["exchange"] == exchange)


def test_a_message_to_somebody_away_goes_to_the_relay_too_and_its_sender_is_told_before(
    world: World, case: str
) -> None:
    mo, ide, noe = (world.clients[name] for name in ("mo", "ide", "noe"))
    begun = volet(mo, "exchange", "open", "medical/2", "--with", "ide", "--case", case).result["exchange"]
    assert (
        volet(mo, "exchange", "send", begun, "--title", "Avant", "--text", "Avant l'absence.", "--case", case).exit == 0
    )
    assert volet(ide, "absence", "start", "noe", "--until", "14d", "--case", case).exit == 0
    # One that was begun before: the relay joins the list, and reads nothing of what was said until then.
    sent = volet(mo, "exchange", "send", begun, "--title", "Relève", "--text", "Douleur.", "--case", case)
    assert "ide : absence jusqu'au" in sent.text
    assert "relais : noe" in sent.text
    assert members(world, "mo", begun, case) == {"vous", "ide", "noe"}
    listed = volet(noe, "exchange", "show", begun, "--case", case).result["entries"]
    assert [one.get("title") for one in listed] == [None, "Relève"]
    assert "Avant" in str(volet(ide, "exchange", "show", begun, "--case", case).result)
    # A new one names both from the first.
    opened = volet(mo, "exchange", "open", "medical/2", "--with", "ide", "--case", case)
    assert "relais : noe" in opened.text
    assert members(world, "ide", opened.result["exchange"], case) == {"vous", "mo", "noe"}


def test_who_is_back_is_written_to_alone(world: World, case: str) -> None:
    mo, ide = world.clients["mo"], world.clients["ide"]
    assert volet(ide, "absence", "start", "noe", "--until", "14d", "--case", case).exit == 0
    assert "absence" in volet(mo, "absence", "list", "--case", case).text
    assert volet(ide, "absence", "end", "--case", case).exit == 0
    assert volet(mo, "absence", "list", "--case", case).text == "Personne n'est absent."
    opened = volet(mo, "exchange", "open", "medical/2", "--with", "ide", "--case", case)
    assert "absence" not in opened.text
    assert members(world, "mo", opened.result["exchange"], case) == {"vous", "ide"}


def test_an_absence_to_come_changes_nothing_yet(world: World, case: str) -> None:
    mo, ide = world.clients["mo"], world.clients["ide"]
    start = ("absence", "start", "noe", "--from", "2099-01-01", "--until", "2099-01-20", "--case", case)
    assert volet(ide, *start).exit == 0
    opened = volet(mo, "exchange", "open", "medical/2", "--with", "ide", "--case", case)
    assert members(world, "mo", opened.result["exchange"], case) == {"vous", "ide"}
    assert volet(ide, "absence", "end", "--case", case).result["ended"] != []


@pytest.mark.parametrize(
    ("relay", "until", "said"),
    [
        ("mo", "14d", "même fonction"),
        ("ide", "14d", "même fonction"),
        ("noe", "2020-01-01", "après le début"),
        ("noe", "400d", "avant un an"),
    ],
    ids=["another row", "oneself", "over already", "more than a year"],
)
def test_a_relay_who_cannot_stand_in_is_refused_in_words(
    world: World, case: str, relay: str, until: str, said: str
) -> None:
    refused = volet(world.clients["ide"], "absence", "start", relay, "--until", until, "--case", case)
    assert refused.exit == 2
    assert said in refused.error["message"]


def test_in_every_case_at_once_each_says_whether_there_is_a_relay(world: World, case: str) -> None:
    coord, ide = world.clients["coord"], world.clients["ide"]
    alone = coord.cases.open().case
    coord.members.give_notice(alone, [GENERAL], "oral")
    coord.members.add(alone, ide.author.user, Terms(limb=1))
    told = volet(ide, "absence", "start", "noe", "--until", "14d", "--everywhere")
    assert told.exit == 0
    recorded = {one["case"]: one["recorded"] for one in told.result["absences"]}
    assert recorded[alone] is False
    assert recorded[ide.names.find(CASE, case)] is True
    assert "pas de relais" in told.text
    assert volet(ide, "absence", "end", "--everywhere").text == "Vous êtes de retour."
