"""What the web client carries as data is what the Python package says."""

from __future__ import annotations

import pytest

from support import web_rules, web_words


@pytest.mark.parametrize("carried", [web_rules, web_words], ids=["rules", "words"])
def test_what_the_web_client_carries_is_what_the_package_says(carried: object) -> None:
    name = getattr(carried, "__name__", "")
    path, text = vars(carried)["PATH"], vars(carried)["text"]
    assert path.read_text(encoding="utf-8") == text(), f"write it again: see {name}"
