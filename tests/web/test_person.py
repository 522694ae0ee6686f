"""The person on a phone: her own file, who may see what, who looked, with the proof."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, ViewportSize

from support.browser_watch import Watch
from support.printed import printed
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
    mo: Party
    idel: Party
    case: str
    entry: str

    def home(self) -> None:
        """Show her first screen, as after a reload."""
        self.watch.page.goto(f"{self.watch.world.addresses.hub}/#/")
        self.watch.page.reload()
        self.watch.page.get_by_role("heading", name="Mon dossier").wait_for()

    def door(self, name: str) -> None:
        """Go through one of the doors of her file."""
        self.home()
        self.watch.page.get_by_role("link", name=name).click()


def look_of_the_doctor(her: Her) -> Locator:
    """Unfold every line and return one in which the doctor looked."""
    her.watch.page.get_by_text("Toutes les lignes").last.click()
    return her.watch.page.get_by_role("link", name="Médecin").filter(has_text="a regardé", visible=True).first


def reads(her: Her) -> None:
    """Let the nurse read once somebody who holds the keys has handed them over."""
    her.mo.do("sync", "--case", her.case)
    tried = (her.idel.ask("read", "medical/1", her.entry, "--case", her.case) for _ in range(100))
    assert any(one.exit == 0 for one in tried)


def agree(her: Her) -> None:
    """Let her agree that the nurse reads, and the nurse read."""
    her.door("Qui peut voir quoi")
    her.watch.page.get_by_role("link", name="Donner mon accord").click()
    her.watch.press("Je suis d’accord")
    her.watch.page.get_by_role("button", name="Retirer mon accord").wait_for()
    reads(her)


def withdraw(her: Her) -> None:
    """Let her take it back, for who comes after."""
    her.door("Mes choix")
    her.watch.press("Retirer mon accord")
    her.watch.page.get_by_text("Vous n’avez donné aucun accord").wait_for()


@pytest.fixture(scope="module")
def her(browser: Browser, world: World) -> Iterator[Her]:
    context = browser.new_context(locale="fr-FR", viewport=PHONE)
    watch = Watch(context.new_page(), world)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.log_in(PERSON)
    watch.page.get_by_text("Personne n’a encore ouvert de dossier").wait_for()
    watch.picture("person-without-case")
    user = str(json.loads(watch.contact_card())["user"])
    world.make_parties([role for role in CAST if role.key in {"coord", "mo", "idel"}])
    coord, mo, idel = (world.parties[key] for key in ("coord", "mo", "idel"))
    for party in (coord, mo, idel):
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
        party.do("contact", "add", NAME, "--user", user)
    for party in (mo, idel):
        coord.do("contact", "add", party.name, "--user", str(party.do("whoami").result["user"]))
    case = str(coord.do("case", "open", "--name", NAME, "--person", NAME).result["case"])
    coord.do("member", "add", mo.name, "--title", "same-team", "--informed", "oral", "--case", case)
    coord.do("member", "add", idel.name, "--limb", "0", "--case", case)
    posted = mo.do("post", "medical/1", "--title", "Synthèse", "--text", "Tension surveillée.", "--case", case)
    mo.do("read", "medical/1", str(posted.result["id"]), "--case", case)
    yield Her(watch, mo, idel, case, str(posted.result["id"]))
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
        assert "1 chose à lire" in used.inner_text()
        her.watch.axe()
        her.watch.picture("person-parts")

    def test_who_may_see_what_follows_the_rules_by_person_and_by_part(self, her: Her) -> None:
        her.door("Qui peut voir quoi")
        doctor = her.watch.page.get_by_role("region", name="Médecin")
        doctor.get_by_text("Peut voir", exact=True).wait_for()
        her.watch.axe()
        her.watch.picture("person-who")
        doctor.get_by_text("Pourquoi ?").click()
        doctor.get_by_text("Cette personne fait partie de l’équipe qui vous soigne.").wait_for()
        nurse = her.watch.page.get_by_role("region", name="Infirmier")
        nurse.get_by_text("Seulement avec votre accord").wait_for()
        nurse.get_by_text("Pourquoi ?").click()
        nurse.get_by_text("ne fait pas partie de l’équipe de soins").wait_for()
        her.watch.press("Par partie du dossier")
        table = her.watch.page.get_by_role("table")
        health = table.get_by_role("row").filter(has=her.watch.page.get_by_role("rowheader", name="Santé", exact=True))
        said = dict(
            zip(
                table.get_by_role("columnheader").all_inner_texts(),
                health.locator("th, td").all_inner_texts(),
                strict=True,
            )
        )
        assert {who.split(" ")[0]: what for who, what in said.items()}["Médecin"] == "tout"
        assert "avec votre accord" in said.values()
        her.watch.axe()
        her.watch.picture("person-who-grid")

    def test_the_table_of_who_may_see_what_is_printed_whole_without_anything_to_press(self, her: Her) -> None:
        her.door("Qui peut voir quoi")
        her.watch.press("Par partie du dossier")
        her.watch.page.get_by_role("table").wait_for()
        her.watch.page.emulate_media(media="print")
        assert her.watch.page.get_by_role("button").count() == 0
        assert her.watch.page.get_by_role("rowheader").last.is_visible()
        sheets = printed(her.watch.page)
        assert "Qui peut voir quoi" in sheets[0]
        assert [number for number, sheet in enumerate(sheets) if "Document confidentiel" not in sheet] == []
        assert all(part in "".join(sheets) for part in ("Santé", "Logement", "Ma parole"))
        her.watch.page.emulate_media(media="screen")


class TestWhoLooked:
    def test_she_reads_who_looked_that_none_is_missing_and_opens_the_proof_of_a_line(self, her: Her) -> None:
        her.door("Qui a regardé mon dossier")
        her.watch.page.get_by_text("Il n’en manque aucune").wait_for()
        her.watch.axe()
        her.watch.picture("person-looks")
        first = her.watch.page.get_by_role("region", name="À regarder d’abord")
        # Above what is folded or in it: at night there is more that is odd.
        first.get_by_text("première fois").first.wait_for(state="attached")
        opened = her.watch.page.locator("dl.counts > div").filter(has_text="Ouvert à l’écran")
        assert "0 fois" not in opened.inner_text()
        line = look_of_the_doctor(her)
        # Who, what for, by what title, and the mark that what was shown was verified here.
        assert all(word in line.inner_text() for word in ("DAC du Vercors", "Santé", "soins", "vérifié"))
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
        sheets = printed(her.watch.page)
        assert "Le compte est complet" in "".join(sheets)
        assert [number for number, sheet in enumerate(sheets) if "Document confidentiel" not in sheet] == []
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

    def test_a_line_that_is_not_what_was_committed_to_is_not_shown_as_verified(self, her: Her) -> None:
        def changed(route: object) -> None:
            answer = route.fetch()  # type: ignore[attr-defined]  # playwright's own types are unions
            body = answer.json()
            body["records"][0]["receipt"]["view"]["payload"]["time_ms"] += 1
            route.fulfill(response=answer, json=body)  # type: ignore[attr-defined]  # as above

        her.watch.page.route("**/v1/log/records", changed)
        her.door("Qui a regardé mon dossier")
        her.watch.page.get_by_role("alert").wait_for()
        assert her.watch.page.get_by_text("Il n’en manque aucune").count() == 0
        her.watch.page.unroute("**/v1/log/records")


class TestWhatSheDecides:
    def test_her_agreement_opens_the_compartment_to_the_nurse_and_her_withdrawal_closes_it(self, her: Her) -> None:
        read = ("read", "medical/1", her.entry, "--case", her.case)
        her.idel.refused(*read)
        her.door("Qui peut voir quoi")
        her.watch.page.get_by_role("link", name="Donner mon accord").click()
        her.watch.page.get_by_role("button", name="Je suis d’accord").wait_for()
        her.watch.axe()
        her.watch.picture("person-consent")
        her.watch.press("Je suis d’accord")
        her.watch.title("Mes choix")
        her.watch.page.get_by_text("Vous êtes d’accord").wait_for()
        her.watch.axe()
        her.watch.picture("person-choices")
        her.mo.do("sync", "--case", her.case)
        her.idel.do(*read)
        her.watch.press("Retirer mon accord")
        her.watch.page.get_by_text("Vous n’avez donné aucun accord").wait_for()
        her.idel.refused(*read)

    def test_she_says_on_the_line_itself_that_she_does_not_understand_it(self, her: Her) -> None:
        her.door("Qui a regardé mon dossier")
        look_of_the_doctor(her).click()
        her.watch.press("Je ne comprends pas cet accès")
        her.watch.page.get_by_text("Votre question est partie").wait_for()
        her.watch.axe()
        her.watch.picture("person-contest")

    def test_she_objects_to_one_person_and_takes_it_back(self, her: Her) -> None:
        agree(her)
        her.door("Qui peut voir quoi")
        nurse = her.watch.page.get_by_role("region", name="Infirmier")
        nurse.get_by_role("button", name="Je m’oppose").click()
        her.watch.press("Oui, je m’oppose")
        her.watch.page.get_by_text("Votre opposition est enregistrée").wait_for()
        # The undoing stands where the decision was taken, and in the place of it.
        nurse.get_by_role("button", name="Lever mon opposition").wait_for()
        assert nurse.get_by_role("button", name="Je m’oppose").count() == 0
        her.idel.refused("read", "medical/1", her.entry, "--case", her.case)
        her.door("Mes choix")
        her.watch.press("Lever mon opposition")
        her.watch.page.get_by_text("Votre opposition est levée").wait_for()
        reads(her)
        withdraw(her)

    def test_she_says_no_to_one_part_of_her_file_and_takes_it_back(self, her: Her) -> None:
        agree(her)
        her.door("Mes choix")
        her.watch.page.get_by_text("Dire non à une partie, ou à tout").click()
        her.watch.page.get_by_label("À quoi dites-vous non ?").select_option("medical")
        her.watch.axe()
        her.watch.press("Je dis non")
        her.watch.press("Oui, je m’oppose")
        against = her.watch.page.get_by_role("region", name="Vous vous opposez")
        against.get_by_text("Santé").wait_for()
        her.idel.refused("read", "medical/1", her.entry, "--case", her.case)
        against.get_by_role("button", name="Lever mon opposition").click()
        against.wait_for(state="detached")
        reads(her)
        withdraw(her)
