"""What the web client carries as data is what the Python package says."""

from __future__ import annotations

from support import web_rules


def test_rules_and_problems_of_the_web_client_are_those_of_the_package() -> None:
    assert web_rules.PATH.read_text(encoding="utf-8") == web_rules.text(), "write it again: see support/web_rules.py"
