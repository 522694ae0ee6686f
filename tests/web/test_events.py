"""Events around a case in a browser: an emergency, what waits for an answer, a conference, a signalement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser

from support.browser_watch import Watch
from support.budgets import Counter
from volet_demo.cast import CAST, GUESTS
from volet_demo.party import Party
from volet_demo.world import World
from volet_protocol.case_reference import reference_of

# Told in this order: each chapter goes on with what those before it did.
STORY = True
NURSE = next(role.label for role in GUESTS if role.key == "web-pro")
WHY = "Trouvée au sol, ne répond pas."
SEEN = "Des bleus aux deux bras, mardi matin."
GUESTS_TYPED = "\n".join(f"M. {name}, bailleur, Office" for name in ("Bail", "Cour", "Dune", "Etau", "Fief"))
# The three of the team and the five guests.
PEOPLE = 8
ASKED = "Qui passe samedi matin ?"
PRESCRIBED = "Deux passages par jour, dix jours."
WRITTEN = 4
ELSEWHEN = ("--at", "2040-12-01 18:00", "--until", "19:00", "--place", "Salle 3", "--agenda", "Relève")
NUMBERS = {"departement": "Isère", "crip": "04 76 00 00 01", "prosecutor": "04 76 00 00 02", "adults": "04 76 00 00 03"}
# Of nobody: its key is right.
INS = "1 85 05 78 006 084 91"
PRINTERS = "globalThis.papers = 0; globalThis.print = () => { globalThis.papers += 1; };"


@dataclass
class Team:
    """A coordinator and a doctor on the command line, and the cases they opened."""

    world: World
    coord: Party
    mo: Party
    user: str = ""

    def open(self, name: str) -> str:
        """Open a case with both in it, and something to read at once in danger."""
        case = str(self.coord.do("case", "open", "--name", name).result["case"])
        self.coord.do("member", "add", self.mo.name, "--title", "same-team", "--informed", "oral", "--case", case)
        self.post(self.mo, case, "medical/2", "Allergie à la pénicilline", "Choc en 2019.")
        return case

    def post(self, party: Party, case: str, place: str, title: str, text: str) -> str:
        """Let a party write an entry."""
        return str(party.do("post", place, "--title", title, "--text", text, "--case", case).result["id"])

    def let_in(self, case: str) -> None:
        """Let the nurse at the browser into the care team, and hand over what the rules permit."""
        self.coord.do("contact", "add", "Nora", "--user", self.user)
        self.coord.do(
            "member", "add", "Nora", "--title", "same-team", "--informed", "oral", "--from", "episode", "--case", case
        )
        self.sync(case)

    def sync(self, case: str) -> None:
        """Let every client do what it owes."""
        for party in (self.coord, self.mo):
            party.do("sync", "--case", case)


@pytest.fixture(scope="module")
def numbers() -> Mapping[str, str]:
    """What the operator of this world set."""
    return NUMBERS


@pytest.fixture(scope="module")
def team(world: World) -> Iterator[Team]:
    roles = [role for role in CAST if role.key in {"coord", "mo", "idel"}]
    world.make_parties(roles)
    parties = [world.parties[role.key] for role in roles]
    for party in parties:
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    made = Team(world, world.parties["coord"], world.parties["mo"])
    made.coord.do("contact", "add", made.mo.name, "--user", str(made.mo.do("whoami").result["user"]))
    yield made
    for party in parties:
        party.stop(world.processes)


@pytest.fixture(scope="module")
def nurse(browser: Browser, world: World, team: Team) -> Iterator[Watch]:
    """The nurse at her browser, attested, in nobody's team yet."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1200, "height": 800})
    # Nothing answers the browser's own window for printers here: that it was asked for is what counts.
    context.add_init_script(PRINTERS)
    watch = Watch(context.new_page(), world)

    def take(request: object) -> None:
        post = getattr(request, "post_data_json", None)
        if getattr(request, "method", "") == "POST" and str(getattr(request, "url", "")).endswith("/v1/logins"):
            team.user = str((post or {}).get("user", ""))

    watch.page.on("request", take)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.act_as(NURSE, home="À lire")
    yield watch
    watch.check()
    context.close()


def show(watch: Watch, fragment: str, title: str) -> None:
    """Go to an address of the page, and wait for its title."""
    watch.page.goto(f"{watch.world.addresses.hub}/#{fragment}")
    watch.title(title)


class TestUrgent:
    def test_a_case_is_opened_by_its_reference_with_a_reason_and_closed_again(self, nurse: Watch, team: Team) -> None:
        case, page = team.open("Mme U"), nurse.page
        show(nurse, "/cases", "Mes dossiers")
        page.get_by_role("link", name="Accès en urgence à un dossier").press("Enter")
        nurse.title("Accès en urgence")
        nurse.axe()
        nurse.picture("urgent-find")
        page.get_by_label("Référence du dossier").fill(reference_of(case)[:-1] + "U")
        nurse.press("Trouver ce dossier")
        page.get_by_text("Référence mal recopiée").wait_for()
        page.get_by_label("Référence du dossier").fill(reference_of(case).lower())
        nurse.press("Trouver ce dossier")
        page.get_by_role("heading", name="Qui en est averti").wait_for()
        nurse.press("Ouvrir en urgence")
        page.get_by_text("Choisissez un motif et dites").wait_for()
        page.get_by_role("radio", name="Personne inconsciente").check()
        page.get_by_label("Ce qui se passe").fill(WHY)
        nurse.picture("urgent")
        nurse.axe()
        nurse.press("Ouvrir en urgence")
        page.get_by_role("dialog").get_by_role("button", name="Oui, ouvrir maintenant").press("Enter")
        page.get_by_text("Rien n’est encore ouvert").wait_for()
        team.sync(case)
        page.get_by_role("button", name="Lire : Allergie").click()
        page.get_by_text("Choc en 2019.").wait_for()
        nurse.picture("urgent-open")
        nurse.axe()
        page.reload()
        page.get_by_role("button", name="Lire : Allergie").wait_for()
        (told,) = team.coord.do("emergency", "list", "--case", case).result["emergencies"]
        assert WHY in str(told)
        nurse.press("Je n’en ai plus besoin : refermer")
        page.get_by_role("heading", name="Qui en est averti").wait_for()
        assert page.get_by_text("Allergie").count() == 0


class TestDemands:
    def test_what_waits_over_all_cases_is_answered_from_one_list(self, nurse: Watch, team: Team) -> None:
        case, page, idel = team.open("Mme D"), nurse.page, team.world.parties["idel"]
        team.let_in(case)
        team.coord.do("referent", "Nora", "--case", case)
        team.coord.do("request", "add", "copy", "--means", "phone", "--case", case)
        idel.do("emergency", "start", "--case", case, "--reason", "unconscious", "--text", WHY)
        show(nurse, "/", "À lire")
        page.get_by_role("link", name="Demandes : 2 à répondre").press("Enter")
        nurse.title("Demandes")
        page.get_by_text(WHY).wait_for()
        page.get_by_text("il reste").wait_for()
        nurse.picture("demands")
        nurse.axe()
        nurse.press("Ouvrir ce que l’urgence permet")
        page.get_by_text("Éléments ouverts").wait_for()
        assert "Allergie" in str(idel.do("list", "medical/2", "--case", case).result)
        page.get_by_role("link", name="Avoir une copie de son dossier").click()
        nurse.title("Répondre")
        page.get_by_role("radio", name="En partie").check()
        page.get_by_label("Avec des mots simples").fill("La copie est prête, sauf une page.")
        nurse.picture("demand")
        nurse.axe()
        page.reload()
        nurse.press("Signer et répondre")
        nurse.title("Demandes")
        page.get_by_text("Personne n’attend de réponse de vous.").wait_for()
        (told,) = team.coord.do("request", "list", "--case", case).result["requests"]
        assert told["state"] == "answered", told

    def test_who_follows_the_case_judges_an_emergency_once_it_is_over(self, nurse: Watch, team: Team) -> None:
        page, idel = nurse.page, team.world.parties["idel"]
        (case,) = (one["case"] for one in team.coord.do("case", "list").result["cases"] if one["name"] == "Mme D")
        (declared,) = team.coord.do("emergency", "list", "--case", case).result["emergencies"]
        idel.do("emergency", "stop", declared["emergency"], "--case", case)
        show(nurse, "/demands", "Demandes")
        page.get_by_role("link", name="Cet accès en urgence était-il légitime ?").press("Enter")
        nurse.title("Cet accès en urgence était-il légitime ?")
        page.get_by_text(WHY).wait_for()
        nurse.press("Signer et clore")
        page.get_by_text("Choisissez d’abord : légitime ou non.").wait_for()
        page.get_by_role("radio", name="Non légitime").check()
        page.get_by_label("Pourquoi (facultatif)").fill("La personne répondait, dit sa voisine.")
        nurse.picture("urgent-review")
        nurse.axe()
        nurse.press("Signer et clore")
        page.get_by_text("Relu le").wait_for()
        show(nurse, "/demands", "Demandes")
        page.get_by_text("Personne n’attend de réponse de vous.").wait_for()
        (judged,) = team.coord.do("emergency", "list", "--case", case).result["emergencies"]
        assert judged["outcome"] == "not_legitimate", judged


class TestMeeting:
    def test_eight_people_are_convened_on_one_sheet_and_one_of_two_meetings_is_called_off(
        self, nurse: Watch, team: Team, budget: Callable[[Watch, str], Counter]
    ) -> None:
        case, page = team.open("Mme R"), nurse.page
        team.post(team.mo, case, "medical/2", "Tension à surveiller", "Treize huit, mardi.")
        team.let_in(case)
        team.coord.do("conference", "convene", "Point du soir", *ELSEWHEN, "--with", "Nora", "--case", case)
        show(nurse, f"/cases/{case}/meetings", "Réunions")
        counter = budget(nurse, "convene 8 people: one sheet")
        page.get_by_role("link", name="Préparer une réunion").click()
        nurse.title("Préparer une réunion")
        nurse.press("Voir ce qu’il faut dire à la personne")
        page.get_by_text("Il manque le but, le lieu").wait_for()
        page.get_by_label("But de la réunion").fill("Retour à domicile")
        page.get_by_label("Lieu", exact=True).fill("Salle 2")
        page.get_by_label("Ordre du jour").fill("Matériel\nPassages du soir")
        page.get_by_label("Invités sans compte").fill(GUESTS_TYPED)
        for document in ("Allergie", "Tension"):
            page.get_by_role("checkbox", name=document).check()
        nurse.picture("meeting-new")
        nurse.axe()
        begins = datetime.now() + timedelta(minutes=2)  # noqa: DTZ005 -- the hour of the wall, as the browser has it
        page.get_by_label("Jour", exact=True).fill(begins.strftime("%Y-%m-%d"))
        page.get_by_label("Heure", exact=True).fill(begins.strftime("%H:%M"))
        nurse.press("Voir ce qu’il faut dire à la personne")
        page.get_by_text("Vous pouvez vous y opposer.").wait_for()
        nurse.press("Elle a été informée : inviter tout le monde")
        sheet = page.get_by_role("article", name="Feuilles à imprimer")
        sheet.get_by_role("heading", name="Vos droits").wait_for()
        assert sheet.get_by_role("listitem").filter(has_text=",").count() == PEOPLE
        counter.within(screens=3, seconds=180)
        nurse.picture("meeting")
        nurse.axe()
        told = team.coord.do("conference", "show", page.url.rsplit("/", 1)[1], "--case", case).result
        assert "Passages du soir" in str(told)
        nurse.press("Feuille de présence")
        page.get_by_role("columnheader", name="Signature").wait_for()
        self.documents_are_presented(nurse)
        self.another_is_called_off(nurse, team, case)

    def documents_are_presented(self, watch: Watch) -> None:
        """One at a time, with the arrows, and nothing else of the page in reach; Escape leaves."""
        watch.page.get_by_role("link", name="Présenter les documents").press("Enter")
        shown = watch.page.get_by_role("dialog", name="Présenter les documents")
        shown.get_by_text("Choc en 2019.").wait_for()
        watch.picture("meeting-present")
        watch.axe()
        watch.page.keyboard.press("ArrowRight")
        shown.get_by_text("Treize huit, mardi.").wait_for()
        assert shown.get_by_text("Choc en 2019.").count() == 0
        shown.get_by_text("Document 2 sur 2").wait_for()
        watch.page.keyboard.press("ArrowLeft")
        shown.get_by_text("Document 1 sur 2").wait_for()
        # Names of other cases stand nowhere in it, nor does the way to them.
        assert shown.get_by_role("link").count() == 0
        watch.page.reload()
        shown.get_by_text("Choc en 2019.").wait_for()
        watch.page.keyboard.press("Escape")
        watch.title("Réunion")

    def another_is_called_off(self, watch: Watch, team: Team, case: str) -> None:
        """From its own screen; the list says so, to the others too."""
        show(watch, f"/cases/{case}/meetings", "Réunions")
        watch.page.get_by_role("list", name="Réunions").get_by_role("link").first.press("Enter")
        watch.press("Annuler la réunion")
        watch.page.get_by_text("Cette réunion est annulée.").wait_for()
        assert watch.page.get_by_role("button", name="Annuler la réunion").count() == 0
        watch.axe()
        watch.page.get_by_role("link", name="Retour aux réunions").press("Enter")
        watch.page.get_by_text("annulée", exact=True).wait_for()
        watch.picture("meetings")
        watch.axe()
        told = team.coord.do("conference", "list", "--case", case).result["conferences"]
        assert [one["state"] for one in told].count("called off") == 1, told


class TestDanger:
    def test_a_signalement_is_read_by_whom_it_names_and_found_by_nobody_else(self, nurse: Watch, team: Team) -> None:
        case, page = team.open("Mme S"), nurse.page
        team.let_in(case)
        show(nurse, f"/cases/{case}", "Mes dossiers")
        page.get_by_role("link", name="Signaler un danger").press("Enter")
        nurse.title("Signaler un danger")
        page.get_by_role("link", name="3977").wait_for()
        for name in ("crip", "prosecutor", "adults"):
            page.get_by_role("link", name=NUMBERS[name]).wait_for()
        assert NUMBERS["crip"] in str(team.mo.do("report", "numbers").result)
        nurse.press("Signer et envoyer à ceux que j’ai nommés")
        page.get_by_text("Dites qui est en danger").wait_for()
        page.get_by_role("radio", name="Un adulte").check()
        page.get_by_label("Ce que vous avez vu ou entendu").fill(SEEN)
        page.get_by_role("checkbox", name="Lu par Médecin").check()
        page.get_by_role("checkbox", name="Ne rien dire à").first.check()
        # What was missing and is there now is missed no more; nobody is called by their function twice.
        assert page.get_by_text("Dites qui est en danger").count() == 0
        assert page.get_by_text("Médecin, DAC du Vercors").count() == 0
        nurse.picture("danger")
        nurse.axe()
        nurse.press("Signer et envoyer à ceux que j’ai nommés")
        nurse.title("Signalement")
        page.get_by_text(SEEN).wait_for()
        nurse.axe()
        nurse.picture("danger-one")
        page.get_by_label("Ce qui a été fait").fill("Appelé le 3977.")
        nurse.press("Envoyer")
        page.get_by_role("article").filter(has_text="Appelé le 3977.").wait_for()
        read = str(team.mo.do("report", "read", "last", "--case", case).result)
        assert SEEN in read
        assert "Appelé le 3977." in read
        assert team.coord.do("report", "list", "--case", case).result["reports"] == []
        team.mo.do("report", "answer", "last", "--text", "Reçu, je passe ce soir.", "--case", case)
        show(nurse, "/demands", "Demandes")
        page.get_by_role("list", name="Signalement qui vous est adressé").get_by_role("link").click()
        page.get_by_text("Reçu, je passe ce soir.").wait_for()
        self.nothing_elsewhere(nurse, case)

    def test_a_report_of_a_child_leaves_on_paper_with_its_slip_and_the_log_says_so(
        self, nurse: Watch, team: Team
    ) -> None:
        case, page = team.open("L"), nurse.page
        team.let_in(case)
        show(nurse, f"/cases/{case}/danger", "Signaler un danger")
        page.get_by_role("radio", name="Un enfant").check()
        page.get_by_label("Ce que vous avez vu ou entendu").fill(f"{SEEN} N° {INS}.")
        page.get_by_role("checkbox", name="Lu par Médecin").check()
        nurse.press("Signer et envoyer à ceux que j’ai nommés")
        nurse.title("Signalement")
        nurse.press("Inscrire l’envoi et imprimer")
        page.get_by_text("Choisissez à qui le signalement est adressé.").wait_for()
        page.get_by_role("radio", name="CRIP").check()
        nurse.axe()
        nurse.press("Inscrire l’envoi et imprimer")
        slip = page.get_by_role("article", name="Bordereau de transmission")
        slip.get_by_text("remis en main propre").wait_for()
        document = page.get_by_role("article", name="Document transmis")
        assert SEEN in document.inner_text()
        assert INS not in document.inner_text()
        assert SEEN not in slip.inner_text()
        assert page.evaluate("() => globalThis.papers") == 1
        nurse.picture("danger-papers")
        nurse.axe()
        nurse.press("Revenir au signalement")
        page.get_by_role("article").filter(has_text="Transmis : Recueil").wait_for()
        read = str(team.mo.do("report", "read", "last", "--case", case).result)
        assert "Transmis" in read
        assert ": Recueil" in read
        self.nothing_elsewhere(nurse, case)

    def nothing_elsewhere(self, watch: Watch, case: str) -> None:
        """Nothing of a report on the other screens of the case, in its counts, or on what is printed of it."""
        page, word = watch.page, re.compile("signalement", re.IGNORECASE)
        for fragment, title in (
            (f"/cases/{case}/thread/all", "Tout ce que je peux lire"),
            ("/", "À lire"),
            ("/actions", "Mes actions"),
            (f"/cases/{case}/print/all", "Imprimer"),
        ):
            show(watch, fragment, title)
            page.get_by_text("Chargement…").wait_for(state="detached")
            said = page.get_by_role("main").inner_text().replace("les signalements ne sont jamais imprimés", "")
            assert word.search(said) is None, fragment
        # The one entry that the doctor wrote, and nothing else.
        page.get_by_text("1 élément sera imprimé.").wait_for()


class TestLinks:
    def test_one_of_two_cases_goes_on_the_other_closes_to_writing_and_a_mistake_is_taken_back(
        self, nurse: Watch, team: Team
    ) -> None:
        goes_on, closing, page = team.open("Mme L"), team.open("Mme L, avant"), nurse.page
        for case in (goes_on, closing):
            team.let_in(case)
        show(nurse, f"/cases/{goes_on}", "Mes dossiers")
        page.get_by_role("link", name="Rapprocher deux dossiers").press("Enter")
        nurse.title("Rapprocher deux dossiers")
        nurse.press("Elle a été informée : signer")
        page.get_by_text("Dites lequel continue").wait_for()
        page.get_by_role("radio", name="Ce dossier continue").check()
        page.get_by_label("L’autre dossier", exact=True).select_option(closing)
        nurse.picture("links")
        nurse.axe()
        nurse.press("Elle a été informée : signer")
        page.get_by_role("link", name="La suite de").press("Enter")
        page.get_by_text("Clos à l’écriture : la suite est dans").wait_for()
        nurse.picture("links-closed")
        nurse.axe()
        show(nurse, f"/cases/{closing}/thread/medical", "Santé")
        page.get_by_role("link", name="Allergie").wait_for()
        assert page.get_by_label("Écrire ici").count() == 0
        (told,) = team.coord.do("case", "links", "--case", closing).result["links"]
        assert (told["other"], told["role"], told["effective"]) == (goes_on, "closed", True)
        show(nurse, f"/cases/{closing}/links", "Rapprocher deux dossiers")
        page.reload()
        page.get_by_role("button", name="C’était une erreur").click()
        nurse.press("Oui, confirmer")
        page.get_by_text("Ce dossier n’est rapproché d’aucun autre.").wait_for()
        assert team.coord.do("case", "links", "--case", closing).result["links"] == []

    def test_somebody_who_is_in_one_case_alone_hands_a_code_to_the_other_side(self, nurse: Watch, team: Team) -> None:
        goes_on, closing, page = team.open("Mme K"), team.open("Mme K, avant"), nurse.page
        team.let_in(goes_on)
        show(nurse, f"/cases/{goes_on}/links", "Rapprocher deux dossiers")
        page.get_by_role("radio", name="Ce dossier continue").check()
        page.get_by_label("L’autre dossier", exact=True).select_option("un dossier où vous n’êtes pas")
        typed = page.get_by_label("Référence de l’autre dossier")
        typed.fill(reference_of(closing)[:-1] + "U")
        nurse.press("Elle a été informée : signer")
        page.get_by_text("Référence mal recopiée").wait_for()
        typed.fill(reference_of(closing))
        nurse.press("Elle a été informée : signer")
        reference, code = page.locator(".code").inner_text().split()
        assert reference == reference_of(goes_on)
        signed = ("--continued-by", goes_on, "--code", code, "--informed", "oral", "--case", closing)
        assert team.coord.do("case", "link", *signed).result["closed"] is True


class TestAsked:
    def test_what_nobody_took_over_in_its_hours_comes_back_to_who_asked_first_of_all(
        self, nurse: Watch, team: Team
    ) -> None:
        case, page = team.open("Mme Q"), nurse.page
        team.let_in(case)
        show(nurse, f"/cases/{case}/thread/transmissions", "Transmissions")
        page.get_by_label("Écrire ici").last.fill(ASKED)
        page.get_by_role("checkbox", name="Demander qui s’en charge").check()
        nurse.press("Envoyer")
        show(nurse, "/outgoing", "Envois")
        nurse.press("Envoyer maintenant")
        page.get_by_text("Tout est parti.").wait_for()
        show(nurse, "/", "À lire")
        page.get_by_role("link", name="Mes actions").wait_for()
        back = page.get_by_role("region", name="Personne ne s’en est chargé")
        assert back.count() == 0
        # A day passes for what is on the screen; nothing is signed meanwhile.
        page.evaluate("() => { const now = Date.now; globalThis.today = now; Date.now = () => now() + 25 * 3600000; }")
        back.get_by_text(ASKED).wait_for()
        back.get_by_role("link", name="Qui appeler").wait_for()
        nurse.picture("unanswered")
        nurse.axe()
        page.evaluate("() => { Date.now = globalThis.today; }")
        back.wait_for(state="detached")


class TestFiling:
    def test_what_came_in_an_exchange_is_filed_with_who_wrote_it_and_who_filed_it(
        self, nurse: Watch, team: Team
    ) -> None:
        case, page = team.open("Mme F"), nurse.page
        team.let_in(case)
        team.mo.do("contact", "add", "Nora", "--user", team.user)
        team.mo.do("exchange", "open", "medical/2", "--with", "Nora", "--name", "retour", "--case", case)
        team.mo.do("exchange", "send", "retour", "--title", "Prescription", "--text", PRESCRIBED, "--case", case)
        show(nurse, f"/cases/{case}/thread/all", "Tout ce que je peux lire")
        page.get_by_role("link", name="Prescription").press("Enter")
        page.get_by_text(PRESCRIBED).wait_for()
        nurse.press("Classer dans Santé, le détail")
        nurse.title("Santé")
        filed = page.get_by_role("link").filter(has_text="Classé")
        filed.press("Enter")
        page.get_by_text("signature vérifiée").wait_for()
        page.get_by_text("Écrit par Médecin").wait_for()
        page.get_by_text("Classé par Vous").wait_for()
        page.get_by_text(PRESCRIBED).wait_for()
        nurse.picture("filed")
        nurse.axe()
        listed = team.mo.do("list", "medical/2", "--case", case).result["entries"][-1]
        read = team.mo.do("read", "medical/2", str(listed["id"]), "--case", case).result
        assert read["body"]["text"] == PRESCRIBED
        assert read["written_by"] == str(team.mo.do("whoami").result["user"])

    def test_what_was_filed_is_held_back_whole_and_says_still_who_wrote_it(self, nurse: Watch, team: Team) -> None:
        (case,) = (one["case"] for one in team.coord.do("case", "list").result["cases"] if one["name"] == "Mme F")
        page = nurse.page
        show(nurse, f"/cases/{case}/thread/medical", "Santé")
        page.get_by_role("link").filter(has_text="Classé").click()
        page.get_by_role("link", name="Qui le voit, réserver").press("Enter")
        nurse.title("Réserver un élément")
        page.get_by_role("radio", name="Avant l’annonce").check()
        # Somebody else signed the whole of it: no sentence is cut out.
        assert page.get_by_role("radio", name="Passage concernant un tiers").count() == 0
        nurse.press("Réserver")
        page.get_by_text("L’élément est réservé.").wait_for()
        page.get_by_role("link", name="Prescription").filter(has_text="Classé").click()
        page.get_by_text("Écrit par Médecin").wait_for()
        page.get_by_text("Classé par Vous").wait_for()
        page.get_by_text(PRESCRIBED).wait_for()
        entries = team.mo.do("list", "medical/2", "--case", case).result["entries"]
        (held,) = [one for one in entries if one.get("mask") == "before_announcement"]
        read = team.mo.do("read", "medical/2", str(held["id"]), "--case", case).result
        assert read["body"]["text"] == PRESCRIBED
        assert read["written_by"] == str(team.mo.do("whoami").result["user"])


class TestMinutes:
    """Last, since a meeting has minutes once it began: this one began while the chapters before were told."""

    def test_of_a_meeting_that_began_the_minutes_are_written_and_what_is_decided_is_asked_for(
        self, nurse: Watch, team: Team
    ) -> None:
        (case,) = (one["case"] for one in team.coord.do("case", "list").result["cases"] if one["name"] == "Mme R")
        page = nurse.page
        show(nurse, f"/cases/{case}/meetings", "Réunions")
        page.get_by_role("list", name="Réunions").get_by_role("link").nth(1).press("Enter")
        page.get_by_role("heading", name="Écrire le compte rendu").wait_for(timeout=300_000)
        page.get_by_label("Ce qui a été dit").fill("Le lit médicalisé arrive vendredi.")
        page.get_by_label("Ce qui est décidé").fill("Appeler la fille ; Coord ; 30/11/2030")
        nurse.press("Enregistrer le compte rendu")
        nurse.press("Compte rendu")
        page.get_by_role("article", name="Feuilles à imprimer").get_by_text("Appeler la fille").wait_for()
        nurse.picture("meeting-record")
        nurse.axe()
        # Two announcements, the minutes, and an action for what was decided.
        assert team.coord.do("list", "plan/1", "--case", case).result["entries"][-1]["n"] == WRITTEN
