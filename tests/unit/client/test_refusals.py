from __future__ import annotations

import pytest

from volet_client.refusals import REFUSALS, refusal_for
from volet_protocol.canonical import JsonValue
from volet_protocol.problems import Problem


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_of_the_closed_list_has_one_class_a_hint_and_both_languages(problem: Problem) -> None:
    error = refusal_for(problem, {"type": problem.uri, "status": problem.status})
    assert type(error) is REFUSALS[problem]
    assert error.code == problem.value
    assert error.exit_status == 5
    for lang in ("fr", "en"):
        told = error.diagnostics(lang)
        assert told["message"] == problem.title(lang)
        assert told["hint"]


def test_no_class_stands_for_two_problems() -> None:
    assert len({*REFUSALS.values()}) == len(Problem)


def test_the_decision_of_the_hub_is_told_after_the_sentence() -> None:
    decision: dict[str, JsonValue] = {
        "explanation": "Le volet est réservé aux soignants.",
        "explanation_en": "For carers.",
        "rules": ["R13"],
    }
    error = refusal_for(Problem.DENIED, {"decision": decision})
    assert error.said.fr.endswith("Le volet est réservé aux soignants.")
    assert error.details()["decision"] == decision


def test_a_hub_that_explains_at_length_is_cut_short() -> None:
    error = refusal_for(Problem.DENIED, {"decision": {"explanation": "x" * 100_000}})
    assert len(error.said.fr) < 3_000
