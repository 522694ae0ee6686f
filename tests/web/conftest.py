"""The web client as `make web` built it, in Debian's Chromium, against real processes of hub, provider and registrar.

Whatever the page should never do fails the test that met it: an error on the console, a refused piece of content, a
request that fails or goes elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from support import budgets
from support.browser_watch import Watch
from support.chromium import chromium, serving
from support.live_page import build_live_page
from volet_demo.cast import GUESTS, Role
from volet_demo.world import World
from volet_service import resources
from volet_service.adapters.policy.built import check_built

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1200, "height": 800}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of a module that says `STORY = True` back in the order in which it tells them.

    Its world of processes is dear, so that one is lived through from end to end: what one chapter does, the next meets.
    All other tests are shuffled, and so are the modules.
    """
    places: dict[object, list[int]] = {}
    for place, item in enumerate(items):
        module = getattr(item, "module", None)
        if getattr(module, "STORY", False):
            places.setdefault(module, []).append(place)
    for taken in places.values():
        told = sorted((items[place] for place in taken), key=lambda item: item.location[1] or 0)
        for place, item in zip(taken, told, strict=True):
            items[place] = item


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # No longer than a module: its event loop would be the running one of every test that comes after.
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that the modules `test_live_*` drive; a module that wants another build says so."""
    return build_live_page(tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def guests() -> tuple[Role, ...]:
    """Whose accounts wait for somebody at a browser; a module that needs others says so."""
    return GUESTS


@pytest.fixture(scope="module")
def numbers() -> Mapping[str, str] | None:
    """Which numbers of a département the hub's operator has set; a module that calls says so."""
    return None


@pytest.fixture(scope="module")
def recent_ms() -> int | None:
    """For how long an identification is recent in a module whose story is about it; else for ever."""
    return None


@pytest.fixture(scope="session")
def hub_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a hub keeps of the policy engine's answer, for which each new hub would ask it for seconds."""
    kept, policies = tmp_path_factory.mktemp("hub-files"), resources.policies()
    check_built(policies, (policies / "table.json").read_bytes(), kept / "policy-built")
    return kept


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    guests: tuple[Role, ...],
    numbers: Mapping[str, str] | None,
    recent_ms: int | None,
    hub_files: Path,
) -> Iterator[World]:
    settings: dict[str, str] = {} if recent_ms is None else {"VOLET_STEP_UP_MS": str(recent_ms)}
    if numbers is not None:
        file = tmp_path_factory.mktemp("numbers") / "authorities.json"
        file.write_text(json.dumps(numbers), "utf-8")
        settings["VOLET_AUTHORITIES"] = str(file)
    with serving(tmp_path_factory.mktemp("web") / "world", guests, settings, hub_files=hub_files) as world:
        yield world


@pytest.fixture
def visit(browser: Browser, world: World) -> Iterator[Callable[..., Watch]]:
    """Open the web client in a browser context of its own: another device."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def visit_(locale: str = "fr-FR", *, phone: bool = False) -> Watch:
        # Tests here swap files on their way: a worker of the page would ask for them where nobody can.
        context = browser.new_context(locale=locale, viewport=PHONE if phone else DESK, service_workers="block")
        contexts.append(context)
        watches.append(Watch(context.new_page(), world))
        watches[-1].page.goto(world.addresses.hub)
        return watches[-1]

    yield visit_
    for watch in watches:
        watch.check()
    for context in contexts:
        context.close()


@pytest.fixture
def budget(record_property: Callable[[str, object], None]) -> Callable[[Watch, str], budgets.Counter]:
    """Count on a page from now on; what was counted is printed at the end of the run."""

    def budget_(watch: Watch, name: str) -> budgets.Counter:
        return budgets.count(watch.page, name, lambda line: record_property("budget", line))

    return budget_
