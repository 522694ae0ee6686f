"""What the web client carries as data is what the Python package says."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from support import web_rules, web_words


class Carried(Protocol):
    """A file of the web client, and what it has to be."""

    @property
    def PATH(self) -> Path: ...  # noqa: N802 -- as the modules name it

    def text(self) -> str: ...


@pytest.mark.parametrize("carried", [web_rules, web_words.FRENCH, web_words.ENGLISH, *web_words.RECOVERY])
def test_what_the_web_client_carries_is_what_the_package_says(carried: Carried) -> None:
    assert carried.PATH.read_text(encoding="utf-8") == carried.text(), f"write it again: see {carried}"
