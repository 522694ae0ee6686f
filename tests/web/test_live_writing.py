"""What the browser writes, the Python client reads and the hub judges: entries, exchanges, keys owed, facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.client_world import World, client_world
from support.live_page import Live
from volet_client import texts
from volet_client.members import GENERAL, Terms
from volet_protocol.fact_notices import Consent, ConsentWithdrawal
from volet_protocol.kinds import Content
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("mo", "H1", "dac")
        world.professional("inf", "H2", "dac")
        world.person("mme")
        yield world


@pytest.fixture(scope="module")
def nurse(browser: Browser, world: World, built: Path) -> Iterator[Live]:
    context = browser.new_context(locale="fr-FR")
    live = Live.open(context, world, built)
    live.act_as("nurse", "H2", "dac", world.clients["mo"])
    yield live
    context.close()


@pytest.fixture(scope="module")
def case(world: World, nurse: Live) -> str:
    mo = world.clients["mo"]
    case = mo.cases.open(person=world.clients["mme"].author.user).case
    mo.members.give_notice(case, [GENERAL], "oral")
    for user in (world.clients["inf"].author.user, nurse.user):
        mo.members.add(case, user, Terms())
    return case


def _read(world: World, who: str, case: str, place: Place, entry: str) -> tuple[str, Any]:
    client = world.clients[who]
    client.cases.sync(case)
    read = client.entries.read(case, place, entry)
    assert read.title is not None
    assert isinstance(read.body, Content)
    return read.title.title, read.body.fields


class TestEntries:
    def test_python_reads_exactly_what_the_browser_posted(self, world: World, nurse: Live, case: str) -> None:
        world.clients["mo"].entries.post(case, DETAIL, "Premier", fields={"text": "Sous la première clé."})
        world.clients["mo"].cases.sync(case)
        posted = nurse.value("post", case, str(DETAIL), {"title": "Pansement", "fields": {"text": "Propre, à J+2."}})
        assert posted["form"] == "section"
        assert _read(world, "mo", case, DETAIL, posted["id"]) == ("Pansement", {"text": "Propre, à J+2."})

    def test_a_section_without_keys_is_claimed_and_its_readers_are_granted_without_a_click(
        self, world: World, nurse: Live, case: str
    ) -> None:
        place = Place("section", "medication/1")
        posted = nurse.value("post", case, str(place), {"title": "Matin", "fields": {"text": "Un comprimé."}})
        assert (posted["form"], posted["epoch"]) == ("section", 1)
        duties = nurse.value("work", case)
        assert duties["failed"] == []
        granted = {user for user, sections in duties["granted"] if "medication/1" in sections}
        assert world.clients["inf"].author.user in granted
        assert _read(world, "inf", case, place, posted["id"]) == ("Matin", {"text": "Un comprimé."})

    def test_an_entry_held_back_reaches_whom_its_mask_leaves_and_nobody_else(
        self, world: World, nurse: Live, case: str
    ) -> None:
        writing = {
            "title": "Réservé",
            "fields": {"text": "Pour elle seule."},
            "masking": {"mask": "withheld_by_author"},
        }
        posted = nurse.value("post", case, str(DETAIL), writing)
        assert (posted["form"], posted["place"]) == ("named", "masked:medical/2")
        masked = Place("masked", "medical/2")
        assert _read(world, "mme", case, masked, posted["id"])[0] == "Réservé"
        assert all(read.title is None for read in world.clients["inf"].entries.titles(case, masked))

    def test_what_one_took_back_is_nowhere_read_again(self, world: World, nurse: Live, case: str) -> None:
        posted = nurse.value("post", case, str(DETAIL), {"title": "Erreur", "fields": {"text": "Autre patient."}})
        assert nurse.value("takeBack", case, str(DETAIL), posted["id"])
        (found,) = [
            one
            for one in world.clients["mo"].entries.titles(case, DETAIL)
            if one.listed.entry is not None and one.listed.entry.id == posted["id"]
        ]
        assert found.listed.taken_back

    def test_a_section_that_is_not_ours_to_write_is_refused_before_anything_is_sent(
        self, nurse: Live, case: str
    ) -> None:
        answer = nurse.ask("post", case, "section:budget/2", {"title": "Loyer", "fields": {"text": "Impayé."}})
        assert (answer["kind"], answer["error"]) == ("NotPermitted", "rules")
        answer = nurse.ask("post", case, str(DETAIL), {"title": "Vide", "fields": {}})
        assert (answer["kind"], answer["error"]) == ("Misuse", "content")


class TestExchanges:
    def test_python_reads_what_the_browser_says_in_an_exchange_that_it_opened(
        self, world: World, nurse: Live, case: str
    ) -> None:
        mo = world.clients["mo"]
        exchange = nurse.value("openExchange", case, "medical", 2, [mo.author.user])
        place = Place("exchange", exchange)
        writing = {"title": "Question", "kind": "message", "fields": {"text": "Passage demain ?"}}
        posted = nurse.value("post", case, str(place), writing)
        assert _read(world, "mo", case, place, posted["id"]) == ("Question", {"text": "Passage demain ?"})
        assert exchange not in {one for one, _ in world.clients["inf"].exchanges.ids(case)}

    def test_who_does_not_take_part_is_told_before_anything_is_sent(self, nurse: Live, case: str) -> None:
        answer = nurse.ask("openExchange", case, "medical", 2, ["0" * 64])
        assert (answer["kind"], answer["error"]) == ("Misuse", "no-such-user")


class TestFacts:
    def test_a_consent_recorded_in_the_browser_counts_until_it_is_withdrawn_there(
        self, world: World, nurse: Live, case: str
    ) -> None:
        mo = world.clients["mo"]
        terms = {
            "information": [{"compartment": "medical", "level": 1}],
            "recipients": {"rows": ["S1"]},
            "text": texts.newest("consent", "fr").hash,
            "support": "paper",
            "means": "oral",
        }
        given = nurse.value("consent", case, terms)
        assert given["kind"] == "recorded"
        assert [in_force for record, in_force in mo.members.consents(case) if record.hash == given["hash"]] == [True]
        (found,) = [one for one in mo.casebook.view(case).main.facts.of(Consent) if one.hash == given["hash"]]
        assert found.fact.notice is not None
        assert found.fact.episode is not None
        withdrawn = nurse.value("withdraw", case, given["hash"])
        assert withdrawn["kind"] == "recorded"
        ends = mo.casebook.view(case).main.facts.of(ConsentWithdrawal)
        assert [one.fact.consent for one in ends].count(given["hash"]) == 1
        assert nurse.ask("withdraw", case, given["hash"])["error"] == "no-such-record"

    def test_words_beside_a_fact_are_sealed_and_read_by_their_hash(self, world: World, nurse: Live, case: str) -> None:
        terms = {
            "information": [{"compartment": "medical", "level": 1}],
            "recipients": {"rows": ["S2"]},
            "text": texts.newest("consent", "fr").hash,
            "support": "paper",
            "decision": "refused",
        }
        given = nurse.value("consent", case, terms, {"words": {"text": "Elle préfère attendre."}})
        annex = world.clients["mo"].casebook.view(case).classes["main"].annexes[given["hash"]]
        if given["untold"]:
            assert nurse.ask("annex", case, annex)["error"] == "no-key"
        else:
            assert nurse.value("annex", case, annex)["text"] == "Elle préfère attendre."

    def test_who_may_not_say_it_is_told_who_may(self, nurse: Live, case: str) -> None:
        answer = nurse.ask("addMember", case, nurse.user, {"historyFromMs": 1})
        assert answer["kind"] == "NotPermitted", answer

    def test_without_network_a_withdrawal_waits_and_is_recorded_once(
        self, world: World, nurse: Live, case: str
    ) -> None:
        mo = world.clients["mo"]
        terms = {
            "information": [{"compartment": "medication", "level": 1}],
            "recipients": {"rows": ["S1"]},
            "text": texts.newest("consent", "fr").hash,
            "support": "paper",
        }
        given = nurse.value("consent", case, terms)
        nurse.page.context.set_offline(True)
        try:
            assert nurse.value("withdraw", case, given["hash"])["kind"] == "kept"
            assert len(nurse.value("outbox")) == 1
        finally:
            nurse.page.context.set_offline(False)
        sent = nurse.value("flush")
        assert (len(sent["recorded"]), sent["refused"]) == (1, [])
        assert nurse.value("outbox") == []
        assert mo.casebook.view(case).main.facts.ended_at(given["hash"]) < mo.clock() + 1000


class TestKeysOwed:
    def test_a_rotation_owed_is_done_by_the_browser(self, world: World, nurse: Live, case: str) -> None:
        mo = world.clients["mo"]
        before = mo.casebook.view(case).main.section("medical/2").epoch
        mo.members.end(case, world.clients["inf"].author.user)
        duties = nurse.value("work", case)
        assert "medical/2" in duties["rotated"]
        assert mo.casebook.view(case).main.section("medical/2").epoch == before + 1
        posted = nurse.value("post", case, str(DETAIL), {"title": "Après", "fields": {"text": "Sans elle."}})
        assert posted["epoch"] == before + 1
        assert _read(world, "mo", case, DETAIL, posted["id"]) == ("Après", {"text": "Sans elle."})
