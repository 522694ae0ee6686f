"""One story on three devices at once: what the person decides on her phone, the nurse's window shows by itself.

Nobody reloads anything; the auditor sees that it happened, and nothing of what was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from support.browser_watch import Watch
from support.web_team import Team, auditor_at, person_at, professional_at
from volet_client.members import Terms
from volet_demo.world import World
from volet_protocol.places import Place

# Told in this order: each chapter goes on with what those before it did.
STORY = True
ESSENTIAL = Place("section", "medical/1")
TITLE, SECRET = "Synthèse du médecin", "Tension surveillée, chute en mars."


@dataclass
class Story:
    """Three people at their own devices, and the case that the doctor opened for the person."""

    nurse: Watch
    person: Watch
    auditor: Watch
    team: Team


@pytest.fixture(scope="module")
def story(browser: Browser, world: World) -> Iterator[Story]:
    auditor = auditor_at(browser, world)
    person, person_user = person_at(browser, world)
    team = Team.open(world, person_user)
    nurse, nurse_user = professional_at(browser, world)
    # In the care, not in the team: what she reads depends on what the person agrees to.
    team.doctor.members.add(team.case, nurse_user, Terms(limb=0))
    team.post(TITLE, SECRET, ESSENTIAL, kind="synthesis")
    for watch in (nurse, person, auditor):
        # Three browsers, a hub and a client at once on whatever machine this is: waits are for what is seen.
        watch.page.set_default_timeout(90_000)
    yield Story(nurse, person, auditor, team)
    for watch in (nurse, person, auditor):
        watch.check()
        watch.page.context.close()
    team.doctor.close()


def at(watch: Watch, fragment: str) -> None:
    watch.page.goto(f"{watch.world.addresses.hub}/#{fragment}")


def stays(watch: Watch) -> bool:
    """Whether the window is the one that was marked: nothing was loaded anew."""
    return bool(watch.page.evaluate("() => window.sameWindow === true"))


def test_consent_on_the_phone_opens_the_nurses_window_and_withdrawal_closes_it(story: Story) -> None:
    nurse, person = story.nurse, story.person
    at(nurse, f"/cases/{story.team.case}/thread/medical")
    nurse.title("Santé")
    nurse.page.evaluate("() => { window.sameWindow = true; }")
    nurse.page.get_by_text("Fermé pour vous").wait_for()
    nurse.picture("story-closed")

    person.page.reload()
    person.page.get_by_role("link", name="Qui peut voir quoi").click()
    person.page.get_by_role("link", name="Donner mon accord").click()
    person.press("Je suis d’accord")
    person.page.get_by_text("Vous êtes d’accord").wait_for()
    # The doctor's device hands over the key: the hub has none.
    story.team.sync()

    line = nurse.page.get_by_role("link", name=TITLE)
    line.wait_for()
    line.click()
    nurse.page.get_by_text(SECRET).wait_for()
    assert stays(nurse)

    person.press("Retirer mon accord")
    person.page.get_by_text("Vous n’avez donné aucun accord").wait_for()
    nurse.page.get_by_text(SECRET).wait_for(state="detached")
    nurse.page.get_by_text("Ce n’est plus ouvert pour vous").wait_for()
    assert TITLE not in nurse.page.locator("main").inner_text()
    assert stays(nurse)
    nurse.axe()
    nurse.picture("story-withdrawn")
    nurse.page.get_by_role("link", name="Retour au fil").last.click()
    nurse.title("Santé")
    nurse.page.get_by_text("Fermé pour vous").wait_for()
    assert TITLE not in nurse.page.locator("main").inner_text()
    assert stays(nurse)


def test_the_auditor_sees_the_acts_and_nothing_of_what_was_said(story: Story) -> None:
    auditor = story.auditor
    at(auditor, "/")
    auditor.title("Journal des accès")
    auditor.press("Consulter")
    auditor.page.get_by_text("Votre consultation est inscrite au journal").wait_for()
    text = auditor.page.locator("main").inner_text()
    assert "Infirmier" in text
    assert TITLE not in text
    assert SECRET not in text
