"""What the Python client wrote, the browser reads: exactly that, or nothing, by the name of what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.client_world import World, client_world
from support.live_page import Live
from volet_client.masking import Masking
from volet_client.members import GENERAL, Terms
from volet_protocol.entry_list import list_id
from volet_protocol.hashing import sha256
from volet_protocol.masks import WITHHELD
from volet_protocol.places import Place

OTHER = Place("section", "psychological/1")
DETAIL, MASKED = Place("section", "medical/2"), Place("masked", "medical/2")


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


@pytest.fixture(scope="module")
def note(world: World, case: str) -> str:
    mo = world.clients["mo"]
    posted = mo.entries.post(case, DETAIL, "Compte rendu", fields={"text": "Tension 12/8."})
    mo.cases.sync(case)
    return posted.id


@pytest.fixture
def device(nurse: Live) -> Live:
    """The nurse's browser, the page loaded anew: it knows what the browser kept, and nothing is in memory."""
    nurse.tell_the_truth()
    nurse.load()
    return nurse


class TestReading:
    def test_a_section_is_read_as_it_was_written(self, world: World, nurse: Live, case: str, note: str) -> None:
        assert case in nurse.value("cases")
        view = nurse.value("view", case)
        assert view["head"]["hash"] == world.clients["mo"].casebook.view(case).main.head.hash
        assert view["refused"] == []
        assert "Compte rendu" in [one.get("title") for one in nurse.value("titles", case, str(DETAIL))]
        read = nurse.value("read", case, str(DETAIL), note)
        assert (read["title"], read["content"]) == ("Compte rendu", {"text": "Tension 12/8."})
        may = {one["section"]: one for one in nurse.value("sections", case)}
        assert (may["medical/2"]["read"], may["medical/2"]["holdsKey"]) == ("permit", True)
        assert may["psychological/1"]["read"] == "deny"

    def test_what_the_author_holds_back_is_read_by_whom_they_name(self, world: World, nurse: Live, case: str) -> None:
        mask = Masking(WITHHELD, named=(nurse.user,))
        posted = world.clients["mo"].entries.post(case, DETAIL, "Entre nous", fields={"text": "Vu."}, masking=mask)
        assert nurse.value("read", case, str(DETAIL), posted.id)["content"] == {"text": "Vu."}

    def test_what_is_held_back_from_this_user_keeps_its_place_as_a_gap(
        self, world: World, nurse: Live, case: str
    ) -> None:
        world.clients["mo"].entries.post(case, DETAIL, "Réservé", fields={"text": "x"}, masking=Masking(WITHHELD))
        named = Masking(WITHHELD, named=(nurse.user,))
        world.clients["mo"].entries.post(case, DETAIL, "Pour elle", fields={"text": "y"}, masking=named)
        shown = nurse.value("titles", case, str(MASKED))
        assert [one.get("error") for one in shown[-2:]] == ["gap", None]
        assert shown[-1]["title"] == "Pour elle"

    def test_an_exchange_is_read_under_its_own_key(self, world: World, nurse: Live, case: str) -> None:
        mo = world.clients["mo"]
        exchange = mo.exchanges.open(case, "medical", 2, [nurse.user])
        place = Place("exchange", exchange)
        posted = mo.entries.post(case, place, "Question", kind="message", fields={"text": "Passez-vous demain ?"})
        assert {"exchange": exchange, "case": case} in nurse.value("exchanges", case)
        assert nurse.value("read", case, str(place), posted.id)["content"] == {"text": "Passez-vous demain ?"}

    def test_an_entry_put_before_this_user_opens_and_nothing_else_of_its_section(
        self, world: World, nurse: Live, case: str
    ) -> None:
        mo = world.clients["mo"]
        shown = mo.entries.post(case, OTHER, "Un seul", fields={"text": "Dort mal."}).id
        kept = mo.entries.post(case, OTHER, "Un autre", fields={"text": "z"}).id
        mo.openings.open(mo.cases.view(case), OTHER, shown, nurse.user)
        assert nurse.value("read", case, str(OTHER), shown)["content"] == {"text": "Dort mal."}
        assert nurse.ask("read", case, str(OTHER), kept)["error"] != "no-such-entry"
        assert "value" not in nurse.ask("read", case, str(OTHER), kept)

    def test_a_document_of_many_chunks_comes_whole_and_tells_how_far_it_is(
        self, world: World, nurse: Live, case: str
    ) -> None:
        data = os.urandom(300_000)
        posted = world.clients["mo"].documents.store(
            case, DETAIL, "bilan.bin", data, title="Bilan", media_type="application/octet-stream"
        )
        fetched = nurse.value("fetch", case, str(DETAIL), posted.id)
        assert (fetched["size"], fetched["hash"]) == (len(data), sha256(data).hex())
        assert fetched["file"]["name"] == "bilan.bin"
        assert fetched["steps"] > 1

    def test_what_its_author_took_back_is_named_so(self, world: World, nurse: Live, case: str) -> None:
        mo = world.clients["mo"]
        posted = mo.entries.post(case, DETAIL, "Erreur", fields={"text": "x"})
        mo.entries.take_back(case, DETAIL, posted.id)
        assert nurse.ask("read", case, str(DETAIL), posted.id)["error"] == "taken-back"

    def test_what_was_verified_is_kept_over_a_reload(self, device: Live, case: str, note: str) -> None:
        device.value("view", case)
        device.page.evaluate("() => live.save()")
        device.load()
        assert device.value("read", case, str(DETAIL), note)["title"] == "Compte rendu"


class TestLyingHub:
    def test_a_link_left_out_stops_the_case(self, device: Live, case: str) -> None:
        device.lie("/chains/main", lambda answer: answer["links"].pop(2))
        assert device.ask("view", case)["error"] in {"wrong-sequence", "wrong-hash"}

    def test_the_newest_link_left_out_stops_the_case(self, device: Live, case: str) -> None:
        device.lie("/chains/main", lambda answer: answer["links"].pop())
        assert device.ask("view", case)["error"] == "wrong-hash"

    def test_a_changed_fact_stops_the_case(self, device: Live, case: str) -> None:
        def change(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
            fact = next(link["fact"] for link in answer["links"] if "fact" in link)
            fact["salt"] = "A" * len(fact["salt"])

        device.lie("/chains/main", change)
        assert device.ask("view", case)["error"] == "wrong-hash"

    def test_the_chain_of_somebody_else_is_not_taken_for_a_colleagues(
        self, world: World, device: Live, case: str
    ) -> None:
        other = world.clients["inf"].hub.transport.get(f"/v1/users/{world.clients['inf'].author.user}")
        device.lie(f"/v1/users/{world.clients['mo'].author.user}", lambda answer: answer.update(other))
        assert device.ask("view", case)["error"] == "wrong-chain"

    def test_a_key_swapped_in_a_colleagues_chain_is_refused(self, world: World, device: Live, case: str) -> None:
        def swap(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
            body = answer["links"][0]["statement"]["body"]
            body["device"]["box"] = body["recovery"]["box"]

        device.lie(f"/v1/users/{world.clients['mo'].author.user}", swap)
        assert device.ask("view", case)["error"] in {"bad-signature", "wrong-readers", "wrong-chain"}

    def test_a_box_of_another_key_gives_no_key_and_is_named(self, device: Live, case: str, note: str) -> None:
        def swap(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
            for link in answer["links"]:
                if "box" in link:
                    link["box"] = link["box"][:-8] + "AAAAAAAA"

        device.lie("/chains/main", swap)
        refused = dict(device.value("view", case)["refused"])
        assert set(refused.values()) == {"bad-box"}
        assert device.ask("read", case, str(DETAIL), note)["error"] == "no-key"

    @pytest.mark.usefixtures("note")
    def test_an_entry_left_out_of_a_list_is_noticed(self, device: Live, case: str) -> None:
        device.lie(f"/lists/{list_id(case, str(DETAIL))}", lambda answer: answer["entries"].pop(0))
        assert device.ask("titles", case, str(DETAIL))["error"] == "wrong-list"

    def test_a_swapped_ciphertext_is_not_decrypted(self, device: Live, case: str, note: str) -> None:
        def swap(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
            for item in answer["items"]:
                item["ciphertext"] = "A" * len(item["ciphertext"])

        device.lie("/v1/releases", swap)
        assert device.ask("read", case, str(DETAIL), note)["error"] == "wrong-hash"

    def test_a_share_that_the_author_did_not_sign_is_refused(self, device: Live, case: str, note: str) -> None:
        device.lie("/v1/releases", lambda answer: answer["items"][0].update(share="A" * 43))
        assert device.ask("read", case, str(DETAIL), note)["error"] == "bad-share"

    def test_a_receipt_that_says_something_else_than_its_leaf_opens_nothing(
        self, device: Live, case: str, note: str
    ) -> None:
        device.lie("/v1/releases", lambda answer: answer["receipt"]["view"]["payload"].update(purpose="audit"))
        assert device.ask("read", case, str(DETAIL), note)["error"] == "bad-commitment"

    def test_the_receipt_of_another_request_opens_nothing(self, device: Live, case: str, note: str) -> None:
        kept: list[Any] = []

        def replay(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
            kept.append(dict(answer["receipt"]))
            answer["receipt"] = kept[0]

        device.lie("/v1/releases", replay)
        assert device.ask("read", case, str(DETAIL), note)["error"] == "wrong-request"

    def test_an_older_state_of_a_case_is_refused_once_a_newer_one_was_seen(
        self, world: World, device: Live, case: str
    ) -> None:
        older: list[Any] = []
        device.lie("/chains/main", lambda answer: older.append(dict(answer)))
        device.value("view", case)
        world.clients["mo"].members.give_notice(case, [GENERAL], "oral")
        device.tell_the_truth()
        device.load()
        device.value("view", case)
        device.page.evaluate("() => live.save()")
        device.load()
        device.lie("/chains/main", lambda answer: answer.update(older[0]))
        assert device.ask("view", case)["error"] == "stale"
