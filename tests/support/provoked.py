"""Which problems a test provokes: `@provokes(Problem.X)` says so, `provoked` collects what a folder of tests says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx

from volet_protocol.problems import CONTENT_TYPE, Problem

T = TypeVar("T", bound=Callable[..., object])
_SAID = re.compile(r"@provokes\(([^)]*)\)", re.DOTALL)
_MEMBER = re.compile(r"Problem\.([A-Z_]+)")


def provokes(*problems: Problem) -> Callable[[T], T]:
    """Say that a test makes a real hub answer with these problems."""
    assert problems

    def mark(test: T) -> T:
        return test

    return mark


def provoked(folder: Path) -> set[Problem]:
    """Return what the tests below a folder say they provoke."""
    said = (found for path in folder.glob("test_*.py") for found in _SAID.findall(path.read_text("utf-8")))
    return {Problem[name] for arguments in said for name in _MEMBER.findall(arguments)}


def assert_problem(answer: httpx.Response, *expected: Problem) -> None:
    """Assert that an answer is one of these problems, in French first, without anything of the program's inside."""
    assert answer.headers["content-type"] == CONTENT_TYPE, answer.text
    told = answer.json()
    problem = Problem.from_uri(told["type"])
    assert problem in expected, answer.text
    assert (answer.status_code, told["status"]) == (problem.status, problem.status)
    assert (told["title"], told["title_en"]) == (problem.title(), problem.title("en"))
    assert set(told) <= {
        "type", "title", "title_en", "status", "detail", "reason", "decision", "head", "list", "epoch", "step",
        "sections",
    }  # fmt: skip
    for word in ("Traceback", "sqlite", "/site-packages/", "Error("):
        assert word not in answer.text
    assert ("retry-after" in answer.headers) == (problem.status == 503)
