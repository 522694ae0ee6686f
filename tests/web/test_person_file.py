"""The person reads her file, writes in her part, takes it along and asks; who represents her does so in her place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ViewportSize

from support.browser_watch import Watch
from support.budgets import Counter
from support.printed import printed
from support.screens import routes
from volet_demo.cast import CAST
from volet_demo.party import Party
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
PERSON = "Mme A, la personne accompagnée"
GUARDIAN = "M. B, une personne accompagnée (dans un navigateur)"
PHONE: ViewportSize = {"width": 360, "height": 740}
NAME = "Mme A"
WORDS = "Je veux rester chez moi avec mon chat."


@dataclass
class Her:
    """Mme A signed in on her phone, and the case that Coord opened for her; Dr Mo wrote in it."""

    watch: Watch
    coord: Party
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


@pytest.fixture(scope="module")
def her(browser: Browser, world: World) -> Iterator[Her]:
    context = browser.new_context(locale="fr-FR", viewport=PHONE)
    watch = Watch(context.new_page(), world)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.log_in(PERSON)
    watch.page.get_by_text("Personne n’a encore ouvert de dossier").wait_for()
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
    mo.do("post", "medical/2", "--title", "Examen du cœur", "--text", "Rien d’inquiétant.", "--case", case)
    mo.do("sync", "--case", case)
    yield Her(watch, coord, mo, idel, case, str(posted.result["id"]))
    watch.check()
    context.close()


class TestReading:
    def test_she_reads_what_is_written_in_a_part_with_who_wrote_it_and_when(self, her: Her) -> None:
        her.door("Qu’y a-t-il dans mon dossier")
        health = her.watch.page.get_by_role("link").filter(has_text="Votre santé : maladies")
        health.filter(has_text="2 choses à lire").wait_for()
        her.watch.axe()
        her.watch.picture("person-parts")
        health.click()
        her.watch.title("Santé")
        line = her.watch.page.get_by_role("link").filter(has_text="Synthèse")
        line.filter(has_text="Médecin").wait_for()
        her.watch.axe()
        her.watch.picture("person-read")
        line.click()
        her.watch.page.get_by_text("Tension surveillée.").wait_for()
        her.watch.axe()
        her.watch.picture("person-read-entry")
        her.watch.page.reload()
        her.watch.page.get_by_text("Tension surveillée.").wait_for()

    def test_what_the_doctor_keeps_back_before_telling_her_is_not_there(self, her: Her) -> None:
        posted = her.mo.do(
            "post", "medical/1", "--title", "Résultat attendu", "--text", "À lui dire de vive voix.",
            "--before-announcement", "--case", her.case,
        )  # fmt: skip
        assert posted.result["id"]
        her.door("Qu’y a-t-il dans mon dossier")
        her.watch.page.get_by_role("link", name="Lire tout mon dossier").click()
        her.watch.page.get_by_role("link").filter(has_text="Synthèse").wait_for()
        assert her.watch.page.get_by_text("Résultat attendu").count() == 0

    def test_what_the_doctor_announced_is_there_from_then_on(self, her: Her) -> None:
        held = ("--title", "Résultat annoncé", "--text", "Rien de grave.", "--before-announcement", "--case", her.case)
        entry = str(her.mo.do("post", "medical/1", *held).result["id"])
        her.mo.do("unmask", "medical/1", entry, "--case", her.case)
        her.door("Qu’y a-t-il dans mon dossier")
        her.watch.page.get_by_role("link", name="Lire tout mon dossier").click()
        her.watch.page.get_by_role("link").filter(has_text="Résultat annoncé").click()
        her.watch.page.get_by_text("Rien de grave.").wait_for()


class TestWriting:
    def test_she_writes_in_her_part_is_told_who_reads_it_and_takes_it_back(self, her: Her) -> None:
        her.door("Écrire dans mon dossier")
        her.watch.title("Ma parole, mon projet de vie")
        her.watch.page.get_by_label("Ce que je veux dire").fill(WORDS)
        her.watch.page.get_by_text("Ces personnes pourront lire").wait_for()
        her.watch.axe()
        her.watch.picture("person-write")
        her.watch.press("Mettre dans mon dossier")
        line = her.watch.page.get_by_role("link").filter(has_text=WORDS)
        line.wait_for()
        her.mo.do("sync", "--case", her.case)
        listed = her.mo.do("list", "expression/1", "--case", her.case)
        assert WORDS in json.dumps(listed.result, ensure_ascii=False)
        line.click()
        her.watch.press("Reprendre ce que j’ai écrit")
        her.watch.title("Ma parole, mon projet de vie")
        her.watch.page.get_by_text("C’est repris").wait_for()
        line.wait_for(state="detached")


class TestTakingAlong:
    def test_she_saves_each_part_with_authors_and_dates_and_the_log_says_that_it_left(self, her: Her) -> None:
        her.door("Garder une copie")
        her.watch.axe()
        her.watch.press("Préparer ma copie")
        her.watch.page.get_by_text("Votre copie est prête").wait_for()
        her.watch.axe()
        her.watch.picture("person-copy")
        with her.watch.page.expect_download() as taken:
            her.watch.page.get_by_role("button", name="Enregistrer : Santé").click()
        assert taken.value.suggested_filename == "mon-dossier-sante.html"
        kept = taken.value.path().read_text("utf-8")
        assert "Tension surveillée." in kept
        assert "<bdi>Médecin, DAC du Vercors · " in kept, "who is called by the function is not called by it twice"
        assert "À lui dire" not in kept
        her.door("Ma liste à garder")
        her.watch.page.get_by_role("region", name="Sorti sur papier ou en fichier").get_by_text(
            "exporté"
        ).first.wait_for()
        with her.watch.page.expect_download() as listed:
            her.watch.press("Enregistrer ce papier")
        assert "Le compte est complet" in listed.value.path().read_text("utf-8")


class TestAsking:
    def test_a_request_takes_three_presses_and_the_answer_is_seen_with_who_signed_it(
        self, her: Her, budget: Callable[[Watch, str], Counter]
    ) -> None:
        her.home()
        counted = budget(her.watch, "ask for a copy (F16)")
        her.watch.page.get_by_role("link", name="Mes demandes").click()
        her.watch.page.get_by_role("group").get_by_text("Avoir une copie").click()
        her.watch.press("Envoyer ma demande")
        her.watch.page.get_by_text("Réponse au plus tard").first.wait_for()
        counted.within(taps=3)
        her.watch.axe()
        her.watch.picture("person-requests")
        her.coord.do(
            "request", "answer", "last", "granted", "--note", "Votre copie est à l’accueil.", "--case", her.case
        )
        her.watch.page.reload()
        signed = her.watch.page.get_by_text("Réponse signée par").first
        signed.wait_for()
        assert "DAC du Vercors" in signed.inner_text()
        her.watch.axe()

    def test_contesting_an_access_takes_two_presses_and_the_answer_is_seen(
        self, her: Her, budget: Callable[[Watch, str], Counter]
    ) -> None:
        her.door("Qui a regardé mon dossier")
        looked = her.watch.page.get_by_role("link", name="Médecin").filter(has_text="a regardé").first
        looked.wait_for()
        counted = budget(her.watch, "contest an access (F16)")
        looked.click()
        her.watch.press("Je ne comprends pas cet accès")
        her.watch.page.get_by_text("Votre question est partie").wait_for()
        counted.within(taps=2)
        her.coord.do("request", "answer", "last", "granted", "--case", her.case)
        her.watch.page.reload()
        her.watch.page.get_by_text("Réponse signée par").first.wait_for()

    def test_she_asks_the_name_of_who_looked_and_is_given_it_or_told_why_not(self, her: Her) -> None:
        her.door("Qui a regardé mon dossier")
        her.watch.page.get_by_role("link", name="Médecin").filter(has_text="a regardé").first.click()
        her.watch.page.get_by_role("button", name="Demander le nom").press("Enter")
        asked = her.watch.page.get_by_role("region", name="Vous avez demandé le nom")
        asked.get_by_text("Réponse au plus tard le").wait_for()
        her.watch.axe()
        her.watch.picture("person-ask-name")
        said = ("request", "answer", "last", "granted", "--note", "Dr Mohamed Ali, médecin.", "--case", her.case)
        her.coord.do(*said)
        her.coord.do("sync", "--case", her.case)
        her.watch.page.reload()
        asked.get_by_text("Dr Mohamed Ali, médecin.").wait_for()
        her.door("Qui a regardé mon dossier")
        her.watch.page.get_by_text("Toutes les lignes").last.click()
        her.watch.page.get_by_role("link", name="Médecin").filter(has_text="a écrit").last.click()
        her.watch.press("Demander le nom")
        asked.get_by_text("Réponse au plus tard le").wait_for()
        her.coord.do("request", "answer", "last", "refused", "--because", "rights_of_others", "--case", her.case)
        her.watch.page.reload()
        asked.get_by_text("Demande refusée").wait_for()
        assert "droits d’autres personnes" in asked.inner_text()


class TestDeciding:
    def test_agreeing_and_taking_back_take_three_presses_each_and_both_have_their_paper(
        self, her: Her, budget: Callable[[Watch, str], Counter]
    ) -> None:
        her.home()
        counted = budget(her.watch, "give an agreement (F23)")
        her.watch.page.get_by_role("link", name="Qui peut voir quoi").click()
        her.watch.page.get_by_role("link", name="Donner mon accord").click()
        her.watch.press("Je suis d’accord")
        her.watch.page.get_by_role("button", name="Retirer mon accord").wait_for()
        counted.within(taps=3)
        her.watch.page.get_by_role("link", name="Voir et imprimer l’attestation").click()
        her.watch.title("Attestation remise")
        her.watch.page.get_by_text("Vous avez dit oui le").wait_for()
        her.watch.axe()
        her.watch.picture("person-paper")
        her.watch.page.emulate_media(media="print")
        assert her.watch.page.get_by_role("button").count() == 0
        sheets = printed(her.watch.page)
        assert "Vous avez dit oui le" in sheets[0]
        assert [number for number, sheet in enumerate(sheets) if "Document confidentiel" not in sheet] == []
        her.watch.page.emulate_media(media="screen")
        her.home()
        counted = budget(her.watch, "withdraw an agreement (F23)")
        her.watch.page.get_by_role("link", name="Mes choix").click()
        her.watch.press("Retirer mon accord")
        her.watch.page.get_by_text("Vous n’avez donné aucun accord").wait_for()
        counted.within(taps=3)
        her.watch.page.get_by_text("Mes décisions passées").click()
        her.watch.page.get_by_role("link", name="J’ai retiré mon accord").click()
        her.watch.page.get_by_text("Vous avez dit stop").first.wait_for()

    def test_showing_less_takes_three_presses_and_closes_that_part_only(
        self, her: Her, budget: Callable[[Watch, str], Counter]
    ) -> None:
        read = ("read", "medical/1", her.entry, "--case", her.case)
        her.door("Qui peut voir quoi")
        her.watch.page.get_by_role("link", name="Donner mon accord").click()
        her.watch.press("Je suis d’accord")
        her.watch.page.get_by_role("button", name="Retirer mon accord").wait_for()
        her.mo.do("sync", "--case", her.case)
        her.idel.do(*read)
        her.home()
        counted = budget(her.watch, "limit an agreement (F23)")
        her.watch.page.get_by_role("link", name="Mes choix").click()
        her.watch.page.get_by_text("Montrer moins").click()
        her.watch.press("Ne plus montrer : Santé")
        her.watch.page.get_by_text("Cette partie n’est plus montrée").wait_for()
        counted.within(taps=3)
        agreed = her.watch.page.get_by_role("region", name="Vous êtes d’accord")
        agreed.get_by_text("Traitements").first.wait_for()
        assert "Santé" not in agreed.inner_text()
        her.idel.refused(*read)
        her.watch.axe()
        her.watch.press("Retirer mon accord")
        her.watch.page.get_by_text("Vous n’avez donné aucun accord").wait_for()

    def test_refusing_takes_three_presses_and_changing_her_mind_stands_beside_it(
        self, her: Her, budget: Callable[[Watch, str], Counter]
    ) -> None:
        read = ("read", "medical/1", her.entry, "--case", her.case)
        her.home()
        counted = budget(her.watch, "refuse an agreement (F23)")
        her.watch.page.get_by_role("link", name="Qui peut voir quoi").click()
        her.watch.page.get_by_role("link", name="Donner mon accord").click()
        her.watch.press("Je ne suis pas d’accord")
        refused = her.watch.page.get_by_role("region", name="Vous avez dit non")
        refused.wait_for()
        counted.within(taps=3)
        her.watch.axe()
        her.watch.picture("person-refused")
        her.idel.refused(*read)
        # Where she decides about people too, the way back stands beside what she decided.
        her.door("Qui peut voir quoi")
        her.watch.page.get_by_role("link", name="Changer d’avis").wait_for()
        her.door("Mes choix")
        refused.get_by_role("link", name="Changer d’avis").click()
        assert her.watch.page.get_by_role("button", name="Je ne suis pas d’accord").count() == 0
        her.watch.press("Je suis d’accord")
        her.watch.page.get_by_role("region", name="Vous êtes d’accord").wait_for()
        assert refused.count() == 0
        her.mo.do("sync", "--case", her.case)
        her.idel.do(*read)
        her.door("Qui peut voir quoi")
        her.watch.press("Retirer mon accord")
        her.watch.page.get_by_role("link", name="Donner mon accord").wait_for()
        her.idel.refused(*read)

    def test_who_helped_her_to_answer_is_kept_in_words_that_those_in_charge_read(self, her: Her) -> None:
        her.door("Qui peut voir quoi")
        her.watch.page.get_by_role("link", name="Donner mon accord").click()
        her.watch.page.get_by_text("Quelqu’un vous aide en ce moment").click()
        her.watch.page.get_by_label("Son nom").fill("Lucie")
        her.watch.axe()
        her.watch.picture("person-helped")
        her.watch.press("Je suis d’accord")
        her.watch.page.get_by_text("Votre accord est enregistré.", exact=True).wait_for()
        # The words reach who is in charge once her browser handed over the key of the part that keeps them.
        asked = (her.coord.ask("fact", "show", "last", "--case", her.case) for _ in range(100))
        told = next(one for one in asked if one.exit == 0)
        assert "Lucie" in json.dumps(told.result, ensure_ascii=False)


class TestActingForHer:
    def test_who_represents_her_sees_on_every_screen_for_whom_and_nothing_once_the_mandate_ended(
        self, her: Her, visit: Callable[..., Watch]
    ) -> None:
        his = visit(phone=True)
        his.accept()
        his.log_in(GUARDIAN)
        his.page.get_by_text("Personne n’a encore ouvert de dossier").wait_for()
        user = str(json.loads(his.contact_card())["user"])
        her.coord.do("contact", "add", "M. B", "--user", user)
        her.coord.do(
            "mandate", "record", "tutelle", "--holder", "M. B", "--domains", "person,property", "--from", "2026-01-10",
            "--case", her.case,
        )  # fmt: skip
        her.mo.do("sync", "--case", her.case)
        his.page.reload()
        acting = his.page.get_by_role("region", name="Vous agissez pour une autre personne")
        acting.wait_for()
        his.page.get_by_text("Donner un nom à ce dossier").click()
        his.page.get_by_label("Nom", exact=True).fill(NAME)
        his.press("Garder ce nom")
        acting.get_by_text(NAME).wait_for()
        his.axe()
        his.picture("person-acting")
        for door in (
            "Qu’y a-t-il dans mon dossier",
            "Qui a regardé mon dossier",
            "Qui peut voir quoi",
            "Mes choix",
            "Mes demandes",
        ):
            his.page.goto(f"{her.watch.world.addresses.hub}/#/")
            his.page.get_by_role("link", name=door).click()
            acting.get_by_text(NAME).wait_for()
        for name, place in routes().items():
            # Every other screen of her file; the letters of an address that names one thing are of nothing here.
            if name.startswith("my"):
                shown = re.sub(r":[a-z]+", "medical", place.replace(":case", her.case).replace(":index", "1"))
                his.page.goto(f"{her.watch.world.addresses.hub}/#{shown}")
                acting.get_by_text(NAME).wait_for()
        his.page.goto(f"{her.watch.world.addresses.hub}/#/my/{her.case}/requests")
        his.page.get_by_role("group").get_by_text("Avoir une copie").click()
        his.press("Envoyer ma demande")
        his.page.get_by_text("Réponse au plus tard").wait_for()
        her.coord.do("mandate", "end", "tutelle", "--case", her.case)
        his.page.reload()
        his.page.get_by_role("alert").wait_for()
        assert acting.count() == 0
        his.picture("person-acting-ended")
        his.page.goto(f"{her.watch.world.addresses.hub}/#/")
        his.page.get_by_text("Personne n’a encore ouvert de dossier").wait_for()


class TestTwoFiles:
    def test_one_account_shows_all_her_files_each_with_who_keeps_it(self, her: Her) -> None:
        goes_on = str(her.coord.do("case", "open", "--name", "Mme A, suite", "--person", NAME).result["case"])
        her.watch.page.goto(f"{her.watch.world.addresses.hub}/#/")
        her.watch.page.reload()
        her.watch.title("Mes dossiers")
        files = her.watch.page.get_by_role("navigation", name="Mes dossiers").get_by_role("link")
        files.filter(has_text="Dossier gardé par : DAC du Vercors").nth(1).wait_for()
        her.watch.axe()
        her.watch.picture("person-files")
        files.first.click()
        her.watch.page.get_by_role("link", name="Qui a regardé mon dossier").wait_for()
        her.watch.axe()
        her.watch.picture("person-file")
        assert her.watch.page.get_by_role("region", name="Vous agissez pour une autre personne").count() == 0
        her.coord.do("case", "link", "--continues", her.case, "--informed", "oral", "--case", goes_on)
        her.watch.page.goto(f"{her.watch.world.addresses.hub}/#/my/{her.case}/file")
        # Which of the two comes first in her list is drawn: she may be there already.
        her.watch.page.reload()
        her.watch.page.get_by_text("On n’écrit plus dans ce dossier.").wait_for()
        her.watch.axe()
        her.watch.page.get_by_role("link", name="Ouvrir l’autre dossier").press("Enter")
        her.watch.page.get_by_text("Ce dossier est la suite d’un autre dossier.").wait_for()
