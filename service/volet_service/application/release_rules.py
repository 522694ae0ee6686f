"""May this caller have this part of this entry now? Asked at each release, listing and look."""

from __future__ import annotations

from dataclasses import dataclass, replace

from volet_protocol import emergencies
from volet_protocol.access import decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_state import CaseChain
from volet_protocol.errors import ProtocolError
from volet_protocol.openings import check_release
from volet_protocol.places import EXCHANGE, REPORT
from volet_protocol.policy_table import PERMIT, PolicyTable
from volet_protocol.questions import Decision, Question
from volet_protocol.section_access import SectionAccess
from volet_service.application.entry_meta import entry_meta
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredEntry


@dataclass(frozen=True)
class Asked:
    """Who asks in which capacity, for what part, with what purpose."""

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


def rule(asked: Asked, stored: StoredEntry, state: CaseChain, uow: UnitOfWork) -> Ruled:
    """Return the decision by standing, or by an opening that is in force."""
    meta = entry_meta(stored, state, uow)
    question = Question(
        action="read", user=asked.user, capacity=asked.capacity, compartment=meta.compartment, level=meta.level,
        entry=meta, at_ms=uow.now_ms, via="any", purpose=asked.purpose,
    )  # fmt: skip
    between = stored.entry.header.place.kind in {EXCHANGE, REPORT}
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
            check_release(state, hash_, meta, asked.part, asked.user, table=asked.table, at_ms=uow.now_ms)
        except ProtocolError:
            continue
        if opening.link.started is not None:
            access = SectionAccess.at(asked.table, state.facts, uow.now_ms)
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
