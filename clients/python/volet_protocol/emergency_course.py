"""The course of an emergency after its declaration: its reason, its end, who is told, its review (P5; emergencies.md).

1. The caller gives the reason, once, while the emergency lasts. Nothing is answered before it.
2. An emergency is over at its own end, or at the earliest end that a fact names.
3. The person, and who follows the case, are those to tell; the auditors are told by the log.
4. A review closes an emergency that is over. It is made by who follows the case or by an auditor, never by the caller.
   The latest one counts; the earlier ones stay.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_emergencies import EmergencyEnd, EmergencyReason, EmergencyReview
from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency


@dataclass(frozen=True)
class Course:
    """An emergency with everything recorded about it so far, at one instant."""

    record: Record[Emergency]
    reason: Record[EmergencyReason] | None
    over_ms: int
    reviews: tuple[Record[EmergencyReview], ...]

    def lasts(self, at_ms: int) -> bool:
        """Tell whether the emergency is in force at an instant."""
        return self.record.fact.opened_ms <= at_ms < self.over_ms

    def awaits_review(self, at_ms: int) -> bool:
        """Tell whether it is over and nobody judged it yet."""
        return at_ms >= self.over_ms and not self.reviews


def over_ms(facts: CaseFacts, record: Record[Emergency]) -> int:
    """Return the instant at which an emergency is over, whatever it says of itself."""
    fact = record.fact
    return min(fact.until_ms, fact.opened_ms + EMERGENCY_MAX_MS, facts.ended_at(record.hash))


def course_of(facts: CaseFacts, record: Record[Emergency]) -> Course:
    """Return the course of one emergency."""
    reason = next((one for one in facts.of(EmergencyReason) if one.fact.emergency == record.hash), None)
    reviews = tuple(one for one in facts.of(EmergencyReview) if one.fact.emergency == record.hash)
    return Course(record, reason, over_ms(facts, record), reviews)


def courses(facts: CaseFacts) -> list[Course]:
    """Return the course of every emergency of a case, in the order of their declaration."""
    return [course_of(facts, record) for record in facts.of(Emergency)]


def to_tell(facts: CaseFacts, caller: str, at_ms: int) -> frozenset[str]:
    """Return who is to be told of an emergency: the person's accounts, and who follows the case.

    Where no referent is in force, whoever opened the case follows it, if they still take part. Never the caller.
    """
    following = facts.referents(at_ms)
    opener = facts.opener.user
    if not following and (facts.participations_of(opener, at_ms) or not facts.participations_of(opener)):
        following = frozenset({opener})
    return (facts.person_users | following) - {caller}


def check_reasoned(facts: CaseFacts, record: Record[Emergency], able: Collection[str], at_ms: int) -> None:
    """Refuse (missing-field) an emergency without reason, or whose words leave out somebody who is to be told.

    `able` are the users of `to_tell` whose account can be boxed to: one that is frozen or closed stops nobody's care.
    """
    reason = course_of(facts, record).reason
    if reason is None:
        raise ProtocolError(Reason.MISSING_FIELD, "reason of an emergency")
    boxed = {words.user for words in reason.fact.words}
    told = to_tell(facts, record.fact.user, min(at_ms, reason.recorded_ms))
    if (told & frozenset(able)) - boxed:
        raise ProtocolError(Reason.MISSING_FIELD, "words of an emergency for somebody who is to be told")


def check_fact(facts: CaseFacts, fact: EmergencyReason | EmergencyReview, author: FactAuthor, at_ms: int) -> None:
    """Judge a reason or a review against what is recorded of its emergency.

    Raises unknown-reference, already (a second reason), expired (a reason once it is over), not-yet (a review before
    it is over), not-entitled (a review by its own caller).
    """
    course = course_of(facts, facts.find(Emergency, fact.emergency))
    if isinstance(fact, EmergencyReason):
        if course.reason is not None:
            raise ProtocolError(Reason.ALREADY, fact.type)
        if at_ms >= course.over_ms:
            raise ProtocolError(Reason.EXPIRED, fact.type)
        return
    if author.user == course.record.fact.user:
        raise ProtocolError(Reason.NOT_ENTITLED, "an emergency reviewed by its own caller")
    if at_ms < course.over_ms:
        raise ProtocolError(Reason.NOT_YET, "review of an emergency that lasts")


def is_caller(facts: CaseFacts, fact: EmergencyReason | EmergencyEnd, author: FactAuthor) -> bool:
    """Tell whether a fact is about an emergency of its author, in the capacity they declared it in."""
    return any(
        record.hash == fact.emergency and record.fact.user == author.user and record.author == author
        for record in facts.of(Emergency)
    )
