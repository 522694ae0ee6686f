"""Emergencies at the hub: who may declare one, what its leaf says, and that an answer rests on that very leaf (P5).

The protocol judges who is a caller and what an answer may open (`volet_protocol.emergencies`). What only the hub knows
is added here: the clock, how many were declared before, and which leaf stands at which index.
"""

from __future__ import annotations

from dataclasses import replace

from volet_protocol import canonical
from volet_protocol.access import decide
from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.case_state import CaseChain
from volet_protocol.directory import can_be_boxed
from volet_protocol.emergencies import START, STOP, Quota, check_counts, declared
from volet_protocol.emergency_course import check_reasoned, over_ms, to_tell
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_emergencies import EmergencyEnd, EmergencyReason, EmergencyReview
from volet_protocol.fact_powers import Emergency
from volet_protocol.link_reading import Link
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.merkle import leaf_hash
from volet_protocol.opening_links import OpeningCloseLink, OpeningLink
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PERMIT, PolicyTable
from volet_protocol.questions import Question
from volet_protocol.statements import from_json
from volet_service.application.decisions import refusal_of
from volet_service.application.emergency_records import Declared
from volet_service.application.ports import UnitOfWork
from volet_service.domain.errors import TooManyRequests
from volet_service.domain.leaves import LeafContent

QUOTA = Quota()
# How far the beginning that a caller states may stand from the hub's clock.
WINDOW_MS = 120_000
# What a caller from outside has to know to judge the answer they got: who takes part, and what the person refused.
SERVED = frozenset(
    {
        "person", "episode", "participation", "participation-end", "referent", "fact-end", "mandate", "mandate-end",
        "opposition", "opposition-end",
    }
)  # fmt: skip
FOLLOWING = frozenset({EmergencyReason.type, EmergencyEnd.type, EmergencyReview.type})


def is_calling(facts: CaseFacts, user: str, at_ms: int) -> bool:
    """Tell whether a user has an emergency in force in this case."""
    return any(
        record.fact.user == user and record.fact.opened_ms <= at_ms < over_ms(facts, record)
        for record in facts.of(Emergency)
    )


def is_served(body: JsonObject, facts: CaseFacts, user: str) -> bool:
    """Tell whether who declared an emergency from outside is served a fact: of emergencies, their own only."""
    if body.get("type") == Emergency.type:
        return body.get("user") == user
    if body.get("type") in FOLLOWING:
        own = {record.hash for record in facts.of(Emergency) if record.fact.user == user}
        return body.get("emergency") in own
    return body.get("type") in SERVED


def recorded(before: CaseChain, after: CaseChain) -> Record[Emergency] | None:
    """Return the emergency that the newest link recorded, if it did."""
    records = after.facts.of(Emergency)
    return records[-1] if len(records) > len(before.facts.of(Emergency)) else None


def check_declared(
    new: Record[Emergency], after: CaseChain, content: LeafContent, *, table: PolicyTable, uow: UnitOfWork
) -> None:
    """Refuse an emergency that is dated elsewhere, one too many, or one that the person opposed; the refusal is logged.

    `after` is the chain with it. Raises `ProtocolError` wrong-chain, stale, not-yet;
    `TooManyRequests`; the refusal of the policy's decision.
    """
    fact = new.fact
    if after.class_ != MAIN:
        raise ProtocolError(Reason.WRONG_CHAIN, "emergency")
    if abs(uow.now_ms - fact.opened_ms) > WINDOW_MS:
        raise ProtocolError(
            Reason.STALE if fact.opened_ms < uow.now_ms else Reason.NOT_YET, "beginning of an emergency"
        )
    question = Question(
        action="read", user=fact.user, capacity=new.author.capacity, compartment="identity", level=1, entry=None,
        at_ms=max(uow.now_ms, fact.opened_ms), via="emergency",
    )  # fmt: skip
    decision = decide(table, after.facts, question)
    if decision.effect != PERMIT:
        refusal = refusal_of(decision, question)
        _record_refusal(content, decision.rules, refusal.problem.value, uow)
        raise refusal
    try:
        after_ms = uow.now_ms - QUOTA.window_ms
        check_counts(
            uow.emergencies.count_of_user(fact.user, after_ms),
            uow.emergencies.count_of_structure(fact.structure, after_ms),
            QUOTA,
        )
    except ProtocolError as error:
        too_many = TooManyRequests(error.what, {"reason": error.reason.value})
        _record_refusal(content, ("P5",), too_many.problem.value, uow)
        raise too_many from error


def act_of(
    link: Link, state: CaseChain, new: Record[Emergency] | None, type_: str, *, fact: JsonObject | None = None
) -> tuple[str, bool]:
    """Return the act that the leaf of a link names, and whether it belongs to an emergency."""
    stated = None if fact is None else fact.get("type")
    if new is not None:
        return START, True
    if stated == EmergencyEnd.type:
        return STOP, True
    if isinstance(link, OpeningLink):
        return type_, link.started is not None
    if isinstance(link, OpeningCloseLink):
        ended = state.openings.get(link.opening)
        return (STOP, True) if ended is not None and ended.link.started is not None else (type_, False)
    return type_, stated in FOLLOWING


def remember(
    new: Record[Emergency] | None, case: str, link: str, leaf: int, *, fact: JsonObject | None, uow: UnitOfWork
) -> None:
    """Keep, for quotas and auditors, an emergency or a link that tells of one."""
    if new is not None:
        fact_ = new.fact
        uow.emergencies.add(Declared(new.hash, case, fact_.user, fact_.structure, uow.now_ms, leaf), link)
    elif fact is not None and fact.get("type") in FOLLOWING:
        uow.emergencies.follow(str(fact["emergency"]), link)


def check_started(link: OpeningLink, state: CaseChain, uow: UnitOfWork) -> None:
    """Refuse an answer to an emergency without reason, or that names another leaf than its emergency's.

    Raises missing-field (no reason, or its words leave out who is to be told); bad-proof (the leaf, or a tree that was
    never signed).
    """
    started = link.started
    if started is None:
        return
    answered = declared(state.facts, link)
    if answered is not None:
        told = to_tell(state.facts, answered.fact.user, uow.now_ms)
        able = {user for user in told if can_be_boxed(uow.users.user(user), uow.users.user(user).head)}
        check_reasoned(state.facts, answered, able, uow.now_ms)
    signed = uow.log.checkpoint(started.size)
    record = uow.log.record(uow.log.position(started.index))
    if signed is None or signed[0].hex() != started.root or record is None or record.identity is None:
        raise ProtocolError(Reason.BAD_PROOF, "started")
    identity = IdentityPayload.read(canonical.decode(record.identity))
    view = None if record.view is None else ViewPayload.read(canonical.decode(record.view))
    request = None if identity.request is None else from_json(identity.request).body
    same_fact = request is not None and (request.get("fact"), request.get("case")) == (link.basis[0], state.case)
    same = leaf_hash(record.leaf).hex() == started.leaf
    if not same or not same_fact or view is None or view.act != START:
        raise ProtocolError(Reason.BAD_PROOF, "started")


def _record_refusal(content: LeafContent, rules: tuple[str, ...], problem: str, uow: UnitOfWork) -> None:
    view = replace(content.view, act="refusal", rules=rules)
    uow.record_refusal(replace(content, view=view, identity=replace(content.identity, refusal=problem)))
