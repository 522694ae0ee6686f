"""Somebody invited by a code, at a browser: from the link to the first message, with every client of others gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from support.browser_watch import Watch
from support.budgets import Counter
from support.web_team import PHONE, Team
from volet_client.invitations import Invited, Invitee
from volet_client.team import Joining
from volet_client.team_horizon import EPISODE
from volet_demo.cast import DAC, GUESTS, Role
from volet_demo.world import World
from volet_protocol.capacities import Capacity

LINE = "Deux fois par semaine, le matin."
OTHER_CODE = "6X4W-PJ7E-DT6X-CWW0-V"
NURSES = tuple(
    Role(
        key, first, f"{first} {last}, infirmière", "professional",
        {"row": "H2", "structure": DAC, "category": 1, "secret_basis": ["L1110-4"], "profession": "G15:60"},
    )
    for key, first, last in (("web-iris", "Iris", "Roy"), ("web-lise", "Lise", "Petit"), ("web-anne", "Anne", "Faure"))
)  # fmt: skip
IRIS, LISE, ANNE = NURSES


@pytest.fixture(scope="module")
def guests() -> tuple[Role, ...]:
    return (*GUESTS, *NURSES)


@dataclass
class Case:
    """A case with one message in it, and the doctor who invites."""

    team: Team
    world: World

    def invite(self, role: Role) -> Invited:
        """Invite somebody by what the provider calls them."""
        doctor = self.team.doctor
        iss = doctor.profile.bundle.issuers[0].iss
        whom = Invitee(iss, role.key, Capacity("H2", 1, None, None, DAC, ("L1110-4",)))
        return doctor.invitations.invite(self.team.case, whom, Joining(informed="oral", horizon=EPISODE))


@pytest.fixture(scope="module")
def case(world: World) -> Iterator[Case]:
    team = Team.open(world)
    team.post("Tension à surveiller", LINE)
    team.sync()
    yield Case(team, world)
    team.doctor.close()


@pytest.fixture
def device(browser: Browser, world: World) -> Iterator[Watch]:
    context: BrowserContext = browser.new_context(locale="fr-FR", viewport=PHONE, service_workers="block")
    watch = Watch(context.new_page(), world)
    yield watch
    watch.check()
    context.close()


def come(watch: Watch, made: Invited, role: Role, code: str = "") -> None:
    """Open the link, type the code, sign in, acknowledge what is traced."""
    watch.page.goto(made.link)
    watch.title("On vous invite dans un dossier")
    watch.page.get_by_label("Code de l’invitation").fill(code or made.code.spoken().lower().replace("-", " "))
    watch.press("Continuer")
    watch.page.get_by_label("Rester identifié").check()
    watch.page.get_by_role("button", name=role.label).click()
    watch.press("J’ai lu, continuer")


def test_a_newcomer_reads_the_first_message_within_five_screens_and_nobody_else_on_line(
    case: Case, world: World, device: Watch, budget: Callable[[Watch, str], Counter]
) -> None:
    made = case.invite(IRIS)
    counter = budget(device, "link to first readable message")
    come(device, made, IRIS)
    reading = device.page.get_by_role("button", name="Lire (")
    reading.or_(device.page.get_by_role("alert")).first.wait_for()
    assert device.page.get_by_role("alert").all_inner_texts() == []
    reading.click()
    device.page.get_by_text(LINE).first.wait_for()
    counter.within(screens=5, seconds=90)
    # What she holds is boxed to her own account: it outlives the code, and the link leads nowhere twice.
    device.page.reload()
    device.title("À lire")
    device.page.goto(f"{world.addresses.hub}/#join/{case.team.case}/{made.invitation}")
    device.page.get_by_label("Code de l’invitation").wait_for()


def test_another_code_is_refused_before_anything_is_sent_and_may_be_tried_again(case: Case, device: Watch) -> None:
    made = case.invite(LISE)
    asked: list[str] = []
    device.page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/box") else None)
    come(device, made, LISE, OTHER_CODE)
    alert = device.page.get_by_role("alert")
    alert.wait_for()
    assert "Ce code n’est pas celui de cette invitation" in alert.inner_text()
    assert "réessayez" in alert.inner_text()
    assert asked == []
    device.axe()
    device.picture("join")
    device.page.get_by_label("Code de l’invitation").fill(made.code.spoken())
    lie(device, f"/v1/invitations/{made.invitation}/box", swap_box)
    device.press("Rejoindre le dossier")
    alert.filter(has_text="Rien n’en est montré ni utilisé.").wait_for()
    # Nothing was signed into the case on the word of the liar.
    assert [one.state for one in case.team.doctor.invitations.all(case.team.case)][-1] == "open"
    device.page.unroute_all(behavior="wait")
    device.press("Rejoindre le dossier")
    device.title("À lire")
    device.page.get_by_role("button", name="Lire (").wait_for()


def test_an_invitation_of_somebody_else_or_withdrawn_opens_nothing_and_ones_own_leads_back(
    case: Case, device: Watch
) -> None:
    theirs = case.invite(LISE)
    come(device, theirs, ANNE)
    alert = device.page.get_by_role("alert").filter(has_text="Cette invitation n’est pas ouverte pour vous")
    alert.wait_for()
    withdrawn = case.invite(ANNE)
    case.team.doctor.invitations.withdraw(case.team.case, withdrawn.invitation)
    join(device, withdrawn)
    alert.wait_for()
    used = case.invite(ANNE)
    for _ in range(2):
        join(device, used)
        # The same link again brings its guest back in, and writes nothing.
        device.page.wait_for_url("**/#/")
        device.page.get_by_role("button", name="Lire (").wait_for()
    facts = case.team.doctor.casebook.view(case.team.case).main.facts
    (answered,) = [
        one for one in case.team.doctor.invitations.all(case.team.case) if one.record.hash == used.invitation
    ]
    assert len(facts.participations_of(answered.answered_by or "", case.team.doctor.clock())) == 1
    assert [one.state for one in case.team.doctor.invitations.all(case.team.case)][-3:] == [
        "open",
        "closed",
        "already",
    ]


def join(watch: Watch, made: Invited) -> None:
    """Open another link, already signed in, and type its code."""
    watch.page.goto("about:blank")
    watch.page.goto(made.link)
    watch.page.get_by_label("Code de l’invitation").fill(made.code.spoken())
    watch.press("Rejoindre le dossier")


def lie(watch: Watch, part: str, change: Callable[[Any], None]) -> None:
    """Change the hub's answers whose address holds that part."""

    def answer(route: Route) -> None:
        told = route.fetch()
        body = told.json()
        change(body)
        route.fulfill(response=told, json=body)

    watch.page.route(lambda url: part in url, answer)


def swap_box(answer: Any) -> None:  # noqa: ANN401 -- an answer of any shape
    """Give another box than the one that the invitation names."""
    box = str(answer["box"])
    answer["box"] = ("A" if box[0] != "A" else "B") + box[1:]
