"""One link of a case chain judged: the server's faults raise, a member's give a verdict (docs/spec/case-chains.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from volet_protocol import entitlement, fact_judgement, openings
from volet_protocol.active_tables import active_table
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_links import FactLink, LinkHead
from volet_protocol.case_state import CaseChain, Directory, Verdict
from volet_protocol.entitlement import Judging
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_judgement import RecordedFact
from volet_protocol.key_links import ClaimLink, GrantLink, RevokeLink, RotateLink
from volet_protocol.link_reading import Link, read_link
from volet_protocol.opening_links import OpeningCloseLink, OpeningLink
from volet_protocol.policy_table import PolicyTable
from volet_protocol.section_access import SectionAccess
from volet_protocol.statements import HeadRef, Preamble, UnverifiedStatement
from volet_protocol.user_chain import verify_statement

VALID = Verdict(valid=True)


@dataclass(frozen=True)
class Judged:
    """A link read and judged: what `extend` applies."""

    link: Link
    hash: str
    at_ms: int
    verdict: Verdict
    facts: CaseFacts
    main_head: HeadRef | None
    capacity: Capacity | None = None
    access: SectionAccess | None = None
    fact: RecordedFact | None = None


def verified(statement: UnverifiedStatement, preamble: Preamble, directory: Directory) -> Preamble:
    """Return the preamble of a statement whose author's device and signature were judged (protocol 3.4)."""
    verify_statement(directory.user(preamble.user), statement)
    return preamble


def judge_link(
    state: CaseChain,
    statement: UnverifiedStatement,
    fact_body: JsonObject | None,
    directory: Directory,
    tables: Mapping[str, PolicyTable],
    *,
    main: CaseChain | None,
) -> Judged:
    """Read a link, refuse it if the server must not have accepted it, and judge whether it confers what it says."""
    link = read_link(statement)
    head = link.head
    _check_place(state, head, statement)
    verified(statement, head.preamble, directory)
    at_ms = state.instant(head.preamble.time_ms)
    main_head = _main_head(state, head)
    facts = fact_judgement.facts_at(state, main, main_head)
    judged = Judged(link, statement.hash, at_ms, VALID, facts, main_head)
    table = active_table(tables, head.policy, at_ms)
    if table is None:
        return replace(judged, verdict=Verdict(valid=False, reason=Reason.WRONG_POLICY))
    capacity, reason = _capacity(head, directory, at_ms)
    if reason is not None:
        return replace(judged, verdict=Verdict(valid=False, reason=reason))
    access = SectionAccess.at(table, facts, at_ms)
    judging = Judging(state, head, at_ms, access, capacity, directory)
    if isinstance(link, FactLink):
        return _judged_fact(judging, judged, link, fact_body)
    return replace(judged, verdict=_verdict(judging, link), capacity=capacity, access=access)


def _verdict(judging: Judging, link: Link) -> Verdict:
    if isinstance(link, GrantLink):
        return _grant_verdict(judging, link)
    match link:
        case ClaimLink():
            reason = entitlement.claim(judging, link)
        case RotateLink():
            reason = entitlement.rotate(judging, link)
        case RevokeLink():
            reason = entitlement.revoke(judging, link)
        case OpeningLink():
            reason = openings.opening(judging, link)
        case OpeningCloseLink():
            reason = openings.close(judging, link)
        case FactLink():
            reason = None
    return VALID if reason is None else Verdict(valid=False, reason=reason)


def _grant_verdict(judging: Judging, link: GrantLink) -> Verdict:
    reason = entitlement.grant(judging, link)
    if reason is not None:
        return Verdict(valid=False, reason=reason)
    void = {item.section: entitlement.grant_section(judging, link, item) for item in link.sections}
    sections = {section: reason for section, reason in void.items() if reason is not None}
    if len(sections) == len(link.sections):
        return Verdict(valid=False, reason=sections[link.sections[0].section], sections=sections)
    return Verdict(valid=True, sections=sections)


def _judged_fact(judging: Judging, judged: Judged, link: FactLink, body: JsonObject | None) -> Judged:
    reason = entitlement.list_positions(judging, ((item.section, item.at) for item in link.lists))
    if reason is not None:
        return replace(judged, verdict=Verdict(valid=False, reason=reason))
    if body is None:
        return judged
    fact = fact_judgement.judged(judging, link, body)
    if isinstance(fact, Reason):
        return replace(judged, verdict=Verdict(valid=False, reason=fact))
    return replace(judged, facts=fact.facts, fact=fact)


def _check_place(state: CaseChain, head: LinkHead, statement: UnverifiedStatement) -> None:
    if head.preamble.hub != state.hub:
        raise ProtocolError(Reason.WRONG_HUB, statement.type)
    if head.case != state.case:
        raise ProtocolError(Reason.WRONG_CASE, statement.type)
    if head.class_ != state.class_:
        raise ProtocolError(Reason.WRONG_CHAIN, statement.type)
    if head.seq != state.head.seq + 1:
        raise ProtocolError(Reason.WRONG_SEQUENCE, f"{statement.type}: link {head.seq} after {state.head.seq}")
    if head.prev != state.head.hash:
        raise ProtocolError(Reason.WRONG_HASH, f"{statement.type}: the link before it is another")
    if head.preamble.user_head.seq < state.user_heads.get(head.preamble.user, 0):
        raise ProtocolError(Reason.ROLLED_BACK, f"{statement.type}: user_head goes back")


def _capacity(head: LinkHead, directory: Directory, at_ms: int) -> tuple[Capacity | None, Reason | None]:
    """Return the capacity an author acts in; whether they take part with it is judged by each kind of link."""
    if head.capacity is None:
        return None, None
    attestation = directory.attestation(head.capacity)
    if attestation.user != head.preamble.user:
        return None, Reason.WRONG_AUTHOR
    if not attestation.from_ms <= at_ms < attestation.until_ms:
        return None, Reason.EXPIRED
    return attestation.capacity, None


def _main_head(state: CaseChain, head: LinkHead) -> HeadRef | None:
    """Return the head of `main` by which a hidden link is judged: never older than one already named."""
    known = state.main_head
    if head.main_head is None or (known is not None and head.main_head.seq < known.seq):
        return known
    return head.main_head
