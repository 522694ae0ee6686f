"""What one writes is in the other's window: hints over a socket, two browsers that show the same thread."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, WebSocket, expect

from support.browser_watch import Watch
from volet_demo.cast import CAST, GUESTS
from volet_demo.party import Party
from volet_demo.world import World

# Told in this order: each chapter goes on with what those before it did.
STORY = True
NORA = next(role.label for role in GUESTS if role.key == "web-pro")
INES = next(role.label for role in CAST if role.key == "inf")
THREAD = "/cases/{}/thread/medical"
Enter = Callable[[str], tuple[Watch, str]]


@pytest.fixture(scope="module")
def doctor(world: World) -> Iterator[Party]:
    """A doctor on the command line, who opens the case and lets both nurses in."""
    world.make_parties([role for role in CAST if role.key == "mo"])
    party = world.parties["mo"]
    party.log_in(world.browser)
    party.log_in(world.browser, party.have_attested(world.browser, world.addresses.registrar))
    yield party
    party.stop(world.processes)


@pytest.fixture(scope="module")
def enter(browser: Browser, world: World) -> Iterator[Enter]:
    """Sign in as somebody in a browser of their own."""
    watches: list[Watch] = []

    def enter_(label: str) -> tuple[Watch, str]:
        context = browser.new_context(locale="fr-FR", viewport={"width": 1200, "height": 800})
        watch, users = Watch(context.new_page(), world), list[str]()
        watches.append(watch)

        def take(request: Any) -> None:  # noqa: ANN401 -- playwright's request
            if request.method == "POST" and request.url.endswith("/v1/logins"):
                users.append(str(request.post_data_json["user"]))

        watch.page.on("request", take)
        watch.page.goto(world.addresses.hub)
        watch.accept()
        watch.act_as(label, home="À lire")
        return watch, users[0]

    yield enter_
    for watch in watches:
        watch.check()
        watch.page.context.close()


def test_a_message_of_one_arrives_in_the_others_window_and_the_end_of_a_session_too(
    doctor: Party, enter: Enter, world: World
) -> None:
    (nora, nora_id), (ines, ines_id) = enter(NORA), enter(INES)
    case = str(doctor.do("case", "open", "--name", "dossier").result["case"])
    for name, user in (("Nora", nora_id), ("Inès", ines_id)):
        doctor.do("contact", "add", name, "--user", user)
        doctor.do(
            "member", "add", name, "--title", "same-team", "--informed", "oral", "--from", "episode", "--case", case
        )
    # Whoever starts the key of a section hands it on: the doctor's client does, at its next sync.
    for section in ("medical/1", "medical/2"):
        doctor.do("post", section, "--title", f"Tension {section}", "--text", "13/8.", "--case", case)
    doctor.do("sync", "--case", case)
    addresses: list[str] = []

    def opened(socket: WebSocket) -> None:
        addresses.append(socket.url)

    ines.page.on("websocket", opened)
    for watch in (nora, ines):
        watch.page.goto(f"{world.addresses.hub}/#{THREAD.format(case)}")
        watch.page.reload()
        watch.title("Santé")
        watch.page.get_by_role("link", name="Tension medical/2").wait_for()
    # No token and no ticket in the address: both would end up in logs.
    assert set(addresses) == {world.addresses.hub.replace("http", "ws", 1) + "/v1/live?"}
    nora.page.get_by_label("Écrire ici").last.fill("Je passe à 15 heures.")
    nora.page.get_by_text(re.compile("^Lu par [0-9]")).wait_for()
    nora.press("Envoyer")
    nora.page.goto(f"{world.addresses.hub}/#/outgoing")
    pressed = time.perf_counter()
    nora.press("Envoyer maintenant")
    ines.page.get_by_role("link", name="Je passe à 15 heures.").wait_for()
    # A figure, no judgement: pressing, signing, storing, the hint, asking, verifying, showing; on this machine, now.
    print(f"\nin the other's window after {(time.perf_counter() - pressed) * 1000:.0f} ms")  # noqa: T201 -- the figure
    # Each session with its device and hour, and a way to end those one does not recognise.
    nora.page.goto(f"{world.addresses.hub}/#/device")
    nora.title("Mon appareil")
    sessions = nora.page.get_by_role("list", name="Mes sessions")
    sessions.get_by_text("ici", exact=True).wait_for()
    nora.axe()
    nora.picture("sessions")
    others = sessions.get_by_role("button", name="Fermer la session")
    while others.count():
        before = others.count()
        others.first.focus()
        nora.page.keyboard.press("Enter")
        expect(others).to_have_count(before - 1)
    # The end of a session is heard too: leaving in another tab empties this one without a click.
    tab = Watch(ines.page.context.new_page(), world)
    tab.page.goto(f"{world.addresses.hub}/#/device")
    tab.title("Mon appareil")
    tab.page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    tab.title("Se connecter")
    ines.title("Se connecter")
    tab.check()
