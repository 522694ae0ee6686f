"""How long records are kept is data: a year, more only with a reason, three years at most."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from volet_protocol.errors import ProtocolError
from volet_protocol.leaf import LeafType
from volet_service.domain.retention import RETAINED, RetentionPolicy, Term


def read(classes: object, version: object = 1) -> RetentionPolicy:
    return RetentionPolicy.read(json.dumps({"v": version, "classes": classes}).encode())


def ms(text: str) -> int:
    return int(dt.datetime.fromisoformat(f"{text}T12:00:00+00:00").timestamp()) * 1000


def test_without_a_word_everything_is_kept_twelve_months() -> None:
    assert RetentionPolicy.default() == read({})
    assert {term.months for term in read({}).terms.values()} == {12}


def test_what_is_still_in_force_has_no_term() -> None:
    assert not {LeafType.FACT, LeafType.KEY} & set(RETAINED)


def test_more_than_a_year_is_kept_for_a_reason_that_is_published() -> None:
    policy = read({"act": {"months": 36, "reason": "internal-control"}, "log": {"months": 6}})
    assert policy.terms[LeafType.ACT] == Term(36, "internal-control")
    assert policy.to_json()["classes"] == {
        "act": {"months": 36, "reason": "internal-control"}, "refusal": {"months": 12}, "log": {"months": 6},
        "erase": {"months": 12},
    }  # fmt: skip


@pytest.mark.parametrize("classes", [
    {"act": {"months": 13}},
    {"act": {"months": 37, "reason": "internal-control"}},
    {"act": {"months": 5}},
    {"act": {"months": 24, "reason": "Parce que"}},
    {"act": {"months": 24, "reason": ""}},
    {"act": {"months": "24", "reason": "internal-control"}},
    {"act": {"months": 12, "because": "x"}},
    {"act": {}},
    {"fact": {"months": 12}},
    {"key": {"months": 12}},
    {"chain_heads": {"months": 12}},
    [],
], ids=str)  # fmt: skip
def test_another_policy_is_refused(classes: object) -> None:
    with pytest.raises(ProtocolError):
        read(classes)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'"act"', b'{"v":2,"classes":{}}', b'{"v":1}', b'{"classes":{}}'])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        RetentionPolicy.read(data)


@pytest.mark.parametrize(
    ("now", "months", "before"),
    [("2027-03-15", 12, "2026-03-15"), ("2028-02-29", 12, "2027-02-28"), ("2027-08-31", 6, "2027-02-28"),
     ("2027-01-10", 36, "2024-01-10")],
)  # fmt: skip
def test_a_month_is_a_month_of_the_calendar(now: str, months: int, before: str) -> None:
    policy = read({"act": {"months": months, "reason": "internal-control"}})
    assert policy.ended_before(LeafType.ACT, ms(now)) == ms(before)
