"""What an actor is to a case at an instant, in one closed code: the `relation` column of the table.

The channel the actor claims (`via`) narrows what is looked at; a claim that does not hold gives a code that denies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from volet_protocol import powers
from volet_protocol.case_facts import FOREVER, CaseFacts, Record
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import (
    CURATOR_MANDATES,
    EMERGENCY_MAX_MS,
    MINOR_MANDATES,
    Designation,
    Emergency,
    Mandate,
    Procedure,
)
from volet_protocol.fact_standings import same_capacity
from volet_protocol.questions import Question
from volet_protocol.vocabulary import PERSON, PROPERTY, domains_of

_REFUSED_CLAIMS = {
    "mandate": "no_mandate", "own": "not_own", "exchange": "not_named", "mdph": "outside_mdph",
    "child_protection": "outside_list", "statutory": "no_statute", "person_request": "no_request",
    "emergency": "emergency_unqualified",
}  # fmt: skip
MANDATE_ROWS = frozenset({"S7a", "S7b"})
SELF_VIAS = frozenset({"any", "share", "own", "exchange"})
MANDATE_VIAS = frozenset({"any", "share", "mandate", "exchange", "own"})
# What these claim is seen on the entry, not on who asks: any part that somebody takes serves.
_OF_THE_ENTRY = frozenset({"own", "exchange"})
_STATE_OF_LIMB_NONE = "O9"


@dataclass(frozen=True)
class Standing:
    """The relation code, the acting row, and the facts it rests on."""

    relation: str
    row: str | None
    facts: tuple[str, ...] = ()
    participation: Record[Participation] | None = None
    mandate: Record[Mandate] | None = None
    history_from_ms: int = 0
    reaches_domain: bool = True


def standing_of(facts: CaseFacts, question: Question) -> Standing:
    """Return what the actor is to the case at the instant of the question."""
    return facts.folds.once(question, "standing", lambda: _standing_of(facts, question.bare()))


def _standing_of(facts: CaseFacts, question: Question) -> Standing:
    capacity = question.capacity
    if capacity is None:
        return _tie(facts, question)
    if capacity.row == "O14":
        return Standing("operator", capacity.row)
    if question.via == "emergency":
        return _emergency(facts, question)
    if question.via == "mandate" or capacity.row in MANDATE_ROWS:
        return _claimed(question, _mandate(facts, question) or Standing("no_mandate", capacity.row))
    return _participant(facts, question)


def _tie(facts: CaseFacts, question: Question) -> Standing:
    """Return the standing of who acts in no professional capacity: the person, a representative, or nobody."""
    if question.user in facts.person_users:
        if question.via in SELF_VIAS:
            return Standing("self", "O1")
        return Standing(_REFUSED_CLAIMS.get(question.via, "no_request"), "O1")
    mandate = _mandate(facts, question)
    if mandate is None:
        # Who claims a mandate is told of the mandate they lack; who claims nothing has no row at all (P2).
        refused = {"mandate": "no_mandate", "emergency": "emergency_unqualified"}
        return Standing(refused.get(question.via, "unqualified"), None)
    return _claimed(question, mandate)


def _claimed(question: Question, mandate: Standing) -> Standing:
    """Return the standing of a representative, who claims no other channel than a mandate has."""
    if question.via in MANDATE_VIAS:
        return mandate
    return Standing(_REFUSED_CLAIMS.get(question.via, "no_mandate"), mandate.row)


def _mandate(facts: CaseFacts, question: Question) -> Standing | None:
    """Return the standing under the mandate claimed, or under the best of those held; None when there is none."""
    held = [
        record
        for record in powers.mandates_of(facts, question.user)
        if question.mandate is None or record.hash == question.mandate
    ]
    found = [_under(facts, question, record) for record in held]
    order = ("guardian", "parent", "curator")
    found.sort(key=lambda item: (item.relation not in order, not item.reaches_domain, item.relation))
    return found[0] if found else None


def _under(facts: CaseFacts, question: Question, record: Record[Mandate]) -> Standing:
    mandate = record.fact
    professional = question.capacity is not None or _guards_by_profession(facts, question.user)
    reaches = mandate.mode == "representation" and not domains_of(question.compartment).isdisjoint(mandate.domains)
    # A judgment that lists acts reaches a whole compartment only when it says so: the conservative reading of R61.
    reaches = reaches and (mandate.acts is None or question.compartment in mandate.acts)
    if mandate.kind in MINOR_MANDATES:
        relation, row = "parent", "O2"
    elif mandate.kind in CURATOR_MANDATES or mandate.mode == "assistance":
        relation, row = "curator", "O5"
    elif PERSON in mandate.domains:
        relation, row = "guardian", "S7a" if professional else "O3"
    else:
        relation, row = "guardian", "S7b" if professional else "O4"
    state = powers.mandate_state(facts, record, question.at_ms)
    if state != powers.IN_FORCE:
        return Standing(state, row, (record.hash,), mandate=record, reaches_domain=reaches)
    return Standing(relation, row, (record.hash,), mandate=record, reaches_domain=reaches)


def _guards_by_profession(facts: CaseFacts, user: str) -> bool:
    """Tell whether the holder of a mandate takes part as court-appointed guardian (rows S7a, S7b).

    Without it, leaving one's capacity aside would give a professional the wider cells of a relative.
    """
    return any(record.fact.capacity.row in MANDATE_ROWS for record in facts.participations_of(user))


def accounts_by_law(record: Record[Mandate], compartment: str) -> bool:
    """Tell whether reinforced curatorship gives the accounts without the person's agreement (C. civ. 472)."""
    return record.fact.kind == "curatelle_renforcee" and compartment == "budget" and PROPERTY in record.fact.domains


def _participant(facts: CaseFacts, question: Question) -> Standing:
    capacity = question.capacity
    if capacity is None:
        return Standing("unqualified", None)
    every = facts.participations_of(question.user)
    mine = [record for record in every if same_capacity(record.fact.capacity, capacity)]
    live = [record for record in mine if facts.in_force(record, question.at_ms)]
    if not live:
        return Standing(_why_absent(facts, question, every, mine), capacity.row)
    by_regime: dict[str, list[Record[Participation]]] = {"care": [], "child_protection": [], "mdph": []}
    for record in live:
        by_regime[record.fact.regime].append(record)
    # Each channel looks at its own participations only.
    via = "any" if question.via in _OF_THE_ENTRY else question.via
    wants_list = via == "child_protection" or (
        via == "any" and (question.compartment == "child_protection" or capacity.row == "C1")
    )
    if by_regime["child_protection"] and wants_list:
        return _in_list(by_regime["child_protection"], question)
    if via == "child_protection":
        return Standing("outside_list", capacity.row)
    crossing = by_regime["care"] if facts.kind == "mdph" else by_regime["mdph"]
    if facts.kind == "mdph" and by_regime["mdph"] and via in {"any", "share", "mdph"}:
        return _in_evaluation(facts, by_regime["mdph"], question)
    if crossing and via in {"any", "share", "mdph"}:
        standing = _of("mdph_cross", crossing)
        return standing if facts.kind == "mdph" else _designated(facts, question, standing, "mdph_cross")
    if via in {"mdph", "person_request"} or not by_regime["care"]:
        return Standing(_REFUSED_CLAIMS.get(via, "outside_list"), capacity.row)
    if via == "statutory":
        return _coordination(facts, by_regime["care"], question)
    return _in_care(by_regime["care"], capacity.row)


def _of(relation: str, records: list[Record[Participation]], more: tuple[str, ...] = ()) -> Standing:
    starts = [
        record.fact.start_ms if record.fact.history_from_ms is None else record.fact.history_from_ms
        for record in records
    ]
    first = records[0]
    return Standing(
        relation, first.fact.capacity.row, (first.hash, *more), participation=first, history_from_ms=min(starts)
    )


def _in_care(records: list[Record[Participation]], row: str) -> Standing:
    # O9 is never in the team, whatever the record says (matrix notes).
    team = [record for record in records if record.fact.limb != 0] if row != _STATE_OF_LIMB_NONE else []
    return _of("team", team) if team else _of("care", records)


def _in_list(records: list[Record[Participation]], question: Question) -> Standing:
    bound = question.capacity is not None and question.capacity.secret_basis
    return _of("list" if bound else "unbound", records)


def _in_evaluation(facts: CaseFacts, records: list[Record[Participation]], question: Question) -> Standing:
    return _designated(facts, question, _of("mdph", records), "mdph_designated")


def _designated(facts: CaseFacts, question: Question, standing: Standing, relation: str) -> Standing:
    """Return the standing of a member of the MDPH, in row M2 for health while a designation holds (R41)."""
    if standing.row != "M1" or question.compartment not in {"medical", "medication"}:
        return standing
    for record in facts.of(Designation):
        fact = record.fact
        until = min(FOREVER if fact.until_ms is None else fact.until_ms, facts.ended_at(record.hash))
        held = fact.kind == "mdph_medical" and fact.designated == question.user
        if held and fact.from_ms <= question.at_ms < until:
            return replace(standing, relation=relation, row="M2", facts=(*standing.facts, record.hash))
    return standing


def _coordination(facts: CaseFacts, records: list[Record[Participation]], question: Question) -> Standing:
    opened = open_procedure(facts, "coordination_l121_6_2", question.at_ms)
    social = question.capacity is not None and question.capacity.row.startswith("S")
    # Between the MDPH and another team the person's agreement is needed (R40), coordination or not.
    if opened is None or not social or facts.kind == "mdph":
        return Standing("no_statute", records[0].fact.capacity.row)
    if question.capacity is None or not question.capacity.secret_basis:
        # What is so shared stays among those bound by secret (R9, R32).
        return Standing("coordination_unbound", records[0].fact.capacity.row)
    return _of("coordination", records, (opened.hash,))


def open_procedure(facts: CaseFacts, kind: str, at_ms: int, authority: str | None = None) -> Record[Procedure] | None:
    """Return the procedure of that kind in progress at an instant (before that authority), or None."""
    for record in facts.of(Procedure):
        fact = record.fact
        until = min(FOREVER if fact.until_ms is None else fact.until_ms, facts.ended_at(record.hash))
        if fact.kind == kind and authority in {None, fact.authority} and fact.opened_ms <= at_ms < until:
            return record
    return None


def _emergency(facts: CaseFacts, question: Question) -> Standing:
    """Return the standing under an emergency declaration of this professional in this capacity (P5)."""
    capacity = question.capacity
    if capacity is None or capacity.category != 1:
        return Standing("emergency_unqualified", None if capacity is None else capacity.row)
    found = "emergency_absent"
    for record in facts.of(Emergency):
        fact = record.fact
        if (fact.user, fact.row, fact.structure) != (question.user, capacity.row, capacity.structure):
            continue
        until = min(fact.until_ms, fact.opened_ms + EMERGENCY_MAX_MS, facts.ended_at(record.hash))
        too_long = fact.until_ms - fact.opened_ms > EMERGENCY_MAX_MS
        if not too_long and fact.opened_ms <= question.at_ms < until:
            return Standing("emergency", capacity.row, (record.hash,))
        if fact.opened_ms <= question.at_ms:
            found = "emergency_expired"
    return Standing(found, capacity.row)


def _why_absent(
    facts: CaseFacts,
    question: Question,
    every: tuple[Record[Participation], ...],
    mine: list[Record[Participation]],
) -> str:
    if any(facts.participation_end(record) <= question.at_ms for record in mine):
        return "ended"
    if mine:
        return "not_started"
    if any(facts.in_force(record, question.at_ms) for record in every):
        return "other_capacity"
    return "none"
