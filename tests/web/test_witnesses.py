"""What an auditor is told of the log's witnesses, with a witness that is a process of its own.

Whether it signed, that it stopped signing, that it signs again; and a hub that shows two histories of its log.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from support.browser_watch import PATIENCE_MS, Watch
from support.chromium import serving
from support.web_team import auditor_at
from volet_demo.witness import NAME
from volet_demo.world import World
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.note import Note
from volet_protocol.note_keys import NoteSigner

# Told in this order: after a hub that contradicted itself nothing more is believed.
STORY = True
TITLE, BEHIND = "État du journal", "encore la signature d’aucun témoin"
OFTEN = {"VOLET_WITNESS_PAUSE_MS": "100", "VOLET_WITNESS_AGAIN_MS": "1000"}
STOPPED = "La plateforme s’est contredite"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, hub_files: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("web") / "world"
    with serving(folder, settings=OFTEN, witnessed=True, hub_files=hub_files) as world:
        yield world


@pytest.fixture(scope="module")
def auditor(browser: Browser, world: World) -> Iterator[Watch]:
    watch = auditor_at(browser, world)
    yield watch
    watch.check()
    watch.page.context.close()


def state(watch: Watch) -> str:
    """Show the state of the log anew and return what is said of its witnesses."""
    watch.page.goto(f"{watch.world.addresses.hub}/#/audit/state")
    watch.page.reload()
    watch.title(TITLE)
    card = watch.page.get_by_role("region", name="Témoins")
    card.wait_for()
    return card.inner_text()


def until_it_says(watch: Watch, sentence: str, *, there: bool = True) -> str:
    """Look again until the witnesses' card says it, or no longer does."""
    for _ in range(60):
        if (sentence in (said := state(watch))) is there:
            return said
    raise AssertionError(f"{sentence}: {said}")


def consult(watch: Watch) -> None:
    """Let the log grow: who looks at it is written in it."""
    watch.page.goto(f"{watch.world.addresses.hub}/#/")
    watch.title("Journal des accès")
    watch.press("Consulter")
    watch.page.get_by_text("Votre consultation est inscrite au journal").wait_for()


def test_a_witness_that_signed_the_whole_log_is_named_with_the_hour_of_its_signature(auditor: Watch) -> None:
    said = until_it_says(auditor, BEHIND, there=False)
    assert "1 témoin sur 1 est exigé. Le compte y est" in said
    assert NAME in said
    assert "a signé le" in said
    assert "n’exige aucun témoin" not in said
    auditor.axe()
    auditor.picture("audit-witnessed")


def test_an_entry_that_the_witness_saw_is_proved_with_its_signature(auditor: Watch) -> None:
    auditor.page.goto(f"{auditor.world.addresses.hub}/#/audit/entry/1")
    auditor.page.get_by_text("Vérifiée par ce navigateur, sans croire la plateforme.").wait_for()
    auditor.page.get_by_text("Voir chaque étape vérifiée").click()
    assert "sans preuve" not in auditor.page.locator("main").inner_text()


def test_what_a_stopped_witness_has_not_signed_is_counted_and_the_next_step_is_said(
    auditor: Watch, world: World
) -> None:
    assert world.witness is not None
    world.witness.stop()
    consult(auditor)
    said = until_it_says(auditor, BEHIND)
    assert "plus récente" in said
    assert "un témoin est arrêté ou ne reçoit plus le journal" in said
    assert "prévenez l’institution qui le tient" in said
    auditor.axe()
    auditor.picture("audit-witness-behind")
    world.witness.start()
    assert "Le compte y est" in until_it_says(auditor, BEHIND, there=False)


def test_a_hub_that_shows_another_history_of_its_log_is_an_alarm_and_nothing_works_after_it(
    auditor: Watch, world: World
) -> None:
    page = auditor.page
    key = NoteSigner.parse_private(world.path("hub", "keys", "log.key").read_text("ascii").strip())
    told = httpx.get(f"{world.addresses.hub}/v1/log/checkpoint", trust_env=False).text
    true = Checkpoint.parse(Note.parse(told.encode()).text)
    fork = Checkpoint(true.origin, true.size, bytes(32)).sign(key).note

    def another(route: Route) -> None:
        route.fulfill(body=fork, content_type="text/plain; charset=utf-8")

    def true_one(route: Route) -> None:
        route.fulfill(body=told, content_type="text/plain; charset=utf-8")

    page.route("**/v1/log/checkpoint", true_one)
    page.route("**/v1/log/checkpoint/cosigned", true_one)
    state(auditor)
    page.unroute_all(behavior="wait")
    page.route("**/v1/log/checkpoint", another)
    page.reload()
    alarm = page.get_by_role("alert").first
    alarm.wait_for()
    auditor.picture("audit-forked")
    page.unroute_all(behavior="wait")
    # The hub tells the truth again: what it signed is kept, and nothing of it is believed any more.
    page.reload()
    expect(page.get_by_text(STOPPED).first).to_be_visible(timeout=PATIENCE_MS)
    assert page.get_by_text("Le compte y est").count() == 0
    page.goto(f"{world.addresses.hub}/#/")
    auditor.press("Consulter")
    page.get_by_role("alert").first.wait_for()
    assert page.get_by_role("list", name="Actes").count() == 0
