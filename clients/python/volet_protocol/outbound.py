"""Documents that leave the hub: to a party without account, or to a professional under an INS (rules.md section 4).

For a party without account `0` is a document at the person's request (R43), `s` a statutory transmission (R31, R33,
R37, R42), `x` nothing (P9).
"""

from __future__ import annotations

from dataclasses import replace

from volet_protocol import consents, exchange_access, powers, shields, situation
from volet_protocol.act_rules import EXPORT_DOCUMENT, may_act
from volet_protocol.case_facts import FOREVER, CaseFacts
from volet_protocol.decisions import answer, worst
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Information
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Designation
from volet_protocol.notices import Cover
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Decision, EntryMeta, Party, Question
from volet_protocol.vocabulary import PROPERTY, domains_of

_PROCEDURES = {"C3": "ccapex", "C2": "siao"}
_REPORTS = frozenset({"signalement", "information_preoccupante"})
# No opposition stops a transmission that the law orders (R3, R31, R33, R36, R37, R42).
_STATUTORY = frozenset({"C2", "C3", "O11", "O13"})
_ADDRESS, _CHILD_HIDDEN = frozenset({"address_secret"}), frozenset({"child_protection_hidden"})
_COURT = "O13"


def decide_export(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Return the decision on sending a document out to each recipient."""
    # The INS is for those who take care of the person: no party outside gets it (R76).
    outside = any(party.row is not None for party in question.recipients)
    if question.carries_ins and (outside or not exchange_access.qualified(facts)):
        return answer(table, question, table.ask("shield", "identity_status", "O14"), "gate")
    if question.capacity is not None and not may_act(EXPORT_DOCUMENT, question.capacity):
        return answer(table, question, table.ask("act", EXPORT_DOCUMENT, "row"), "act")
    send = replace(question, action="exchange_send", via="any", recipients=())
    statutory = bool(question.recipients) and all(party.row in _STATUTORY for party in question.recipients)
    sides = [exchange_access.decide_side(table, facts, send, opposable=not statutory)]
    for party in question.recipients:
        if party.row is None:
            receive = replace(question, action="exchange_receive", sender=Party(question.user, question.capacity))
            # A document reaches a professional without account by another way; one whose account was closed, never.
            reached = replace(party, account="active") if party.account == "none" else party
            sides.append(exchange_access.decide_exchange(table, facts, replace(receive, carries_ins=False).of(reached)))
        else:
            sides.append(_outside(table, facts, question, party, party.row))
    decision = worst(sides)
    if question.carries_ins and decision.permitted:
        return replace(decision, rules=(*decision.rules, "R76"))
    return decision


def _outside(table: PolicyTable, facts: CaseFacts, question: Question, party: Party, row: str) -> Decision:
    if table.row(row) is None:
        return answer(table, question, table.ask("shield", "unknown_code", "O14"), "gate")
    cell = table.cell(row, question.compartment)
    if cell == "x":
        return answer(table, question, table.ask("shield", "never", row), "never")
    channel, cover, used = _basis(facts, question, party, row)
    mask = "" if question.entry is None else _mask(facts, question, question.entry, party, row)
    if mask:
        return answer(table, question, table.ask("shield", mask, row), "masks")
    if cell == "0":
        reach = "on_request"
    else:
        top = 1 if row == "O11" else 2
        within = table.within("read", cell, question.level) and question.level <= top
        reach = "within" if within else "above"
    if channel == "no_basis" or (channel == "request") != (cell == "0"):
        return answer(table, question, table.ask("outbound", row, "no_basis", reach, "-"), "regime")
    outcome = table.ask("outbound", row, channel, reach, cover.code)
    return answer(table, question, outcome, "regime", (*used, *cover.facts), cover.missing)


def _basis(facts: CaseFacts, question: Question, party: Party, row: str) -> tuple[str, Cover, tuple[str, ...]]:
    """Return the channel that founds the transmission, what covers it, and the facts used."""
    kind = question.entry.kind if question.entry else "note"
    if row in _PROCEDURES and question.via in {"any", "statutory"} and _social(question):
        procedure = situation.open_procedure(facts, _PROCEDURES[row], question.at_ms, party.user)
        return (_PROCEDURES[row], Cover("-"), (procedure.hash,)) if procedure else ("no_basis", Cover("-"), ())
    if row == "O11" and question.via in {"any", "statutory"}:
        return _to_town(facts, question, kind)
    if row == "O13" and question.via in {"any", "statutory"}:
        if kind in _REPORTS:
            return "report", Cover("-"), ()
        if kind == "adult_ill_treatment":
            return _ill_treatment(facts, question, party, row)
        return "no_basis", Cover("-"), ()
    if question.via in {"any", "person_request"}:
        return "request", _request(facts, question, party, row), ()
    return "no_basis", Cover("-"), ()


def _to_town(facts: CaseFacts, question: Question, kind: str) -> tuple[str, Cover, tuple[str, ...]]:
    social = _social(question)
    if kind == "coordination_alert":
        return ("alert" if social else "not_coordinator"), Cover("-"), ()
    if question.capacity is None or not question.capacity.secret_basis:
        # What is revealed to the mayor comes from somebody bound by secret (R9, R33).
        return "not_coordinator", Cover("-"), ()
    for record in facts.of(Designation):
        fact = record.fact
        until = min(FOREVER if fact.until_ms is None else fact.until_ms, facts.ended_at(record.hash))
        named = fact.kind == "coordinator_l121_6_2" and fact.designated == question.user
        if named and fact.from_ms <= question.at_ms < until:
            return "coordinator", Cover("-"), (record.hash,)
    taking_part = {record.fact.user for record in facts.of(Participation) if facts.in_force(record, question.at_ms)}
    alone = social and taking_part == {question.user}
    return ("coordinator" if alone else "not_coordinator"), Cover("-"), ()


def _ill_treatment(facts: CaseFacts, question: Question, party: Party, row: str) -> tuple[str, Cover, tuple[str, ...]]:
    """Return the channel of R4: an able adult victim agrees first; nobody else needs to (R3)."""
    protected = facts.is_minor(question.at_ms) or facts.ability(question.at_ms) == "unable"
    if protected:
        return "report", Cover("-"), ()
    return "ill_treatment", _request(facts, question, party, row), ()


def _request(facts: CaseFacts, question: Question, party: Party, row: str) -> Cover:
    """Return how the person's own request covers this document; the person who sends it asks for it by sending."""
    standing = situation.standing_of(facts, replace(question, via="any"))
    if question.capacity is None and _decides(facts, question, standing):
        return Cover(consents.GIVEN, standing.facts)
    found = consents.consent_cover(
        facts, question.at_ms, consents.REQUEST, Information(question.compartment, question.level),
        question.entry.id if question.entry else None, consents.Recipient(party.user, None, row),
    )  # fmt: skip
    if found.code.startswith("powerless") or found.code in {consents.LATE, consents.REPORTED}:
        return replace(found, code="powerless")
    return replace(found, code=consents.REFUSED) if found.code == consents.CONFLICT else found


def _social(question: Question) -> bool:
    """Tell whether the sender is a social or medico-social professional: the only ones those laws name (R31, R42)."""
    return question.capacity is not None and question.capacity.row.startswith("S")


def _decides(facts: CaseFacts, question: Question, standing: situation.Standing) -> bool:
    """Tell whether who sends asks for it by sending: the person, or who stands in for them in that domain (R56)."""
    if standing.relation == "self":
        return not powers.consent_power(facts, GivenBy(), question.at_ms)
    mandate = standing.mandate
    if mandate is None or standing.relation not in {"parent", "guardian"}:
        return False
    # A mandate for the person alone gives no word on property, nor while the person is able on anything (R56, R57).
    held = PROPERTY in mandate.fact.domains and PROPERTY in domains_of(question.compartment)
    property_ = held and standing.reaches_domain
    return property_ or not powers.consent_power(
        facts, GivenBy(mandate.hash), question.at_ms, (question.compartment,)
    )  # fmt: skip


def _mask(facts: CaseFacts, question: Question, entry: EntryMeta, party: Party, row: str) -> str:
    """Return the mask that keeps an entry from a party outside: what no request of the person or relative lifts."""
    asked = replace(question, user=party.user, capacity=None)
    if row in _STATUTORY:
        # Reports, and what child protection hides, go to the prosecutor and to no other authority (R35, R36, R37).
        told, kind = (_ADDRESS, "note") if row == _COURT else (_ADDRESS | _CHILD_HIDDEN, entry.kind)
        shown = replace(entry, kind=kind, other_masks=entry.masks & told, mask=None)
        return shields.mask(facts, shown, asked, row, "")
    # What the person or a representative may not see is not sent at their request.
    own = shields.mask(facts, entry, asked, row, "parent" if facts.is_minor(question.at_ms) else "self")
    if own:
        return own
    return "ill_treatment" if entry.kind == "adult_ill_treatment" or "ill_treatment_hidden" in entry.masks else ""
