"""Every problem is whole: status, two titles, an anchor; one translator; nothing varies where hidden."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.problems import Problem
from volet_service.domain import errors
from volet_service.domain.errors import NotFound, Refusal, Unavailable, from_protocol
from volet_service.entrypoints.http.problems import answer, body_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "problems.md"


def refusals(of: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [kind for child in of.__subclasses__() for kind in (child, *refusals(child))]


@pytest.mark.parametrize("problem", list(Problem), ids=str)
def test_every_problem_has_two_titles_a_status_and_its_place_in_the_document(problem: Problem) -> None:
    assert 400 <= problem.status < 600
    assert problem.title("fr") != problem.title("en")
    assert f"## {problem.value}\n" in DOCUMENT.read_text("utf-8")
    assert Problem.from_uri(problem.uri) is problem


def test_a_type_outside_the_list_is_no_problem_of_ours() -> None:
    assert Problem.from_uri("about:blank") is None
    assert Problem.from_uri("urn:volet:problem:other") is None


def test_every_problem_has_a_refusal() -> None:
    raised = {kind.problem for kind in refusals() if "problem" in vars(kind)}
    assert raised == set(Problem)


def test_a_not_found_answer_carries_nothing_that_varies() -> None:
    assert body_of(NotFound()) == body_of(NotFound())
    assert set(json.loads(body_of(NotFound()))) == {"type", "title", "title_en", "status"}


@pytest.mark.parametrize("reason", list(Reason), ids=str)
def test_every_reason_of_the_protocol_becomes_a_refusal_that_names_it(reason: Reason) -> None:
    refusal = from_protocol(ProtocolError(reason, "something"))
    assert refusal.members == {"reason": reason.value}


def test_whoever_is_told_to_come_back_is_told_when() -> None:
    for kind in refusals(Unavailable):
        if "problem" in vars(kind):
            assert int(answer(kind()).headers["Retry-After"]) >= 1


def test_the_tree_of_refusals_in_the_docstring_names_every_class() -> None:
    assert [kind.__name__ for kind in refusals() if kind.__name__ not in (errors.__doc__ or "")] == []
