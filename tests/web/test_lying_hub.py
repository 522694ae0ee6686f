"""A hub that lies to a nurse at her browser: stopped, with a message that a nurse understands, and nothing of it shown.

The liar stands between: what the true hub answered is changed on its way to the page. What each lie is called by the
layer below is in `test_live_reading.py`; here is what the screen says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from support.browser_watch import Watch
from support.web_team import Team, colleague, professional_at
from volet_client.client import Client
from volet_demo.world import World
from volet_protocol.fact_people import Participation, ParticipationEnd

TITLE, SECRET = "Tension à surveiller", "Deux fois par semaine, le matin."
NEXT = "Rien n’en est montré ni utilisé."
Lie = Callable[[Any], None]


@dataclass
class Nurse:
    """The nurse at her browser, behind a hub that may lie."""

    watch: Watch
    team: Team
    entry: str

    def lie(self, part: str, change: Lie) -> None:
        """Change the hub's answers whose address holds that part."""

        def answer(route: Route) -> None:
            told = route.fetch()
            body = told.json()
            change(body)
            route.fulfill(response=told, json=body)

        self.watch.page.route(lambda url: part in url, answer)

    def open(self, fragment: str) -> None:
        """Open an address in a page that starts anew."""
        self.watch.page.goto("about:blank")
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#/cases/{self.team.case}{fragment}")

    def open_entry(self) -> None:
        """Open the entry itself."""
        self.open(f"/entry/section.medical.2/{self.entry}")

    def is_told(self, sentence: str, *hidden: str) -> None:
        """Fail unless the page says this sentence and what to do next, and shows nothing of what is hidden."""
        alert = self.watch.page.get_by_role("alert")
        alert.wait_for()
        said = alert.inner_text().replace("\xa0", " ")
        assert sentence in said
        assert NEXT in said
        assert "Prévenez votre structure" in said
        # No code of the trade: nobody should have to know what a bad signature is called in a program.
        assert not re.search(r"\b(bad|wrong)-\w+|undefined|Error", said)
        shown = self.watch.page.locator("main").inner_text()
        assert all(text not in shown for text in (SECRET, *hidden))


@pytest.fixture(scope="module")
def behind(browser: Browser, world: World) -> Iterator[Nurse]:
    team = Team.open(world)
    watch, user = professional_at(browser, world)
    team.let_in(user)
    entry = team.post(TITLE, SECRET)
    team.sync()
    yield Nurse(watch, team, entry)
    watch.check()
    watch.page.context.close()
    team.doctor.close()


@pytest.fixture
def nurse(behind: Nurse) -> Iterator[Nurse]:
    """The nurse, and a hub that tells the truth until the test lets it lie."""
    yield behind
    behind.watch.page.unroute_all(behavior="wait")


@pytest.fixture
def third(world: World, behind: Nurse) -> Iterator[Client]:
    """A colleague who took part."""
    client = colleague(world, "inf")
    behind.team.let_in(client.author.user)
    yield client
    client.close()


def test_what_the_hub_says_truly_is_shown(nurse: Nurse) -> None:
    nurse.open_entry()
    nurse.watch.page.get_by_text(SECRET).wait_for()


def test_a_key_put_in_the_place_of_a_colleagues_stops_the_reading(nurse: Nurse) -> None:
    def swap(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
        body = answer["links"][0]["statement"]["body"]
        body["device"]["box"] = body["recovery"]["box"]

    nurse.lie(f"/v1/users/{nurse.team.doctor.author.user}", swap)
    nurse.open("/thread/medical")
    nurse.is_told("La signature ou la clé d’une personne ne se vérifie pas : quelqu’un a pu la remplacer.", TITLE)
    nurse.watch.picture("lying-key")
    nurse.watch.axe()


def test_a_revocation_that_the_hub_leaves_out_is_noticed(nurse: Nurse, third: Client) -> None:
    older: list[Any] = []
    nurse.lie("/chains/main", lambda answer: older.append(dict(answer)))
    nurse.open("/thread/medical")
    nurse.watch.page.get_by_role("link", name=TITLE).wait_for()
    nurse.watch.page.unroute_all(behavior="wait")
    team = nurse.team
    facts = team.doctor.casebook.view(team.case).main.facts
    (member,) = [one for one in facts.of(Participation) if one.fact.user == third.author.user]
    team.doctor.members.record(team.case, ParticipationEnd(member.hash, team.doctor.clock()))
    nurse.open("/thread/medical")
    nurse.watch.page.get_by_role("link", name=TITLE).wait_for()
    nurse.lie("/chains/main", lambda answer: answer.update(older[0]))
    nurse.open("/thread/medical")
    nurse.is_told("un retrait ou une révocation peut y manquer", TITLE)
    nurse.watch.picture("lying-older")


def test_a_receipt_that_says_something_else_opens_nothing(nurse: Nurse) -> None:
    nurse.open("/thread/medical")
    nurse.watch.page.get_by_role("link", name=TITLE).wait_for()
    nurse.lie("/v1/releases", lambda answer: answer["receipt"]["view"]["payload"].update(purpose="audit"))
    nurse.watch.page.get_by_role("link", name=TITLE).click()
    nurse.is_told("L’inscription au journal ne se vérifie pas : rien ne prouve que cet accès a été noté.")


def test_the_receipt_of_another_access_opens_nothing(nurse: Nurse) -> None:
    kept: list[Any] = []

    def replay(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
        kept.append(dict(answer["receipt"]))
        answer["receipt"] = kept[0]

    nurse.lie("/v1/releases", replay)
    nurse.open_entry()
    nurse.is_told("L’inscription au journal ne se vérifie pas : rien ne prouve que cet accès a été noté.")


def test_another_ciphertext_than_the_authors_is_not_decrypted(nurse: Nurse) -> None:
    nurse.open("/thread/medical")
    nurse.watch.page.get_by_role("link", name=TITLE).wait_for()

    def swap(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
        for item in answer["items"]:
            item["ciphertext"] = "A" * len(item["ciphertext"])

    nurse.lie("/v1/releases", swap)
    nurse.watch.page.get_by_role("link", name=TITLE).click()
    nurse.is_told("ce n’est pas ce que son auteur a signé, ou cela a été modifié en route")
    nurse.watch.picture("lying-content")
    # In a thread the entry that does not verify is missed by its reader, who is told so.
    nurse.open("/thread/medical")
    nurse.watch.page.get_by_text("1 élément n’est pas montré").wait_for()
    nurse.is_told("ce n’est pas ce que son auteur a signé, ou cela a été modifié en route", TITLE)


def test_an_entry_left_out_of_the_list_is_missed(nurse: Nurse) -> None:
    nurse.lie("/lists/", lambda answer: answer["entries"] and answer["entries"].pop(0))
    nurse.open("/thread/medical")
    nurse.is_told("un élément y manque, ou l’ordre en a été changé", TITLE)
