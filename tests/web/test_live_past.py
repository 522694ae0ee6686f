"""What a browser finds of the time when it was closed: a false head that came and went, a log that ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.client_world import client_world
from support.identities import CONTROLLER, ISS
from support.live_page import Live
from support.loopback import served
from support.past_maps import FALSE, Hours, Past
from volet_client.trust import SUBJECT, USER
from volet_protocol.capacities import subject_chain
from volet_protocol.heads_map import HeadsTree
from volet_protocol.previous_logs import PreviousLog
from volet_protocol.trust_bundle import TrustBundle, sign_bundle
from volet_service.adapters.clock import SystemClock
from volet_service.adapters.signer import read_log_key
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import build
from volet_service.entrypoints.http.app import create_app
from volet_service.settings import read_settings


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    hours = Hours()
    with client_world(tmp_path_factory.mktemp("epochs"), clock=hours) as world:
        yield Past(world, hours)


@pytest.fixture
def away(browser: Browser, past: Past, built: Path) -> Iterator[Live]:
    """Yield the browser of a person who looked once, with nothing to be told of."""
    context = browser.new_context(locale="fr-FR")
    live = Live.open(context, past.world, built)
    back(live, past)
    assert live.value("alarms") == []
    yield live
    context.close()


def back(live: Live, past: Past) -> None:
    """Open the page again at the hour that it is now, and log in."""
    live.load(past.hours.ahead_ms)
    live.log_in(f"mme-{live.user[:8]}")


def test_a_browser_that_was_closed_for_an_hour_finds_nothing_against_an_honest_hub(away: Live, past: Past) -> None:
    for _ in range(3):
        past.wait()
    back(away, past)
    with away.page.expect_request(lambda request: "/epochs?" in request.url):
        assert away.value("alarms") == []


def test_a_link_in_our_name_that_came_and_went_is_found_and_everything_stops(away: Live, past: Past) -> None:
    past.lies(lambda heads: heads.set(USER, away.user, 1, FALSE))
    back(away, past)
    assert away.ask("alarms")["kind"] == "Contradicted"
    # The next start of the page remembers it.
    away.load(past.hours.ahead_ms)
    assert away.ask("alarms")["kind"] == "Contradicted"


def test_an_account_that_vanished_and_came_back_is_found(away: Live, past: Past) -> None:
    past.lies(lambda _: HeadsTree())
    back(away, past)
    assert away.ask("alarms")["kind"] == "Contradicted"


def test_another_account_under_our_identity_that_came_and_went_is_found(away: Live, past: Past) -> None:
    subject = subject_chain(ISS, past.world.door.subjects[away.user])
    past.lies(lambda heads: heads.set(SUBJECT, subject, 1, FALSE))
    back(away, past)
    assert away.ask("alarms")["kind"] == "Contradicted"


@pytest.mark.parametrize("left_out", [0, 1])
def test_an_epoch_that_the_hub_leaves_out_is_refused_and_found_later(away: Live, past: Past, left_out: int) -> None:
    past.lies(lambda heads: heads.set(USER, away.user, 1, FALSE))
    back(away, past)
    away.lie("/epochs", lambda answer: answer["epochs"].pop(left_out))
    assert away.ask("alarms")["error"] == "wrong-sequence"
    away.tell_the_truth()
    assert away.ask("alarms")["kind"] == "Contradicted"


def restored(folder: Path, place: Path) -> bytes:
    """Bring the backup back under a new log; return the bundle that the controllers sign for it."""
    for path in folder.glob("*.sqlite*"):
        path.unlink()
    base, shares = (next((place / name).glob("2*")) for name in ("base", "parts"))
    assert admin.run(["restore", str(folder), "--from", str(base), "--shares-from", str(shares)]) == 2
    assert admin.run(["new-log", str(folder), "--incident", "disk-lost", "--without-tombstones"]) == 0
    path = folder / "trust.json"
    old = TrustBundle.read(path.read_bytes()).verify(None)
    vkey = read_log_key(folder / "keys" / "log.key").vkey
    ended = PreviousLog(old.log_origin, old.log_vkey, old.log_policy, (folder / "log-1.checkpoint").read_text("utf-8"))
    body: dict[str, Any] = dict(old.to_body())
    body |= {
        "version": old.version + 1, "log_origin": vkey.split("+")[0], "log_vkey": vkey,
        "log_policy": f"log {vkey}\nquorum none\n", "previous_logs": [ended.to_json()],
    }  # fmt: skip
    path.write_bytes(sign_bundle(body, [CONTROLLER]))
    return path.read_bytes()


@pytest.mark.usefixtures("on_sqlite")
def test_a_log_that_follows_a_lost_one_is_taken_up_and_what_was_lost_is_told(
    browser: Browser, tmp_path: Path, built: Path
) -> None:
    context = browser.new_context(locale="fr-FR")
    hub, to = tmp_path / "hub", ["--to", str(tmp_path / "base"), "--shares-to", str(tmp_path / "parts")]
    with client_world(tmp_path) as world:
        live = Live.open(context, world, built)
        live.act_as("doctor", "H1", "dac", world.professional("inf", "H2", "dac"))
        person = world.person("mme").author.user
        kept = live.value("openCase", {"person": person})
        assert live.value("alarms") == []
        assert admin.run(["backup", str(hub), *to]) == 0
        gone = live.value("openCase", {"person": person})
        assert live.value("alarms") == []
    world.trust = restored(hub, tmp_path)
    running = build(read_settings(hub), world.door, SystemClock())
    try:
        with served(create_app(running.hub), int(world.url.rsplit(":", 1)[1])):
            live.load()
            assert [one["kind"] for one in live.page.evaluate("() => live.lost()")] == ["log"]
            live.log_in("doctor")
            assert live.value("alarms") == []
            assert live.value("view", kept)["head"]
            assert "error" in live.ask("view", gone)
            live.load()
            (lost,) = live.page.evaluate("() => live.lost()")
            assert lost["seen"] > lost["held"]
    finally:
        running.stop()
        context.close()
