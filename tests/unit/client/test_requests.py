"""The register of requests: a month from the day it was received, two more when that is said in time."""

from __future__ import annotations

import datetime as dt

import pytest

from volet_client.requests import State, register
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_requests import Request, RequestAnswer, due_ms
from volet_protocol.facts import Fact

RECEIVED_MS = int(dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC).timestamp() * 1000)
DUE_MS = due_ms(RECEIVED_MS)
ASKED, OTHER = "a" * 64, "b" * 64
AUTHOR = FactAuthor("c" * 64)
REQUEST = Request("copy", RECEIVED_MS, DUE_MS, "phone", GivenBy())


def facts(*others: tuple[Fact, int]) -> CaseFacts:
    state = CaseFacts.start("d" * 64, "care", "dac", RECEIVED_MS, AUTHOR.user, None)
    recorded = [(REQUEST, ASKED, RECEIVED_MS), *((fact, f"{n}" * 64, at) for n, (fact, at) in enumerate(others))]
    for position, (fact, hash_, at_ms) in enumerate(recorded):
        state = state.with_record(Record(fact, hash_, position, AUTHOR, at_ms))
    return state


def told(outcome: str, at_ms: int, request: str = ASKED) -> tuple[Fact, int]:
    return RequestAnswer(request, outcome, at_ms, "written", None if outcome == "granted" else "complex"), at_ms


def state_of(now_ms: int, *others: tuple[Fact, int]) -> State:
    (one,) = register(facts(*others), now_ms)
    return one.state


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [((2026, 1, 31), 1, (2026, 2, 28)), ((2028, 1, 31), 1, (2028, 2, 29)), ((2026, 12, 15), 1, (2027, 1, 15)),
     ((2026, 11, 30), 3, (2027, 2, 28))],
)  # fmt: skip
def test_a_month_is_a_month_of_the_calendar(
    received: tuple[int, int, int], months: int, due: tuple[int, int, int]
) -> None:
    at_ms = int(dt.datetime(*received, tzinfo=dt.UTC).timestamp() * 1000) + 7
    assert due_ms(at_ms, months) == int(dt.datetime(*due, tzinfo=dt.UTC).timestamp() * 1000) + 7


def test_a_request_waits_until_its_term_and_is_overdue_from_it_on() -> None:
    assert state_of(DUE_MS - 1) is State.WAITING
    assert state_of(DUE_MS) is State.OVERDUE


def test_an_answer_in_time_closes_it_and_one_after_the_term_stays_marked() -> None:
    assert state_of(DUE_MS + 9, told("granted", DUE_MS - 1)) is State.ANSWERED
    assert state_of(DUE_MS + 9, told("refused", DUE_MS)) is State.ANSWERED_LATE


def test_an_extension_within_the_month_gives_two_more_and_one_after_it_gives_nothing() -> None:
    extended = due_ms(RECEIVED_MS, 3)
    assert state_of(extended - 1, told("extended", DUE_MS - 1)) is State.WAITING
    assert state_of(extended, told("extended", DUE_MS - 1)) is State.OVERDUE
    assert state_of(extended - 1, told("extended", DUE_MS)) is State.OVERDUE


def test_a_late_answer_cannot_be_dated_back() -> None:
    answer = RequestAnswer(ASKED, "granted", DUE_MS - 9, "written")
    assert state_of(DUE_MS + 9, (answer, DUE_MS + 1)) is State.ANSWERED_LATE


def test_the_answer_to_another_request_answers_nothing() -> None:
    assert state_of(DUE_MS, told("granted", DUE_MS - 1, OTHER)) is State.OVERDUE
