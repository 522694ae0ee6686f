"""What the person asks about their own case, and what they are answered (docs/spec/facts.md; F16).

Access, copy, correction, opposition, contesting an access, the name behind one: GDPR articles 12, 15 to 18 and 21. One
month to answer from the day it was received (article 12.3), two more where the answer says so within the first.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from volet_protocol.fact_codec import GIVER, HASH, MS, GivenBy, Shape, choice, integer, refuse

ACCESS, COPY, CORRECTION, CONTEST, OPPOSITION, NAME = "access", "copy", "correction", "contest", "opposition", "name"
KINDS = frozenset({ACCESS, COPY, CORRECTION, CONTEST, OPPOSITION, NAME})
# Those about one act of the log name it by the index of its leaf.
ABOUT_AN_ACT = frozenset({CONTEST, NAME})
MEANS = frozenset({"oral", "phone", "written", "paper", "electronic"})
GRANTED, PARTLY, REFUSED, EXTENDED = "granted", "partly", "refused", "extended"
OUTCOMES = frozenset({GRANTED, PARTLY, REFUSED, EXTENDED})
REASONS = frozenset({"rights_of_others", "legal_duty", "unfounded", "excessive", "not_held", "complex"})
MONTHS, MONTHS_EXTENDED = 1, 3
_MAX_MS = 253_402_300_799_000  # the end of the year 9999: no calendar beyond


@dataclass(frozen=True)
class Request:
    """What was asked, by whom, when it was received, until when it has to be answered."""

    type: ClassVar[str] = "request"
    kind: str
    received_ms: int
    due_ms: int
    means: str
    made_by: GivenBy
    leaf: int | None = None


@dataclass(frozen=True)
class RequestAnswer:
    """The answer, or that it takes longer; its words are in the annex. A refusal, whole or in part, has its reason."""

    type: ClassVar[str] = "request-answer"
    request: str
    outcome: str
    at_ms: int
    means: str
    reason: str | None = None


def due_ms(received_ms: int, months: int = MONTHS) -> int:
    """Return the same instant so many calendar months later (UTC), on the last day of a month that is shorter."""
    start = dt.datetime.fromtimestamp(received_ms // 1000, dt.UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    later = start.replace(year=year, month=month + 1, day=day)
    return int((later - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds()) * 1000 + received_ms % 1000


def _check_request(fact: Request) -> None:
    if fact.received_ms > _MAX_MS - 366 * 86_400_000 or fact.due_ms != due_ms(fact.received_ms):
        raise refuse("request: due one month after it was received")
    if (fact.leaf is not None) != (fact.kind in ABOUT_AN_ACT):
        raise refuse("request: an act is named where one is contested, or its author asked for")


def _check_answer(fact: RequestAnswer) -> None:
    if (fact.reason is None) != (fact.outcome == GRANTED):
        raise refuse("request-answer: what is not granted has its reason")


REQUEST = Shape(
    Request,
    {
        "kind": choice(KINDS), "received_ms": MS, "due_ms": MS, "means": choice(MEANS), "made_by": GIVER,
        "leaf": integer(0, 2**53 - 1),
    },
    optional=frozenset({"leaf"}),
    check=_check_request,
)  # fmt: skip
REQUEST_ANSWER = Shape(
    RequestAnswer,
    {
        "request": HASH, "outcome": choice(OUTCOMES), "at_ms": MS, "means": choice(MEANS), "reason": choice(REASONS),
    },
    optional=frozenset({"reason"}),
    check=_check_answer,
)  # fmt: skip
