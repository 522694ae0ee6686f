"""The register of the person's requests: what was asked, until when it is answered, what was answered (F16).

Read from the signed facts of the case, so that everybody who takes part, the person included, reads the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from volet_client.facts import given_by
from volet_client.facts_recording import Make
from volet_protocol.capacities import has_duty
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_requests import EXTENDED, MONTHS_EXTENDED, Request, RequestAnswer, due_ms
from volet_protocol.operator_roles import Duty


@unique
class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered-late"


@dataclass(frozen=True)
class Registered:
    """One request with its answers, oldest first, and the term that holds, extended or not."""

    request: Record[Request]
    answers: tuple[Record[RequestAnswer], ...]
    term_ms: int
    state: State


def register(facts: CaseFacts, now_ms: int) -> tuple[Registered, ...]:
    """Return the requests of a case, those that wait first, then by term."""
    return registered(facts.of(Request), facts.of(RequestAnswer), now_ms)


def registered(
    requests: Iterable[Record[Request]], answers: Sequence[Record[RequestAnswer]], now_ms: int
) -> tuple[Registered, ...]:
    """Return these requests with their answers, wherever they were read."""
    found = [
        _registered(record, tuple(one for one in answers if one.fact.request == record.hash), now_ms)
        for record in requests
    ]
    return tuple(sorted(found, key=lambda one: (one.state in {State.ANSWERED, State.ANSWERED_LATE}, one.term_ms)))


def _registered(record: Record[Request], answers: tuple[Record[RequestAnswer], ...], now_ms: int) -> Registered:
    term_ms = record.fact.due_ms
    # Saying after the first month that it takes longer is itself late. By the time recorded, which nobody chooses.
    if any(one.fact.outcome == EXTENDED and one.recorded_ms < term_ms for one in answers):
        term_ms = due_ms(record.fact.received_ms, MONTHS_EXTENDED)
    closed = [one.recorded_ms for one in answers if one.fact.outcome != EXTENDED]
    if closed:
        return Registered(record, answers, term_ms, State.ANSWERED if closed[0] < term_ms else State.ANSWERED_LATE)
    return Registered(record, answers, term_ms, State.WAITING if now_ms < term_ms else State.OVERDUE)


def is_of_officer(record: Record[RequestAnswer]) -> bool:
    """Tell whether the data protection officer signed an answer: the chain judged the capacity they acted in."""
    return has_duty(record.author.capacity, Duty.ANSWER_REQUESTS)


def request(kind: str, means: str, *, leaf: int | None = None, holder: str | None = None) -> Make:
    """Compose a request received at the time of collection; `holder` is the representative who made it."""

    def make(facts: CaseFacts, at_ms: int) -> Request:
        return Request(kind, at_ms, due_ms(at_ms), means, given_by(facts, holder, at_ms), leaf)

    return make


def answer(to: str, outcome: str, means: str, reason: str | None = None) -> Make:
    """Compose an answer to a request, by its hash."""
    return lambda _facts, at_ms: RequestAnswer(to, outcome, at_ms, means, reason)
