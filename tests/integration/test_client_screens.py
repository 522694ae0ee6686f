"""What people read on their screens: names and functions, what is open to them and why not, never a code of the law."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.members import GENERAL, Terms
from volet_protocol.kinds import Content
from volet_protocol.places import Place

ROW_CODES = re.compile(r"\b(H1p?|H[2-5]|S\d+[abc]?|M[12]|C[123]|O\d+)\b")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("ide", "H2", "practice")
        mme = world.person("mme")
        coord, mo, ide = (world.clients[name] for name in ("coord", "mo", "ide"))
        case = coord.cases.open(person=mme.author.user).case
        coord.members.give_notice(case, [GENERAL], "oral")
        coord.members.add(case, mo.author.user, Terms())
        coord.members.add(case, ide.author.user, Terms(limb=0))
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


def test_a_case_is_shown_in_functions_and_names_of_parts_never_in_codes_of_rows(world: World) -> None:
    for who in ("coord", "mo", "mme"):
        shown = screen(world, who, "case", "show")
        assert not [line for line in shown if ROW_CODES.search(line)]
    assert any("Médecin" in line for line in screen(world, "coord", "case", "show"))
    assert any("Santé, le détail : lecture et écriture" in line for line in screen(world, "mo", "case", "show"))


def test_a_list_says_what_the_rules_keep_from_me_and_why(world: World) -> None:
    lines = screen(world, "coord", "list", "medical/2")
    assert len(lines) == 1
    assert "ne vous est pas communiqué" in lines[0]
    assert "Santé" in lines[0]
    assert "volet sync" not in lines[0], "no colleague's sync will ever grant what the rules refuse"
    assert "not open to you" in screen(world, "coord", "list", "medical/2", lang="en")[0]


def test_a_person_reads_what_she_agreed_to_and_whether_it_still_holds(world: World) -> None:
    mme = world.clients["mme"]
    given = ["consent", "give", "--information", "medical/2", "--profession", "G15:60"]
    screen(world, "mme", *given)
    assert any(
        "accord, en vigueur : Santé, le détail — pour Infirmier" in line
        for line in screen(world, "mme", "consent", "list")
    )
    screen(world, "mme", "consent", "withdraw", "last")
    after = screen(world, "mme", "consent", "list")
    assert any("accord, terminé : Santé, le détail" in line for line in after)
    assert not [line for line in after if "en vigueur" in line]
    assert mme.cases.ids()


def test_what_is_read_is_shown_whole(world: World) -> None:
    case = world.clients["mo"].cases.ids()[0]
    entry = world.clients["mo"].entries.post(
        case, Place("section", "medical/1"), "Synthèse", fields={"text": "Deux lignes."}
    )
    assert isinstance(world.clients["mo"].entries.read(case, Place("section", "medical/1"), entry.id).body, Content)
    assert "Deux lignes." in screen(world, "mo", "read", "medical/1", entry.id[:8])
