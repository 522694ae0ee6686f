"""The auditor's space in a browser, with real processes: what happened is found, proved, counted, closed, taken away.

No content is anywhere on these screens. What a lying hub serves is refused with words.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from support.browser_watch import Watch
from volet_demo.cast import CAST, STRUCTURES
from volet_demo.party import Party
from volet_demo.world import World
from volet_protocol.case_reference import reference_of

AUDITOR = "Yann Le Goff, auditeur (dans un navigateur)"
COORD = "Claire Ordener, coordinatrice de parcours"
WHY, SAID, JUDGED = "Trouvée inconsciente chez elle.", "Titre que nul ne lit ici", "Les secours le confirment."
TITLE = "Journal des accès"

Visit = Callable[..., Watch]


def arrive(world: World, key: str) -> Party:
    role = next(one for one in CAST if one.key == key)
    world.make_parties([role])
    party = world.parties[key]
    party.log_in(world.browser)
    party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    return party


class Told:
    """A case of the coordinator, and an emergency that a nurse from elsewhere declared and ended."""

    def __init__(self, world: World) -> None:
        self.coord, nurse = arrive(world, "coord"), arrive(world, "idel")
        self.case = str(self.coord.do("case", "open", "--name", "Mme A").result["case"])
        self.reference = reference_of(self.case)
        self.coord.do("post", "identity/2", "--title", SAID, "--text", SAID, "--case", self.case)
        reason = ("--reason", "unconscious", "--text", WHY)
        self.emergency = str(nurse.do("emergency", "start", "--case", self.case, *reason).result["emergency"])
        nurse.do("emergency", "stop", self.emergency, "--case", self.case)


@pytest.fixture(scope="module")
def context(browser: Browser, world: World) -> Iterator[BrowserContext]:
    """The auditor's browser, signed in once; a test opens a page of its own in it."""
    opened = browser.new_context(locale="fr-FR", viewport={"width": 1200, "height": 800}, accept_downloads=True)
    watch = Watch(opened.new_page(), world)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.act_as(AUDITOR, home=TITLE)
    watch.check()
    watch.page.close()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def told(world: World, context: BrowserContext) -> Told:
    # The auditor is attested before: the words of an emergency are sealed to whom a registrar names then.
    assert context.pages == []
    return Told(world)


@pytest.fixture
def watch(context: BrowserContext, told: Told, world: World) -> Iterator[Watch]:
    assert told.case
    watched = Watch(context.new_page(), world)
    yield watched
    watched.check()
    watched.page.close()


def show(watch: Watch, path: str, title: str) -> Page:
    watch.page.goto(f"{watch.world.addresses.hub}/#{path}")
    watch.title(title)
    return watch.page


def look(watch: Watch) -> Page:
    page = show(watch, "/", TITLE)
    watch.press("Consulter")
    page.get_by_text("Votre consultation est inscrite au journal").wait_for()
    return page


def open_emergency(watch: Watch) -> Page:
    """Find the declaration among whatever else was logged, and open its entry."""
    page = look(watch)
    page.get_by_text("Filtrer").click()
    page.get_by_label("Acte", exact=True).select_option("emergency-start")
    page.get_by_role("link", name="Accès en urgence déclaré").click()
    page.get_by_text("Preuve d’inscription au journal").wait_for()
    return page


def tampered(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    def lie(route: Route) -> None:
        answer = route.fetch()
        body = json.loads(answer.text())
        change(body)
        route.fulfill(response=answer, body=json.dumps(body))

    page.route("**/v1/log/records", lie)


def elsewhere(body: dict[str, Any]) -> None:
    body["records"][0]["receipt"]["view"]["payload"]["structure"] = "ailleurs"


class TestJournal:
    def test_an_emergency_is_found_and_its_place_in_the_log_is_proved_here(self, watch: Watch) -> None:
        look(watch)
        watch.picture("audit-journal")
        page = open_emergency(watch)
        page.get_by_text("Vérifiée par ce navigateur, sans croire la plateforme.").wait_for()
        page.get_by_text("Voir chaque étape vérifiée").click()
        steps = page.locator(".step").all_inner_texts()
        assert [step.split("\n")[-1 if "sans preuve" not in step else 1] for step in steps] == [
            "vérifié", "vérifié", "vérifié", "vérifié", "sans preuve",
        ]  # fmt: skip
        assert "Aucun témoin n’est exigé" in steps[-1]
        watch.picture("audit-entry")
        page.reload()
        page.get_by_text("Vérifiée par ce navigateur, sans croire la plateforme.").wait_for()
        with page.expect_download() as kept:
            watch.press("Garder la preuve (fichier)")
        assert Path(kept.value.path()).read_text("utf-8").startswith("c2sp.org/tlog-proof@v1")

    def test_acts_are_filtered_counted_and_taken_away_and_none_of_it_is_content(self, watch: Watch) -> None:
        page = look(watch)
        page.get_by_text("Filtrer").click()
        page.get_by_label("Acte", exact=True).select_option("emergency-start")
        page.get_by_text("1 acte correspond.").wait_for()
        watch.press("Tout montrer")
        everything = page.get_by_role("status").filter(has_text="actes correspondent").inner_text()
        for name, value in (
            ("Structure", "idel-vercors"),
            ("Règle", "R10"),
            ("Issue", "emergency"),
            ("Fonction", "H2"),
        ):
            page.get_by_label(name, exact=True).select_option(value)
            found = page.get_by_role("status").filter(has_text="correspond")
            assert found.inner_text() not in {everything, "0 acte correspond."}, name
            assert page.get_by_role("list", name="Actes").get_by_role("link").count() > 0, name
            watch.press("Tout montrer")
        page.get_by_label("Acte", exact=True).select_option("emergency-start")
        with page.expect_download() as taken:
            watch.press("Tableur (CSV)")
        rows = list(csv.DictReader(io.StringIO(Path(taken.value.path()).read_text("utf-8"))))
        assert [(row["act"], row["structure"]) for row in rows] == [("emergency-start", "idel-vercors")]
        watch.press("Tout montrer")
        watch.press("Comptes")
        page.get_by_role("heading", name="Par heure de la journée").wait_for()
        page.get_by_role("row", name="Accès en urgence déclaré 1").wait_for()
        for title, line in (
            ("Par structure", "DAC du Vercors"),
            ("Par règle", "R10"),
            ("Par issue", "Accès en urgence"),
        ):
            counted = page.get_by_role("region", name=title)
            counted.get_by_role("row").filter(has_text=line).first.wait_for()
        page.get_by_role("region", name="Au fil du temps").get_by_text("Le plus :").wait_for()
        watch.picture("audit-counts")
        text = page.locator("main").inner_text()
        assert WHY not in text
        assert SAID not in text

    def test_what_is_to_look_at_is_shown_by_report_with_what_was_not_found(self, watch: Watch, told: Told) -> None:
        page = show(watch, "/", TITLE)
        page.get_by_text("Un seul dossier, par la référence d’un papier").click()
        page.get_by_label("Référence du dossier").fill(told.reference[:-1] + "U")
        watch.press("Consulter")
        page.get_by_text("Référence mal recopiée").wait_for()
        page.get_by_label("Référence du dossier").fill(told.reference.lower())
        page.get_by_label("Pourquoi consultez-vous ce dossier ?").select_option("complaint")
        watch.press("Consulter")
        page.get_by_text(f"Dossier {told.reference}").wait_for()
        page.get_by_text("Votre consultation est inscrite au journal").wait_for()
        watch.axe()
        watch.picture("audit-case")
        look(watch)
        watch.press("À regarder")
        lifted = page.get_by_role("region", name="Dossiers recherchés, pseudonymes levés")
        assert "Réclamation" in lifted.inner_text()
        watch.picture("audit-unusual")

    def test_a_pseudonym_is_lifted_with_a_reason_only(self, watch: Watch) -> None:
        page = open_emergency(watch)
        page.get_by_label("Pourquoi consultez-vous ce dossier ?").select_option("incident")
        watch.press("Lever le pseudonyme")
        page.get_by_role("list", name="Identités").get_by_text("idel").first.wait_for()


class TestLyingHub:
    def test_an_entry_that_is_not_what_was_committed_to_is_refused_with_words(self, watch: Watch) -> None:
        tampered(watch.page, elsewhere)
        page = show(watch, "/audit/entry/1", "Inscription n° 1")
        page.get_by_text("Preuve refusée").wait_for()
        assert "ne se vérifie pas" in page.get_by_role("alert").inner_text()
        assert "Quand" not in page.locator("main").inner_text()
        watch.picture("audit-refused")

    def test_a_list_with_one_changed_act_is_not_shown_at_all(self, watch: Watch) -> None:
        tampered(watch.page, elsewhere)
        page = show(watch, "/", TITLE)
        watch.press("Consulter")
        page.get_by_role("alert").wait_for()
        assert "ne se vérifie pas" in page.get_by_role("alert").inner_text()
        assert page.get_by_role("list", name="Actes").count() == 0
        page.unroute("**/v1/log/records")
        watch.press("Réessayer")
        page.get_by_text("Votre consultation est inscrite au journal").wait_for()


class TestEmergencies:
    def test_one_that_is_over_is_read_judged_and_closed(self, watch: Watch, told: Told) -> None:
        page = show(watch, "/audit/emergencies", "Accès en urgence")
        page.get_by_role("list", name="À relire").wait_for()
        watch.picture("audit-emergencies")
        page.get_by_role("link", name="Personne inconsciente").click()
        page.get_by_text(WHY).wait_for()
        watch.press("Signer et clore")
        page.get_by_text("Choisissez d’abord : légitime ou non.").wait_for()
        page.get_by_role("radio", name="Légitime La situation").check()
        page.get_by_label("Pourquoi (facultatif)").fill(JUDGED)
        watch.axe()
        watch.picture("audit-review")
        watch.press("Signer et clore")
        page.get_by_text("Relu le").wait_for()
        listed = told.coord.do("emergency", "list", "--case", told.case).result["emergencies"]
        assert [one["outcome"] for one in listed] == ["legitimate"]
        page.reload()
        page.get_by_text("Relu le").wait_for()


class TestState:
    def test_the_whole_tree_is_rebuilt_here_and_what_witnesses_do_not_say_is_said(self, watch: Watch) -> None:
        page = show(watch, "/audit/state", "État du journal")
        page.get_by_text("Le journal d’aujourd’hui prolonge").wait_for()
        page.get_by_text("n’exige aucun témoin").wait_for()
        watch.press("Refaire l’arbre entier")
        page.get_by_text("l’arbre entier donne la racine signée").wait_for()
        watch.picture("audit-state")

    def test_leaves_that_do_not_give_the_signed_root_are_refused(self, watch: Watch) -> None:
        def lie(route: Route) -> None:
            answer = route.fetch()
            body = json.loads(answer.text())
            body["leaves"][0] = body["leaves"][-1]
            route.fulfill(response=answer, body=json.dumps(body))

        page = show(watch, "/audit/state", "État du journal")
        page.route("**/v1/log/leaves*", lie)
        watch.press("Refaire l’arbre entier")
        page.get_by_role("alert").wait_for()
        assert "ne se vérifie pas" in page.get_by_role("alert").inner_text()


class TestSheet:
    def test_who_had_access_that_day_and_by_which_facts_fits_on_paper(self, watch: Watch, told: Told) -> None:
        page = show(watch, "/audit/sheet", "Fiche de contrôle")
        watch.picture("audit-form")
        page.get_by_label("Référence du dossier").fill(told.reference)
        watch.press("Établir la fiche")
        page.get_by_role("heading", name="Avaient accès ce jour-là").wait_for()
        sheet = page.locator(".sheet").inner_text()
        assert any(label in sheet for id_, label, _ in STRUCTURES if id_ == "idel-vercors")
        assert "À RELIRE" in sheet or "relu\xa0: légitime" in sheet
        assert WHY not in sheet
        watch.axe()
        page.emulate_media(media="print")
        assert not page.get_by_role("button", name="Imprimer").is_visible()
        page.get_by_text("Document confidentiel").wait_for()
        watch.picture("audit-sheet")


class TestEverybody:
    def test_axe_finds_nothing_and_the_keyboard_reaches_everything(self, watch: Watch) -> None:
        page = look(watch)
        watch.axe()
        for view in ("Comptes", "À regarder"):
            watch.press(view)
            watch.axe()
        for path, title, shown in (
            ("/", TITLE, "Période à consulter"),
            ("/audit/entry/1", "Inscription n° 1", "Preuve d’inscription au journal"),
            ("/audit/emergencies", "Accès en urgence", "inscrite au journal"),
            ("/audit/state", "État du journal", "Témoins"),
            ("/audit/sheet", "Fiche de contrôle", "Jour contrôlé"),
        ):
            show(watch, path, title).get_by_text(shown).first.wait_for()
            watch.axe()
        show(watch, "/", TITLE)
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement.textContent") == "Consulter":
                break
        page.keyboard.press("Enter")
        page.get_by_text("Votre consultation est inscrite au journal").wait_for()

    def test_who_does_not_watch_over_the_log_is_refused_with_words(self, visit: Visit, told: Told) -> None:
        watch = visit()
        watch.accept()
        watch.log_in(COORD)
        watch.title("Bonjour")
        page = show(watch, "/audit/log/2026-01-01/2026-01-02", TITLE)
        page.get_by_role("alert").wait_for()
        assert told.case not in page.locator("body").inner_text()
        # The browser itself reports an answer of 403: the one that was asked for.
        assert all("403" in one or "/v1/log/records" in one for one in watch.found)
        watch.found.clear()
