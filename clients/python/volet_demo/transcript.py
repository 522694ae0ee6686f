"""The voice of the demonstration: who does what, what the hub answers and why, in plain French."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

WIDTH = 100
_MARGIN = 14


class Transcript:
    """Prints numbered scenes and lines; `write` receives finished lines without their line feed."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._scene = 0

    def title(self, text: str) -> None:
        """Print the name of the story."""
        self._write("")
        self._write(text)
        self._write("=" * len(text))

    def scene(self, text: str) -> None:
        """Begin a numbered scene."""
        self._scene += 1
        self._write("")
        self._write(f"{self._scene:>2}. {text}")
        self._write("─" * WIDTH)

    def says(self, who: str, text: str) -> None:
        """Print what somebody does or reads, wrapped under their name."""
        lines = textwrap.wrap(_held_together(text), WIDTH - _MARGIN, break_on_hyphens=False) or [""]
        self._write(f"{who:<{_MARGIN - 1}} {lines[0]}")
        for line in lines[1:]:
            self._write(" " * _MARGIN + line)

    def plain(self, text: str = "") -> None:
        """Print a line as it is."""
        self._write(text)


def _held_together(text: str) -> str:
    """Keep French punctuation with its word: a line neither begins with `»` or `:` nor ends with `«`."""
    return re.sub(r" (?=[»:;?!])|(?<=«) ", "\N{NO-BREAK SPACE}", text)
