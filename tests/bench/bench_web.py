"""The web client as `make web` built it: what its first load weighs, and all of it; then what a window of it costs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from bench import web_window
from bench.figures import Figure, Size
from support.chromium import CHROMIUM, DIST

_KIB = 1024
_SHELL_KIB, _ALL_KIB = 150, 300


def measure(size: Size) -> list[Figure]:
    """Weigh the build; where there is a browser, open large cases in it."""
    if not (DIST / "index.html").is_file():
        print("web client not measured: `make web` builds it, and needs Node.js", file=sys.stderr)  # noqa: T201
        return [Figure("web client: files built here", 0, "files")]
    if not Path(CHROMIUM).is_file():
        print(f"windows not measured: no Chromium at {CHROMIUM}", file=sys.stderr)  # noqa: T201
        return _bytes()
    return [*_bytes(), *web_window.measure(size)]


def _bytes() -> list[Figure]:
    """Add up what a hub sends over TLS: each file as the build compressed it with Brotli."""
    built = {str(file.relative_to(DIST)): file.read_bytes() for file in DIST.rglob("*") if file.is_file()}
    first = {"index.html", *re.findall(r'(?:src|href)="/(assets/[^"]+)"', built["index.html"].decode("utf-8"))}
    # A page speaks one language: the words of the other never come.
    words = next(name for name in built if name.startswith("assets/french-") and name.endswith(".js"))
    first.add(words)
    other = ("assets/english-", "assets/recovery-en-")
    every = {name for name in built if name.endswith((".html", ".js", ".css")) and not name.startswith(other)}

    def kib(names: Iterable[str]) -> float:
        return sum(len(built[f"{name}.br"]) for name in names) / _KIB

    return [
        Figure("web client in French, first load, Brotli", kib(first), "KiB", _SHELL_KIB),
        Figure("  everything in one language, Brotli", kib(every), "KiB", _ALL_KIB),
    ]
