"""The web client as `make web` built it, in Debian's Chromium, against real processes of hub, provider and registrar.

Whatever the page should never do fails the test that met it: an error on the console, a refused piece of content, a
request that fails or goes elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from support.browser_watch import Watch
from volet_demo.world import World

ROOT = Path(__file__).parents[2]
DIST = ROOT / "clients" / "web" / "dist"
CHROMIUM = os.environ.get("VOLET_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1200, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # No longer than a module: its event loop would be the running one of every test that comes after.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    assert (DIST / "index.html").is_file(), "run `make web` first"
    with World(tmp_path_factory.mktemp("web") / "world") as world:
        # For the processes that start here, and for no hub of a test that comes after.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("VOLET_WEB", str(DIST))
            world.start(())
        yield world


@pytest.fixture
def visit(browser: Browser, world: World) -> Iterator[Callable[..., Watch]]:
    """Open the web client in a browser context of its own: another device."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def visit_(locale: str = "fr-FR", *, phone: bool = False) -> Watch:
        context = browser.new_context(locale=locale, viewport=PHONE if phone else DESK)
        contexts.append(context)
        watches.append(Watch(context.new_page(), world))
        watches[-1].page.goto(world.addresses.hub)
        return watches[-1]

    yield visit_
    for watch in watches:
        watch.check()
    for context in contexts:
        context.close()
