"""May this author make this fact, on the state before it (protocol 6.3; `fact_rules` holds the table)."""

from __future__ import annotations

from volet_protocol import absences, conferences, emergency_course, fact_rules, invitations, linked_cases
from volet_protocol.act_rules import CLOSE_CASE, act_of
from volet_protocol.capacities import has_duty
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.consents import REFUSED
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_absences import Absence
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_emergencies import EmergencyEnd, EmergencyReason, EmergencyReview
from volet_protocol.fact_meetings import CaseLink, Conference
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Opposition, OppositionEnd
from volet_protocol.fact_people import Participation, ParticipationEnd, Retention
from volet_protocol.fact_powers import (
    Designation,
    Emergency,
    Mandate,
)
from volet_protocol.fact_references import check_references
from volet_protocol.fact_requests import Request, RequestAnswer
from volet_protocol.fact_standings import allowed_by, open_to_row, standings_of
from volet_protocol.facts import Fact
from volet_protocol.operator_roles import Duty

_POWERS = (fact_rules.PERSON, fact_rules.REPRESENTATIVE)


def record_fact(  # noqa: PLR0917 - the state, then what a record holds, in its order
    facts: CaseFacts, fact: Fact, fact_hash: str, position: int, author: FactAuthor, recorded_ms: int
) -> CaseFacts:
    """Return the state after a fact, or refuse it.

    Raises `ProtocolError`: not-entitled (its author may not make it), unknown-reference (it ends or names a fact that
    is not there), already (the same fact twice).
    """
    if fact_hash in facts.hashes:
        raise ProtocolError(Reason.ALREADY, fact.type)
    power = power_to_make(facts, fact, author, recorded_ms)
    return facts.with_record(Record(fact, fact_hash, position, author, recorded_ms, power))


def power_to_make(facts: CaseFacts, fact: Fact, author: FactAuthor, at_ms: int) -> str:
    """Return with which power the fact is made: person, representative or member; raise `ProtocolError` if none."""
    standings = standings_of(facts, author, at_ms) | _standings_by_object(facts, fact, author, at_ms)
    # Opening a closed case again is for whom closing it is.
    act = CLOSE_CASE if _reopens(facts, fact) else act_of(fact)
    allowed = allowed_by(fact, act, standings)
    if not allowed or not open_to_row(act, author, allowed):
        raise ProtocolError(Reason.NOT_ENTITLED, f"{fact.type}: {act}")
    power = next((power for power in _POWERS if power in allowed), fact_rules.MEMBER)
    check_references(facts, fact)
    _check_contents(facts, fact, author, power)
    if isinstance(fact, Participation):
        invitations.check_answer(facts, fact, at_ms)
    elif isinstance(fact, Absence):
        absences.check_absence(facts, fact, at_ms)
    elif isinstance(fact, Conference):
        conferences.check_conditions(facts, fact, at_ms)
    elif isinstance(fact, CaseLink):
        linked_cases.check_link(facts, fact, at_ms)
    elif isinstance(fact, EmergencyReason | EmergencyReview):
        emergency_course.check_fact(facts, fact, author, at_ms)
    return power


def _reopens(facts: CaseFacts, fact: Fact) -> bool:
    before = facts.retention
    return isinstance(fact, Retention) and fact.decision == "none" and before is not None and before.decision != "none"


def _standings_by_object(facts: CaseFacts, fact: Fact, author: FactAuthor, at_ms: int) -> frozenset[str]:
    if isinstance(fact, ParticipationEnd):
        # Leaving a case oneself always works, whatever ended before.
        return frozenset({fact_rules.SELF} if _record(facts, fact).fact.user == author.user else ())
    if isinstance(fact, Absence):
        absent = facts.find(Participation, fact.participation)
        mine = FactAuthor(absent.fact.user, absent.fact.capacity) == author and facts.in_force(absent, at_ms)
        return frozenset({fact_rules.SELF} if mine else ())
    if isinstance(fact, Participation) and fact.invitation is not None:
        mine = (fact.user, fact.capacity) == (author.user, author.capacity)
        return frozenset({fact_rules.INVITED} if mine else ())
    if isinstance(fact, EmergencyEnd):
        return frozenset({fact_rules.SELF} if emergency_course.is_caller(facts, fact, author) else ())
    if isinstance(fact, EmergencyReason):
        return frozenset({fact_rules.CALLER} if emergency_course.is_caller(facts, fact, author) else ())
    if isinstance(fact, EmergencyReview):
        return frozenset({fact_rules.AUDITOR} if has_duty(author.capacity, Duty.REVIEW_EMERGENCIES) else ())
    if isinstance(fact, RequestAnswer):
        return frozenset({fact_rules.OFFICER} if has_duty(author.capacity, Duty.ANSWER_REQUESTS) else ())
    if isinstance(fact, Emergency):
        capacity = author.capacity
        health = capacity is not None and capacity.category == 1
        mine = capacity is not None and (fact.user, fact.row, fact.structure) == (
            author.user, capacity.row, capacity.structure,
        )  # fmt: skip
        return frozenset({fact_rules.CALLER} if health and mine else ())
    return frozenset()


def _record(facts: CaseFacts, fact: ParticipationEnd) -> Record[Participation]:
    return facts.find(Participation, fact.participation)


def _check_contents(facts: CaseFacts, fact: Fact, author: FactAuthor, power: str) -> None:
    match fact:
        case Consent():
            _check_giver(facts, fact.given_by, author, power)
            if fact.supersedes is not None:
                _same_power(facts.find(Consent, fact.supersedes).power, power, fact)
        case Opposition():
            _check_giver(facts, fact.expressed_by, author, power)
        case Request():
            _check_giver(facts, fact.made_by, author, power)
        case ConsentWithdrawal():
            said = facts.find(Consent, fact.consent)
            # Taking a refusal back widens: whoever may withdraw anybody's consent must not silence a no.
            if said.fact.decision == REFUSED:
                _same_power(said.power, power, fact)
        case OppositionEnd():
            _same_power(facts.find(Opposition, fact.opposition).power, power, fact)
        case Mandate() if fact.holder == author.user:
            raise ProtocolError(Reason.NOT_ENTITLED, "a mandate recorded by its own holder")
        case Designation() if fact.kind == "mdph_medical" and (author.capacity is None or author.capacity.row != "M2"):
            raise ProtocolError(Reason.NOT_ENTITLED, "an MDPH designation is made by a team doctor (R41)")
        case _:
            pass


def _check_giver(facts: CaseFacts, given_by: GivenBy, author: FactAuthor, power: str) -> None:
    """Refuse words put in another's mouth: who signs alone speaks for themself; a member reports whose words."""
    if given_by.mandate is not None:
        holder = facts.find(Mandate, given_by.mandate).fact.holder
        if power == fact_rules.REPRESENTATIVE and holder != author.user:
            raise ProtocolError(Reason.NOT_ENTITLED, "a decision in the name of another representative")
        if power == fact_rules.PERSON:
            raise ProtocolError(Reason.NOT_ENTITLED, "a decision of a representative signed by the person")
    elif power == fact_rules.REPRESENTATIVE:
        raise ProtocolError(Reason.NOT_ENTITLED, "a decision of the person signed by a representative")


def _same_power(before: str, after: str, fact: Fact) -> None:
    if before in _POWERS and after != before:
        raise ProtocolError(Reason.NOT_ENTITLED, f"{fact.type}: what the {before} signed, only the {before} replaces")
