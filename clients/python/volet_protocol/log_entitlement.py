"""Who may count the acts of a case, and when the key of its tags has to change (docs/spec/log.md, T9-T11)."""

from __future__ import annotations

from volet_protocol.case_facts import FOREVER, CaseFacts, Record
from volet_protocol.fact_powers import MINOR_MANDATES, Mandate, MandateEnd
from volet_protocol.powers import mandates_of


def power_ends(facts: CaseFacts) -> tuple[int, ...]:
    """Return the instants, in milliseconds, at which a mandate ends or ended for the log, the majority among them.

    An end that was recorded after it had taken effect counts from its recording: until then the holder was handed keys.
    """
    told: dict[str, int] = {}
    for record in facts.of(MandateEnd):
        ended = max(record.fact.at_ms, record.recorded_ms)
        told[record.fact.mandate] = min(ended, told.get(record.fact.mandate, FOREVER))
    ends = {_end(facts, record, told.get(record.hash, FOREVER)) for record in facts.of(Mandate)}
    return tuple(sorted(ends - {FOREVER}))


def _end(facts: CaseFacts, record: Record[Mandate], told_ms: int) -> int:
    until = FOREVER if record.fact.until_ms is None else record.fact.until_ms
    person = facts.person
    majority = None if person is None else person.majority_ms
    of_age = majority if record.fact.kind in MINOR_MANDATES and majority is not None else FOREVER
    return min(max(until, record.recorded_ms), told_ms, max(of_age, record.recorded_ms))


def entitled(facts: CaseFacts, user: str, from_ms: int, until_ms: int | None) -> bool:
    """Tell whether a user may count the acts of a period: the person all of them, who represents her their own."""
    if user in facts.person_users:
        return True
    end = FOREVER if until_ms is None else until_ms
    return any(record.fact.start_ms < end and _ended(facts, record) > from_ms for record in mandates_of(facts, user))


def _ended(facts: CaseFacts, record: Record[Mandate]) -> int:
    return _end(facts, record, facts.ended_at(record.hash))
