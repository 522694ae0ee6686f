"""What the Python client wrote, the browser reads: exactly that, or nothing, by the name of what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.client_world import World, client_world
from support.live_page import Live, build_live_page
from volet_client.members import GENERAL, Terms
from volet_protocol.places import Place

DETAIL, MASKED = Place("section", "medical/2"), Place("masked", "medical/2")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_live_page(tmp_path_factory.mktemp("live"))


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


class TestReading:
    def test_the_browser_reads_what_was_written_in_a_section(self, world: World, nurse: Live, case: str) -> None:
        mo = world.clients["mo"]
        posted = mo.entries.post(case, DETAIL, "Compte rendu", fields={"text": "Tension 12/8."})
        mo.cases.sync(case)
        assert case in nurse.value("cases")
        view = nurse.value("view", case)
        assert view["head"]["hash"] == mo.casebook.view(case).main.head.hash
        assert view["refused"] == []
        assert [one["title"] for one in nurse.value("titles", case, str(DETAIL))] == ["Compte rendu"]
        read = nurse.value("read", case, str(DETAIL), posted.id)
        assert (read["title"], read["content"]) == ("Compte rendu", {"text": "Tension 12/8."})
