"""A professional's devices: one more joins by a code, a phrase brings back who lost all; a stranger gets nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Route

from support.browser_watch import Watch
from support.web_team import DESK, DETAIL, NURSE, PHONE, Team, professional_at
from volet_client.recovery_lists import word_list
from volet_demo.cast import REGISTRAR_NAME
from volet_demo.world import World
from volet_protocol.recovery_phrase import plain

QUARTER_MS = 15 * 60_000

# Told in this order: each chapter goes on with what those before it did.
STORY = True


@dataclass
class Own:
    """The nurse at her desk, and the phrase that she wrote down."""

    watch: Watch
    browser: Browser
    words: list[str]
    number: str = ""

    def go(self, fragment: str) -> None:
        """Go to an address of the page."""
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#{fragment}")

    def code(self) -> str:
        """Let the older device show a code; return it."""
        self.go("/devices")
        self.watch.title("Mes appareils")
        self.watch.page.get_by_role("main").get_by_role("link", name="Ajouter un appareil").press("Enter")
        self.watch.title("Ajouter un appareil")
        self.watch.page.get_by_role("button", name="Montrer un code").press("Enter")
        self.watch.title("Le code à taper")
        return self.watch.page.locator("p.code").inner_text()

    def newcomer(self) -> Watch:
        """Open the page on a device that was never there."""
        context = self.browser.new_context(locale="fr-FR", viewport=PHONE)
        watch = Watch(context.new_page(), self.watch.world)
        watch.page.goto(watch.world.addresses.hub)
        watch.accept()
        return watch

    def typed(self, code: str) -> Watch:
        """Type a code on a device that was never there."""
        watch = self.newcomer()
        watch.press("J’ai déjà un compte : rejoindre avec un code")
        watch.title("Rejoindre mon compte")
        watch.page.get_by_label("Code affiché par l’autre appareil").fill(code)
        watch.page.get_by_role("button", name="Continuer").press("Enter")
        return watch


def reads(watch: Watch, team: Team, text: str) -> None:
    """Read an entry of the case on the screen."""
    watch.page.goto(f"{watch.world.addresses.hub}/#/cases/{team.case}/thread/medical")
    watch.page.get_by_text(text).first.wait_for()


def act(watch: Watch) -> None:
    """Act in the capacity that was attested on another device of the same account."""
    watch.page.goto(f"{watch.world.addresses.hub}/#/capacity")
    watch.page.get_by_role("button", name="Exercer comme").first.click()
    watch.page.get_by_role("button", name=NURSE).click()
    watch.title("Ce que Volet garde de vous")
    watch.press("J’ai lu, continuer")
    watch.title("À lire")


@pytest.fixture(scope="module")
def recent_ms() -> int:
    """A quarter of an hour, as where people work."""
    return QUARTER_MS


@pytest.fixture(scope="module")
def team(world: World) -> Iterator[Team]:
    team = Team.open(world)
    yield team
    team.doctor.close()


@pytest.fixture(scope="module")
def own(browser: Browser, world: World, team: Team) -> Iterator[Own]:
    watch, user = professional_at(browser, world, size=DESK)
    team.let_in(user)
    team.post("Pansement", "Tous les deux jours.")
    team.sync()
    yield Own(watch, browser, [])
    watch.check()
    watch.page.context.close()


class TestPhrase:
    def test_the_phrase_is_shown_once_tried_by_three_words_and_gone_from_the_device(self, own: Own) -> None:
        watch = own.watch
        own.go("/phrase")
        watch.title("Ma phrase de secours")
        watch.page.get_by_text("Elle n’est pas encore faite").wait_for()
        watch.axe()
        watch.picture("phrase")
        watch.page.get_by_role("button", name="La faire maintenant").press("Enter")
        watch.title("Phrase de secours n° 1")
        own.words[:] = watch.page.locator("ol.phrase-words li").all_inner_texts()
        own.number = watch.page.get_by_role("region", name="Numéro de blocage").locator(".code").inner_text()
        assert len(own.words) == 24
        assert {plain(word) for word in own.words} <= {plain(word) for word in word_list("fr").words}
        watch.axe()
        watch.picture("phrase-words")
        watch.press("C’est écrit")
        watch.title("Trois mots de votre papier")
        watch.axe()
        fields = watch.page.get_by_role("textbox")
        for field in fields.all():
            field.fill("zzz")
        watch.press("Vérifier")
        watch.page.get_by_text("Ce ne sont pas ces mots-là").wait_for()
        for field in fields.all():
            label = watch.page.locator(f"label[for='{field.get_attribute('id')}']").inner_text()
            field.fill(own.words[int(re.sub(r"\D", "", label)) - 1].upper())
        watch.press("Vérifier")
        watch.title("Phrase n° 1 en vigueur")
        watch.axe()
        watch.page.reload()
        watch.page.get_by_text("La phrase n° 1 du").wait_for()
        watch.page.get_by_text("Rien d’elle n’est gardé sur cet appareil").wait_for()

    def test_a_device_of_less_than_a_day_makes_no_other_phrase_and_revokes_no_other(self, own: Own) -> None:
        watch = own.watch
        watch.press("En faire une autre")
        watch.page.get_by_text("moins de 24 heures").wait_for()


class TestAgain:
    def test_who_identified_themselves_a_while_ago_does_so_again_and_goes_on_where_they_were(self, own: Own) -> None:
        watch = own.watch
        now = datetime.now(UTC)
        watch.page.clock.set_fixed_time(now + timedelta(milliseconds=QUARTER_MS))
        own.go("/devices/add")
        watch.title("Ajouter un appareil")
        watch.page.get_by_text("Confirmez que c’est vous").wait_for()
        assert watch.page.get_by_role("button", name="Montrer un code").count() == 0
        watch.axe()
        watch.picture("again")
        watch.page.clock.set_fixed_time(now)
        watch.press("M’identifier à nouveau")
        # Whoever the provider remembers is asked all the same.
        watch.page.get_by_role("button", name=NURSE).click()
        watch.title("Ajouter un appareil")
        watch.page.get_by_role("button", name="Montrer un code").wait_for()
        watch.page.clock.resume()


class TestHeld:
    def test_the_number_of_the_sheet_stops_every_device_and_the_next_sign_in_says_so(self, own: Own) -> None:
        watch = own.watch
        own.go("/device")
        said = watch.page.request.post(
            f"{watch.world.addresses.hub}/v1/holds/by-number", data={"number": own.number}
        ).json()
        assert said == {"devices": 1}
        # Nobody reloads: the window closes by itself.
        watch.title("Se connecter")
        watch.log_in(NURSE)
        watch.page.get_by_text("avec le numéro de votre feuille de secours").wait_for()
        watch.page.get_by_text("Votre connexion y met fin").wait_for()
        watch.axe()
        watch.picture("held")
        watch.page.reload()
        watch.page.get_by_text("avec le numéro de votre feuille de secours").wait_for()
        watch.press("J’ai compris")
        watch.page.get_by_text("Vos appareils étaient bloqués").wait_for(state="detached")
        watch.page.reload()
        watch.page.get_by_role("heading", level=1).wait_for()
        assert watch.page.get_by_text("Vos appareils étaient bloqués").count() == 0

    def test_a_registrar_who_was_called_is_named(self, own: Own) -> None:
        watch = own.watch
        config = str(watch.world.path("registrar", "registrar.json"))
        watch.world.processes.run(("freeze", ["registrar", "freeze", "--config", config, "--sub", "web-pro"], {}))
        watch.title("Se connecter")
        watch.log_in(NURSE)
        watch.page.get_by_text(f"Le gestionnaire des habilitations ({REGISTRAR_NAME}) les a bloqués").wait_for()
        watch.page.get_by_role("link", name="Mes appareils").first.wait_for()
        watch.press("J’ai compris")


class TestJoining:
    def test_a_miscopied_code_and_one_of_nobody_are_refused_in_words(self, own: Own) -> None:
        watch = own.typed("6X4W-PJ7E-DT6X-CWW0-W")
        watch.page.get_by_text("Ce code est mal recopié").wait_for()
        watch.axe()
        watch.page.get_by_label("Code affiché par l’autre appareil").fill("6X4W-PJ7E-DT6X-CWW0-V")
        watch.press("Continuer")
        watch.page.get_by_text("Ce code ne sert pas, ou ne sert plus").wait_for()
        watch.check()
        watch.page.context.close()

    def test_a_second_device_joins_after_both_screens_showed_the_same_words_and_reads_what_the_first_one_reads(
        self, own: Own, team: Team
    ) -> None:
        watch = own.watch
        reads(watch, team, "Pansement")
        code = own.code()
        watch.axe()
        watch.picture("device-code")
        other = own.typed(code)
        other.title("Comparez ces mots avec l’autre écran")
        watch.title("Le nouvel appareil montre-t-il ces mots ?")
        assert watch.page.locator("p.code").inner_text() == other.page.locator("p.code").inner_text()
        other.axe()
        watch.axe()
        watch.picture("device-compare")
        watch.press("Oui, les mêmes : l’ajouter")
        watch.title("Appareil ajouté")
        other.title("Se connecter")
        other.page.get_by_text("Cet appareil est de votre compte").wait_for()
        other.log_in(NURSE)
        other.title("J’exerce comme…")
        act(other)
        reads(other, team, "Pansement")
        # A code serves once.
        late = own.typed(code)
        late.page.get_by_text("Ce code ne sert pas, ou ne sert plus").wait_for()
        late.check()
        late.page.context.close()
        # What a joined device did is no alarm, and is told to it by name.
        own.go("/devices")
        rows = watch.page.get_by_role("main").get_by_role("listitem")
        rows.nth(1).wait_for()
        rows.nth(1).get_by_role("link", name="Nommer").click()
        watch.title("Nom de cet appareil")
        watch.axe()
        watch.picture("device-name")
        watch.page.get_by_label("Nom de cet appareil").fill("Téléphone")
        watch.press("Garder ce nom")
        watch.page.get_by_text("Téléphone").first.wait_for()
        watch.axe()
        watch.picture("devices")
        watch.page.get_by_role("link", name="Retirer : Téléphone").click()
        watch.title("Retirer « Téléphone » ?")
        watch.axe()
        watch.picture("device-revoke")
        watch.press("Retirer cet appareil")
        watch.page.get_by_text("moins de 24 heures").wait_for()
        other.check()
        other.page.context.close()

    def test_a_device_that_the_hub_puts_in_the_place_of_the_newcomer_is_given_nothing(self, own: Own) -> None:
        watch = own.watch

        def swap(route: Route) -> None:
            body = json.loads(route.request.post_data or "{}")
            # The hub has keys of its own and no code: any proof it makes is by another code.
            route.continue_(post_data=json.dumps({**body, "proof": "A" * 43}))

        code = own.code()
        other = own.newcomer()
        other.page.route(re.compile("/v1/device-joins/.*/requests"), swap)
        other.press("J’ai déjà un compte : rejoindre avec un code")
        other.page.get_by_label("Code affiché par l’autre appareil").fill(code)
        other.press("Continuer")
        watch.page.get_by_text("sans avoir le code : rien ne lui a été donné").wait_for()
        watch.axe()
        other.check()
        other.page.context.close()


class TestComingBack:
    def test_a_wrong_word_is_told_by_its_place_and_a_phrase_of_nobody_opens_nothing(self, own: Own) -> None:
        watch = own.newcomer()
        watch.press("J’ai perdu mes appareils")
        watch.title("Retrouver mon compte")
        watch.axe()
        watch.picture("recover")
        field = watch.page.get_by_label("Les 24 mots, dans l’ordre")
        field.fill(" ".join([*own.words[:6], "xylophage", *own.words[7:]]))
        watch.press("Continuer")
        watch.page.get_by_text("Le mot n° 7 n’est pas un mot de la liste").wait_for()
        field.fill(" ".join(own.words[:23]))
        watch.press("Continuer")
        watch.page.get_by_text("Il faut 24 mots d’une seule langue").wait_for()
        watch.axe()
        watch.check()
        watch.page.context.close()

    def test_who_lost_every_device_comes_back_by_the_phrase_reads_again_and_the_others_are_revoked(
        self, own: Own, team: Team
    ) -> None:
        watch = own.newcomer()
        watch.press("J’ai perdu mes appareils")
        # The first four letters of each word are enough.
        watch.page.get_by_label("Les 24 mots, dans l’ordre").fill(" ".join(word[:4] for word in own.words))
        watch.press("Continuer")
        watch.title("Se connecter")
        watch.page.get_by_text("Compte retrouvé").wait_for()
        watch.log_in(NURSE)
        watch.title("J’exerce comme…")
        act(watch)
        reads(watch, team, "Pansement")
        watch.page.goto(f"{watch.world.addresses.hub}/#/devices")
        watch.page.get_by_text("Retiré le").nth(1).wait_for()
        assert watch.page.get_by_text("cet appareil", exact=True).count() == 1
        # They stay in the list, since when they are out, and with nothing left to do to them.
        gone = watch.page.get_by_role("main").get_by_role("listitem").filter(has_text="Retiré le")
        assert gone.get_by_role("link").count() == 0
        watch.axe()
        watch.picture("devices-revoked")
        # The one that was lost is out: its session is over, and its sign-in is refused.
        own.watch.page.reload()
        own.watch.title("Se connecter")
        watch.check()
        watch.page.context.close()
        assert team.doctor.entries.titles(team.case, DETAIL)
