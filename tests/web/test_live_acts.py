"""What a professional does to a case in the browser: a team, documents, openings, an emergency, work off line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.client_world import World, client_world
from support.live_page import Live
from volet_client import texts
from volet_client.errors import NotReadableError
from volet_client.refusals import RefusedError
from volet_protocol.fact_notices import Notice
from volet_protocol.fact_people import Participation
from volet_protocol.kinds import Content
from volet_protocol.places import Place

DETAIL, ESSENTIAL = Place("section", "medical/2"), Place("section", "medical/1")
TEXT = texts.newest("general", "fr").hash
SIZE = 3 * 1024 * 1024 + 17


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("inf", "H2", "dac")
        world.professional("as", "S1", "ccas")
        world.person("mme")
        yield world


@pytest.fixture(scope="module")
def doctor(browser: Browser, world: World, built: Path) -> Iterator[Live]:
    context = browser.new_context(locale="fr-FR")
    live = Live.open(context, world, built)
    live.act_as("doctor", "H1", "dac", world.clients["inf"])
    yield live
    context.close()


@pytest.fixture(scope="module")
def case(world: World, doctor: Live) -> str:
    """Return a case that the browser opened, with a colleague of the same side in it."""
    case: str = doctor.value("openCase", {"person": world.clients["mme"].author.user})
    joining = {"informed": {"means": "oral"}, "horizon": "today"}
    doctor.value("addToTeam", case, world.clients["inf"].author.user, joining, TEXT)
    return case


def test_a_case_opened_in_the_browser_is_one_to_everybody(world: World, doctor: Live, case: str) -> None:
    main = world.clients["mme"].casebook.view(case).main
    assert main.facts.person_users == {world.clients["mme"].author.user}
    assert doctor.user in {one.fact.user for one in main.facts.of(Participation)}
    assert not main.voids


def test_adding_somebody_is_one_signature_with_what_the_person_was_told(world: World, doctor: Live, case: str) -> None:
    inf, worker = world.clients["inf"], world.clients["as"]
    old = doctor.value("post", case, str(ESSENTIAL), {"title": "Allergie", "fields": {"text": "Pénicilline."}})
    added = doctor.value("addToTeam", case, worker.author.user, {"informed": {"means": "paper"}}, TEXT)
    facts = inf.casebook.view(case).main.facts
    assert worker.author.user in {one.fact.user for one in facts.of(Participation)}
    assert added["told"]
    assert added["untold"] == []
    (told,) = [one for one in facts.of(Notice) if one.fact.means == "paper"]
    assert len(told.fact.lines) == len(added["told"])
    assert old["id"] not in added["opened"]
    # The newcomer writes where the doctor reads: of that, too, the person is told.
    assert doctor.value("untold", case)
    assert len(doctor.value("tell", case, {"means": "oral"}, TEXT)) == 1
    assert doctor.value("untold", case) == []
    assert doctor.ask("addToTeam", case, "0" * 64, {}, TEXT)["kind"] in {"Refused", "ProtocolError"}


def test_a_document_goes_up_in_pieces_and_comes_down_the_same(
    world: World, doctor: Live, case: str, tmp_path: Path
) -> None:
    attached = doctor.value("attach", case, str(DETAIL), "bilan.pdf", SIZE)
    assert attached["sent"][-1] == SIZE
    doctor.value("sync", case)
    world.clients["inf"].cases.sync(case)
    fetched = world.clients["inf"].documents.fetch(case, DETAIL, attached["id"], tmp_path, advance=lambda _size: None)
    assert fetched.path.read_bytes() == bytes(at % 251 for at in range(SIZE))
    assert doctor.ask("attach", case, str(DETAIL), "../x.pdf", 10)["error"] == "content"


def test_an_entry_is_put_before_somebody_until_the_browser_ends_it(world: World, doctor: Live, case: str) -> None:
    mme = world.clients["mme"]
    writing = {"title": "Courrier", "fields": {"text": "À lire ensemble."}}
    posted = doctor.value("post", case, str(DETAIL), writing)
    opened = doctor.value("openEntry", case, str(DETAIL), posted["id"], mme.author.user, {})
    assert mme.casebook.view(case).classes["main"].shares
    doctor.value("closeOpening", case, opened["opening"])
    assert mme.casebook.view(case).main.openings[opened["opening"]].closed_seq is not None
    assert doctor.ask("closeOpening", case, "0" * 64)["error"] == "no-such-opening"


def test_a_note_written_without_network_is_stored_once_when_it_is_back(world: World, doctor: Live, case: str) -> None:
    doctor.page.context.set_offline(True)
    try:
        doctor.value("keepNote", case, str(DETAIL), "Visite", "Vue à domicile.")
        assert doctor.ask("sync", case)["kind"] == "Unreachable"
    finally:
        doctor.page.context.set_offline(False)
    (stored,) = doctor.value("sync", case)["stored"]
    assert doctor.value("sync", case)["stored"] == []
    inf = world.clients["inf"]
    inf.cases.sync(case)
    read = inf.entries.read(case, DETAIL, stored)
    assert isinstance(read.body, Content)
    assert read.body.fields["text"] == "Vue à domicile."
    assert isinstance(read.body.fields["noted_ms"], int)


def test_an_emergency_declared_in_the_browser_is_told_in_words_and_ends(
    browser: Browser, world: World, built: Path, doctor: Live, case: str
) -> None:
    context = browser.new_context(locale="fr-FR")
    caller = Live.open(context, world, built)
    caller.act_as("caller", "H1", "dac", world.clients["inf"])
    started = caller.value("declare", case, "Trouvée inconsciente.")
    assert world.clients["mme"].author.user in started["told"]
    (shown,) = doctor.value("emergencies", case)
    assert (shown["id"], shown["text"], shown["lasts"]) == (started["emergency"], "Trouvée inconsciente.", True)
    doctor.value("endEmergency", case, started["emergency"])
    assert doctor.value("emergencies", case)[0]["lasts"] is False
    assert doctor.ask("endEmergency", case, started["emergency"])["error"] == "no-such-emergency"
    assert caller.ask("declare", case, "  ")["error"] == "emergency-words"
    context.close()


def test_who_was_not_let_in_reads_nothing_of_it(world: World, case: str) -> None:
    stranger = world.professional("stranger", "H2", "dac")
    with pytest.raises((RefusedError, NotReadableError)):
        stranger.entries.titles(case, DETAIL)
