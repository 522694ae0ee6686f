"""A manager at the registrar's pages: a colleague is entered, another leaves and her browser stops the same minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ViewportSize

from support.browser_watch import Watch
from support.web_team import NURSE, professional_at
from volet_demo.cast import CAST, DAC, GUESTS, MANAGER_LABEL
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
DESK: ViewportSize = {"width": 1100, "height": 800}
NURSE_SUB = next(role.key for role in GUESTS if role.label == NURSE)
STRANGER = next(role.label for role in CAST if role.key == "mo")


@dataclass
class Desk:
    """The manager's window and the nurse's."""

    watch: Watch
    nurse: Watch

    def row(self, sub: str, structure: str) -> str:
        return f'tr:has(th:text-is("{sub}")):has(td:text-is("{structure}"))'


@pytest.fixture(scope="module")
def desk(browser: Browser, world: World) -> Iterator[Desk]:
    nurse, _ = professional_at(browser, world)
    context = browser.new_context(locale="fr-FR", viewport=DESK)
    watch = Watch(context.new_page(), world)
    watch.page.goto(f"{world.addresses.registrar}/equipe")
    yield Desk(watch, nurse)
    watch.check()
    context.close()
    nurse.page.context.close()


def test_who_is_no_manager_is_told_whom_to_call(browser: Browser, world: World) -> None:
    context = browser.new_context(locale="fr-FR", viewport=DESK)
    watch = Watch(context.new_page(), world)
    watch.page.goto(f"{world.addresses.registrar}/equipe")
    watch.press("S’identifier")
    watch.page.get_by_role("button", name=STRANGER).click()
    watch.title("Vous n’êtes pas responsable ici")
    watch.page.get_by_text("appelez-le").wait_for()
    watch.axe()
    context.close()


def test_a_manager_signs_in_and_sees_their_team(desk: Desk) -> None:
    watch = desk.watch
    watch.title("Mon équipe")
    watch.axe()
    watch.press("S’identifier")
    watch.page.get_by_role("button", name=MANAGER_LABEL).click()
    watch.page.get_by_role("heading", name="Équipe (").wait_for()
    watch.page.locator(desk.row(NURSE_SUB, "DAC du Vercors")).wait_for()
    watch.axe()
    watch.picture("registrar-team")


def test_a_search_narrows_the_list_without_accents(desk: Desk) -> None:
    watch = desk.watch
    watch.page.get_by_role("searchbox").fill("cabinet infirmier")
    watch.press("Chercher")
    watch.page.get_by_role("heading", name="Équipe (1)").wait_for()
    watch.page.get_by_role("searchbox").fill("")
    watch.press("Chercher")


def test_a_colleague_is_shown_before_they_are_entered(desk: Desk) -> None:
    watch, page = desk.watch, desk.watch.page
    page.get_by_role("textbox", name="Identifiant celui").fill("camille")
    page.get_by_role("combobox", name="Fonction").select_option(label="Psychologue")
    page.get_by_role("combobox", name="Structure").select_option(DAC)
    page.get_by_label("Jusqu’au dernier jour").fill("2099-06-30")
    page.get_by_role("button", name="Voir ce qui change").first.click()
    watch.title("Ce qui changera")
    page.get_by_text("camille, Psychologue").wait_for()
    watch.axe()
    watch.press("Inscrire")
    watch.title("C’est écrit")
    page.get_by_role("link", name="Revenir à l’équipe").click()
    page.locator(desk.row("camille", "DAC du Vercors")).wait_for()
    page.get_by_text("inscrit camille").wait_for()


def test_a_pasted_line_that_is_refused_says_why_with_its_number(desk: Desk) -> None:
    watch, page = desk.watch, desk.watch.page
    page.get_by_text("Coller le tableau de toute une équipe").click()
    table = page.get_by_role("textbox", name="Tableau")
    table.press("Control+End")
    table.press_sequentially("denis;S2;2;;;ailleurs;;2099-06-30")
    page.get_by_role("button", name="Voir ce qui change").last.click()
    page.get_by_text("structure « ailleurs »").wait_for()
    watch.axe()
    page.get_by_role("link", name="Revenir à l’équipe").click()


def test_who_leaves_is_out_of_the_hub_in_their_own_browser(desk: Desk) -> None:
    watch, page = desk.watch, desk.watch.page
    page.get_by_role("link", name=f"{NURSE_SUB} : Quitte la structure…").click()
    watch.title(f"{NURSE_SUB} quitte {DAC}")
    page.get_by_text("Comptes arrêtés : 1").wait_for()
    watch.axe()
    watch.picture("registrar-leave")
    watch.press("Confirmer le départ")
    watch.title("Le départ est enregistré")
    page.get_by_text("arrêté ; dans ses dossiers").wait_for()
    desk.nurse.page.reload()
    desk.nurse.title("Se connecter")


def test_a_lost_phone_is_held_in_two_presses(desk: Desk) -> None:
    watch, page = desk.watch, desk.watch.page
    page.get_by_role("link", name="Revenir à l’équipe").click()
    page.get_by_role("link", name="camille : Bloquer ses appareils…").click()
    watch.axe()
    watch.press("Bloquer maintenant")
    watch.title("Appareils bloqués")
    # Nobody has signed in by that identifier yet, and it is said.
    page.get_by_text("aucune personne attestée").wait_for()


def test_who_leaves_the_page_is_signed_out(desk: Desk) -> None:
    watch = desk.watch
    watch.press("Quitter")
    watch.page.get_by_role("button", name="S’identifier").wait_for()
