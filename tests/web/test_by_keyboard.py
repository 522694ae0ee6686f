"""One whole story in each of the three spaces by keyboard alone, and what is told meanwhile to who listens.

Where an act stands is said honestly: on its way, arrived, logged, not gone; without a hub nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Route

from support.browser_watch import Watch
from support.chromium import DIST
from support.hands import Hands
from support.web_team import auditor_at, person_at, professional_at
from volet_demo.cast import CAST
from volet_demo.party import Party
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
ASKED, ANSWERED, WAITED = "Douleur cette nuit ?", "Non, elle a bien dormi.", "Écrit sans plateforme."
HERS, HERS_LATER = "Je veux rester chez moi.", "Je veux revoir la mer."
WHY = "Trouvée inconsciente."
SENDING, SENT, LOGGED = "Envoi en cours…", "Envoyé", "Enregistré, inscrit au journal"


@dataclass
class Told:
    """Three browsers, whoever else is of the case, and the case."""

    nurse: Watch
    person: Watch
    auditor: Watch
    mo: Party
    idel: Party
    case: str
    entry: str

    def titles(self, place: str) -> list[str]:
        """What the doctor finds at a place."""
        listed = self.mo.do("list", place, "--case", self.case).result["entries"]
        return [str(one.get("title")) for one in listed]


def arrive(world: World, *keys: str) -> list[Party]:
    world.make_parties([role for role in CAST if role.key in keys])
    found = [world.parties[key] for key in keys]
    for party in found:
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    return found


@pytest.fixture(scope="module")
def told(browser: Browser, world: World) -> Iterator[Told]:
    auditor = auditor_at(browser, world)
    person, her = person_at(browser, world)
    nurse, nora = professional_at(browser, world)
    coord, mo, idel = arrive(world, "coord", "mo", "idel")
    for party in (coord, mo):
        party.do("contact", "add", "Nora", "--user", nora)
        party.do("contact", "add", "Mme A", "--user", her)
    for party in (mo, idel):
        coord.do("contact", "add", party.name, "--user", str(party.do("whoami").result["user"]))
    case = str(coord.do("case", "open", "--name", "Mme A", "--person", "Mme A").result["case"])
    for name in (mo.name, "Nora"):
        coord.do("member", "add", name, "--title", "same-team", "--informed", "oral", "--case", case)
    coord.do("member", "add", idel.name, "--limb", "0", "--case", case)
    posted = mo.do("post", "medical/1", "--title", ASKED, "--text", ASKED, "--case", case)
    entry = str(posted.result["id"])
    mo.do("read", "medical/1", entry, "--case", case)
    declared = idel.do("emergency", "start", "--case", case, "--reason", "unconscious", "--text", WHY)
    idel.do("emergency", "stop", str(declared.result["emergency"]), "--case", case)
    mo.do("sync", "--case", case)
    yield Told(nurse, person, auditor, mo, idel, case, entry)
    for watch in (nurse, person, auditor):
        watch.check()
        watch.page.context.close()


def hands(watch: Watch) -> Hands:
    """Load the first screen anew, and go on without a mouse."""
    watch.page.goto(f"{watch.world.addresses.hub}/#/")
    watch.page.reload()
    watch.page.locator("h1").wait_for()
    found = Hands(watch.page)
    found.listen()
    return found


def hold(watch: Watch, address: str | re.Pattern[str]) -> Callable[[], None]:
    """Keep what goes to an address on its way until the returned function is called."""
    held: list[Route] | None = []

    def keep(route: Route) -> None:
        if held is None:
            route.continue_()
        else:
            held.append(route)

    watch.page.route(address, keep)

    def let_go() -> None:
        nonlocal held
        waiting, held = held or [], None
        for route in waiting:
            route.continue_()

    return let_go


class TestPerson:
    def test_she_agrees_in_part_writes_and_asks_about_a_line_without_a_mouse(self, told: Told) -> None:
        her = hands(told.person)
        her.press("link", "Qui peut voir quoi")
        her.press("link", "Donner mon accord")
        her.press("checkbox", "Logement", "Space")
        let_go = hold(told.person, f"**/v1/cases/{told.case}/chains/**")
        her.press("button", "Je suis d’accord")
        her.hears(SENDING)
        let_go()
        her.hears("Votre accord est enregistré")
        agreed = told.person.page.get_by_role("region", name="Vous êtes d’accord")
        agreed.get_by_text("Santé").first.wait_for()
        assert "Logement" not in agreed.inner_text()
        her.press("button", "Retirer mon accord")
        told.person.page.get_by_text("Vous n’avez donné aucun accord").wait_for()
        told.idel.refused("read", "medical/1", told.entry, "--case", told.case)
        her = hands(told.person)
        her.press("link", "Écrire dans mon dossier")
        her.write("Ce que je veux dire", HERS)
        her.press("button", "Mettre dans mon dossier")
        her.hears(SENDING)
        told.person.page.get_by_text(HERS).last.wait_for()
        her = hands(told.person)
        her.press("link", "Qui a regardé mon dossier")
        her.press("link", "a déclaré une urgence")
        her.press("button", "Je ne comprends pas cet accès")
        her.hears("Votre question est enregistrée")


class TestProfessional:
    def test_a_message_is_read_answered_and_followed_to_the_log_without_a_mouse(self, told: Told) -> None:
        nora, page = hands(told.nurse), told.nurse.page
        nora.press("button", "Lire")
        nora.write("Répondre", ANSWERED)
        nora.press("button", "Envoyer")
        nora.hears("Envoi en attente")
        nora.press("link", "Voir")
        told.nurse.title("Envois en attente")
        nora.follow(ANSWERED)
        nora.press("button", "Envoyer maintenant")
        nora.hears(LOGGED)
        page.get_by_text("Tout est parti.").wait_for()
        nora.followed(SENDING, SENT)
        assert ANSWERED in told.titles("medical/1")


class TestAuditor:
    def test_the_log_is_consulted_an_emergency_judged_and_the_tree_rebuilt_without_a_mouse(self, told: Told) -> None:
        yann, page = hands(told.auditor), told.auditor.page
        yann.press("button", "Consulter")
        page.get_by_text("Votre consultation est inscrite au journal").wait_for()
        yann.press("link", "Urgences")
        yann.press("link", "Personne inconsciente")
        page.get_by_text(WHY).wait_for()
        yann.press("radio", "Légitime La situation", "Space")
        yann.press("button", "Signer et clore")
        page.get_by_text("Relu le").wait_for()
        yann.press("link", "État")
        yann.press("button", "Refaire l’arbre entier")
        page.get_by_text("l’arbre entier donne la racine signée").wait_for()


class TestWithoutHub:
    def test_what_failed_is_tried_again_by_its_author_and_what_waits_leaves_by_itself_once_the_hub_is_back(
        self, told: Told, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        her, nora = hands(told.person), hands(told.nurse)
        her.press("link", "Écrire dans mon dossier")
        her.write("Ce que je veux dire", HERS_LATER)
        told.nurse.page.goto(f"{world.addresses.hub}/#/cases/{told.case}/thread/medical")
        nora.write("Écrire ici", WAITED)
        world.stop_hub()
        her.press("button", "Mettre dans mon dossier")
        her.hears("Cela n’a pas marché")
        told.person.page.get_by_role("button", name="Réessayer").wait_for()
        nora.press("button", "Envoyer")
        nora.press("link", "Voir")
        nora.press("button", "Envoyer maintenant")
        line = told.nurse.page.get_by_role("listitem").filter(has_text=WAITED)
        line.get_by_text("gardé ici").wait_for()
        # With the page closed and no hub: what was kept is there.
        told.nurse.page.reload()
        line.wait_for()
        monkeypatch.setenv("VOLET_WEB", str(DIST))
        world.start_hub()
        told.nurse.page.get_by_text("Tout est parti.").wait_for()
        her.press("button", "Réessayer")
        told.person.page.get_by_role("region", name="Ce que j’ai déjà écrit").get_by_text(HERS_LATER).wait_for()
        assert told.titles("medical/1").count(WAITED) == 1
        for watch in (told.nurse, told.person, told.auditor):
            # Without a hub requests fail, and are meant to.
            watch.found[:] = [
                one
                for one in watch.found
                if not re.search("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket", one)
            ]
