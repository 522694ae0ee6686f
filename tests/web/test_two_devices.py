"""Two devices of one account: one that joins while its page is loaded anew, one that stays open while keys change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from support.browser_watch import Watch
from support.web_team import NURSE, PHONE, Team, professional_at
from volet_demo.world import World
from volet_protocol.places import Place

# Told in this order: each chapter goes on with what those before it did.
STORY = True
ESSENTIAL = Place("section", "medical/1")


@dataclass
class Two:
    """The nurse's first device, her phone, and the doctor whose case she is in."""

    first: Watch
    phone: Watch
    team: Team

    def go(self, watch: Watch, fragment: str) -> None:
        """Go to an address of a page."""
        watch.page.goto(f"{watch.world.addresses.hub}/#{fragment}")

    def code(self) -> str:
        """Let the first device show a code; return it."""
        self.go(self.first, "/devices")
        self.first.page.get_by_role("main").get_by_role("link", name="Ajouter un appareil").click()
        self.first.press("Montrer un code")
        self.first.title("Le code à taper")
        return self.first.page.locator("p.code").inner_text()

    def type(self, code: str) -> None:
        """Type it on the phone, up to where both screens are compared."""
        self.phone.page.get_by_label("Code affiché par l’autre appareil").fill(code)
        self.phone.press("Continuer")
        self.phone.title("Comparez ces mots avec l’autre écran")


@pytest.fixture(scope="module")
def two(browser: Browser, world: World) -> Iterator[Two]:
    team = Team.open(world)
    first, user = professional_at(browser, world)
    team.let_in(user)
    team.post("Pansement", "Tous les deux jours.")
    team.sync()
    context = browser.new_context(locale="fr-FR", viewport=PHONE)
    phone = Watch(context.new_page(), world)
    phone.page.goto(world.addresses.hub)
    phone.accept()
    yield Two(first, phone, team)
    for watch in (first, phone):
        watch.check()
        watch.page.context.close()
    team.doctor.close()


def test_who_gives_up_comparing_is_back_at_the_door_and_nothing_waits(two: Two) -> None:
    two.phone.press("J’ai déjà un compte : rejoindre avec un code")
    two.type(two.code())
    two.phone.press("Annuler")
    two.phone.title("Se connecter")
    two.phone.page.reload()
    two.phone.title("Se connecter")


def test_a_page_loaded_anew_while_the_other_screen_is_compared_joins_with_the_same_keys(two: Two) -> None:
    phone, first = two.phone, two.first
    phone.press("J’ai déjà un compte : rejoindre avec un code")
    two.type(two.code())
    words = phone.page.locator("p.code").inner_text()
    first.title("Le nouvel appareil montre-t-il ces mots ?")
    phone.page.reload()
    phone.title("Comparez ces mots avec l’autre écran")
    assert phone.page.locator("p.code").inner_text() == words
    # The other screen answers while the page is away.
    phone.page.goto("about:blank")
    first.press("Oui, les mêmes : l’ajouter")
    first.title("Appareil ajouté")
    phone.page.goto(phone.world.addresses.hub)
    phone.page.get_by_text("Cet appareil est de votre compte").wait_for()
    phone.log_in(NURSE)
    phone.title("J’exerce comme…")
    phone.page.get_by_role("button", name="Exercer comme").first.click()
    phone.page.get_by_role("button", name=NURSE).click()
    phone.press("J’ai lu, continuer")
    two.go(phone, f"/cases/{two.team.case}/thread/medical")
    phone.page.get_by_role("link", name="Pansement").wait_for()


def test_a_page_that_stays_open_opens_what_comes_under_the_key_that_another_device_began(two: Two) -> None:
    phone, first = two.phone, two.first
    phone.page.evaluate("() => { globalThis.stayed = true; }")
    # A recovery phrase begins a generation of the account's key: it is boxed to both devices.
    two.go(first, "/phrase")
    first.press("La faire maintenant")
    first.title("Phrase de secours n° 1")
    words = first.page.locator("ol.phrase-words li").all_inner_texts()
    first.press("C’est écrit")
    first.title("Trois mots de votre papier")
    for field in first.page.get_by_role("textbox").all():
        label = first.page.locator(f"label[for='{field.get_attribute('id')}']").inner_text()
        field.fill(words[int("".join(filter(str.isdigit, label))) - 1])
    first.press("Vérifier")
    first.title("Phrase n° 1 en vigueur")
    # The first word in a section starts its key, which is then boxed to the newest generation.
    two.team.post("Allergie", "Pénicilline.", ESSENTIAL, kind="synthesis")
    two.team.sync()
    for watch in (phone, first):
        two.go(watch, f"/cases/{two.team.case}/thread/medical")
        watch.page.get_by_role("link", name="Allergie").click()
        watch.page.get_by_text("Pénicilline.").wait_for()
    assert phone.page.evaluate("() => globalThis.stayed") is True
