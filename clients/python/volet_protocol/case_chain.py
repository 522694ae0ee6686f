"""A case's chain, link by link: the state machine that servers and clients compute alike (docs/spec/case-chains.md).

1. What the server must not have accepted raises: hub, case, class, sequence, previous hash, author's device, signature,
   a fact body that is not the one named, a user head that goes back. The caller stops and keeps the evidence.
2. What a member signed without being entitled to it is void: the link stays, confers nothing, is listed in `voids`,
   and every epoch whose key it delivered is tainted (protocol 6.2).
3. A link is judged by the links before it, at the later of its own time and theirs.
4. A hidden class is judged by the facts of `main` at the head it names, with its own facts over them. Nothing of a
   hidden class is ever an input of `main` (protocol 6.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from volet_protocol import fact_judgement, key_effects, openings
from volet_protocol.act_rules import may_open_case
from volet_protocol.active_tables import active_table
from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_links import CaseCreate, ClassCreate, FactLink
from volet_protocol.case_state import CaseChain, Directory, Position, Positions, Verdict
from volet_protocol.entry_list import EntryListHead
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.judgement import Judged, judge_link, verified
from volet_protocol.key_links import ClaimLink, GrantLink, RevokeLink, RotateLink
from volet_protocol.link_reading import list_positions, read_link, targets
from volet_protocol.opening_links import OpeningCloseLink, OpeningLink
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.statements import HeadRef, Preamble, UnverifiedStatement

__all__ = ["CaseChain", "Directory", "Verdict", "check_lists", "extend", "judge", "start_case", "start_class"]


def start_case(create: UnverifiedStatement, directory: Directory, tables: Mapping[str, PolicyTable]) -> CaseChain:
    """Return the `main` chain of a new case. A creation that is not in order starts nothing: every fault raises."""
    link = CaseCreate.read(create)
    preamble = verified(create, link.preamble, directory)
    if active_table(tables, link.policy, preamble.time_ms) is None:
        raise ProtocolError(Reason.WRONG_POLICY, "case-create")
    attestation = directory.attestation(link.capacity)
    attestation.check_at(preamble.time_ms)
    if attestation.user != preamble.user:
        raise ProtocolError(Reason.NOT_ENTITLED, "case-create with the attestation of somebody else")
    if not may_open_case(attestation.capacity, link.kind):
        raise ProtocolError(Reason.NOT_ENTITLED, f"case-create of kind {link.kind} by row {attestation.capacity.row}")
    facts = CaseFacts.start(
        create.hash, link.kind, link.structure, preamble.time_ms, preamble.user, attestation.capacity, link.episode
    )
    return replace(_started(create.hash, MAIN, create.hash, preamble, facts), log_key_hash=link.log_key_hash)


def start_class(create: UnverifiedStatement, main: CaseChain, directory: Directory) -> CaseChain:
    """Return the chain of a hidden class, made by the creator of the case."""
    link = ClassCreate.read(create)
    preamble = verified(create, link.preamble, directory)
    if link.case != main.case or preamble.hub != main.hub:
        raise ProtocolError(Reason.WRONG_CASE, "class-create")
    if preamble.user != main.creator:
        raise ProtocolError(Reason.WRONG_AUTHOR, "class-create by another than the creator of the case")
    first = main.positions.first
    state = _started(main.case, link.class_, create.hash, preamble, first.facts)
    return replace(state, main_head=HeadRef(0, first.hash))


def judge(
    state: CaseChain,
    statement: UnverifiedStatement,
    fact_body: JsonObject | None,
    directory: Directory,
    tables: Mapping[str, PolicyTable],
    *,
    main: CaseChain | None = None,
) -> Verdict:
    """Tell whether a link confers what it says; raise `ProtocolError` for what is the server's fault.

    `fact_body` travels beside a fact link, None when it was erased or not served. `main` is the newest known state
    of the main chain, needed for a hidden class.
    """
    return judge_link(state, statement, fact_body, directory, tables, main=main).verdict


def extend(
    state: CaseChain,
    statement: UnverifiedStatement,
    fact_body: JsonObject | None,
    directory: Directory,
    tables: Mapping[str, PolicyTable],
    *,
    main: CaseChain | None = None,
) -> CaseChain:
    """Return the state after one more link: judged, then applied, or kept as void. Raises as `judge` does."""
    judged = judge_link(state, statement, fact_body, directory, tables, main=main)
    if isinstance(judged.link, FactLink) and not judged.verdict.valid:
        state = key_effects.tainted(state, fact_judgement.boxed_by(judged.link, fact_body))
    return _place(_applied(state, judged), judged)


def check_lists(statement: UnverifiedStatement, newest: Mapping[str, EntryListHead]) -> None:
    """Refuse a claim, rotation, revocation or end whose list positions are not the newest: wrong-list.

    For whoever holds the lists: the server before it accepts, a client that keeps them. An epoch owns exactly the
    indexes between its position and the next one's (protocol 8.4).
    """
    for section, at in list_positions(read_link(statement)).items():
        if newest.get(section) != at:
            raise ProtocolError(Reason.WRONG_LIST, f"{statement.type}: position in the list of {section}")


def _started(case: str, class_: str, chain: str, preamble: Preamble, facts: CaseFacts) -> CaseChain:
    return CaseChain(
        hub=preamble.hub,
        case=case,
        class_=class_,
        chain=chain,
        creator=preamble.user,
        head=HeadRef(0, chain),
        time_ms=preamble.time_ms,
        facts=facts,
        positions=Positions().append(Position(chain, facts, time_ms=preamble.time_ms)),
        user_heads={preamble.user: preamble.user_head.seq},
    )


def _applied(state: CaseChain, judged: Judged) -> CaseChain:
    link, verdict, at_ms = judged.link, judged.verdict, judged.at_ms
    if isinstance(link, GrantLink):
        void = [item for item in link.sections if not verdict.valid or item.section in verdict.sections]
        state = key_effects.tainted(state, void)
        if verdict.valid:
            good = [item for item in link.sections if item.section not in verdict.sections]
            state = key_effects.granted(state, link, good, at_ms)
        return replace(
            state,
            void_sections={
                **state.void_sections,
                **{(judged.hash, section): reason for section, reason in verdict.sections.items()},
            },
        )
    if not verdict.valid:
        return state
    match link:
        case ClaimLink():
            return key_effects.claimed(state, link, at_ms)
        case RotateLink():
            assert judged.access is not None  # noqa: S101 - a rotation is valid only after its readers were asked
            states = {new.section: state.section(new.section) for new in link.sections}
            return key_effects.rotated(state, link, judged.access.next_readers(states, states), at_ms)
        case RevokeLink():
            return key_effects.revoked(state, link)
        case OpeningLink():
            return openings.opened(state, link, judged.hash, judged.capacity)
        case OpeningCloseLink():
            return openings.closed(state, link)
        case _:
            return fact_judgement.recorded(state, link, judged.fact)


def _place(state: CaseChain, judged: Judged) -> CaseChain:
    """Return the state with the link in its place, valid or not."""
    head = judged.link.head
    user, seen = head.preamble.user, head.preamble.user_head.seq
    heads = {user: seen}
    if judged.verdict.valid:
        heads |= {target.user: target.head.seq for target in targets(judged.link)}
    changed = {name: seq for name, seq in heads.items() if state.user_heads.get(name, -1) < seq}
    voids = state.voids
    if not judged.verdict.valid:
        voids = {**voids, judged.hash: judged.verdict.reason or Reason.NOT_ENTITLED}
    # A void link does not move time: it would end, by its clock alone, whatever has an end.
    time_ms = judged.at_ms if judged.verdict.valid else state.time_ms
    return replace(
        state,
        head=HeadRef(head.seq, judged.hash),
        time_ms=time_ms,
        facts=judged.facts,
        positions=state.positions.append(Position(judged.hash, judged.facts, state.sections, time_ms)),
        voids=voids,
        user_heads={**state.user_heads, **changed} if changed else state.user_heads,
        main_head=judged.main_head,
    )
