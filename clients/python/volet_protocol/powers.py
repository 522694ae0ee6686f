"""Who has a say for the person, at an instant: mandates in force, and whose consent counts (R50-R63).

An able adult decides alone on matters of their person whatever the measure (C. civ. 459); a representative in the
domain person only while the person is not able; one parent with exercise for a usual act (C. civ. 372-2).
"""

from __future__ import annotations

from volet_protocol.case_facts import FOREVER, CaseFacts, Record
from volet_protocol.errors import ProtocolError
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_powers import CURATOR_MANDATES, MINOR_MANDATES, Mandate
from volet_protocol.vocabulary import PERSON

IN_FORCE = "in_force"
NO_EXERCISE, MAJORITY, NOT_IN_FORCE = "parent_without_exercise", "majority", "mandate_not_in_force"
# Codes of `consent_power`: "" = has the power.
POWERLESS_MINOR, POWERLESS_UNABLE, POWERLESS_GUARDIAN = "powerless_minor", "powerless_unable", "powerless_guardian"
POWERLESS_CURATOR, POWERLESS_PARENT, POWERLESS_MANDATE = "powerless_curator", "powerless_parent", "powerless_mandate"


def mandate_state(facts: CaseFacts, record: Record[Mandate], at_ms: int) -> str:
    """Return `IN_FORCE`, or why the mandate gives nothing at that instant."""
    mandate = record.fact
    if mandate.kind in MINOR_MANDATES and not facts.is_minor(at_ms):
        return MAJORITY
    end = min(FOREVER if mandate.until_ms is None else mandate.until_ms, facts.ended_at(record.hash))
    if not mandate.start_ms <= at_ms < end:
        return NOT_IN_FORCE
    if mandate.kind in MINOR_MANDATES and not mandate.exercise:
        return NO_EXERCISE
    return IN_FORCE


def mandates_of(facts: CaseFacts, user: str) -> tuple[Record[Mandate], ...]:
    """Return the mandates that a user ever held here."""
    return facts.under(Mandate, _by_holder, user)


def _by_holder(mandate: Mandate) -> tuple[str, ...]:
    return (mandate.holder,)


def represents_person(mandate: Mandate) -> bool:
    """Tell whether a mandate is of representation in the domain person; a curator never substitutes (C. civ. 469)."""
    return PERSON in mandate.domains and mandate.mode == "representation" and mandate.kind not in CURATOR_MANDATES


def consent_power(facts: CaseFacts, given_by: GivenBy, at_ms: int, parts: tuple[str, ...] = ()) -> str:
    """Return "" when that giver may consent, refuse or oppose at that instant about those parts, else why not."""
    minor = facts.is_minor(at_ms)
    if given_by.mandate is None:
        if minor:
            return POWERLESS_MINOR
        return POWERLESS_UNABLE if facts.ability(at_ms) == "unable" else ""
    try:
        record = facts.find(Mandate, given_by.mandate)
    except ProtocolError:
        return POWERLESS_MANDATE
    state = mandate_state(facts, record, at_ms)
    if state == NO_EXERCISE:
        return POWERLESS_PARENT
    if state != IN_FORCE:
        return POWERLESS_MANDATE
    if record.fact.kind in CURATOR_MANDATES:
        return POWERLESS_CURATOR
    if not represents_person(record.fact) or not _listed(record.fact, parts):
        return POWERLESS_GUARDIAN
    if not minor and facts.ability(at_ms) != "unable":
        return POWERLESS_GUARDIAN
    return ""


def has_say(facts: CaseFacts, given_by: GivenBy, at_ms: int) -> bool:
    """Tell whether somebody's word is one that a disagreement can be with: the person, or a mandate in force."""
    if given_by.mandate is None:
        return True
    records = [record for record in facts.of(Mandate) if record.hash == given_by.mandate]
    return any(mandate_state(facts, record, at_ms) == IN_FORCE for record in records)


def _listed(mandate: Mandate, parts: tuple[str, ...]) -> bool:
    """Tell whether a judgment that lists acts lists those parts (R61)."""
    return mandate.acts is None or set(parts) <= set(mandate.acts)


def who_consents(facts: CaseFacts, at_ms: int, parts: tuple[str, ...] = ()) -> GivenBy:
    """Return from whom a consent is to be collected at that instant: the person unless somebody must stand in."""
    if not consent_power(facts, GivenBy(), at_ms):
        return GivenBy()
    for record in facts.of(Mandate):
        giver = GivenBy(record.hash)
        if not consent_power(facts, giver, at_ms, parts):
            return giver
    return GivenBy()
