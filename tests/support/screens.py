"""Which screens the web client has, and which of them the browser tests looked at in a run.

The routes are read from the client's own source. Each test run has a folder of its own, told to its processes by the
environment; what a page was judged for is a file in it, so that processes that run at once need no agreement.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
ROUTES = ROOT / "clients" / "web" / "src" / "app" / "routes.ts"
FOLDER = "VOLET_JUDGED"
# What a screen is judged for: axe finds no violation, the keyboard reaches everything on it with visible focus.
AXE, KEYBOARD = "axe", "keyboard"
_LINE = re.compile(r'^\s+"?([A-Za-z-]+)"?: "((?:/|join/)[^"]*)",$', re.MULTILINE)


def routes() -> dict[str, str]:
    """Return the pattern of each route by its name, in the order in which the client tries them."""
    return dict(_LINE.findall(ROUTES.read_text("utf-8")))


def route_of(address: str) -> str | None:
    """Return the name of the route of an address of the page; None where it is none of the client's."""
    # The registrar's pages, and the provider's, have addresses of their own and no fragment.
    if urlsplit(address).path not in {"", "/"}:
        return None
    path = address.partition("#")[2] or "/"
    for name, pattern in routes().items():
        parts = ("[^/]+" if part.startswith(":") else re.escape(part) for part in pattern.split("/"))
        if re.fullmatch("/".join(parts), path):
            return name
    return None


def judged(address: str, what: str) -> None:
    """Remember that the screen of that address was judged; of who is not signed in yet, there is none."""
    folder, route = os.environ.get(FOLDER), route_of(address)
    if folder and route:
        (Path(folder) / f"{what} {route}").touch()


def missing(folder: Path) -> list[str]:
    """Return what no test of a run judged: « axe team-add »."""
    return [
        f"{what} {name}" for name in routes() for what in (AXE, KEYBOARD) if not (folder / f"{what} {name}").exists()
    ]
