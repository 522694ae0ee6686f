"""`volet emergency`, as each person concerned reads it on their screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.members import GENERAL, Terms
from volet_client.names import CASE
from volet_protocol.places import Place

ROW_CODES = re.compile(r"\b(H1p?|H[2-5]|S\d+[abc]?|M[12]|C[123]|O\d+)\b")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("screens")) as world:
        coord = world.professional("coord", "S10", "dac")
        mo = world.professional("mo", "H1", "dac")
        mme = world.person("mme")
        world.professional("audit", "O14", "operator")
        night = world.professional("night", "H1", "practice")
        case = coord.cases.open(person=mme.author.user).case
        coord.members.give_notice(case, [GENERAL], "oral")
        coord.members.add(case, mo.author.user, Terms())
        mo.entries.post(case, Place("section", "medical/2"), "Allergie", fields={"text": "Pénicilline."})
        night.names.put(CASE, "Mme A", case)
        yield world


def said(world: World, who: str, *words: str, status: int = 0) -> str:
    """What somebody reads after a command, on one line."""
    client = world.clients[who]
    recorder = Recorder("fr")
    context = Context(client.profile.config, recorder)
    context._client = client
    assert run_line(context, words) == status, recorder.answer()
    answer = recorder.answer()
    lines = answer["lines"]
    assert isinstance(lines, list)
    text = " ".join(str(line) for line in lines)
    assert not ROW_CODES.search(text), text
    return text + (str(answer["error"]) if status else "")


def test_everybody_concerned_reads_of_an_emergency_on_their_screen(world: World) -> None:
    start = ("emergency", "start", "--case", "Mme A", "--reason", "unconscious", "--text", "Ne répond pas.")
    assert "inscrit au journal" in said(world, "night", *start)
    assert "1 élément communiqué" in said(world, "mo", "sync")
    assert "Allergie" in said(world, "night", "list", "medical/2", "--case", "Mme A")
    outside = said(world, "night", "list", "social/2", "--case", "Mme A", status=5)
    assert "urgence" in outside.lower()
    for who in ("mme", "coord"):
        told = said(world, who, "sync")
        assert "personne inconsciente" in told
        assert "« Ne répond pas. »" in told
        assert "en cours" in told
    assert "Ne répond pas." in said(world, "audit", "emergency", "list")

    assert "Terminé" in said(world, "night", "emergency", "stop", "--case", "Mme A")
    for who in ("audit", "coord"):
        assert "À faire : 1 accès en urgence à relire." in said(world, who, "sync")
        assert "À faire : 1 accès en urgence à relire." in said(world, who, "whoami")
    for who in ("mme", "night"):
        said(world, who, "sync")
        assert "À faire" not in said(world, who, "whoami")
    shown = said(world, "coord", "emergency", "list")
    assert "À relire : volet emergency review" in shown
    short = re.findall(r"review ([0-9a-f]{8})", shown)[0]
    after = said(world, "coord", "emergency", "review", short, "--not-legitimate", "--text", "Sans motif.")
    assert "délégué à la protection des données" in after
    for who in ("audit", "coord"):
        said(world, who, "sync")
        assert "À faire" not in said(world, who, "whoami")
    assert "non légitime" in said(world, "mme", "emergency", "list")
    assert "non légitime" in said(world, "audit", "emergency", "list")
    assert "accès en urgence déclaré" in said(world, "mme", "accesses")


def test_a_reason_outside_of_the_list_and_no_outcome_are_not_taken(world: World) -> None:
    said(world, "night", "emergency", "start", "--case", "Mme A", "--reason", "curiosity", "--text", "x", status=2)
    said(world, "coord", "emergency", "review", "12345678", status=2)
