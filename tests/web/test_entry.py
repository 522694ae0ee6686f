"""From a link to a session, in a browser, with real processes: what somebody sees on a new device."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.browser_watch import Watch
from volet_demo.cast import CAST
from volet_demo.world import World
from volet_protocol.trust_bundle import TrustBundle

Visit = Callable[..., Watch]
COORD = "Claire Ordener, coordinatrice de parcours"
NOBODY = "M. B, une personne accompagnée (dans un navigateur)"


class TestFirstVisit:
    def test_the_fingerprint_shown_is_that_of_the_bundle_which_people_compare(self, visit: Visit, world: World) -> None:
        watch = visit()
        bundle = TrustBundle.read(world.path("controller", "trust.json").read_bytes())
        shown = watch.page.locator(".code").inner_text()
        assert shown.replace(" ", "") == bundle.hash[:32]

    def test_nothing_is_asked_of_anybody_before_the_person_accepts(self, visit: Visit) -> None:
        watch = visit()
        posted: list[str] = []
        watch.page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
        watch.page.wait_for_timeout(300)
        assert posted == []

    def test_english_speakers_get_english(self, visit: Visit) -> None:
        watch = visit("en-GB")
        watch.page.get_by_role("button", name="Continue").wait_for()
        assert watch.page.locator("html").get_attribute("lang") == "en"


class TestBrowser:
    @pytest.mark.parametrize(("gone", "named"), [("indexedDB", "IndexedDB"), ("ReadableStream", "Streams")])
    def test_a_browser_that_cannot_do_it_is_told_what_it_lacks_and_nothing_is_half_done(
        self, browser: Browser, world: World, gone: str, named: str
    ) -> None:
        context = browser.new_context(locale="fr-FR", service_workers="block")
        context.add_init_script(f"delete globalThis.{gone}; delete Object.getPrototypeOf(globalThis).{gone};")
        watch = Watch(context.new_page(), world)
        watch.page.goto(world.addresses.hub)
        watch.title("Ce navigateur ne convient pas")
        watch.page.get_by_text(named).wait_for()
        assert watch.page.get_by_role("button", name="Continuer").count() == 0
        watch.axe()
        watch.check()
        context.close()


class TestLogin:
    def test_somebody_logs_in_comes_back_and_is_recognised_after_a_reload(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")
        phrase = watch.page.locator(".code").inner_text()
        assert len(phrase.split()) == 8
        watch.page.reload()
        watch.title("Bonjour")
        assert watch.page.locator(".code").inner_text() == phrase

    def test_who_logs_out_is_logged_out_at_the_provider_too_and_nobody_comes_in_after_them(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.press("Me connecter")
        watch.page.get_by_label("Rester identifié dans ce navigateur").check()
        watch.page.get_by_role("button", name=COORD).click()
        watch.title("Bonjour")
        watch.press("Se déconnecter")
        watch.title("Se connecter")
        watch.press("Me connecter")
        # Who is there is asked again.
        watch.page.get_by_role("button", name=COORD).wait_for()

    def test_who_is_sent_somebody_elses_login_sees_a_code_that_their_own_screen_does_not_show(
        self, visit: Visit
    ) -> None:
        sender, reader = visit(), visit()
        sender.accept()
        code = re.search(r"code (\w{4}-\w{4})", sender.page.locator("main").inner_text())
        assert code is not None
        sender.press("Me connecter")
        sender.page.get_by_role("button", name=COORD).wait_for()
        reader.page.goto(sender.page.url)
        reader.page.get_by_role("button", name=COORD).click()
        assert code.group(1) in reader.page.locator("main").inner_text()
        reader.page.get_by_role("link", name="revenir à Volet").click()
        reader.accept()
        assert code.group(1) not in reader.page.locator("main").inner_text()

    def test_who_logs_out_comes_in_again_with_the_same_keys(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")
        phrase = watch.page.locator(".code").inner_text()
        watch.press("Se déconnecter")
        watch.title("Se connecter")
        watch.log_in(COORD)
        watch.title("Bonjour")
        assert watch.page.locator(".code").inner_text() == phrase

    def test_who_comes_back_without_an_answer_is_told_and_can_start_again(self, visit: Visit, world: World) -> None:
        watch = visit()
        watch.accept()
        watch.press("Me connecter")
        watch.page.get_by_role("button", name=COORD).wait_for()
        watch.page.goto(world.addresses.hub)
        watch.page.get_by_text("En attente de votre réponse").wait_for()
        watch.press("Recommencer la connexion")
        watch.page.get_by_role("button", name=COORD).click()
        watch.title("Bonjour")

    def test_keys_are_in_no_storage_that_a_script_could_read_out(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")
        assert watch.page.evaluate("() => localStorage.length + sessionStorage.length") == 0
        assert watch.page.context.cookies() == []
        kept = watch.page.evaluate(KEPT)
        assert kept["extractable"] == []
        assert kept["plain"] == []


class TestProfessional:
    def test_who_has_a_session_has_a_function_attested_and_takes_it(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")
        watch.page.get_by_role("link", name="Je suis professionnel").click()
        watch.press("Faire attester ma fonction")
        watch.page.get_by_role("button", name=COORD).click()
        # The registrar sends the browser back to the page that asked, which shows what there is to choose from.
        watch.title("J’exerce comme…")
        watch.page.get_by_role("button", name="Exercer comme").first.click()
        watch.page.get_by_role("button", name=COORD).click()
        watch.title("Ce que Volet garde de vous")

    def test_somebody_on_no_list_of_staff_is_told_and_can_sign_in_all_the_same(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.press("Je suis professionnel : ma fonction, puis me connecter")
        watch.page.get_by_role("button", name=NOBODY).click()
        watch.page.get_by_role("alert").wait_for()
        watch.title("Se connecter")
        assert "gestionnaire des habilitations" in watch.page.get_by_role("alert").inner_text()
        watch.log_in(NOBODY)
        watch.title("Bonjour")

    def test_who_stays_identified_at_the_provider_is_asked_once_for_both(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.press("Je suis professionnel : ma fonction, puis me connecter")
        watch.page.get_by_label("Rester identifié dans ce navigateur pendant une heure").check()
        watch.page.get_by_role("button", name=COORD).click()
        watch.title("Ce que Volet garde de vous")

    def test_a_code_that_was_copied_wrongly_is_said_before_anything_is_accepted(self, visit: Visit) -> None:
        watch = visit()
        watch.page.goto(f"{watch.world.addresses.hub}/#join/{'a' * 64}/{'b' * 64}")
        watch.page.reload()
        watch.title("On vous invite dans un dossier")
        watch.axe()
        watch.picture("invited")
        watch.page.get_by_label("Code de l’invitation").fill("6X4W-PJ7E-DT6X-CWW0-W")
        watch.press("Continuer")
        watch.page.get_by_text("Ce code est mal recopié").wait_for()
        watch.page.get_by_label("Code de l’invitation").fill("6x4w pj7e dt6x cwwo v")
        watch.press("Continuer")
        # Whoever was invited is a professional: their function is attested first, and nothing else is asked before.
        watch.page.get_by_text("volet-registrar").wait_for()


class TestLyingServer:
    def test_a_nonce_that_is_not_ours_stops_the_login_before_anybody_leaves_the_page(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()

        def swap(route: Any) -> None:  # noqa: ANN401 -- playwright's own types are unions
            answer = route.fetch()
            body = re.sub(r"nonce=[\w-]+", "nonce=" + hashlib.sha256(b"other").hexdigest()[:43], answer.text())
            route.fulfill(response=answer, body=body)

        watch.page.route("**/v1/logins", swap)
        watch.press("Me connecter")
        alert = watch.page.get_by_role("alert")
        alert.wait_for()
        assert "ne se vérifie pas" in alert.inner_text()
        watch.title("Se connecter")

    def test_another_bundle_on_a_later_visit_is_refused(self, visit: Visit, world: World) -> None:
        watch = visit()
        watch.accept()
        other = world.path("controller", "trust.json").read_text("utf-8").replace('"version":1', '"version":2', 1)
        watch.page.route("**/trust.json", lambda route: route.fulfill(body=other))
        watch.page.reload()
        watch.page.get_by_role("alert").wait_for()
        assert "ne se vérifie pas" in watch.page.get_by_role("alert").inner_text()

    def test_a_file_fetched_later_that_is_not_the_one_built_does_not_run(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")

        def alter(route: Any) -> None:  # noqa: ANN401 -- playwright's own types are unions
            answer = route.fetch()
            route.fulfill(response=answer, body="globalThis.ran = true;" + answer.text())

        watch.page.route("**/assets/capacity-*.js", alter)
        watch.page.get_by_role("link", name="Je suis professionnel").click()
        watch.page.get_by_role("alert").wait_for()
        assert "n’est pas celui qui a été annoncé" in watch.page.get_by_role("alert").inner_text()
        assert watch.page.evaluate("() => globalThis.ran") is None
        watch.page.unroute("**/assets/capacity-*.js")
        # What the browser kept of the altered file does not shut the door for good.
        watch.page.reload()
        watch.title("J’exerce comme…")
        # The browser says on its console why it refused: that alone was expected.
        assert all("integrity" in one for one in watch.found), watch.found
        watch.found.clear()


def alone(watch: Watch) -> None:
    """Put away what the page says to an account that was on another device before: other tests came as the same one."""
    known = watch.page.get_by_role("button", name="J’ai compris")
    if known.count():
        known.click()
        known.wait_for(state="detached")


class TestEverybody:
    def test_axe_finds_nothing_on_any_screen(self, visit: Visit) -> None:
        watch = visit()
        watch.page.get_by_role("button", name="Continuer").wait_for()
        watch.axe()
        watch.picture("welcome")
        watch.accept()
        watch.axe()
        watch.picture("login")
        watch.log_in(COORD)
        watch.title("Bonjour")
        watch.axe()
        alone(watch)
        watch.picture("home")

    def test_an_address_that_leads_nowhere_says_so_and_back_and_reload_work(self, visit: Visit) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")
        watch.page.evaluate("() => { location.hash = '#/nowhere' }")
        watch.title("Cette page n’existe pas")
        watch.page.reload()
        watch.title("Cette page n’existe pas")
        watch.page.get_by_role("link", name="Revenir à l’accueil").click()
        watch.title("Bonjour")
        watch.page.go_back()
        watch.title("Cette page n’existe pas")

    def test_a_professional_has_a_capacity_attested_and_acts_in_it(self, visit: Visit) -> None:
        watch = visit(phone=True)
        watch.accept()
        watch.act_as(COORD, home="À lire")
        who = watch.page.get_by_role("banner").get_by_role("link", name="DAC du Vercors")
        who.wait_for()
        watch.page.reload()
        who.click()
        watch.title("J’exerce comme…")
        watch.page.get_by_text("en ce moment").wait_for()
        watch.axe()
        alone(watch)
        watch.picture("capacity")

    def test_the_keyboard_alone_goes_all_the_way(self, visit: Visit) -> None:
        watch = visit()
        watch.page.get_by_role("button", name="Continuer").wait_for()
        watch.page.keyboard.press("Tab")
        assert watch.page.evaluate("() => document.activeElement.className") == "skip"
        watch.page.keyboard.press("Tab")
        watch.page.keyboard.press("Enter")
        watch.title("Se connecter")
        # The focus follows the screen: who listens hears its title.
        assert watch.page.evaluate("() => document.activeElement.tagName") == "H1"
        watch.page.keyboard.press("Tab")
        watch.page.keyboard.press("Enter")
        watch.page.get_by_role("button", name=COORD).wait_for()


# Every object of the browser's store: keys that could be exported, and values that are not ciphertext.
KEPT = """async () => {
  const open = indexedDB.open("volet");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = (store) => new Promise((done) => {
    const asked = database.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const keys = (await all("keys")).flatMap((one) => one.privateKey ? [one.privateKey] : [one]);
  const plain = (await all("objects")).filter((one) => !(one instanceof Uint8Array));
  database.close();
  return { extractable: keys.filter((one) => one.extractable).map((one) => one.type), plain };
}"""


class TestContactCard:
    def test_the_card_of_a_browser_is_one_that_every_client_takes(
        self, visit: Visit, world: World, tmp_path: Path
    ) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")
        card = watch.contact_card()
        path = tmp_path / "carte.json"
        path.write_text(card, "utf-8")
        if "mo" not in world.parties:
            world.make_parties([role for role in CAST if role.key == "mo"])
        added = world.parties["mo"].do("contact", "add", "Coord", "--card", str(path))
        assert added.result["fingerprint"] == watch.page.locator(".code").inner_text()
