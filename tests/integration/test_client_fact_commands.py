"""The commands that record what people say, as a person reads them: real hub, real profiles, one line a sentence."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.client_world import World, client_world
from volet_client.cli import main
from volet_client.cli.context import Context
from volet_client.cli.terminal import Recorder, Terminal
from volet_client.client import Client
from volet_client.members import GENERAL, Terms
from volet_client.names import CASE, CONTACT
from volet_client.transport import HttpTransport
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")


@dataclass
class Said:
    """What one command answered."""

    exit: int
    result: dict[str, Any]
    error: dict[str, Any]
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def volet(client: Client, *words: str) -> Said:
    """Run one command for an opened profile, as `volet batch` does."""
    voice = Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    status = main.run_line(context, list(words))
    answer: dict[str, Any] = dict(voice.answer())
    return Said(status, answer["result"] or {}, answer["error"] or {}, answer["lines"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("commands")) as world:
        world.professional("coord", "S13", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("ide", "H2", "practice")
        world.professional("accueil", "S11", "dac")
        world.person("mme")
        world.person("fille")
        for client in world.clients.values():
            for name, other in world.clients.items():
                client.names.put(CONTACT, name, other.author.user)
        yield world


@pytest.fixture
def case(world: World, request: pytest.FixtureRequest) -> str:
    coord = world.clients["coord"]
    case = coord.cases.open(person=world.clients["mme"].author.user).case
    coord.members.give_notice(case, [GENERAL], "oral")
    for name, limb in (("mo", 1), ("ide", 0), ("accueil", 1)):
        coord.members.add(case, world.clients[name].author.user, Terms(limb=limb))
    name = str(request.node.name)[-60:]
    for client in world.clients.values():
        client.names.put(CASE, name, case)
    return name


def test_an_opposition_is_recorded_listed_in_words_and_lifted_by_a_word_of_it(world: World, case: str) -> None:
    mme = world.clients["mme"]
    done = volet(mme, "oppose", "record", "--user", "mo", "--case", case)
    assert done.exit == 0, done.error
    assert "mo : n'a plus accès à" in done.text
    assert "Santé" in done.text
    assert "ne peut pas être effacé des mémoires" in done.text
    listed = volet(mme, "oppose", "list", "--case", case)
    assert "opposition à mo — la personne" in listed.text
    lifted = volet(mme, "oppose", "end", "mo", "--case", case)
    assert lifted.exit == 0, lifted.error
    assert "mo : a maintenant accès à" in lifted.text
    assert volet(mme, "oppose", "list", "--case", case).text == "Rien en vigueur."


def test_a_withdrawal_by_phone_is_chosen_by_words_and_needs_no_id(world: World, case: str) -> None:
    mme, accueil = world.clients["mme"], world.clients["accueil"]
    for section, row in (("medical/2", "H2"), ("social/1", "S1")):
        given = volet(mme, "consent", "give", "--information", section, "--row", row, "--case", case)
        assert given.exit == 0, given.error
    doubt = volet(accueil, "consent", "withdraw", "--means", "phone", "--case", case)
    assert doubt.exit == 2
    assert "Santé" in doubt.error["message"]
    assert "Situation sociale" in doubt.error["message"]
    done = volet(accueil, "consent", "withdraw", "sante", "infirmier", "--means", "phone", "--case", case)
    assert done.exit == 0, done.error
    assert "ide : n'a plus accès à" in done.text
    again = volet(accueil, "consent", "withdraw", "sante", "--means", "letter", "--case", case)
    assert again.exit == 2


def test_a_mandate_is_recorded_by_the_opener_and_its_words_are_shown_to_who_may(world: World, case: str) -> None:
    coord, mo = world.clients["coord"], world.clients["mo"]
    command = (
        "mandate", "record", "tutelle", "--holder", "fille", "--domains", "person,property", "--from", "2026-01-10",
        "--court", "Tribunal du Val", "--judgment", "2026-01-05", "--case", case,
    )  # fmt: skip
    refused = volet(mo, *command)
    assert refused.exit == 5
    assert "le référent de parcours ou qui a ouvert le dossier" in refused.error["message"]
    done = volet(coord, *command)
    assert done.exit == 0, done.error
    assert "fille : a maintenant accès à" in done.text
    shown = volet(coord, "fact", "show", "tutelle", "--case", case)
    assert "Tribunal du Val" in shown.text
    assert volet(coord, "mandate", "end", "tutelle", "--case", case).exit == 0


def test_a_consent_for_an_unable_person_is_given_by_who_represents_them(world: World, case: str) -> None:
    coord, mo, ide = (world.clients[name] for name in ("coord", "mo", "ide"))
    give = ("consent", "give", "--information", "medical/2", "--row", "H2", "--by", "fille", "--case", case)
    nobody = volet(coord, *give)
    assert nobody.exit == 2
    assert "mandat" in nobody.error["message"]
    volet(coord, "mandate", "record", "tutelle", "--holder", "fille", "--domains", "person", "--from", "2026-01-10",
          "--case", case)  # fmt: skip
    assert volet(mo, "ability", "unable", "--case", case).exit == 0
    given = volet(mo, *give)
    assert given.exit == 0, given.error
    assert ide.author.user in {change["user"] for change in given.result["changes"]}


def test_what_is_noted_without_network_is_said_to_wait_and_sync_says_both_dates(world: World, case: str) -> None:
    coord = world.clients["coord"]
    assert volet(coord, "sync", "--case", case).exit == 0
    kept = volet(
        coord, "consent", "give", "--information", "medical/1", "--row", "H2", "--means", "oral", "--offline",
        "--helped-by", "Jeanne", "--tie", "child", "--collected", "2026-01-02 10:00", "--late", "no_network",
        "--case", case,
    )  # fmt: skip
    assert kept.exit == 2
    assert "prise en charge" in kept.error["message"]
    coord_now = volet(
        coord, "consent", "give", "--information", "medical/1", "--row", "H2", "--means", "oral", "--offline",
        "--helped-by", "Jeanne", "--tie", "child", "--case", case,
    )  # fmt: skip
    assert coord_now.exit == 0, coord_now.error
    assert "Rien n'est encore enregistré" in coord_now.text
    assert "accord" in volet(coord, "outbox", "list").text
    synced = volet(coord, "sync", "--case", case)
    assert synced.exit == 0, synced.error
    assert "Enregistré : accord" in synced.text
    assert synced.result["recorded"] == [coord_now.result["fact"]]
    assert volet(coord, "outbox", "list").text == "Rien n'attend."
    shown = volet(coord, "fact", "show", coord_now.result["fact"][:8], "--case", case)
    assert "Avec l'aide de Jeanne" in shown.text


def test_what_waited_more_than_72_hours_is_marked_in_the_list_with_its_reason(world: World, case: str) -> None:
    coord = world.clients["coord"]
    before = ("oppose", "record", "--part", "psychological", "--collected", "2026-01-02 10:00", "--case", case)
    assert volet(coord, *before, "--late", "paper_received_late", "--reason", "Classée par erreur.").exit == 0
    listed = volet(coord, "fact", "list", "--late", "--case", case)
    assert "recueilli le 02/01/2026 10:00, enregistré le" in listed.text
    assert "TARDIF : feuille reçue tard" in listed.text
    seen = volet(world.clients["mme"], "accesses", "--case", case)
    assert "TARDIF, recueilli le 02/01/2026 10:00 : feuille reçue tard" in seen.text


def test_the_course_of_a_case_in_commands(world: World, case: str) -> None:
    coord, mo = world.clients["coord"], world.clients["mo"]
    assert "Référent de parcours : coord." in volet(coord, "referent", "coord", "--case", case).text
    assert volet(coord, "referent", "mo", "--case", case).exit == 0
    view = coord.cases.view(coord.names.find(CASE, case))
    assert view.main.facts.referents(coord.clock()) == {mo.author.user}
    assert volet(coord, "procedure", "open", "ccapex", "--authority", "ccapex-val", "--case", case).exit == 0
    assert volet(coord, "procedure", "close", "ccapex", "--case", case).exit == 0
    assert volet(coord, "procedure", "close", "ccapex", "--case", case).exit == 2
    assert volet(coord, "designate", "coordinator", "coord", "--case", case).exit == 0
    assert volet(coord, "designate", "end", "coord", "--case", case).exit == 0
    wrong = volet(coord, "designate", "mdph", "mo", "--case", case)
    assert wrong.exit == 5
    assert "médecin de l'équipe MDPH" in wrong.error["message"]
    assert volet(coord, "episode", "end", "--case", case).exit == 0
    assert volet(coord, "episode", "open", "--case", case).exit == 0
    assert volet(coord, "member", "horizon", "mo", "--from", "all", "--case", case).exit == 0
    assert volet(coord, "member", "horizon", "mo", "--from", "2026-06-01", "--case", case).exit == 2


def test_a_minors_secret_hides_an_entry_and_is_lifted_by_words(world: World, case: str) -> None:
    mo = world.clients["mo"]
    entry = mo.entries.post(mo.names.find(CASE, case), DETAIL, "Contraception", fields={"text": "texte"}).id
    noted = volet(mo, "minor-secret", "note", f"medical/2:{entry[:8]}", "--case", case)
    assert noted.exit == 0, noted.error
    assert "1 élément(s)" in volet(mo, "minor-secret", "list", "--case", case).text
    assert volet(mo, "minor-secret", "lift", "last", "--case", case).exit == 0
    assert volet(mo, "minor-secret", "lift", "last", "--case", case).exit == 2


def test_a_death_is_confirmed_and_freezes_the_case_for_all(world: World, case: str) -> None:
    coord, mo = world.clients["coord"], world.clients["mo"]
    assert volet(coord, "death", "--case", case).exit == 2
    done = volet(coord, "death", "--yes", "--case", case)
    assert done.exit == 0, done.error
    assert mo.author.user in {change["user"] for change in done.result["changes"] if change["lost"]}


def test_a_closed_case_is_left_by_everybody(world: World, case: str) -> None:
    coord = world.clients["coord"]
    done = volet(coord, "case", "close", "--case", case)
    assert done.exit == 0, done.error
    assert "Dossier fermé et archivé." in done.text


@pytest.mark.parametrize(
    "words",
    [
        ("oppose", "record", "--row", "Z9"),
        ("oppose", "record", "--part", "weather"),
        ("oppose", "record", "--entry", "ab"),
        ("mandate", "record", "tutelle", "--holder", "fille"),
        ("mandate", "record", "tutelle", "--holder", "fille", "--domains", "person,garden"),
        ("mandate", "record", "tutelle", "--holder", "fille", "--domains", "person", "--from", "yesterday"),
        ("oppose", "record", "--all", "--paper", "/nowhere/photo.jpg"),
        ("referent",),
        ("referent", "fille"),
        ("outbox", "drop", "abcd"),
        ("consent", "withdraw", "last"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_next_step_and_nothing_is_recorded(
    world: World, case: str, words: tuple[str, ...]
) -> None:
    coord = world.clients["coord"]
    before = coord.cases.view(coord.names.find(CASE, case)).main.head
    named = words if words[0] == "outbox" else (*words, "--case", case)
    answer = volet(coord, *named)
    assert answer.exit == 2
    assert answer.error["hint"]
    assert coord.cases.view(coord.names.find(CASE, case)).main.head == before


def test_a_script_gets_one_object_a_command(world: World, case: str) -> None:
    out = io.StringIO()
    client = world.clients["coord"]
    context = Context(client.profile.config, Terminal("fr", as_json=True, out=out))
    context._client = client
    assert main.run_line(context, ["fact", "list", "--case", case, "--json"]) == 0
    (line,) = out.getvalue().splitlines()
    assert {"participation", "notice"} <= {one["type"] for one in json.loads(line)["facts"]}
    assert not Path("paper").exists()


def test_a_note_reports_the_words_of_a_helper_and_says_so_when_it_is_read(world: World, case: str) -> None:
    mo = world.clients["mo"]
    words = ("post", "medical/2", "--title", "Visite", "--text", "Elle dort mal.", "--source", "helper", "--case", case)
    posted = volet(mo, *words)
    assert posted.exit == 0, posted.error
    read = volet(mo, "read", "medical/2", posted.result["id"], "--case", case)
    assert "« propos de l'aidant »" in read.text
    assert volet(mo, *words, "--kind", "message").exit == 2


def test_a_note_without_network_waits_by_itself_and_says_so(world: World, case: str) -> None:
    mo = world.clients["mo"]
    origin, mo.hub.transport = mo.hub.transport, HttpTransport("http://127.0.0.1:9", sleep=lambda _s: None)
    try:
        kept = volet(mo, "post", "medical/2", "--title", "Visite", "--text", "Vu.", "--case", case)
        assert kept.exit == 0, kept.error
        assert "Personne ne le lit encore" in kept.text
        relation = ("--relation", f"concerns:{'0' * 64}")
        other = volet(mo, "post", "medical/2", "--title", "V", "--text", "Vu.", "--case", case, *relation)
        assert other.exit == 2
    finally:
        mo.hub.transport = origin
    assert "note dans section:medical/2, Visite — écrite le" in volet(mo, "outbox", "list").text
    synced = volet(mo, "sync", "--case", case)
    assert synced.exit == 0, synced.error
    assert "Note enregistrée" in synced.text
    assert volet(mo, "outbox", "list").text == "Rien n'attend."
