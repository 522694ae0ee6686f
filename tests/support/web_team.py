"""A case of professionals at the processes of a demonstration world, and who joins it from a browser."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Request, ViewportSize

from support.browser_watch import Watch
from volet_client.client import Client
from volet_client.config import Config
from volet_client.members import GENERAL, Terms
from volet_client.profile import Profile
from volet_demo.cast import CAST, GUESTS
from volet_demo.world import World
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")
NURSE, PERSON, AUDITOR = (
    next(role.label for role in GUESTS if role.key == key) for key in ("web-pro", "web-person", "web-audit")
)
DESK: ViewportSize = {"width": 1200, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}


def colleague(world: World, key: str) -> Client:
    """Return the client of a professional of the cast, logged in in their capacity."""
    world.make_parties([role for role in CAST if role.key == key])
    party = world.parties[key]
    party.log_in(world.browser)
    party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    party.stop(world.processes)
    return Client(Profile.open(Config(party.profile, None, "fr"), party.passphrase.read_text("utf-8").splitlines()[0]))


@dataclass
class Team:
    """The doctor's client and the case that the doctor opened, of a person when one is named."""

    doctor: Client
    case: str

    @classmethod
    def open(cls, world: World, person: str | None = None) -> Team:
        """Let the doctor open a case and tell the person of it."""
        doctor = colleague(world, "mo")
        case = doctor.cases.open(person=person).case
        doctor.members.give_notice(case, [GENERAL], "oral")
        return cls(doctor, case)

    def let_in(self, user: str) -> None:
        """Let a colleague of the same team in."""
        self.doctor.members.add(self.case, user, Terms())
        self.sync()

    def post(self, title: str, text: str, place: Place = DETAIL, kind: str = "note") -> str:
        """Write an entry; return its id."""
        return self.doctor.entries.post(self.case, place, title, kind=kind, fields={"text": text}).id

    def sync(self) -> None:
        """Do what the doctor's client owes."""
        self.doctor.cases.sync(self.case)


def professional_at(
    browser: Browser, world: World, *, label: str = NURSE, size: ViewportSize = DESK
) -> tuple[Watch, str]:
    """Let a professional arrive at a new browser in their capacity; return the page and the user id it drew."""
    watch = _arrived(browser, world, size)
    users: list[str] = []

    def take(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/v1/logins"):
            asked: Any = request.post_data_json
            users.append(str(asked["user"]))

    watch.page.on("request", take)
    watch.act_as(label, home="À lire")
    watch.page.remove_listener("request", take)
    return watch, users[0]


def person_at(browser: Browser, world: World, *, size: ViewportSize = PHONE) -> tuple[Watch, str]:
    """Let a person arrive at a new browser; return the page and the user id it drew."""
    watch = _arrived(browser, world, size)
    watch.log_in(PERSON)
    watch.page.get_by_text("Personne n’a encore ouvert de dossier").wait_for()
    return watch, str(json.loads(watch.contact_card())["user"])


def auditor_at(browser: Browser, world: World, *, size: ViewportSize = DESK) -> Watch:
    """Let an auditor arrive at a new browser in their capacity."""
    watch = _arrived(browser, world, size)
    watch.act_as(AUDITOR, home="Journal des accès")
    return watch


def _arrived(browser: Browser, world: World, size: ViewportSize) -> Watch:
    context = browser.new_context(locale="fr-FR", viewport=size, accept_downloads=True)
    watch = Watch(context.new_page(), world)
    watch.page.goto(world.addresses.hub)
    watch.accept()
    return watch
