"""The person on a phone: her own file, who may see what, who looked, with the proof."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ViewportSize

from support.browser_watch import Watch
from volet_demo.cast import CAST
from volet_demo.party import Party
from volet_demo.world import World

Visit = Callable[..., Watch]
PERSON = "Mme A, la personne accompagnée"
PHONE: ViewportSize = {"width": 360, "height": 740}
NAME = "Mme A"


@dataclass
class Her:
    """Mme A signed in on her phone, and the case that Coord opened for her; Dr Mo wrote in it."""

    watch: Watch
    coord: Party
    mo: Party
    case: str

    def home(self) -> None:
        """Show her first screen, as after a reload."""
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#/")
        self.watch.page.reload()
        self.watch.page.get_by_role("heading", name="Mon dossier").wait_for()

    def door(self, name: str) -> None:
        """Go through one of the doors of her file."""
        self.home()
        self.watch.page.get_by_role("link", name=name).click()


@pytest.fixture(scope="module")
def her(browser: Browser, world: World) -> Iterator[Her]:
    context = browser.new_context(locale="fr-FR", viewport=PHONE)
    watch = Watch(context.new_page(), world)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.log_in(PERSON)
    watch.page.get_by_text("Personne n’a encore ouvert de dossier").wait_for()
    watch.picture("person-without-case")
    user = str(json.loads(watch.page.locator(".card-text").inner_text())["user"])
    world.make_parties([role for role in CAST if role.key in {"coord", "mo"}])
    coord, mo = world.parties["coord"], world.parties["mo"]
    for party in (coord, mo):
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
        party.do("contact", "add", NAME, "--user", user)
    coord.do("contact", "add", mo.name, "--user", str(mo.do("whoami").result["user"]))
    case = str(coord.do("case", "open", "--name", NAME, "--person", NAME).result["case"])
    coord.do("member", "add", mo.name, "--title", "same-team", "--informed", "oral", "--case", case)
    posted = mo.do("post", "medical/1", "--title", "Synthèse", "--text", "Tension surveillée.", "--case", case)
    mo.do("read", "medical/1", str(posted.result["id"]), "--case", case)
    yield Her(watch, coord, mo, case)
    watch.check()
    context.close()


class TestHerFile:
    def test_she_sees_her_file_with_its_doors_in_plain_words(self, her: Her) -> None:
        her.home()
        her.watch.axe()
        her.watch.picture("person-home")
        assert her.watch.page.get_by_role("link", name="Qui peut voir quoi").is_visible()

    def test_each_part_is_explained_and_says_whether_somebody_wrote_in_it(self, her: Her) -> None:
        her.door("Qu’y a-t-il dans mon dossier")
        her.watch.title("Qu’y a-t-il dans mon dossier ?")
        her.watch.page.get_by_text("Votre santé : maladies").wait_for()
        used = her.watch.page.get_by_role("listitem").filter(has_text="Votre santé : maladies")
        assert "quelqu’un y a écrit" in used.inner_text()
        her.watch.axe()
        her.watch.picture("person-parts")

    def test_who_may_see_what_follows_the_rules_by_person_and_by_part(self, her: Her) -> None:
        her.door("Qui peut voir quoi")
        doctor = her.watch.page.get_by_role("region", name="Médecin")
        doctor.get_by_text("Peut voir", exact=True).wait_for()
        her.watch.axe()
        her.watch.picture("person-who")
        her.watch.press("Par partie du dossier")
        her.watch.page.get_by_role("table").wait_for()
        her.watch.axe()
        her.watch.picture("person-who-grid")


class TestWhoLooked:
    def test_she_reads_who_looked_that_none_is_missing_and_opens_the_proof_of_a_line(self, her: Her) -> None:
        her.door("Qui a regardé mon dossier")
        her.watch.page.get_by_text("Il n’en manque aucune").wait_for()
        her.watch.axe()
        her.watch.picture("person-looks")
        line = her.watch.page.get_by_role("link", name="Médecin").filter(has_text="a regardé").first
        line.click()
        her.watch.title("Cette ligne, et sa preuve")
        her.watch.page.get_by_text("Votre appareil a refait le calcul").wait_for()
        her.watch.axe()
        her.watch.picture("person-look")
        her.watch.page.reload()
        her.watch.page.get_by_text("Votre appareil a refait le calcul").wait_for()
        her.watch.page.get_by_role("link", name="Qui a regardé mon dossier").click()
        her.watch.title("Qui a regardé mon dossier ?")

    def test_her_list_of_disclosures_is_printed_without_anything_to_press(self, her: Her) -> None:
        her.door("Ma liste à garder")
        her.watch.page.get_by_text("Le compte est complet").wait_for()
        her.watch.axe()
        her.watch.picture("person-account")
        her.watch.page.emulate_media(media="print")
        assert her.watch.page.get_by_role("button").count() == 0
        assert her.watch.page.get_by_text("Document confidentiel").is_visible()
        her.watch.page.emulate_media(media="screen")

    def test_a_line_that_the_hub_keeps_back_is_told_to_her(self, her: Her) -> None:
        # The record of one act is left out of the answer: its tag in the log still tells.
        def without_one(route: object) -> None:
            answer = route.fetch()  # type: ignore[attr-defined]  # playwright's own types are unions
            body = answer.json()
            body["records"].pop(1)
            route.fulfill(response=answer, json=body)  # type: ignore[attr-defined]  # as above

        her.watch.page.route("**/v1/log/records", without_one)
        her.door("Qui a regardé mon dossier")
        alert = her.watch.page.get_by_role("alert")
        alert.wait_for()
        assert "Le compte n’y est pas" in alert.inner_text()
        her.watch.page.unroute("**/v1/log/records")
