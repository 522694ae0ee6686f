"""Inviting somebody without account, at a browser: one screen, one signature, a code to say and a link to send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, Request

from support.browser_watch import Watch
from support.photographed import photographed
from support.web_team import PHONE, Team, professional_at
from volet_client.invitations import Invitee
from volet_client.team import Joining
from volet_client.team_horizon import EPISODE
from volet_demo.cast import DAC, GUESTS, Role
from volet_demo.party import Party
from volet_demo.world import World
from volet_protocol.capacities import Capacity
from volet_protocol.fact_people import Participation, Referent

# Told in this order: each chapter goes on with what those before it did.
STORY = True
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Long enough to be written on a busy machine; whoever is invited waits until it is over.
A_MOMENT_MS = 20_000
LINE = "Deux fois par semaine, le matin."
NEWCOMER, OTHER, LATE = (
    Role(
        key, first, f"{first} {last}, infirmière", "professional",
        {"row": "H2", "structure": DAC, "category": 1, "secret_basis": ["L1110-4"], "profession": "G15:60"},
    )
    for key, first, last in (("web-new", "Iris", "Roy"), ("web-other", "Lise", "Petit"), ("web-late", "Anne", "Faure"))
)  # fmt: skip


@pytest.fixture(scope="module")
def guests() -> tuple[Role, ...]:
    return (*GUESTS, NEWCOMER, OTHER, LATE)


@dataclass
class Inviting:
    """The nurse at her browser, who takes part, and the case."""

    watch: Watch
    team: Team
    entry: str

    def fill(self, role: Role, name: str) -> None:
        """Go to the screen and say who is invited, and by what title."""
        page = self.watch.page
        page.goto(f"{self.watch.world.addresses.hub}/#/cases/{self.team.case}/team")
        page.get_by_role("link", name="Ajouter quelqu’un").click()
        page.get_by_role("link", name="inviter par un code").click()
        self.watch.title("Inviter par un code")
        page.get_by_label("Son nom").fill(name)
        page.get_by_label("Son identifiant national").fill(role.key)
        page.get_by_label("Sa structure").select_option(DAC)
        page.get_by_label("Sa fonction").select_option("H2")
        page.get_by_label("Même structure ou équipe").check()
        page.get_by_role("button", name="Inviter et signer").wait_for()

    def sign(self) -> tuple[str, str]:
        """Sign it; return the code and the link that are shown."""
        page = self.watch.page
        self.watch.press("Inviter et signer")
        ready = page.get_by_role("region", name="L’invitation est prête")
        ready.or_(page.get_by_role("alert")).first.wait_for()
        assert page.get_by_role("alert").all_inner_texts() == []
        return ready.locator(".code").inner_text(), ready.locator(".card-text").inner_text()


@pytest.fixture(scope="module")
def nurse(browser: Browser, world: World) -> Iterator[Inviting]:
    team = Team.open(world)
    watch, user = professional_at(browser, world, size=PHONE)
    team.let_in(user)
    # Who follows the case may add people to it, and so invite them.
    facts = team.doctor.casebook.view(team.case).main.facts
    (member,) = [one for one in facts.of(Participation) if one.fact.user == user]
    team.doctor.members.record(team.case, Referent(member.hash, team.doctor.clock()))
    entry = team.post("Tension à surveiller", LINE)
    team.sync()
    yield Inviting(watch, team, entry)
    watch.check()
    watch.page.context.close()
    team.doctor.close()


def arrived(world: World, role: Role) -> Party:
    """Let somebody sign in at a command line, with their function attested, who has no key of anything."""
    world.make_parties([role])
    party = world.parties[role.key]
    party.log_in(world.browser)
    party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    return party


def users_of(one: Request) -> list[str]:
    """Return whom a request opens a session for, nobody where it is another one."""
    asked = one.post_data_json if one.method == "POST" and one.url.endswith("/v1/logins") else None
    return [] if asked is None else [str(asked["user"])]


class TestInviting:
    def test_one_screen_and_one_signature_give_a_code_to_say_and_a_link_without_it(
        self, nurse: Inviting, world: World
    ) -> None:
        watch = nurse.watch
        signed: list[str] = []
        watch.page.on(
            "request",
            lambda one: signed.append(one.url) if one.method == "POST" and "/chains/" in one.url else None,
        )
        nurse.fill(NEWCOMER, "Iris Roy")
        watch.axe()
        code, link = nurse.sign()
        assert len(signed) == 1
        assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]", code)
        assert re.fullmatch(f"{re.escape(world.addresses.hub)}/#join/{nurse.team.case}/[0-9a-f]{{64}}", link)
        # Who is beside the nurse photographs it, in either theme: the address and nothing of the code.
        for scheme in SCHEMES:
            watch.page.emulate_media(color_scheme=scheme)
            assert photographed(watch.page.get_by_role("img", name="Le lien, en carré à photographier")) == link
        watch.page.emulate_media(color_scheme="light")
        watch.page.get_by_text("En attente, jusqu’au").wait_for()
        watch.axe()
        watch.picture("invite")
        newcomer = arrived(world, NEWCOMER)
        joined = newcomer.do("join", link, "--code", code).result
        assert (joined["case"], joined["left"]) == (nurse.team.case, [])
        assert LINE in str(newcomer.do("read", "medical/2", nurse.entry, "--case", nurse.team.case).result["body"])
        # Nobody comes in by it a second time.
        newcomer.refused("join", "--code", "6X4W-PJ7E-DT6X-CWW0-V")
        # It shows by itself.
        watch.page.get_by_text("A répondu : participe au dossier").wait_for()
        # Who answered is called by the name they were invited under, with their function, here and in the team.
        answered = watch.page.get_by_role("listitem").filter(has_text="A répondu")
        assert "Iris Roy" in answered.inner_text()
        assert "Infirm" in answered.inner_text()
        assert code not in answered.inner_text()
        watch.page.goto(f"{world.addresses.hub}/#/cases/{nurse.team.case}/team")
        member = watch.page.get_by_role("main").get_by_role("listitem").filter(has_text="Iris Roy")
        member.wait_for()
        assert "Infirm" in member.inner_text()

    def test_an_invitation_taken_back_opens_nothing_and_its_code_is_shown_until_then(
        self, nurse: Inviting, world: World
    ) -> None:
        watch = nurse.watch
        nurse.fill(OTHER, "Lise Petit")
        code, link = nurse.sign()
        watch.page.reload()
        # It can be said again, from the list.
        watch.page.get_by_text(code).wait_for()
        watch.press("Retirer l’invitation : Lise Petit")
        watch.page.get_by_text(re.compile("Retirée$")).first.wait_for()
        assert watch.page.get_by_text(code).count() == 0
        arrived(world, OTHER).refused("join", link, "--code", code)


class TestLate:
    def test_an_invitation_that_is_over_says_so_to_whom_it_named_and_what_to_do_next(
        self, nurse: Inviting, browser: Browser, world: World
    ) -> None:
        invitations, case = nurse.team.doctor.invitations, nurse.team.case
        iss = nurse.team.doctor.profile.bundle.issuers[0].iss
        whom = Invitee(iss, LATE.key, Capacity("H2", 1, None, None, DAC, ("L1110-4",)))
        made = invitations.invite(case, whom, Joining(informed="oral", horizon=EPISODE), valid_ms=A_MOMENT_MS)
        context = browser.new_context(locale="fr-FR", viewport=PHONE)
        guest = Watch(context.new_page(), world)
        guest.page.goto(made.link)
        guest.page.get_by_label("Code de l’invitation").fill(made.code.spoken())
        guest.press("Continuer")
        guest.page.get_by_label("Rester identifié").check()
        # Who comes back without an answer sees the code to compare: an invited one saw no screen with it before.
        guest.page.goto(world.addresses.hub)
        guest.page.get_by_text("En attente de votre réponse").wait_for()
        told = guest.page.get_by_text("Si une page affiche un code au retour").inner_text()
        guest.axe()
        users: list[str] = []
        guest.page.on("request", lambda one: users.extend(users_of(one)))
        guest.page.wait_for_function("over => Date.now() > over", arg=made.expires_ms)
        # Begun again where it was: the function is attested first, as for everybody invited.
        guest.press("Recommencer la connexion")
        guest.page.get_by_text("volet-registrar").wait_for()
        guest.page.get_by_label("Rester identifié").check()
        guest.page.get_by_role("button", name=LATE.label).click()
        guest.press("J’ai lu, continuer")
        guest.title("Cette invitation n’ouvre plus rien")
        assert f"{users[0][:4]}-{users[0][4:8]}" in told
        alert = guest.page.get_by_role("alert")
        assert "Cette invitation a expiré" in alert.inner_text()
        assert "demandez-en une autre" in alert.inner_text()
        # Nothing is left to try, now and at the next visit.
        assert guest.page.get_by_label("Code de l’invitation").count() == 0
        guest.axe()
        guest.picture("join-over")
        guest.page.get_by_role("main").get_by_role("link", name="À lire").click()
        guest.title("À lire")
        guest.check()
        context.close()
        # Who invited sees it too.
        nurse.watch.page.goto(f"{world.addresses.hub}/#/cases/{case}/team/invite")
        # She may stand there already, since before it was made.
        nurse.watch.page.reload()
        nurse.watch.page.get_by_text("Expirée sans réponse").wait_for()
