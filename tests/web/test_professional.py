"""A professional's space in a browser: what is to read, what is closed and why, live, others on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from support.browser_watch import Watch
from volet_demo import sample
from volet_demo.cast import CAST, GUESTS
from volet_demo.party import Party
from volet_demo.world import World
from volet_protocol.release import ReleaseRequest
from volet_protocol.statements import from_json

Visit = Callable[..., Watch]
NURSE = next(role.label for role in GUESTS if role.key == "web-pro")
CASE = "dossier"
# Everything in the browser's stores, as text.
HELD = "() => indexedDB.databases().then((all) => all.length)"
LEGIBLE = """async (words) => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
  for (const { name } of await indexedDB.databases()) {
    const asked = indexedDB.open(name);
    const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store);
      for (const question of [all.getAll(), all.getAllKeys()]) {
        for (const one of await new Promise((done) => { question.onsuccess = () => done(question.result); })) {
          found.push(one instanceof Uint8Array ? new TextDecoder().decode(one) : (JSON.stringify(one) ?? ""));
        }
      }
    }
    database.close();
  }
  return words.filter((word) => found.some((one) => one.includes(word)));
}"""
HOSTILE_TITLE = "\u202eexe.fdp <img src=x onerror=alert(1)> " + "x" * 120
HOSTILE_TEXT = "</p><script>alert(1)</script> \u202etxet desrever\u202c " + "m" * 400


@dataclass
class Team:
    """A coordinator and a doctor on the command line, with a case they opened."""

    world: World
    coord: Party
    mo: Party
    case: str

    def post(self, party: Party, place: str, title: str, text: str, kind: str = "note") -> str:
        """Let a party write an entry."""
        words = ("post", place, "--title", title, "--text", text, "--kind", kind, "--case", self.case)
        return str(party.do(*words).result["id"])

    def let_in(self, user: str) -> None:
        """Let the nurse at the browser into the care team, and hand over what the rules permit."""
        self.coord.do("contact", "add", "Nora", "--user", user)
        self.coord.do(
            "member", "add", "Nora", "--title", "same-team", "--informed", "oral", "--from", "episode",
            "--case", self.case,
        )  # fmt: skip
        self.sync()

    def sync(self) -> None:
        """Let every client do what it owes."""
        for party in (self.coord, self.mo):
            party.do("sync", "--case", self.case)


@pytest.fixture(scope="module")
def team(world: World) -> Iterator[Team]:
    roles = [role for role in CAST if role.key in {"coord", "mo"}]
    world.make_parties(roles)
    coord, mo = world.parties["coord"], world.parties["mo"]
    cards = {}
    for party in (coord, mo):
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
        cards[party.key] = str(party.do("whoami").result["user"])
    coord.do("contact", "add", mo.name, "--user", cards["mo"])
    case = str(coord.do("case", "open", "--name", CASE).result["case"])
    coord.do("member", "add", mo.name, "--title", "same-team", "--informed", "oral", "--case", case)
    made = Team(world, coord, mo, case)
    made.post(mo, "medical/1", "Tension à surveiller", "Deux fois par semaine, le matin.", "synthesis")
    made.post(mo, "medical/2", "Compte rendu", sample.REPORT, "note")
    made.post(coord, "plan/1", "Sortie prévue lundi", "La chambre est prête. Appeler la fille de Mme A.", "message")
    yield made
    for party in (coord, mo):
        party.stop(world.processes)


@pytest.fixture(scope="module")
def nurse(browser: Any, world: World, team: Team) -> Iterator[Watch]:  # noqa: ANN401 -- playwright's own fixture
    """The nurse at her browser, taken into the team once for the tests of this module."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1200, "height": 800})
    watch = Watch(context.new_page(), world)
    users: list[str] = []

    def take(request: Any) -> None:  # noqa: ANN401 -- playwright's request
        if request.method == "POST" and request.url.endswith("/v1/logins"):
            users.append(str(request.post_data_json["user"]))

    watch.page.on("request", take)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    watch.act_as(NURSE, home="À lire")
    team.let_in(users[0])
    yield watch
    watch.check()
    context.close()


def place(watch: Watch, fragment: str) -> None:
    """Go to an address of the page."""
    watch.page.goto(f"{watch.world.addresses.hub}/#{fragment}")


class TestReading:
    def test_what_is_new_over_all_cases_is_read_one_gesture_after_the_other(self, nurse: Watch) -> None:
        place(nurse, "/")
        nurse.title("À lire")
        nurse.page.get_by_role("button", name="Lire (").click()
        nurse.page.get_by_text("Deux fois par semaine, le matin.").wait_for()
        nurse.picture("inbox")
        nurse.page.get_by_role("button", name="Vu", exact=True).click()
        nurse.page.get_by_text(sample.REPORT).wait_for()
        nurse.page.get_by_role("button", name="Vu", exact=True).click()
        nurse.page.get_by_text(sample.REPORT).wait_for(state="detached")
        nurse.page.reload()
        nurse.title("À lire")
        nurse.page.get_by_text("Chargement…").wait_for(state="detached")
        assert nurse.page.get_by_text("Tension à surveiller").count() == 0
        nurse.axe()

    def test_a_case_shows_what_is_closed_with_the_reason_and_the_next_step(self, nurse: Watch, team: Team) -> None:
        place(nurse, "/cases")
        nurse.title("Mes dossiers")
        nurse.page.locator(f'a[href="#/cases/{team.case}"]').first.wait_for()
        nurse.axe()
        nurse.picture("cases")
        nurse.page.locator(f'a[href="#/cases/{team.case}"]').first.click()
        closed = nurse.page.get_by_role("listitem").filter(has_text="Ressources et budget")
        closed.get_by_text("Pourquoi ?").click()
        closed.get_by_text(re.compile("Voyez|Demandez|Informez|Lui demander")).first.wait_for()
        nurse.picture("case")
        nurse.axe()

    def test_the_name_of_a_case_stays_on_the_device(self, nurse: Watch, team: Team) -> None:
        place(nurse, f"/cases/{team.case}")
        nurse.page.get_by_text("Nommer ce dossier").click()
        nurse.page.get_by_label("Nom de ce dossier, sur cet appareil seulement").fill("Mme A")
        nurse.press("Garder ce nom")
        place(nurse, "/cases")
        nurse.page.get_by_role("link", name="Mme A").wait_for()

    def test_what_others_write_appears_by_itself_and_hostile_words_are_inert(self, nurse: Watch, team: Team) -> None:
        place(nurse, f"/cases/{team.case}/thread/medical")
        nurse.title("Santé")
        nurse.page.get_by_role("link", name="Compte rendu").wait_for()
        nurse.picture("thread")
        team.post(team.mo, "medical/2", HOSTILE_TITLE, HOSTILE_TEXT)
        line = nurse.page.get_by_role("link", name="onerror")
        line.wait_for()
        nurse.axe()
        line.click()
        nurse.page.get_by_text("<script>alert(1)</script>").wait_for()
        nurse.axe()

    def test_an_entry_says_who_wrote_it_in_which_structure_and_no_function_twice(
        self, nurse: Watch, team: Team
    ) -> None:
        place(nurse, f"/cases/{team.case}/thread/medical")
        nurse.page.get_by_role("link", name="Compte rendu").click()
        sheet = nurse.page.get_by_role("article")
        sheet.get_by_text("Médecin · DAC du Vercors", exact=True).wait_for()
        nurse.picture("entry")
        nurse.axe()

    def test_search_finds_what_this_device_received_whatever_the_accents(self, nurse: Watch) -> None:
        place(nurse, "/search")
        nurse.page.get_by_role("searchbox").fill("TENSION a surv")
        nurse.page.get_by_role("link", name="Tension à surveiller").wait_for()
        nurse.picture("search")
        nurse.axe()

    def test_a_whole_case_is_searched_by_an_act_of_its_own_that_the_log_has(self, nurse: Watch, team: Team) -> None:
        team.post(team.mo, "medical/2", "Passage du soir", "Un mot rare : xylographie.")
        place(nurse, f"/cases/{team.case}/thread/medical")
        nurse.page.get_by_role("link", name="Passage du soir").wait_for()
        place(nurse, "/search")
        nurse.page.get_by_role("searchbox").fill("xylo")
        nurse.page.get_by_text("Rien de tel dans ce que cet appareil a reçu.").wait_for()
        with nurse.page.expect_request(lambda request: request.url.endswith("/v1/releases")) as asked:
            nurse.press("Chercher dans tout ce dossier")
        signed: Any = asked.value.post_data_json
        assert ReleaseRequest.read(from_json(signed["statement"])).intent == "search"
        nurse.page.get_by_role("link", name="Passage du soir").wait_for()
        nurse.axe()


class TestWriting:
    def test_an_answer_is_sent_logged_and_read_by_others(self, nurse: Watch, team: Team) -> None:
        place(nurse, f"/cases/{team.case}/thread/medical")
        nurse.page.get_by_role("link", name="Compte rendu").click()
        nurse.page.get_by_label("Répondre").last.fill("Vue ce matin : 13/8.\nRien à signaler.")
        nurse.page.get_by_text(re.compile("^Lu par [0-9]")).wait_for()
        nurse.picture("compose")
        nurse.press("Envoyer")
        nurse.title("Santé")
        nurse.page.get_by_role("link", name="Vue ce matin").wait_for()
        place(nurse, "/outgoing")
        nurse.press("Envoyer maintenant")
        nurse.page.get_by_text("Tout est parti.").wait_for()
        listed = team.mo.do("list", "medical/2", "--case", team.case).result
        assert "Vue ce matin : 13/8." in str(listed)

    def test_a_draft_outlives_a_reload(self, nurse: Watch, team: Team) -> None:
        place(nurse, f"/cases/{team.case}/thread/medical")
        nurse.page.get_by_label("Écrire ici").last.fill("À finir ce soir")
        nurse.page.get_by_text("Brouillon gardé ici, chiffré.").wait_for()
        nurse.page.reload()
        nurse.title("Santé")
        expect(nurse.page.get_by_label("Écrire ici").last).to_have_value("À finir ce soir")
        # Nothing that this browser keeps holds its words, nor the name that was given to the case.
        assert nurse.page.evaluate(HELD) > 0
        assert nurse.page.evaluate(LEGIBLE, ["finir ce soir", "Mme A"]) == []
