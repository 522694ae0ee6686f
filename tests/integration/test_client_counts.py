"""What waits for somebody, in one line; how many entries a case has for them, and how many are new."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.masking import Masking
from volet_client.members import GENERAL, Terms
from volet_protocol.places import Place


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("mo", "H1", "practice")
        mme = world.person("mme")
        coord, mo = world.clients["coord"], world.clients["mo"]
        case = coord.cases.open(person=mme.author.user).case
        coord.members.give_notice(case, [GENERAL], "oral")
        coord.members.add(case, mo.author.user, Terms())
        mo.entries.post(case, Place("section", "medical/2"), "Compte rendu", fields={"text": "Détail."})
        yield world


def screen(world: World, who: str, *words: str, lang: str = "fr") -> list[str]:
    """What somebody sees of a command that succeeds."""
    client = world.clients[who]
    recorder = Recorder(lang)
    context = Context(client.profile.config, recorder)
    context._client = client
    assert run_line(context, words) == 0, recorder.answer()
    lines = recorder.answer()["lines"]
    assert isinstance(lines, list)
    return [str(line) for line in lines]


def test_a_case_is_shown_with_how_many_entries_there_are_to_know_of_and_how_many_are_new(world: World) -> None:
    mo, medical = world.clients["mo"], "Santé, le détail : "
    case = mo.cases.ids()[0]
    screen(world, "mme", "case", "show")
    assert f"{medical}1 élément" in screen(world, "mme", "case", "show"), "shown once, it is new no longer"
    assert screen(world, "mme", "case", "list")[0].endswith("1 élément")
    entry = mo.entries.post(case, Place("section", "medical/2"), "Suite", fields={"text": "Suite."}).id
    hidden = mo.entries.post(
        case,
        Place("section", "medical/2"),
        "Retenu",
        fields={"text": "Retenu."},
        masking=Masking("before_announcement"),
    ).id
    assert screen(world, "mme", "case", "list")[0].endswith("2 éléments, 1 nouveau")
    assert screen(world, "mme", "case", "list", lang="en")[0].endswith("2 entries, 1 new")
    shown = screen(world, "mme", "case", "show")
    assert f"{medical}2 éléments, 1 nouveau" in shown
    assert not [line for line in shown if "réservés" in line], "what is held back from the person counts nowhere"
    assert "Santé, le détail (éléments réservés) : 1 élément, 1 nouveau" in screen(world, "mo", "case", "show")
    for taken, kind in ((entry, "section"), (hidden, "masked")):
        mo.entries.take_back(case, Place(kind, "medical/2"), taken)
    assert screen(world, "mme", "case", "list")[0].endswith("1 élément")


def test_what_may_not_be_opened_is_counted_and_said_to_be_closed(world: World) -> None:
    shown = screen(world, "coord", "case", "show")
    assert any(re.search(r"Santé, le détail : .* que vous ne pouvez pas ouvrir$", line) for line in shown)


def test_who_i_am_ends_with_what_waits_for_me_in_one_line_and_with_none_when_nothing_does(world: World) -> None:
    mo = world.clients["mo"]
    case = mo.cases.ids()[0]
    assert not [line for line in screen(world, "mo", "whoami") if line.startswith("À faire")]
    mo.notes.keep(case, Place("section", "medical/1"), "Chute", kind="note", fields={"text": "Chute."})
    mo.waiting.remember_reviews({case: 2})
    line = "À faire : 2 accès en urgence à relire, 1 en attente d'envoi."
    assert screen(world, "mo", "whoami")[-1] == line
    assert screen(world, "mo", "whoami", lang="en")[-1] == "To do: 2 emergencies to review, 1 waiting to be sent."
    assert not [said for said in screen(world, "mo", "sync") if said.startswith("À faire")], "sent, and none to review"
    assert not [said for said in screen(world, "mo", "whoami") if said.startswith("À faire")]
    stored = mo.entries.titles(case, Place("section", "medical/1"))[-1].listed.entry
    assert stored is not None
    mo.entries.take_back(case, Place("section", "medical/1"), stored.id)
