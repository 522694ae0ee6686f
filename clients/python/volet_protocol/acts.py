"""Acts that are not reading or writing: consents, invitations, accounts, the log, the active base.

The codes are folded here; the `act` table of the policy answers.
"""

from __future__ import annotations

from dataclasses import replace

from volet_protocol import consents, powers, shields, situation
from volet_protocol.case_facts import FOREVER, CaseFacts
from volet_protocol.decisions import answer, worst
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Consent, Opposition
from volet_protocol.fact_powers import MINOR_MANDATES, Mandate
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import ConsentAsked, Decision, EntryMeta, Party, Question
from volet_protocol.reach import reach_of

WITHOUT_COMPARTMENT = frozenset(
    {
        "consent", "withdraw_consent", "open_account", "export_log", "read_log", "read_content_from_log",
        "keep_active",
    }
)  # fmt: skip
# The log and the question of archiving outlive the active use of a file.
_PAST_THE_GATE = frozenset({"keep_active", "export_log", "read_content_from_log", "open_account"})
_OWN_SIDE = frozenset({"self", "parent", "guardian", "curator"})
_TIES = _OWN_SIDE | {"operator"}
_LOST = frozenset({"majority", "mandate_not_in_force", "parent_without_exercise"})
_NEVER = frozenset({"x", "x*"})
_MEMBERS = frozenset({"team", "care", "list", "mdph", "mdph_designated", "mdph_cross", "coordination"})


def decide_act(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Return the decision on an act; an unknown one is denied."""
    capacity = question.capacity
    code = shields.gate(table, facts, question, capacity.row if capacity else None)
    past = question.action in _PAST_THE_GATE and code in {"dead", "archived", "inactive", "no_account_row"}
    if code and not past:
        row = capacity.row if capacity and table.row(capacity.row) else "O14"
        return answer(table, question, table.ask("shield", code, row), "gate")
    match question.action:
        case "keep_active":
            return _answer(table, question, shields.case_state(facts, question.at_ms) or "active")
        case "open_account":
            return _open_account(table, facts, question)
        case "consent":
            return _consent(table, facts, question)
        case "invite":
            return _invite(table, facts, question)
        case "read_log":
            return _read_log(table, facts, question)
        case "withdraw_consent":
            return _lost(table, facts, question) or _answer(table, question, _tie(facts, question))
        case "export_log" | "read_content_from_log":
            return _answer(table, question, _tie(facts, question))
        case _:
            return answer(table, question, table.ask("shield", "unknown_code", "O14"), "gate")


def _answer(table: PolicyTable, question: Question, relation: str, used: tuple[str, ...] = ()) -> Decision:
    return answer(table, question, table.ask("act", question.action, relation), "act", used)


def _tie(facts: CaseFacts, question: Question) -> str:
    """Return what the actor is to the case, in the codes of the act table."""
    via = "mandate" if question.via == "mandate" else "any"
    asked = replace(question, via=via, compartment=question.compartment or "identity")
    relation = situation.standing_of(facts, asked).relation
    if relation in _TIES:
        return relation
    listed = situation.standing_of(facts, replace(asked, via="child_protection")).relation
    return "member" if relation in _MEMBERS or listed in _MEMBERS else "stranger"


def _lost(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision | None:
    """Return why who once had a mandate here has none now (P4, R50, R52, R57), None for anybody else."""
    via = "mandate" if question.via == "mandate" else "any"
    standing = situation.standing_of(facts, replace(question, via=via, compartment="identity"))
    if standing.relation not in _LOST:
        return None
    outcome = table.ask("standing", "read", standing.relation, "-", "-")
    return answer(table, question, outcome, "participation", standing.facts)


def _beyond_mandate(table: PolicyTable, facts: CaseFacts, question: Question, entry: EntryMeta) -> Decision | None:
    """Return the refusal to tell of an entry that a mandate does not reach, None where it does (R57)."""
    asked = replace(question, action="read", via="any", compartment=entry.compartment, level=entry.level)
    standing = situation.standing_of(facts, asked)
    row = standing.row
    if row is None or standing.relation not in {"parent", "guardian"}:
        return None
    if table.cell(row, entry.compartment) in _NEVER:
        return answer(table, asked, table.ask("shield", "never", row), "never", standing.facts)
    reach = reach_of(table, asked, standing, row)
    if reach == "domain":
        outcome = table.ask("standing", "read", standing.relation, reach, "-")
        return answer(table, asked, outcome, "regime", standing.facts)
    return None


def _read_log(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    lost = _lost(table, facts, question)
    if lost is not None:
        return lost
    tie = _tie(facts, question)
    entry = question.entry
    if entry is not None and tie in _OWN_SIDE:
        # A log line tells that an entry exists: what hides the entry hides its lines (R53, P8).
        row = situation.standing_of(facts, replace(question, via="any")).row or "O1"
        mask = shields.mask(facts, entry, question, row, tie)
        if mask and mask != "third_party":
            return answer(table, question, table.ask("shield", mask, row), "masks")
        beyond = _beyond_mandate(table, facts, question, entry)
        if beyond is not None:
            return beyond
    return _answer(table, question, tie)


def _open_account(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Decide who may have an account: whose row may, the person, and who represents them (P2, P9)."""
    parties = question.recipients or (
        Party(question.user, question.capacity, question.capacity.row if question.capacity else None),
    )
    decisions: list[Decision] = []
    for party in parties:
        name = party.capacity.row if party.capacity else party.row
        row = table.row(name) if name is not None else None
        tied = name is None and _tie(facts, replace(question.of(party), via="any")) in _OWN_SIDE
        allowed = tied or (row is not None and row.account)
        decisions.append(_answer(table, question, "account" if allowed else "no_account"))
    return worst(decisions)


def _invite(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Decide an invitation: into the child-protection list by its members, of people bound by secret."""
    inviter = situation.standing_of(facts, replace(question, via="child_protection")).relation
    if inviter != "list":
        return _answer(table, question, "unbound" if inviter == "unbound" else "outside_list")
    if not question.recipients:
        return answer(table, question, table.ask("shield", "unknown_code", "O14"), "gate")
    decisions: list[Decision] = []
    for party in question.recipients:
        closed = shields.gate(table, facts, question.of(party), None)
        if closed:
            # Whoever has no open account, or whose identity nobody checked, enters no list (R1, R11).
            decisions.append(answer(table, question, table.ask("shield", closed, "O14"), "gate"))
            continue
        capacity = party.capacity
        row = table.row(capacity.row) if capacity else None
        bound = capacity is not None and row is not None and row.account and bool(capacity.secret_basis)
        never = row is None or row.cells["child_protection"] in {"x", "0"}
        decisions.append(_answer(table, question, "bound" if bound and not never else "unbound"))
    return worst(decisions)


def _consent(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    asked = question.consent
    if asked is None:
        return answer(table, question, table.ask("shield", "unknown_code", "O14"), "gate")
    given_by = asked.given_by
    tie = _tie(facts, question)
    if not _may_record(facts, question, given_by, tie):
        return _answer(table, question, "stranger")
    parts = tuple(item.compartment for item in asked.information)
    power = powers.consent_power(facts, given_by, question.at_ms, parts)
    if power:
        # Against the known word of an able person the disagreement itself goes to the judge (C. civ. 459).
        disagrees = power == powers.POWERLESS_GUARDIAN and _contradicted(facts, asked, question.at_ms)
        return _answer(table, question, "conflict" if disagrees else power)
    if given_by.mandate is not None and _contradicted(facts, asked, question.at_ms):
        return _answer(table, question, "conflict")
    if given_by.mandate is None:
        return _answer(table, question, "giver_person")
    kind = facts.find(Mandate, given_by.mandate).fact.kind
    return _answer(table, question, "giver_parent" if kind in MINOR_MANDATES else "giver_guardian")


def _may_record(facts: CaseFacts, question: Question, given_by: GivenBy, tie: str) -> bool:
    """Tell whether the actor may make it: for themself, or, taking part, as whose words they heard."""
    if tie == "member":
        return True
    if given_by.mandate is None:
        return question.user in facts.person_users
    holders = {record.fact.holder for record in facts.of(Mandate) if record.hash == given_by.mandate}
    return question.user in holders


def _contradicted(facts: CaseFacts, asked: ConsentAsked, at_ms: int) -> bool:
    """Tell whether somebody else who decides is known to refuse the same share (R51, R57)."""
    for record in facts.of(Consent):
        fact = record.fact
        same = fact.kind == asked.kind and any(
            mine.compartment == theirs.compartment for mine in asked.information for theirs in fact.information
        )
        refused = same and fact.decision == consents.REFUSED and fact.given_by != asked.given_by
        if refused and consents.in_force(facts, record, at_ms) and powers.has_say(facts, fact.given_by, at_ms):
            return True
    return any(
        record.fact.from_ms <= at_ms < min(_end(record.fact.until_ms), facts.ended_at(record.hash))
        and record.fact.expressed_by != asked.given_by and powers.has_say(facts, record.fact.expressed_by, at_ms)
        and _overlaps(record.fact, asked)
        for record in facts.of(Opposition)
    )  # fmt: skip


def _end(until_ms: int | None) -> int:
    return FOREVER if until_ms is None else until_ms


def _overlaps(fact: Opposition, asked: ConsentAsked) -> bool:
    if fact.scope == "all":
        return True
    if fact.scope == "compartment":
        return any(item.compartment in fact.compartments for item in asked.information)
    named = asked.recipients
    return (
        any(user in fact.users for user in named.users or ())
        or any(row in fact.rows for row in named.rows or ())
        or any(category in fact.categories for category in named.categories or ())
    )
