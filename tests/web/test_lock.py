"""The lock of the web client: what somebody finds who takes the device, and how its owner comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support.browser_watch import Watch
from support.chromium import serving
from support.web_team import PHONE, Team, professional_at
from volet_demo.cast import GUESTS
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
SECRET = "quatre chevaux dans le pré"
WRITTEN = "Pansement tous les deux jours"
LOCKED = "Volet est verrouillé"
PASSKEYS = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True, "hasPrf": True,
}  # fmt: skip
# An hour ago nobody was at work any more: nothing waits an hour here.
LEFT = """() => new Promise((done) => {
  const opening = indexedDB.open("volet");
  opening.onsuccess = () => {
    const changing = opening.result.transaction("keys", "readwrite");
    const keys = changing.objectStore("keys");
    const asked = keys.get("lock");
    asked.onsuccess = () => keys.put({ ...asked.result, usedMs: asked.result.usedMs - 3_600_000 }, "lock");
    changing.oncomplete = () => { opening.result.close(); done(); };
  };
})"""
# The keys that seal what this browser keeps: none while it is locked.
SEALS = """() => new Promise((done) => {
  const opening = indexedDB.open("volet");
  opening.onsuccess = () => {
    const counted = opening.result.transaction("keys").objectStore("keys").count("seal");
    counted.onsuccess = () => { opening.result.close(); done(counted.result); };
  };
})"""


@dataclass
class Owner:
    """A nurse at her phone, who locks it, and the doctor of the case."""

    watch: Watch
    team: Team

    def go(self, fragment: str) -> None:
        """Go to an address of the page."""
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#{fragment}")

    def type(self, phrase: str) -> None:
        """Type a phrase on the lock."""
        self.watch.page.get_by_label("Phrase secrète").fill(phrase)
        self.watch.page.get_by_label("Phrase secrète").press("Enter")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, hub_files: Path) -> Iterator[World]:
    # By name: a browser makes no passkey for a number.
    folder = tmp_path_factory.mktemp("web") / "world"
    with serving(folder, GUESTS, hub_files=hub_files, hub_name="localhost") as world:
        yield world


@pytest.fixture(scope="module")
def owner(browser: Browser, world: World) -> Iterator[Owner]:
    team = Team.open(world)
    watch, user = professional_at(browser, world, size=PHONE)
    team.let_in(user)
    team.post("Pansement", WRITTEN)
    team.sync()
    yield Owner(watch, team)
    watch.check()
    watch.page.context.close()
    team.doctor.close()


class TestPhrase:
    def test_a_short_phrase_or_two_different_ones_are_refused_beside_the_field(self, owner: Owner) -> None:
        watch = owner.watch
        owner.go("/device")
        watch.page.get_by_role("link", name="Verrouillage").press("Enter")
        watch.title("Verrouillage")
        watch.page.get_by_role("heading", name="Pas de verrou").wait_for()
        watch.axe()
        watch.picture("lock-none")
        watch.page.get_by_label("La phrase que vous choisissez").fill("court")
        watch.press("Utiliser une phrase secrète")
        watch.page.get_by_text("Il faut douze caractères").wait_for()
        watch.page.get_by_label("La phrase que vous choisissez").fill(SECRET)
        watch.page.get_by_label("La même, une seconde fois").fill("quatre chevaux")
        watch.press("Utiliser une phrase secrète")
        watch.page.get_by_text("Les deux ne sont pas les mêmes").wait_for()
        assert watch.page.get_by_role("button", name="Verrouiller maintenant").count() == 0

    def test_locked_the_page_shows_nothing_of_anybody_and_no_key_is_left_until_the_phrase_is_typed(
        self, owner: Owner
    ) -> None:
        watch = owner.watch
        watch.page.get_by_label("La même, une seconde fois").fill(SECRET)
        watch.press("Utiliser une phrase secrète")
        watch.page.get_by_role("button", name="Verrouiller maintenant").wait_for()
        watch.axe()
        watch.picture("lock")
        owner.go(f"/cases/{owner.team.case}/thread/medical")
        watch.page.get_by_role("link", name="Pansement").first.wait_for()
        owner.go("/lock")
        watch.press("Verrouiller maintenant")
        watch.title(LOCKED)
        assert watch.page.evaluate(SEALS) == 0
        # Neither an address nor a reload leads around it.
        owner.go(f"/cases/{owner.team.case}/thread/medical")
        watch.page.reload()
        watch.title(LOCKED)
        assert WRITTEN not in watch.page.content()
        assert watch.page.get_by_role("navigation").count() == 0
        watch.axe()
        watch.picture("locked")
        owner.type("quatre chevaux dans le bois")
        watch.page.get_by_text("Ce n’est pas cette phrase").wait_for()
        assert watch.page.evaluate(SEALS) == 0
        owner.type(SECRET)
        # Where it was locked, it goes on.
        watch.title("Santé")
        watch.page.get_by_role("link", name="Pansement").first.click()
        watch.page.get_by_text(WRITTEN).first.wait_for()

    def test_a_second_window_locks_and_unlocks_with_the_first(self, owner: Owner) -> None:
        watch = owner.watch
        second = Watch(watch.page.context.new_page(), watch.world)
        second.page.goto(f"{watch.world.addresses.hub}/#/cases")
        second.title("Mes dossiers")
        owner.go("/lock")
        watch.press("Verrouiller maintenant")
        watch.title(LOCKED)
        second.title(LOCKED)
        owner.type(SECRET)
        watch.title("Verrouillage")
        second.title("Mes dossiers")
        second.check()
        second.page.close()

    def test_who_left_it_finds_it_locked_and_the_first_touch_after_that_opens_nothing(self, owner: Owner) -> None:
        watch = owner.watch
        owner.go("/lock")
        watch.page.get_by_label("Verrouiller après").select_option("5")
        owner.go("/cases")
        watch.title("Mes dossiers")
        watch.page.evaluate(LEFT)
        watch.page.keyboard.press("Tab")
        watch.title(LOCKED)
        assert watch.page.evaluate(SEALS) == 0
        owner.type(SECRET)
        watch.title("Mes dossiers")
        # And with no touch at all.
        watch.page.evaluate(LEFT)
        watch.title(LOCKED)
        owner.type(SECRET)
        watch.title("Mes dossiers")

    def test_a_draft_outlives_the_lock(self, owner: Owner) -> None:
        watch = owner.watch
        owner.go(f"/cases/{owner.team.case}/thread/medical")
        watch.page.get_by_label("Écrire ici").last.fill("Commencé avant la pause")
        owner.go("/lock")
        watch.press("Verrouiller maintenant")
        watch.title(LOCKED)
        owner.type(SECRET)
        watch.title("Verrouillage")
        owner.go(f"/cases/{owner.team.case}/thread/medical")
        watch.page.wait_for_function(
            "() => [...document.querySelectorAll('textarea')].some((one) => one.value === 'Commencé avant la pause')"
        )


class TestPasskey:
    def test_a_passkey_is_added_by_who_opens_the_lock_and_unlocks_by_one_press(self, owner: Owner) -> None:
        watch = owner.watch
        session = watch.page.context.new_cdp_session(watch.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS})
        owner.go("/lock")
        watch.press("Utiliser une clé d’accès")
        asked = watch.page.get_by_role("dialog")
        asked.get_by_text("Changer le verrou demande ce qui l’ouvre").wait_for()
        watch.axe()
        asked.get_by_label("Phrase secrète").fill("une phrase qui ne l’est pas")
        asked.get_by_role("button", name="Déverrouiller").click()
        asked.get_by_text("Ce n’est pas cette phrase").wait_for()
        assert watch.page.get_by_role("list", name="Ce qui déverrouille").get_by_role("listitem").count() == 1
        asked.get_by_label("Phrase secrète").fill(SECRET)
        asked.get_by_role("button", name="Déverrouiller").click()
        watch.page.get_by_role("button", name="Retirer : Clé d’accès").wait_for()
        watch.press("Verrouiller maintenant")
        watch.title(LOCKED)
        watch.press("Déverrouiller avec la clé d’accès")
        watch.title("Verrouillage")
        watch.page.get_by_role("button", name="Retirer : Phrase secrète").wait_for()

    def test_the_phrase_is_taken_away_with_the_passkey_and_opens_nothing_any_more(self, owner: Owner) -> None:
        watch = owner.watch
        watch.page.get_by_role("button", name="Retirer : Phrase secrète").press("Enter")
        asked = watch.page.get_by_role("dialog")
        asked.get_by_role("button", name="Déverrouiller avec la clé d’accès").press("Enter")
        watch.page.get_by_role("button", name="Retirer : Phrase secrète").wait_for(state="detached")
        watch.press("Verrouiller maintenant")
        watch.title(LOCKED)
        assert watch.page.get_by_label("Phrase secrète").count() == 0
        watch.press("Déverrouiller avec la clé d’accès")
        watch.title("Verrouillage")


class TestStuck:
    def test_who_can_no_longer_unlock_erases_what_is_kept_and_comes_as_to_a_new_browser(self, owner: Owner) -> None:
        watch = owner.watch
        watch.press("Verrouiller maintenant")
        watch.title(LOCKED)
        watch.page.get_by_text("Je n’arrive plus à déverrouiller").click()
        watch.page.get_by_text("La phrase secrète n’est gardée nulle part").wait_for()
        watch.axe()
        watch.press("Effacer ce que ce navigateur garde")
        watch.press("Continuer")
        watch.title("Se connecter")
