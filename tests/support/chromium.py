"""The browser that the web client is tested and measured in: Debian's Chromium, and the build that `make web` made."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from volet_demo.cast import GUESTS, Role
from volet_demo.processes import HOST
from volet_demo.world import World

DIST = Path(__file__).parents[2] / "clients" / "web" / "dist"
CHROMIUM = os.environ.get("VOLET_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NOTHING: Mapping[str, str] = {}


@contextmanager
def chromium(*more: str) -> Generator[Browser]:
    """Start a browser until the block ends; `more` are further arguments of its command line."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
        yield launched
        launched.close()


@contextmanager
def serving(
    folder: Path,
    guests: tuple[Role, ...] = GUESTS,
    settings: Mapping[str, str] = NOTHING,
    *,
    witnessed: bool = False,
    hub_files: Path | None = None,
    hub_name: str = HOST,
) -> Generator[World]:
    """Start the processes of a demonstration world whose hub serves the build; `settings` are its variables."""
    assert (DIST / "index.html").is_file(), "run `make web` first"
    with World(folder, guests=guests, witnessed=witnessed, hub_files=hub_files, hub_name=hub_name) as world:
        # For the processes that start here, and for no hub of a test that comes after.
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"VOLET_WEB": str(DIST), **settings}.items():
                patch.setenv(name, value)
            world.start(())
        yield world
