"""The course of a case in a browser: paper, what is held back, who has a say, hand-over, opening a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.browser_watch import Watch
from volet_demo.cast import CAST, GUESTS
from volet_demo.party import Party
from volet_demo.world import World
from volet_protocol.release import ReleaseRequest
from volet_protocol.statements import from_json

# Told in this order: each chapter goes on with what those before it did.
STORY = True
NURSE = next(role.label for role in GUESTS if role.key == "web-pro")
TEXT = "Deux fois par semaine, le matin."


@dataclass
class Course:
    """The nurse at her browser, in a case with a coordinator and a doctor on the command line."""

    watch: Watch
    coord: Party
    mo: Party
    case: str
    user: str

    def go(self, fragment: str) -> None:
        """Go to an address of the page."""
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#{fragment}")

    def of_case(self, rest: str = "") -> None:
        """Go to an address under the case."""
        self.go(f"/cases/{self.case}{rest}")

    def post(self, party: Party, place: str, title: str, text: str) -> str:
        """Let a party write an entry."""
        words = ("post", place, "--title", title, "--text", text, "--case", self.case)
        return str(party.do(*words).result["id"])

    def masked(self, party: Party) -> list[dict[str, Any]]:
        """Return what a party is served of what is held back in the part that the nurse writes in."""
        listed = party.do("list", "medical/2", "--case", self.case).result["entries"]
        return [one for one in listed if "mask" in one]

    def taken_back(self, party: Party, place: str) -> list[bool]:
        """Return what a party is served of a place, entry by entry: whether its author took it back."""
        listed = party.do("list", place, "--case", self.case).result["entries"]
        return [bool(one["taken_back"]) for one in listed]


@pytest.fixture(scope="module")
def course(browser: Browser, world: World) -> Iterator[Course]:
    world.make_parties([role for role in CAST if role.key in {"coord", "mo"}])
    coord, mo = world.parties["coord"], world.parties["mo"]
    for party in (coord, mo):
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    context = browser.new_context(locale="fr-FR", viewport={"width": 1200, "height": 800})
    # Nothing answers the browser's own window for printers here: that it was asked for is what counts.
    context.add_init_script("globalThis.papers = 0; globalThis.print = () => { globalThis.papers += 1; };")
    watch = Watch(context.new_page(), world)
    users: list[str] = []

    def take(request: Any) -> None:  # noqa: ANN401 -- playwright's request
        if request.method == "POST" and request.url.endswith("/v1/logins"):
            users.append(str(request.post_data_json["user"]))

    watch.page.on("request", take)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.act_as(NURSE, home="À lire")
    coord.do("contact", "add", mo.name, "--user", str(mo.do("whoami").result["user"]))
    coord.do("contact", "add", "Nora", "--user", users[0])
    case = str(coord.do("case", "open", "--name", "dossier", "--born", "2014-05-01").result["case"])
    coord.do("member", "add", mo.name, "--title", "same-team", "--informed", "oral", "--case", case)
    made = Course(watch, coord, mo, case, users[0])
    made.post(mo, "medical/1", "Tension à surveiller", TEXT)
    made.post(mo, "medical/1", "Pansement", "Tous les deux jours.")
    joining = ("--title", "same-team", "--informed", "oral", "--from", "episode", "--case", case)
    coord.do("member", "add", "Nora", *joining)
    for party in (coord, mo):
        party.do("sync", "--case", case)
    yield made
    watch.check()
    context.close()
    for party in (coord, mo):
        party.stop(world.processes)


class TestPaper:
    def test_a_part_is_printed_with_a_foot_on_the_page_and_the_log_says_so(self, course: Course) -> None:
        watch = course.watch
        course.of_case("/thread/medical")
        # Her key has come.
        watch.page.get_by_role("link", name="Pansement").wait_for()
        course.of_case()
        watch.page.get_by_role("region", name="Agir").get_by_role("link", name="Imprimer").click()
        watch.title("Imprimer")
        watch.page.get_by_text("2 éléments seront imprimés.").wait_for()
        assert watch.page.get_by_text(TEXT).count() == 0
        watch.press("Imprimer")
        watch.page.get_by_text(TEXT).wait_for()
        watch.page.get_by_role("button", name="Imprimer de nouveau").wait_for()
        assert watch.page.evaluate("() => globalThis.papers") == 1
        watch.axe()
        watch.picture("print")
        watch.page.emulate_media(media="print")
        watch.page.get_by_text("Document confidentiel", exact=True).wait_for()
        assert not watch.page.get_by_role("button", name="Imprimer de nouveau").is_visible()
        watch.page.emulate_media(media="screen")
        watch.page.reload()
        watch.title("Imprimer")
        assert watch.page.get_by_text(TEXT).count() == 0

    def test_a_liaison_sheet_has_what_is_in_force_and_who_does_what(self, course: Course) -> None:
        watch = course.watch
        course.post(course.coord, "identity/1", "Sa fille", "Anne, le soir : 06 12 34 56 78.")
        course.coord.do("sync", "--case", course.case)
        course.of_case("/thread/identity")
        watch.page.get_by_role("link", name="Sa fille").wait_for()
        course.of_case()
        watch.page.get_by_role("region", name="Agir").get_by_role("link", name="Fiche de liaison").press("Enter")
        watch.title("Imprimer")
        watch.page.get_by_text("3 éléments seront imprimés.").wait_for()
        before = watch.page.evaluate("() => globalThis.papers")
        watch.press("Imprimer")
        watch.page.get_by_role("button", name="Imprimer de nouveau").wait_for()
        paper = watch.page.locator(".paper").inner_text()
        for said in ("Fiche de liaison", "Qui fait quoi", "Médecin", "06 12 34 56 78", TEXT, "Tous les deux jours."):
            assert said in paper, said
        # Who is called, then what is in force.
        assert paper.index("06 12") < paper.index(TEXT)
        assert watch.page.evaluate("() => globalThis.papers") == before + 1
        watch.axe()

    def test_one_entry_is_printed_from_its_own_screen_with_the_keyboard_alone(self, course: Course) -> None:
        watch = course.watch
        course.of_case("/thread/medical")
        watch.page.get_by_role("link", name="Pansement").click()
        watch.title("Élément")
        watch.page.get_by_role("link", name="Imprimer").press("Enter")
        watch.title("Imprimer")
        watch.axe()
        watch.picture("print-entry")
        before = watch.page.evaluate("() => globalThis.papers")
        watch.page.get_by_role("button", name="Imprimer").press("Enter")
        watch.page.get_by_text("Tous les deux jours.").wait_for()
        assert watch.page.evaluate("() => globalThis.papers") == before + 1


class TestRound:
    def test_a_case_is_taken_along_read_without_network_and_deleted_again(self, course: Course) -> None:
        watch, page = course.watch, course.watch.page
        course.go("/cases")
        page.get_by_role("link", name="Préparer ma tournée").press("Enter")
        watch.title("Préparer ma tournée")
        page.get_by_role("checkbox").press("Space")
        watch.axe()
        with page.expect_request(lambda request: request.url.endswith("/v1/releases")) as asked:
            page.get_by_role("button", name="Emporter ce dossier").press("Enter")
        signed: Any = asked.value.post_data_json
        assert ReleaseRequest.read(from_json(signed["statement"])).intent == "offline"
        here = page.get_by_role("region", name="Emportés sur cet appareil")
        here.get_by_text("Jusqu’à :").wait_for()
        watch.picture("round")
        page.context.set_offline(True)
        here.get_by_role("link").press("Enter")
        watch.title("Dossier emporté")
        page.get_by_text(TEXT).wait_for()
        page.get_by_text("Tous les deux jours.").wait_for()
        watch.axe()
        watch.picture("round-case")
        page.context.set_offline(False)
        # That nothing could be fetched meanwhile is what this is about, and no failure of the page.
        watch.found.clear()
        page.reload()
        page.get_by_text(TEXT).wait_for()
        course.go("/round")
        page.get_by_role("button", name="Tout effacer d’ici").press("Enter")
        here.wait_for(state="detached")
        page.go_back()
        page.get_by_text("Rien n’est emporté de ce dossier").wait_for()

    def test_it_opens_again_without_network_on_a_page_that_starts_anew_and_a_day_takes_it_away(
        self, course: Course
    ) -> None:
        watch, page = course.watch, course.watch.page
        course.go("/round")
        page.get_by_role("checkbox").check()
        watch.press("Emporter ce dossier")
        here = page.get_by_role("region", name="Emportés sur cet appareil")
        here.get_by_role("link").click()
        page.get_by_text(TEXT).wait_for()
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        page.context.set_offline(True)
        page.reload()
        watch.title("Dossier emporté")
        page.get_by_text(TEXT).wait_for()
        # A day passes for this page; what is there is no longer shown, and is deleted as it is looked at.
        page.evaluate("() => { const now = Date.now; globalThis.today = now; Date.now = () => now() + 24 * 3600000; }")
        course.go("/round")
        watch.title("Préparer ma tournée")
        page.get_by_text("Pas de réseau").first.wait_for()
        assert here.count() == 0
        page.go_back()
        page.get_by_text("Rien n’est emporté de ce dossier").wait_for()
        page.evaluate("() => { Date.now = globalThis.today; }")
        course.go("/round")
        watch.title("Préparer ma tournée")
        page.go_back()
        page.get_by_text("Rien n’est emporté de ce dossier").wait_for()
        page.context.set_offline(False)
        # That nothing could be fetched meanwhile is what this is about, and no failure of the page.
        watch.found.clear()
        page.reload()
        page.get_by_text("Rien n’est emporté de ce dossier").wait_for()


class TestHoldingBack:
    def test_an_entry_is_kept_from_a_colleague_and_given_back(self, course: Course) -> None:
        watch = course.watch
        course.of_case("/thread/medical")
        write = watch.page.get_by_label("Écrire ici").last
        write.fill("Vue ce matin. Son fils Paul ne vient plus.")
        watch.press("Envoyer")
        course.go("/outgoing")
        watch.press("Envoyer maintenant")
        watch.page.get_by_text("Tout est parti.").wait_for()
        course.of_case("/thread/medical")
        watch.page.get_by_role("link", name="Vue ce matin").click()
        watch.page.get_by_role("link", name="Qui le voit, réserver").press("Enter")
        watch.title("Réserver un élément")
        watch.page.get_by_role("listitem").filter(has_text="Médecin").first.wait_for()
        watch.page.get_by_role("radio", name="À certains collègues seulement").check()
        watch.page.get_by_text("Décochez au moins une personne.").wait_for()
        watch.page.get_by_role("checkbox", name="Médecin").uncheck()
        watch.axe()
        watch.picture("withhold")
        watch.press("Réserver")
        watch.page.get_by_text("L’élément est réservé.").wait_for()
        assert course.taken_back(course.mo, "medical/2") == [True]
        watch.page.get_by_role("link", name="Vue ce matin").click()
        watch.page.get_by_role("link", name="Qui le voit, réserver").click()
        watch.page.get_by_role("heading", name="Qui le voit maintenant").wait_for()
        assert watch.page.get_by_role("listitem").filter(has_text="Médecin").count() == 0
        watch.press("Lever la réserve")
        watch.page.get_by_text("La réserve est levée.").wait_for()
        assert course.taken_back(course.mo, "medical/2") == [True, False]

    def test_a_passage_about_somebody_else_is_cut_out_of_what_the_person_reads(self, course: Course) -> None:
        watch = course.watch
        course.of_case("/thread/medical")
        watch.page.get_by_role("link", name="Vue ce matin").click()
        watch.page.get_by_role("link", name="Qui le voit, réserver").click()
        watch.page.get_by_role("radio", name="Passage concernant un tiers").check()
        watch.page.get_by_role("checkbox", name="Son fils Paul ne vient plus.").check()
        watch.press("Réserver")
        watch.page.get_by_text("L’élément est réservé.").wait_for()
        watch.page.get_by_role("link", name="Vue ce matin. [passage concernant un tiers]").wait_for()
        assert watch.page.get_by_role("link", name="Paul").count() == 0
        assert course.taken_back(course.mo, "medical/2")[:2] == [True, True]

    def test_a_result_is_held_back_while_it_is_written_and_announced_later(self, course: Course) -> None:
        watch = course.watch
        self.begin(course, "Biopsie : à annoncer en consultation.")
        watch.page.get_by_label("Réserver").select_option("before_announcement")
        watch.page.get_by_text("avant que vous l’annonciez, 15 jours au plus").wait_for()
        watch.page.get_by_text("Lu par", exact=False).last.wait_for()
        watch.axe()
        watch.picture("compose-held")
        self.send(course)
        assert [one["mask"] for one in course.masked(course.mo)][-1] == "before_announcement"
        course.of_case("/thread/medical")
        watch.page.get_by_role("link", name="Biopsie").click()
        watch.page.get_by_role("link", name="Qui le voit, réserver").click()
        watch.page.get_by_text("Pas encore annoncé").wait_for()
        watch.press("C’est annoncé")
        watch.page.get_by_text("La réserve est levée.").wait_for()

    def test_a_sentence_about_somebody_else_never_leaves_with_the_rest(self, course: Course) -> None:
        watch = course.watch
        self.begin(course, "Moral bas. Sa sœur est hospitalisée.")
        watch.page.get_by_label("Réserver").select_option("passage")
        watch.page.get_by_text("Cochez chaque phrase").wait_for()
        watch.page.get_by_role("checkbox", name="Sa sœur est hospitalisée.").check()
        watch.page.get_by_text("Cochez chaque phrase").wait_for(state="detached")
        self.send(course)
        course.of_case("/thread/medical")
        watch.page.get_by_role("link", name="Moral bas. [passage concernant un tiers]").wait_for()
        assert [one["mask"] for one in course.masked(course.mo)][-1] == "third_party"

    def test_the_secrets_of_a_minor_are_offered_to_a_health_professional_in_a_minor_s_case(
        self, course: Course
    ) -> None:
        watch = course.watch
        self.begin(course, "Consultation au planning.")
        hold = watch.page.get_by_label("Réserver")
        hold.select_option("address_secret")
        watch.page.get_by_text("Seulement si le juge l’a décidé").wait_for()
        hold.select_option("minor_secret")
        watch.page.get_by_text("ses parents le sachent").wait_for()
        self.send(course)
        assert [one["mask"] for one in course.masked(course.mo)][-1] == "minor_secret"

    @staticmethod
    def begin(course: Course, text: str) -> None:
        """Begin to write in a part."""
        course.of_case("/thread/medical")
        course.watch.page.get_by_label("Écrire ici").last.fill(text)

    @staticmethod
    def send(course: Course) -> None:
        """Send it, without waiting for the twenty seconds."""
        course.watch.press("Envoyer")
        course.go("/outgoing")
        course.watch.press("Envoyer maintenant")
        course.watch.page.get_by_text("Tout est parti.").wait_for()

    def test_another_s_entry_is_held_back_by_its_author_only(self, course: Course) -> None:
        watch = course.watch
        course.of_case("/thread/medical")
        watch.page.get_by_role("link", name="Pansement").click()
        watch.page.get_by_role("link", name="Qui le voit, réserver").click()
        watch.page.get_by_text("Seul son auteur réserve un élément").wait_for()
        assert watch.page.get_by_role("button", name="Réserver").count() == 0


class TestOwnCase:
    """A case that the nurse opens herself, and who follows it then."""

    def test_a_case_is_opened_in_preparation_and_its_name_stays_here(self, course: Course) -> None:
        watch = course.watch
        course.go("/cases")
        watch.page.get_by_role("link", name="Ouvrir un dossier").click()
        watch.title("Ouvrir un dossier")
        watch.axe()
        watch.picture("open-case")
        watch.page.get_by_label("Nom, sur cet appareil seulement").fill("Mme Bernard")
        watch.page.get_by_role("radio", name="Pas encore informée").check()
        watch.press("Ouvrir le dossier")
        watch.page.get_by_text("En préparation").wait_for()
        watch.page.get_by_text("Mme Bernard").wait_for()

    def test_an_episode_ends_after_a_question_and_another_begins(self, course: Course) -> None:
        watch = course.watch
        self.act(course, "Prise en charge et référent")
        # A case begins with an episode.
        watch.page.get_by_text("Ouverte depuis").wait_for()
        watch.axe()
        watch.picture("episode")
        watch.page.get_by_role("button", name="Terminer la prise en charge").click()
        watch.page.get_by_text("Aucun accord ne dépend d’elle.").wait_for()
        watch.press("Oui, confirmer")
        watch.page.get_by_text("Aucune prise en charge n’est ouverte.").wait_for()
        watch.press("Commencer une prise en charge")
        watch.page.get_by_text("Ouverte depuis").wait_for()

    def test_who_follows_the_case_is_designated_and_shown(self, course: Course) -> None:
        watch = course.watch
        self.act(course, "Prise en charge et référent")
        card = watch.page.get_by_role("region", name="Référent de parcours")
        card.get_by_text("Personne n’est désigné.").wait_for()
        card.get_by_role("button", name="Désigner comme référent").press("Enter")
        card.get_by_text("Aujourd’hui :").wait_for()
        watch.page.reload()
        card.get_by_text("Aujourd’hui :").wait_for()

    def test_who_represents_the_person_is_recorded_from_the_judgment_and_ended(self, course: Course) -> None:
        watch = course.watch
        self.act(course, "Qui représente la personne")
        watch.page.get_by_label("Laquelle ?").select_option("curatelle_renforcee")
        watch.page.get_by_text("Il ne décide jamais à sa place.").wait_for()
        watch.page.get_by_label("Sa carte").fill("une carte ?")
        watch.page.get_by_text("Ce n’est pas une carte.").wait_for()
        watch.page.get_by_label("Sa carte").fill(str(course.coord.do("whoami").result["user"]))
        watch.page.get_by_label("Tribunal et référence du document").fill("TJ du Val, RG 26/00012")
        watch.axe()
        watch.picture("mandates")
        watch.press("Enregistrer la mesure")
        line = watch.page.get_by_role("listitem").filter(has_text="curatelle renforcée")
        line.wait_for()
        watch.page.reload()
        line.get_by_role("button", name="Noter la fin").click()
        watch.press("Oui, confirmer")
        watch.page.get_by_text("Personne ne la représente").wait_for()

    def test_an_opposition_takes_effect_at_once_and_is_lifted(self, course: Course) -> None:
        watch = course.watch
        self.act(course, "Oppositions")
        watch.page.get_by_role("radio", name="À un volet").check()
        watch.page.get_by_label("Quel volet ?").select_option("housing")
        watch.page.get_by_label("Ce qu’elle a dit").fill("Dit au téléphone.")
        watch.axe()
        watch.picture("oppositions")
        watch.press("Enregistrer l’opposition")
        line = watch.page.get_by_role("listitem").filter(has_text="Opposée à : Logement")
        line.get_by_role("button", name="Lever l’opposition").click()
        watch.press("Oui, confirmer")
        watch.page.get_by_text("Aucune opposition.").wait_for()

    def test_a_case_is_passed_on_in_one_act_and_the_list_is_printed(self, course: Course) -> None:
        watch = course.watch
        course.go("/hand-over")
        watch.title("Passer mes dossiers")
        watch.page.get_by_label("Sa carte").fill(str(course.mo.do("whoami").result["user"]))
        # The one that is the nurse's own; the other one stays hers.
        for box in watch.page.get_by_role("region").filter(has_not_text="Mme Bernard").get_by_label("Passer ce").all():
            box.uncheck()
        watch.axe()
        watch.picture("hand-over")
        watch.press("Imprimer la liste")
        assert watch.page.evaluate("() => globalThis.papers") == 1
        watch.page.get_by_role("checkbox", name="Je quitte ces dossiers").check()
        watch.press("Passer 1 dossier")
        watch.page.get_by_text("1 dossier est passé.").wait_for()
        assert len(course.mo.do("case", "list").result["cases"]) == 2
        # She left it: it is served to her no more, and her colleague follows it.
        course.go("/cases")
        watch.page.get_by_role("link", name=f"Dossier {course.case[:8]}").wait_for()
        watch.page.get_by_role("link", name="Mme Bernard").wait_for(state="detached")

    @staticmethod
    def act(course: Course, word: str) -> None:
        """Open an act of the nurse's own case, by the keyboard."""
        course.go("/cases")
        course.watch.page.get_by_role("link", name="Mme Bernard").click()
        course.watch.page.get_by_role("region", name="Agir").get_by_role("link", name=word).press("Enter")
        course.watch.title(word)
