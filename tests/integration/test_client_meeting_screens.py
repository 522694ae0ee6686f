"""Conferences, linked cases and majority as people type and read them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import system_clock
from volet_client.members import GENERAL, Terms
from volet_client.names import CASE, CONTACT
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("mo", "H1", "practice")
        world.person("mme")
        coord, mo = world.clients["coord"], world.clients["mo"]
        for name in ("kept", "closed"):
            case = coord.cases.open(person=world.clients["mme"].author.user).case
            coord.members.give_notice(case, [GENERAL], "oral")
            coord.members.add(case, mo.author.user, Terms())
            mo.names.put(CASE, name, case)
            coord.names.put(CASE, name, case)
        mo.names.put(CONTACT, "Coord", coord.author.user)
        mo.names.put(CONTACT, "Dr <Mo>", mo.author.user)
        yield world


def run(world: World, *words: str, fails: bool = False, who: str = "mo") -> str:
    """What somebody, else the doctor, sees of a command."""
    client = world.clients[who]
    recorder = Recorder("fr")
    context = Context(client.profile.config, recorder)
    context._client = client
    status = run_line(context, words)
    answer = recorder.answer()
    assert bool(status) is fails, answer
    return str(answer["error"]) if fails else "\n".join(str(line) for line in answer["lines"] or [])  # type: ignore[union-attr]  # a list of lines


def convene(world: World, *more: str, fails: bool = False) -> str:
    tomorrow = (dt.datetime.now().astimezone() + dt.timedelta(days=1)).strftime("%Y-%m-%d")
    return run(
        world, "conference", "convene", "Retour <à domicile>", "--at", f"{tomorrow} 14:00", "--until", "15:30",
        "--place", "Salle 2", "--agenda", "Matériel", "--with", "Coord", "--guest", "M. Bail, bailleur, Office",
        "--case", "kept", *more, fails=fails,
    )  # fmt: skip


def test_a_draft_says_what_to_tell_the_person_and_writes_nothing(world: World) -> None:
    mo = world.clients["mo"]
    case = mo.names.find(CASE, "kept")
    entry = mo.entries.post(case, DETAIL, "Compte rendu", fields={"text": "Détail."}).id
    head = mo.cases.view(case).main.head
    said = convene(world, "--entry", f"medical/2:{entry[:8]}", "--draft")
    assert "À dire à la personne" in said
    assert "Santé" in said
    assert not re.search(r"\bS10\b", said), "no code of a row on a screen"
    assert mo.cases.view(case).main.head == head


def test_three_sheets_print_without_anything_from_elsewhere(world: World, tmp_path: Path) -> None:
    said = convene(world)
    assert "Réunion convoquée" in said
    assert "à venir" in run(world, "conference", "list", "--case", "kept")
    assert "M. Bail, bailleur, Office" in run(world, "conference", "show", "--case", "kept")
    for sheet in ("information", "attendance"):
        out = tmp_path / f"{sheet}.html"
        run(world, "conference", "print", "--sheet", sheet, "--out", str(out), "--case", "kept")
        page = out.read_text("utf-8")
        assert "&lt;à domicile&gt;" in page or sheet == "attendance"
        assert "M. Bail" in page
        assert "document confidentiel" in page
        assert not re.search(r"<script|<img|<link|https?://", page)
        assert "<Mo>" not in page
    refused = run(world, "conference", "print", "--sheet", "minutes", "--out", "x", "--case", "kept", fails=True)
    assert "Pas encore de compte rendu" in refused
    assert "pas encore eu lieu" in run(world, "conference", "minutes", "--text", "x", "--case", "kept", fails=True)
    assert "annulée" in run(world, "conference", "call-off", "--case", "kept")
    assert "annulée" in run(world, "conference", "list", "--case", "kept")
    facts = run(world, "fact", "list", "--case", "kept")
    assert "réunion du" in facts
    assert "réunion annulée" in facts


def test_minutes_are_written_listed_as_actions_and_printed_as_an_export(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = (dt.datetime.now().astimezone() + dt.timedelta(seconds=90)).replace(second=0)
    convene(world, "--at", soon.strftime("%Y-%m-%d %H:%M"), "--until", f"{soon + dt.timedelta(hours=1):%Y-%m-%d %H:%M}")
    # Within the two minutes that the hub takes a statement to be off, and after the start.
    monkeypatch.setattr(world.clients["mo"].author, "clock", lambda: system_clock() + 100_000)
    words = ["--text", "Retour le 12.", "--decision", "Installer le lit ; Coord ; 2026-12-10", "--case", "kept"]
    assert "1 action(s)" in run(world, "conference", "minutes", *words)
    out = tmp_path / "minutes.html"
    run(world, "conference", "print", "--sheet", "minutes", "--out", str(out), "--case", "kept")
    page = out.read_text("utf-8")
    assert "<td>Installer le lit</td><td>Coord</td><td>10/12/2026</td>" in page
    assert "Retour le 12." in page
    refused = run(world, "conference", "minutes", "--text", "x", "--decision", "seul", "--case", "kept", fails=True)
    assert "Décision mal décrite" in refused


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--guest", "seul"), "Invité mal décrit"),
        (("--entry", "medical/2"), "Élément mal désigné"),
        (("--person", "declined"), "Dites pourquoi"),
        (("--until", "13:00"), "finit avant de commencer"),
        (("--at", "demain"), "Date inconnue"),
    ],
)
def test_what_is_typed_wrong_is_said_with_what_to_type(world: World, more: tuple[str, ...], said: str) -> None:
    assert said in convene(world, *more, fails=True)


def test_two_cases_are_linked_shown_and_taken_apart_by_name(world: World) -> None:
    assert "clos à l'écriture" in run(
        world, "case", "link", "--case", "kept", "--continues", "closed", "--informed", "oral"
    )
    assert "suite dans kept" in run(world, "case", "links", "--case", "closed")
    assert "suite dans kept" in run(world, "case", "show", "--case", "closed")
    assert "clos à l'écriture" in run(world, "fact", "list", "--case", "closed")
    assert "Suite de closed." in run(world, "case", "links", "--case", "kept")
    refused = run(world, "post", "medical/2", "--title", "x", "--text", "y", "--case", "closed", fails=True)
    assert "clos à l'écriture" in refused
    assert "annulé" in run(world, "case", "unlink", "kept", "--case", "closed")
    assert "Enregistré" in run(world, "post", "medical/2", "--title", "x", "--text", "y", "--case", "closed")


def test_majority_says_what_it_does_not_know_who_may_say_it_and_what_changes(world: World) -> None:
    born = (dt.datetime.now().astimezone() - dt.timedelta(days=15 * 365)).strftime("%Y-%m-%d")
    assert "--born" in run(world, "case", "majority", "--case", "kept")
    refused = run(world, "case", "majority", "--born", born, "--case", "kept", fails=True)
    assert "qui a ouvert le dossier" in refused
    assert "Date inconnue" in run(world, "case", "majority", "--born", "mai", "--case", "kept", fails=True)
    said = run(world, "case", "majority", "--born", born, "--case", "kept", who="coord")
    assert "Mineure jusqu'au" in said
    said = run(world, "case", "majority", "--emancipated", "2026-01-02", "--case", "kept", who="coord")
    assert "Majeure depuis" in said
