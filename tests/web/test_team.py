"""Team and consent in a browser: adding somebody, leaving, agreements on paper without network and taken back by phone.

The coordinator and the reception sit at browsers, everybody else at the command line.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, ViewportSize, expect

from support.browser_watch import Watch
from support.budgets import Counter
from volet_demo.cast import CAST, DAC, GUESTS, Role
from volet_demo.party import Party
from volet_demo.world import World

Budget = Callable[[Watch, str], Counter]
PHONE: ViewportSize = {"width": 360, "height": 740}
COORD = next(role for role in CAST if role.key == "coord")
RECEPTION = Role(
    "reception", "Accueil", "Zoé Lambert, accueil du DAC (dans un navigateur)", "professional",
    {"row": "S11", "structure": DAC, "category": 2, "secret_basis": ["L1110-4"]},
)  # fmt: skip
PHOTO: FilePayload = {
    "name": "IMG_0042.png",
    "mimeType": "image/png",
    "buffer": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ),
}


# Told in this order: each chapter goes on with what those before it did.
STORY = True


@pytest.fixture(scope="module")
def guests() -> tuple[Role, ...]:
    return (*GUESTS, RECEPTION)


@dataclass
class Case:
    """A case that the doctor opened, which the coordinator follows; one thing written in it."""

    id: str
    entry: str


@dataclass
class Team:
    """Who takes part: two at browsers, three at the command line."""

    coord: Watch
    reception: Watch
    mo: Party
    idel: Party
    kine: Party

    def open(self, name: str) -> Case:
        """Let the doctor open a case that the coordinator follows, and write in it."""
        case = str(self.mo.do("case", "open", "--name", name).result["case"])
        self.mo.do("member", "add", "Coord", "--title", "same-team", "--informed", "oral", "--case", case)
        self.mo.do("referent", "Coord", "--case", case)
        words = ("--title", "Tension", "--text", "Deux fois par semaine.", "--kind", "synthesis")
        entry = str(self.mo.do("post", "medical/1", *words, "--case", case).result["id"])
        self.mo.do("sync", "--case", case)
        return Case(case, entry)

    def reads(self, party: Party, case: Case) -> None:
        """Let somebody read what the doctor wrote."""
        assert "Deux fois par semaine." in str(
            party.do("read", "medical/1", case.entry, "--case", case.id).result["body"]
        )

    def adds(self, party: Party, case: Case, since: str) -> None:
        """Let the coordinator add somebody by their card, reading since then."""
        page = self.coord.page
        place(self.coord, f"/cases/{case.id}/team")
        page.get_by_role("link", name="Ajouter quelqu’un").click()
        self.coord.title("Ajouter quelqu’un")
        page.get_by_text("Quelqu’un d’autre").click()
        card = json.dumps(dict(party.do("whoami").result))
        page.get_by_role("textbox", name="Carte de contact").fill(card)
        page.get_by_text("Carte reconnue.").wait_for()
        page.get_by_text("Prescrit par le médecin et reconnu par la personne").click()
        page.get_by_text(since).click()
        self.coord.press("Ajouter et signer")
        page.get_by_role("heading", name="C’est fait : cette personne participe au dossier.").wait_for()

    def refused(self, party: Party, case: Case) -> None:
        """Let somebody be refused it."""
        party.refused("read", "medical/1", case.entry, "--case", case.id)


def arrive(context: BrowserContext, world: World, account: str) -> tuple[Watch, str]:
    """Sign in at a new browser, act in the attested capacity; return the page and who it is."""
    watch = Watch(context.new_page(), world)
    users: list[str] = []

    def take(request: Any) -> None:  # noqa: ANN401 -- playwright's request
        if request.method == "POST" and request.url.endswith("/v1/logins"):
            users.append(str(request.post_data_json["user"]))

    watch.page.on("request", take)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.act_as(account, home="À lire")
    return watch, users[0]


@pytest.fixture(scope="module")
def team(browser: Browser, world: World) -> Iterator[Team]:
    world.make_parties([role for role in CAST if role.key in {"mo", "idel", "kine"}])
    mo, idel, kine = (world.parties[key] for key in ("mo", "idel", "kine"))
    for party in (mo, idel, kine):
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    contexts = [browser.new_context(locale="fr-FR", viewport=PHONE) for _ in range(2)]
    (coord, coord_id), (reception, reception_id) = (
        arrive(context, world, role.label) for context, role in zip(contexts, (COORD, RECEPTION), strict=True)
    )
    mo.do("contact", "add", "Coord", "--user", coord_id)
    mo.do("contact", "add", "Accueil", "--user", reception_id)
    mo.do("contact", "add", "Kiné", "--user", str(kine.do("whoami").result["user"]))
    yield Team(coord, reception, mo, idel, kine)
    for watch in (coord, reception):
        watch.check()
    for context in contexts:
        context.close()
    for party in (mo, idel, kine):
        party.stop(world.processes)


def place(watch: Watch, fragment: str) -> None:
    """Go to an address of the page."""
    watch.page.goto(f"{watch.world.addresses.hub}/#{fragment}")


class TestTheTeam:
    def test_an_independent_nurse_is_added_on_one_screen_with_one_signature_and_reads_today(
        self, team: Team, budget: Budget
    ) -> None:
        case = team.open("Ajout")
        page = team.coord.page
        place(team.coord, f"/cases/{case.id}/team/add")
        team.coord.title("Ajouter quelqu’un")
        counter = budget(team.coord, "add an independent nurse who can read today")
        page.get_by_text("Quelqu’un d’autre").click()
        page.get_by_role("textbox", name="Carte de contact").fill("bonjour")
        page.get_by_text("n’est pas une carte de contact").wait_for()
        card = json.dumps(dict(team.idel.do("whoami").result))
        page.get_by_role("textbox", name="Carte de contact").fill(card)
        page.get_by_text("Cabinet infirmier de la Place").wait_for()
        # Nobody reads the text of a card: once it is recognised, what stands there is the phrase that is said aloud.
        assert page.get_by_role("textbox", name="Carte de contact").count() == 0
        assert page.get_by_text(json.loads(card)["fingerprint"]).is_visible()
        page.get_by_label("Son nom, sur cet appareil seulement").fill("Léa")
        page.get_by_text("Prescrit par le médecin et reconnu par la personne").click()
        page.get_by_role("button", name="Ajouter et signer").wait_for()
        team.coord.axe()
        team.coord.picture("team-add")
        team.coord.press("Ajouter et signer")
        page.get_by_role("heading", name="C’est fait : cette personne participe au dossier.").wait_for()
        counter.within(screens=1, taps=4, seconds=30)
        team.reads(team.idel, case)
        place(team.coord, f"/cases/{case.id}/team")
        added = page.get_by_role("listitem").filter(has_text="Léa")
        added.get_by_text("Prescrit par le médecin et reconnu par la personne").wait_for()

    def test_what_a_newcomer_sees_of_the_past_is_what_was_chosen_when_they_were_added(self, team: Team) -> None:
        case = team.open("Depuis quand")
        for party, since in ((team.kine, "À partir d’aujourd’hui"), (team.idel, "Depuis le début de l’épisode")):
            team.adds(party, case, since)
        team.refused(team.kine, case)
        team.reads(team.idel, case)
        words = ("--title", "Suite", "--text", "Trois fois par semaine.", "--kind", "synthesis")
        later = str(team.mo.do("post", "medical/1", *words, "--case", case.id).result["id"])
        team.mo.do("sync", "--case", case.id)
        for party in (team.kine, team.idel):
            body = party.do("read", "medical/1", later, "--case", case.id).result["body"]
            assert "Trois fois par semaine." in str(body)
        # Later keys lead to no earlier ones.
        team.refused(team.kine, case)

    def test_who_takes_part_is_ended_and_whoever_leaves_leaves(self, team: Team) -> None:
        case = team.open("Départ")
        team.mo.do("member", "add", "Kiné", "--title", "prescribed", "--case", case.id)
        team.mo.do("sync", "--case", case.id)
        team.reads(team.kine, case)
        page = team.coord.page
        place(team.coord, f"/cases/{case.id}")
        page.get_by_role("link", name="L’équipe du dossier").click()
        team.coord.title("L’équipe du dossier")
        physio = page.get_by_role("listitem").filter(has_text="Cabinet de kinésithérapie des Clapiers")
        physio.wait_for()
        assert not re.search(r"\b(H4|limb|S13)\b", page.locator("main").inner_text())
        team.coord.axe()
        team.coord.picture("team")
        page.reload()
        physio.get_by_role("button", name="Mettre fin").press("Enter")
        page.get_by_role("dialog").wait_for()
        page.get_by_role("button", name="Oui, mettre fin").press("Enter")
        physio.wait_for(state="detached")
        team.refused(team.kine, case)
        page.get_by_role("button", name="Quitter ce dossier").click()
        team.coord.press("Oui, je quitte ce dossier")
        team.coord.title("Mes dossiers")
        members = team.mo.do("case", "show", "--case", case.id).result
        assert "S13" not in str(members)

    def test_everybody_around_her_stands_on_one_page_and_a_number_is_one_press_away(self, team: Team) -> None:
        case = team.open("Entourage")
        team.mo.do("member", "add", "Kiné", "--title", "prescribed", "--case", case.id)
        words = ("--title", "Sa fille", "--text", "Anne, le soir : 06 12 34 56 78.", "--kind", "note")
        team.mo.do("post", "identity/1", *words, "--case", case.id)
        team.mo.do("sync", "--case", case.id)
        page = team.coord.page
        place(team.coord, f"/cases/{case.id}/around")
        team.coord.title("Qui fait quoi")
        page.get_by_text("Elle n’a pas de compte ici.").wait_for()
        page.get_by_text("Cabinet de kinésithérapie des Clapiers").wait_for()
        team.coord.press("Lire ce qui est noté")
        telephone = page.get_by_role("link", name="06 12 34 56 78")
        expect(telephone).to_have_attribute("href", "tel:0612345678")
        team.coord.axe()
        team.coord.picture("around")


class TestConsent:
    def test_a_paper_is_signed_at_home_without_network_and_leaves_when_it_is_back(
        self, team: Team, budget: Budget
    ) -> None:
        case = team.open("Papier")
        team.mo.do("member", "add", "Kiné", "--limb", "0", "--history", "15d", "--case", case.id)
        team.mo.do("sync", "--case", case.id)
        team.refused(team.kine, case)
        page = team.coord.page
        place(team.coord, f"/cases/{case.id}")
        page.get_by_role("link", name="Informer, recueillir un accord").wait_for()
        page.get_by_role("list", name="Santé").wait_for()
        team.coord.check()
        page.context.set_offline(True)
        page.get_by_text("Pas de réseau").wait_for()
        counter = budget(team.coord, "consent on paper, no network")
        page.get_by_role("link", name="Informer, recueillir un accord").click()
        page.get_by_role("link", name="Recueillir son accord").click()
        page.get_by_label("Photo du papier signé").set_input_files(PHOTO)
        page.get_by_text("Photo prête").wait_for()
        team.coord.axe()
        team.coord.picture("consent-ask")
        team.coord.press("Elle est d’accord")
        page.get_by_text("pas encore enregistré").wait_for()
        counter.within(taps=3, photos=1)
        team.coord.picture("consents-waiting")
        page.context.set_offline(False)
        page.get_by_text(re.compile("recueilli le .*, enregistré le ")).first.wait_for()
        page.get_by_text("pas encore enregistré").wait_for(state="detached")
        # That nothing could be fetched meanwhile is what this is about, and no failure of the page.
        team.coord.found = [one for one in team.coord.found if "ERR_INTERNET_DISCONNECTED" not in one]
        team.coord.axe()
        team.mo.do("sync", "--case", case.id)
        team.reads(team.kine, case)
        # The photo went with it, where the coordinator's function keeps papers.
        place(team.coord, f"/cases/{case.id}/thread/rights")
        page.get_by_role("link", name="Feuille signée").wait_for()

    def test_who_refused_and_changed_her_mind_agrees_in_three_presses_and_the_refusal_stays_written(
        self, team: Team, budget: Budget
    ) -> None:
        case = team.open("Avis")
        team.mo.do("member", "add", "Kiné", "--limb", "0", "--history", "15d", "--case", case.id)
        team.mo.do("sync", "--case", case.id)
        page = team.coord.page
        place(team.coord, f"/cases/{case.id}/consents")
        page.get_by_role("link", name="Recueillir son accord").click()
        team.coord.title("Recueillir un accord")
        team.coord.press("Elle n’est pas d’accord")
        refused = page.get_by_role("list", name="Elle n’était pas d’accord")
        refused.get_by_role("listitem").wait_for()
        # What she said no to is no longer asked of her by anybody: she is who comes back to it.
        assert page.get_by_role("link", name="Recueillir son accord").count() == 0
        team.refused(team.kine, case)
        team.coord.axe()
        team.coord.picture("consents-refused")
        counter = budget(team.coord, "an agreement after a refusal")
        refused.get_by_role("link", name="Elle a changé d’avis").click()
        page.get_by_text("Son refus reste écrit").wait_for()
        team.coord.axe()
        team.coord.press("Elle est d’accord")
        page.get_by_text(re.compile("recueilli le .*, enregistré le ")).first.wait_for()
        counter.within(taps=3)
        assert refused.count() == 0
        team.mo.do("sync", "--case", case.id)
        team.reads(team.kine, case)
        # Both answers are signed facts of the case, the later in the place of the earlier.
        said: Any = team.mo.do("consent", "list", "--case", case.id).result["consents"]
        assert [(one["decision"], one["in_force"]) for one in said] == [("refused", False), ("given", True)]

    def test_what_she_was_not_told_stands_as_sentences_and_is_recorded_by_one_button(self, team: Team) -> None:
        case = team.open("Informer")
        team.mo.do("member", "add", "Accueil", "--title", "same-team", "--case", case.id)
        team.mo.do("member", "add", "Kiné", "--title", "prescribed", "--case", case.id)
        page = team.coord.page
        place(team.coord, f"/cases/{case.id}/consents")
        page.get_by_text("La personne n’est pas encore informée de ceci").wait_for()
        team.coord.axe()
        team.coord.picture("consents")
        team.coord.press("J’ai informé la personne")
        page.get_by_text("La personne est informée de tout ce qu’il faut.").wait_for()
        assert team.mo.do("notice", "team", "--case", case.id).result["lines"] == []

    def test_reception_takes_an_agreement_back_by_phone_in_three_presses(self, team: Team, budget: Budget) -> None:
        case = team.open("Téléphone")
        team.mo.do("member", "add", "Accueil", "--title", "same-team", "--informed", "oral", "--case", case.id)
        consent = ("--title", "outside", "--informed", "paper", "--consent", "medical/1")
        team.mo.do("member", "add", "Kiné", *consent, "--case", case.id)
        team.mo.do("sync", "--case", case.id)
        team.reads(team.kine, case)
        page = team.reception.page
        place(team.reception, f"/cases/{case.id}")
        page.get_by_role("link", name="Elle retire un accord").wait_for()
        counter = budget(team.reception, "withdrawal told by phone")
        page.get_by_role("link", name="Elle retire un accord").click()
        page.get_by_role("button", name="Retirer cet accord").click()
        page.get_by_role("button", name="Par téléphone").wait_for()
        team.reception.picture("withdraw")
        team.reception.press("Par téléphone")
        page.get_by_text("Aucun accord n’est en vigueur dans ce dossier.").wait_for()
        counter.within(taps=3)
        team.reception.axe()
        team.refused(team.kine, case)
