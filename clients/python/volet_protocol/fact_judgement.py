"""Facts in a chain: judged, recorded, laid over those of `main` for a hidden class (docs/spec/case-chains.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.case_links import FactLink
from volet_protocol.case_state import CaseChain, OwnFact
from volet_protocol.entitlement import Judging, freshness
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_entitlement import record_fact
from volet_protocol.fact_people import Participation
from volet_protocol.facts import fact_hash, read_fact
from volet_protocol.key_effects import listed
from volet_protocol.places import MAIN
from volet_protocol.statements import HeadRef


@dataclass(frozen=True)
class RecordedFact:
    """A fact that counts, and the facts with it."""

    own: OwnFact
    facts: CaseFacts


def facts_at(state: CaseChain, main: CaseChain | None, main_head: HeadRef | None) -> CaseFacts:
    """Return the facts a link is judged by: those before it, for a hidden class over `main` at the head it names.

    Raises unknown-reference when `main` is not known that far, forked when it is another history.
    """
    if state.class_ == MAIN or main_head is None or main_head == state.main_head:
        return state.facts
    if main is None or main.case != state.case or main.class_ != MAIN:
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, "a hidden class is judged beside the main chain of its case")
    facts = main.positions.at(main_head).facts
    for own in state.own_facts:
        try:
            facts = record_fact(facts, own.fact, own.hash, own.position, own.author, own.recorded_ms)
        except ProtocolError:
            # What `main` says since has taken the author's power away: the fact no longer counts.
            continue
    return facts


def judged(judging: Judging, link: FactLink, body: JsonObject) -> RecordedFact | Reason:
    """Judge a fact whose body is known. Raises wrong-hash for a body that is not the one the link names."""
    if fact_hash(body) != link.fact:
        raise ProtocolError(Reason.WRONG_HASH, "body of a fact")
    author = FactAuthor(judging.author, judging.capacity)
    facts = judging.access.facts
    try:
        fact = read_fact(body)
    except ProtocolError as error:
        return error.reason
    if isinstance(fact, Participation) and not _attested(judging, fact):
        return Reason.NOT_TRUSTED
    try:
        if facts.is_widening(fact):
            stale = freshness(judging)
            if stale is not None:
                return stale
        after = record_fact(facts, fact, link.fact, link.head.seq, author, judging.at_ms)
    except ProtocolError as error:
        return error.reason
    return RecordedFact(OwnFact(fact, link.fact, link.head.seq, author, judging.at_ms), after)


def _attested(judging: Judging, fact: Participation) -> bool:
    """Tell whether the capacity that takes part is the one a registrar attested for that user, at this instant.

    Otherwise whoever may add a colleague could make a doctor of anybody. Raises unknown-reference when the
    attestation was not served.
    """
    attestation = judging.directory.attestation(fact.attestation)
    in_force = attestation.from_ms <= judging.at_ms < attestation.until_ms
    return in_force and (attestation.user, attestation.capacity) == (fact.user, fact.capacity)


def recorded(state: CaseChain, link: FactLink, fact: RecordedFact | None) -> CaseChain:
    """Return the state with a fact that counts, or with one whose body is unknown (`fact` None)."""
    positions = {item.section: item.at for item in link.lists}
    if positions:
        state = replace(listed(state, positions), fact_lists={**state.fact_lists, link.fact: positions})
    if fact is None:
        return replace(state, missing=state.missing | {link.fact})
    if state.class_ == MAIN:
        return state
    return replace(state, own_facts=(*state.own_facts, fact.own))
