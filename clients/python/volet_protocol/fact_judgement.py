"""Facts in a chain: judged, recorded, laid over those of `main` for a hidden class (docs/spec/case-chains.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.case_links import FactLink
from volet_protocol.case_state import CaseChain, OwnFact
from volet_protocol.entitlement import Judging, freshness
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_collection import check_collected
from volet_protocol.fact_entitlement import record_fact
from volet_protocol.fact_gesture import named_hash, read_facts
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_people import Participation
from volet_protocol.facts import Fact
from volet_protocol.invitation_judgement import check_answered, check_invitation
from volet_protocol.key_effects import listed
from volet_protocol.key_links import Granted
from volet_protocol.places import MAIN
from volet_protocol.statements import HeadRef


@dataclass(frozen=True)
class RecordedFact:
    """The facts of one link that count, the facts with them, and which bodies of a gesture are unknown."""

    own: tuple[OwnFact, ...]
    facts: CaseFacts
    missing: frozenset[str] = frozenset()


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
    """Judge a fact whose body is known, or the facts of a gesture in order: one that is refused refuses them all.

    Where a body of a gesture is unknown, nobody can judge what rests on it: the others count or not one by one, and the
    state says what is missing. Raises wrong-hash for a body that is not the one the link names.
    """
    if named_hash(body) != link.fact:
        raise ProtocolError(Reason.WRONG_HASH, "body of a fact")
    try:
        stated = read_facts(body)
    except ProtocolError as error:
        return error.reason
    recorded = RecordedFact((), judging.access.facts, frozenset(hash_ for hash_, fact in stated if fact is None))
    for hash_, fact in stated:
        after = recorded if fact is None else _judged_one(judging, link, recorded, (hash_, fact))
        if not isinstance(after, Reason):
            recorded = after
        elif not recorded.missing:
            return after
    return recorded


def boxed_by(link: FactLink, body: JsonObject | None) -> list[Granted]:
    """Return what the invitations beside a void link boxed: who has a code may have had its box (protocol 6.2).

    Raises wrong-hash for a body that is not the one the link names.
    """
    if body is None:
        return []
    if named_hash(body) != link.fact:
        raise ProtocolError(Reason.WRONG_HASH, "body of a fact")
    try:
        stated = read_facts(body)
    except ProtocolError:
        return []
    return [granted for _, fact in stated if isinstance(fact, Invitation) for granted in fact.sections]


def _judged_one(judging: Judging, link: FactLink, before: RecordedFact, one: tuple[str, Fact]) -> RecordedFact | Reason:
    (hash_, fact), facts, position = one, before.facts, link.head.seq
    author = FactAuthor(judging.author, judging.capacity)
    if isinstance(fact, Participation) and not _attested(judging, fact):
        return Reason.NOT_TRUSTED
    try:
        if facts.is_widening(fact):
            stale = freshness(judging)
            if stale is not None:
                return stale
        check_collected(fact, judging.at_ms)
        after = record_fact(facts, fact, hash_, position, author, judging.at_ms)
        if isinstance(fact, Participation):
            check_answered(judging, facts, fact)
        elif isinstance(fact, Invitation):
            check_invitation(judging, facts, fact)
    except ProtocolError as error:
        return error.reason
    own = OwnFact(fact, hash_, position, author, judging.at_ms)
    return RecordedFact((*before.own, own), after, before.missing)


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
    if fact.missing:
        state = replace(state, missing=state.missing | fact.missing)
    if state.class_ == MAIN:
        return state
    return replace(state, own_facts=(*state.own_facts, *fact.own))
