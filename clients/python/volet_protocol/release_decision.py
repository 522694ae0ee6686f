"""May somebody have a part of an entry at an instant? What the hub asks at each release, and an auditor asks again.

By standing, or by an opening in force, and where the entry leaves the hub by the rules of that too (R31-R43). Pure: the
same chain, table and instant give the same answer years later, so a wrong decision is found (docs/spec/releases.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from volet_protocol import emergencies
from volet_protocol.access import decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import CaseChain
from volet_protocol.entry_header import EntryHeader
from volet_protocol.errors import ProtocolError
from volet_protocol.masks import kind_of
from volet_protocol.openings import check_release
from volet_protocol.outside import COORDINATION_ALERT, Outside
from volet_protocol.places import EXCHANGE, REPORT
from volet_protocol.policy_table import PERMIT, PolicyTable
from volet_protocol.questions import Decision, EntryMeta, Party, Question
from volet_protocol.section_access import SectionAccess


@dataclass(frozen=True)
class Asked:
    """Who asks in which capacity, for what part, with what purpose, under which table."""

    user: str
    capacity: Capacity | None
    part: str
    purpose: str
    table: PolicyTable


@dataclass(frozen=True)
class Ruled:
    """The decision about one entry, and the opening it rests on."""

    decision: Decision
    question: Question
    opening: str | None = None
    emergency: bool = False

    @property
    def permitted(self) -> bool:
        """Tell whether the part may leave."""
        return self.decision.effect == PERMIT


def meta_of(header: EntryHeader, category: int | None, members: Mapping[int, Mapping[str, int]]) -> EntryMeta:
    """Return an entry as the policy sees it: `category` is its author's, `members` those of its exchange by epoch."""
    named = {reader.user for reader in header.named}
    if header.place.kind == EXCHANGE:
        named |= set(members.get(header.epoch or 0, ()))
    return EntryMeta(
        id=header.id, author=header.preamble.user, author_category=category, written_ms=header.preamble.time_ms,
        compartment=header.compartment, level=header.level, mask=header.mask, kind=kind_of(header.mask),
        passages=bool(header.passages), mask_until_ms=header.mask_until_ms, named=frozenset(named),
    )  # fmt: skip


def rule_release(asked: Asked, meta: EntryMeta, place_kind: str, state: CaseChain, at_ms: int) -> Ruled:
    """Return the decision by standing, or by an opening that is in force at `at_ms`."""
    question = Question(
        action="read", user=asked.user, capacity=asked.capacity, compartment=meta.compartment, level=meta.level,
        entry=meta, at_ms=at_ms, via="any", purpose=asked.purpose,
    )  # fmt: skip
    between = place_kind in {EXCHANGE, REPORT}
    if between and asked.user not in meta.named and asked.user != meta.author:
        # What was said between named people is for them, whatever else the asker may read.
        return Ruled(Decision("deny", ("R1",), asked.table.hash, hidden=True), question)
    ruled = Ruled(decide(asked.table, state.facts, question), question)
    if ruled.permitted:
        return ruled
    for hash_, opening in state.openings.items():
        if not any(item.id == meta.id for item in opening.link.entries):
            continue
        try:
            check_release(state, hash_, meta, asked.part, asked.user, table=asked.table, at_ms=at_ms)
        except ProtocolError:
            continue
        if opening.link.started is not None:
            access = SectionAccess.at(asked.table, state.facts, at_ms)
            decision, under = emergencies.decision(access, opening.link, asked.user, meta)
            if asked.capacity == under.capacity:
                # The decision keeps its obligations: inform the person after, review.
                return Ruled(decision, replace(under, purpose=asked.purpose), hash_, emergency=True)
            continue
        named = replace(meta, named=meta.named | {asked.user})
        decision = decide(asked.table, state.facts, replace(question, entry=named))
        rules = decision.rules if decision.effect == PERMIT else ("R10",)
        return Ruled(Decision(PERMIT, rules, asked.table.hash), question, hash_)
    return ruled


def rule_export(ruled: Ruled, to: Outside | None, facts: CaseFacts, table: PolicyTable) -> Ruled:
    """Return what was ruled, narrowed by the decision on the export; what stays in the hub is ruled alike.

    The kind of an entry is ciphertext: that one holds a need for coordination alone is its sender's signed word.
    """
    entry = ruled.question.entry
    if to is None or entry is None or not ruled.permitted:
        return ruled
    question = replace(
        ruled.question, action="export_document", via=to.via, carries_ins=to.ins,
        entry=replace(entry, kind=COORDINATION_ALERT) if to.alert else entry,
        recipients=(Party(to.party, row=to.row, account="none"),),
    )  # fmt: skip
    decision = decide(table, facts, question)
    if not decision.permitted:
        return Ruled(decision, question)
    rules = tuple(dict.fromkeys((*ruled.decision.rules, *decision.rules)))
    used = tuple(dict.fromkeys((*ruled.decision.facts, *decision.facts)))
    duties = tuple(dict.fromkeys((*ruled.decision.obligations, *decision.obligations)))
    return replace(ruled, decision=replace(ruled.decision, rules=rules, facts=used, obligations=duties))


def rule_write(asked: Asked, meta: EntryMeta, place_kind: str, state: CaseChain, at_ms: int, *, number: int) -> Ruled:
    """Return the decision on a deposit as entry `number` of its list."""
    question = Question(
        action="write", user=asked.user, capacity=asked.capacity, compartment=meta.compartment, level=meta.level,
        entry=meta, at_ms=at_ms,
    )  # fmt: skip
    if place_kind == EXCHANGE:
        # Each member was judged when the list was made and is judged again at each release.
        return Ruled(Decision(PERMIT, (), asked.table.hash), question)
    if place_kind == REPORT and number > 1:
        # Whom a report names answers in it, whatever their function writes elsewhere.
        return Ruled(Decision(PERMIT, ("R38",), asked.table.hash), question)
    return Ruled(decide(asked.table, state.facts, question), question)
