"""A professional's own device: what is traced, what they read, what the page does without network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Request

from support.browser_watch import Watch
from support.budgets import Counter
from support.web_team import DETAIL, NURSE, PHONE, Team, professional_at
from volet_client.members import Terms
from volet_demo.cast import CAST
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
SUBSTITUTE = next(role.label for role in CAST if role.key == "inf")
WEEK_MS = 7 * 24 * 3_600_000


# Every notification that the page shows, as the browser is given it.
TOLD = """globalThis.told = [];
if ("Notification" in globalThis) globalThis.Notification = class extends Notification {
  constructor(title, options) { super(title, options); told.push(JSON.stringify([title, options])); }
};"""
# The browser has one window here, always in sight: that it is not is said in its place.
AWAY = """() => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@dataclass
class Own:
    """The nurse at her phone, and the doctor on the command line."""

    watch: Watch
    team: Team

    def go(self, fragment: str) -> None:
        """Go to an address of the page."""
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#{fragment}")


@pytest.fixture(scope="module")
def own(browser: Browser, world: World) -> Iterator[Own]:
    context = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740})
    context.grant_permissions(["notifications"])
    context.add_init_script(TOLD)
    watch = Watch(context.new_page(), world)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    team = Team.open(world)
    yield Own(watch, team)
    watch.check()
    context.close()
    team.doctor.close()


class TestTraces:
    def test_what_is_traced_is_read_before_anything_else_and_stays_dated(self, own: Own) -> None:
        watch = own.watch
        users: list[str] = []

        def take(request: Request) -> None:
            if request.method == "POST" and request.url.endswith("/v1/logins"):
                asked: Any = request.post_data_json
                users.append(str(asked["user"]))

        watch.page.on("request", take)
        watch.act_as(NURSE, home="Ce que Volet garde de vous")
        watch.page.get_by_text("12 mois").wait_for()
        # Nothing of a case is reached around it, by an address or by a reload.
        own.go("/cases")
        watch.page.reload()
        watch.title("Ce que Volet garde de vous")
        watch.page.get_by_role("button", name="J’ai lu, continuer").wait_for()
        watch.axe()
        watch.picture("traces")
        watch.page.get_by_role("button", name="J’ai lu, continuer").press("Enter")
        watch.title("Mes dossiers")
        watch.page.reload()
        watch.title("Mes dossiers")
        own.go("/device")
        watch.page.get_by_role("link", name="Ce que Volet garde de vous").click()
        watch.page.get_by_text("Vous avez lu cette page le").wait_for()
        assert watch.page.get_by_role("button", name="J’ai lu, continuer").count() == 0
        watch.axe()
        own.team.let_in(users[0])
        own.team.post("Pansement", "Tous les deux jours.")
        own.team.sync()

    def test_what_one_read_is_told_by_day_and_case_and_nothing_of_others(self, own: Own) -> None:
        watch = own.watch
        own.go("/consulted")
        watch.page.get_by_text("Rien ne vous a été remis").wait_for()
        own.go("/")
        watch.page.get_by_role("button", name="Lire (").click()
        watch.page.get_by_text("Tous les deux jours.").first.wait_for()
        own.go("/cases")
        watch.page.get_by_role("link", name="Mes consultations").click()
        line = watch.page.get_by_role("main").get_by_role("listitem").first
        line.wait_for()
        assert "ouvert à l’écran" in line.inner_text()
        assert "Santé" in line.inner_text()
        watch.axe()
        watch.picture("consulted")


KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const kept = [];
  for (const name of await caches.keys()) kept.push(...(await (await caches.open(name)).keys()));
  return kept.map((one) => new URL(one.url).pathname.slice(1)).sort();
}"""


class TestWithoutNetwork:
    def test_the_worker_keeps_the_files_of_the_manifest_and_no_answer_of_the_interface(self, own: Own) -> None:
        watch = own.watch
        kept = watch.page.evaluate(KEPT)
        manifest = watch.page.context.request.get(f"{watch.world.addresses.hub}/v1/web").json()["manifest"]
        assert kept == sorted(file["path"] for file in manifest["files"] if not file["path"].endswith(".br"))

    def test_what_was_sent_without_network_outlives_a_reload_without_network_and_leaves_by_itself(
        self, own: Own
    ) -> None:
        watch = own.watch
        own.go(f"/cases/{own.team.case}/thread/medical")
        watch.title("Santé")
        watch.page.get_by_label("Écrire ici").last.fill("Écrit sur la route")
        watch.page.context.set_offline(True)
        watch.press("Envoyer")
        watch.page.get_by_text("Hors ligne").first.wait_for()
        watch.page.reload()
        # The page opens, and shows what this device keeps.
        watch.page.get_by_role("link", name="Voir", exact=True).click()
        watch.title("Envois en attente")
        watch.page.get_by_text("Écrit sur la route").wait_for()
        watch.picture("without-network")
        # Whoever comes anew finds the same: the address of the page, and nothing else.
        watch.page.goto(f"{watch.world.addresses.hub}/#/device")
        watch.page.get_by_text("Pas de réseau").wait_for()
        watch.page.context.set_offline(False)
        own.go("/outgoing")
        watch.page.get_by_text("Tout est parti.").wait_for()
        # That nothing could be fetched meanwhile is what this is about, and no failure of the page.
        watch.found[:] = [one for one in watch.found if "ERR_INTERNET_DISCONNECTED" not in one]
        watch.check()
        reads = own.team.doctor.entries.titles(own.team.case, DETAIL)
        assert [read.title.title for read in reads if read.title is not None].count("Écrit sur la route") == 1

    def test_whether_the_browser_keeps_what_it_holds_is_told_and_asked_for(self, own: Own) -> None:
        watch = own.watch
        own.go("/device")
        card = watch.page.get_by_role("region", name="Ce que ce navigateur garde")
        card.get_by_text("promis de garder vos clés").wait_for()
        watch.axe()
        watch.picture("device")


class TestNotifications:
    def test_out_of_sight_a_message_is_told_of_without_name_case_or_text_once_it_was_turned_on(self, own: Own) -> None:
        watch = own.watch
        own.go("/")
        watch.page.get_by_text("Chargement…").wait_for(state="detached")
        own.go("/device")
        box = watch.page.get_by_role("checkbox", name="Me prévenir sur cet appareil")
        assert not box.is_checked()
        box.press("Space")
        watch.page.get_by_role("checkbox", name="Me prévenir sur cet appareil", checked=True).wait_for()
        watch.page.reload()
        watch.page.get_by_role("checkbox", name="Me prévenir sur cet appareil", checked=True).wait_for()
        # What waits already is looked at as the page goes out of sight, and is no news.
        with watch.page.expect_response(lambda one: "/counts" in one.url):
            watch.page.evaluate(AWAY)
        own.team.post("Chute de Mme A", "Elle est tombée ce matin.")
        watch.page.wait_for_function("() => told.length > 0")
        (told,) = watch.page.evaluate("() => told")
        assert json.loads(told) == [
            "Volet",
            {"body": "Un message vous attend.", "tag": "volet", "icon": "/icon-192.png"},
        ]
        watch.page.reload()


class TestSubstitute:
    def test_who_was_added_the_evening_before_reads_what_is_in_force_at_seven_with_everybody_asleep(
        self, own: Own, browser: Browser, budget: Callable[[Watch, str], Counter]
    ) -> None:
        team, world = own.team, own.watch.world
        team.post("Traitement en vigueur", "Paracétamol, 1 g matin et soir.")
        team.post("Transmission d’hier", "Nuit calme, a bien mangé.", kind="transmission")
        watch, user = professional_at(browser, world, label=SUBSTITUTE, size=PHONE)
        # In the evening: one act, with the horizon of whom they replace. Nobody is there after it.
        team.doctor.members.add(
            team.case, user, Terms(history_from_ms=0, until_ms=team.doctor.author.clock() + WEEK_MS)
        )
        team.sync()
        counter = budget(watch, "substitute at 7:00, others asleep")
        watch.page.goto(world.addresses.hub)
        watch.page.reload()
        watch.title("À lire")
        watch.page.get_by_role("link", name="Mes dossiers").first.click()
        watch.page.get_by_role("main").get_by_role("link", name=re.compile("^Dossier")).click()
        watch.page.get_by_role("link", name="Tout ce que je peux lire").click()
        watch.page.get_by_role("link", name="Traitement en vigueur").click()
        watch.page.get_by_text("Paracétamol, 1 g matin et soir.").wait_for()
        watch.page.go_back()
        watch.page.get_by_role("link", name="Transmission d’hier").click()
        watch.page.get_by_text("Nuit calme, a bien mangé.").wait_for()
        counter.within(screens=6, taps=5, seconds=120)
        watch.check()
        watch.page.context.close()


class TestNewPhone:
    def test_who_comes_with_new_keys_reads_once_a_colleague_typed_the_phrase_that_they_read_out(
        self, own: Own, browser: Browser
    ) -> None:
        team, watch = own.team, own.watch
        # A second chain of somebody known: the hub could have made it, so no software gives it anything.
        new, user = professional_at(browser, watch.world, label=SUBSTITUTE, size=PHONE)
        team.doctor.members.add(team.case, user, Terms(history_from_ms=0))
        team.sync()
        new.page.goto(f"{watch.world.addresses.hub}/#/device")
        said = new.page.locator(".code").first.inner_text()
        own.go("/demands")
        waiting = watch.page.get_by_role("list", name="Collègues qui attendent une clé").get_by_role("listitem")
        waiting.get_by_text("identité non confirmée").wait_for()
        phrase = waiting.get_by_label("Phrase de reconnaissance")
        phrase.fill("pas du tout cette phrase")
        waiting.get_by_role("button").press("Enter")
        waiting.get_by_text("Ce n’est pas la phrase de cet appareil").wait_for()
        watch.axe()
        phrase.fill(said.upper())
        waiting.get_by_role("button").press("Enter")
        watch.page.get_by_text("Les clés sont remises.").wait_for()
        waiting.wait_for(state="detached")
        new.page.goto(f"{watch.world.addresses.hub}/#/cases/{team.case}/thread/medical")
        new.page.get_by_role("link", name="Traitement en vigueur").click()
        new.page.get_by_text("Paracétamol, 1 g matin et soir.").wait_for()
        new.check()
        new.page.context.close()


class TestLostStorage:
    def test_who_is_known_on_a_browser_without_their_keys_is_told_what_happened_and_the_way_back(
        self, own: Own, browser: Browser
    ) -> None:
        context = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740})
        watch = Watch(context.new_page(), own.watch.world)
        watch.page.goto(watch.world.addresses.hub)
        watch.accept()
        watch.log_in(NURSE)
        watch.title("Bonjour")
        told = watch.page.get_by_text("ce navigateur n’a aucune de vos clés")
        told.wait_for()
        watch.page.get_by_text("Cela coûte une connexion, pas une phrase").wait_for()
        watch.page.get_by_role("link", name="Ma carte de contact").wait_for()
        watch.axe()
        watch.picture("arrival")
        watch.press("J’ai compris")
        told.wait_for(state="detached")
        watch.page.reload()
        watch.title("Bonjour")
        assert told.count() == 0
        watch.check()
        context.close()
