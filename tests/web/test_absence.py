"""Being away with a colleague as relay (F13), in a browser: announced on one screen, seen before one writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from support.browser_watch import Watch
from support.web_team import professional_at
from volet_demo.cast import CAST, DAC, GUESTS, Role
from volet_demo.party import Party
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
NOE = Role(
    "noe", "Noé", "Noé Brunel, infirmier du DAC", "professional",
    {"row": "H2", "structure": DAC, "category": 1, "secret_basis": ["L1110-4"], "profession": "G15:60"},
)  # fmt: skip
WORDS = "Pansement à refaire jeudi."


@pytest.fixture(scope="module")
def guests() -> tuple[Role, ...]:
    return (*GUESTS, NOE)


@dataclass
class Team:
    """A nurse at a browser; two of her colleagues and a doctor elsewhere; a case of all four."""

    nora: Watch
    mo: Party
    inf: Party
    noe: Party
    case: str

    def go(self, route: str) -> None:
        self.nora.page.evaluate("(address) => { location.hash = address }", f"/cases/{self.case}{route}")


@pytest.fixture(scope="module")
def team(browser: Browser, world: World) -> Iterator[Team]:
    nurse, nora = professional_at(browser, world)
    roles = [*(role for role in CAST if role.key in {"coord", "mo", "inf"}), NOE]
    world.make_parties(roles)
    parties = [world.parties[role.key] for role in roles]
    for party in parties:
        party.log_in(world.browser)
        party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    coord, mo, inf, noe = parties
    for party in (coord, mo, inf):
        party.do("contact", "add", "Nora", "--user", nora)
        for other in parties:
            if other is not party:
                party.do("contact", "add", other.name, "--user", str(other.do("whoami").result["user"]))
    case = str(coord.do("case", "open", "--name", "Mme A").result["case"])
    for name in (mo.name, inf.name, noe.name, "Nora"):
        coord.do("member", "add", name, "--title", "same-team", "--informed", "oral", "--case", case)
    mo.do("post", "medical/1", "--title", "Synthèse", "--text", "Stable.", "--case", case)
    yield Team(nurse, mo, inf, noe, case)
    nurse.check()
    nurse.page.context.close()


def day(after: int) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=after)).strftime("%Y-%m-%d")


class TestAway:
    def test_somebody_who_will_be_away_says_so_on_one_screen_and_her_relay_receives_what_comes(
        self, team: Team
    ) -> None:
        nora, page = team.nora, team.nora.page
        team.go("/team")
        nora.title("L’équipe du dossier")
        page.get_by_role("link", name="Absence et relais").click()
        nora.title("Absence et relais")
        page.get_by_text("Indiquez le premier et le dernier jour.").wait_for()
        page.get_by_label("Dernier jour").fill(day(-3))
        page.get_by_text("Le dernier jour vient après le premier").wait_for()
        page.get_by_label("Dernier jour").fill(day(9))
        relay = page.get_by_label("Qui prend le relais ?")
        # Whoever has the same function in the same structure, and nobody else: neither doctor nor coordinator.
        assert relay.locator("option").count() == 2
        noe = str(team.noe.do("whoami").result["user"])
        relay.select_option(noe)
        nora.picture("away")
        nora.axe()
        nora.keyboard()
        nora.press("Annoncer mon absence")
        page.get_by_text("C’est dit dans 1 dossier.").wait_for()
        page.get_by_text("Relais : Infirmier").wait_for()
        told = team.mo.do("exchange", "open", "medical/2", "--with", "Nora", "--name", "pansement", "--case", team.case)
        assert told.result["exchange"]
        team.mo.do("exchange", "send", "pansement", "--title", "Pansement", "--text", WORDS, "--case", team.case)
        received = team.noe.do("exchange", "list", "--case", team.case).result["exchanges"]
        shown = team.noe.do("exchange", "show", received[0]["exchange"], "--case", team.case).result["entries"]
        assert [one["title"] for one in shown] == ["Pansement"]

    def test_who_is_back_says_so_and_is_written_to_alone(self, team: Team) -> None:
        nora, page = team.nora, team.nora.page
        team.go("/away")
        nora.title("Absence et relais")
        page.get_by_role("button", name="Je suis de retour").click()
        page.get_by_role("dialog").get_by_text("Ce qui vous est écrit n’ira plus qu’à vous.").wait_for()
        nora.press("Oui, confirmer")
        page.get_by_text("Vous n’avez annoncé aucune absence.").wait_for()
        opened = team.mo.do("exchange", "open", "medical/2", "--with", "Nora", "--case", team.case)
        listed = team.mo.do("exchange", "list", "--case", team.case).result["exchanges"]
        members = next(one["members"] for one in listed if one["exchange"] == opened.result["exchange"])
        assert sorted(members) == ["Nora", "vous"]


class TestOfSomebodyElse:
    def test_who_writes_is_told_before_and_the_relay_is_named_too(self, team: Team) -> None:
        nora, page = team.nora, team.nora.page
        team.inf.do("absence", "start", "Noé", "--until", day(9), "--case", team.case)
        team.go("/team")
        nora.title("L’équipe du dossier")
        page.get_by_text("Absence jusqu’au").filter(has_text="Relais : Infirmier").wait_for()
        team.go("/around")
        nora.title("Qui fait quoi")
        page.get_by_text("Absence jusqu’au").filter(has_text="Relais : Infirmier").wait_for()
        team.go("/thread/medical")
        page.get_by_label("Écrire ici").last.fill(WORDS)
        page.get_by_text("absence jusqu’au").wait_for()
        team.go("/new-exchange")
        nora.title("Nouvel échange")
        page.get_by_role("checkbox", name="Infirmier").first.check()
        page.get_by_role("textbox", name="Votre message").fill(WORDS)
        page.get_by_text("Lu par 2 personnes, et par personne d’autre.").wait_for()
        page.get_by_text("absence jusqu’au").wait_for()
        nora.press("Commencer l’échange")
        page.get_by_role("heading", name="Échange", exact=True).wait_for()
        exchange = page.url.rpartition("/")[2]
        listed = team.noe.do("exchange", "list", "--case", team.case).result["exchanges"]
        assert [len(one["members"]) for one in listed if one["exchange"] == exchange] == [3]
