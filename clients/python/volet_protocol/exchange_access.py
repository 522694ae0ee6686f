"""Exchanges: steps 1 to 4 and 6 for the sender and each recipient, then the notice across categories (R12, R13).

`exchange_send` asks about the sender, `exchange_receive` about one recipient, `exchange` about all of them at once.
"""

from __future__ import annotations

from dataclasses import replace

from volet_protocol import consents, shields, situation
from volet_protocol.case_facts import CaseFacts
from volet_protocol.decisions import answer, bound, worst
from volet_protocol.fact_notices import Information
from volet_protocol.notices import Cover, Reader, deferred, notice_cover
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Decision, Party, Question
from volet_protocol.reach import PARTICIPATING, reach_of
from volet_protocol.situation import Standing

_ON_OWN_SIDE = frozenset({"self", "parent", "guardian", "curator"})
_BY_NOTICE = frozenset({"team", "care"})
_NEVER = frozenset({"x", "x*"})
_CHILD_PROTECTION = "child_protection"
_RECEIVABLE = frozenset({"same", "general_missing", "cross", "cross_deferred"})


def decide_exchange(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Return the decision on sending, on receiving, or on the whole exchange."""
    if question.carries_ins and not qualified(facts):
        return answer(table, question, table.ask("shield", "identity_status", "O14"), "gate")
    if question.action in {"exchange_send", "exchange_receive"}:
        return decide_side(table, facts, _channel(question), opposable=not _is_report(question))
    sender = Party(question.user, question.capacity, account=question.account)
    send = replace(question, action="exchange_send", recipients=())
    receive = replace(question, action="exchange_receive", sender=sender, mandate=None)
    sides = [decide_exchange(table, facts, send)]
    for party in question.recipients:
        side = shields.without_account(table, question, party)
        sides.append(side or decide_exchange(table, facts, receive.of(party)))
    return worst(sides)


def qualified(facts: CaseFacts) -> bool:
    """Tell whether the identity may carry the INS in an exchange (R76)."""
    return facts.person is not None and facts.person.identity_status == "QUAL"


def _channel(question: Question) -> Question:
    """Return the question an exchange asks: it looks at every participation, save when a regime is claimed."""
    kept = {"child_protection", "mdph", "mandate"}
    # A report of danger is sent by any professional bound by secret, from outside the list (R36).
    reporting = question.action == "exchange_send" and _is_report(question)
    return question if question.via in kept and not reporting else replace(question, via="any")


def _is_report(question: Question) -> bool:
    return question.entry is not None and question.entry.kind in shields.HIDDEN_KINDS


def decide_side(table: PolicyTable, facts: CaseFacts, question: Question, *, opposable: bool) -> Decision:
    """Return the decision on one side; an opposition binds neither child protection nor a statutory transmission."""
    return bound(table, question, lambda binding: _side(binding, facts, question, opposable=opposable))


def _side(table: PolicyTable, facts: CaseFacts, question: Question, *, opposable: bool) -> Decision:
    sending = question.action == "exchange_send"
    standing = situation.standing_of(facts, question)
    capacity = question.capacity
    gate = shields.gate(table, facts, question, capacity.row if capacity else None)
    row = standing.row
    if gate:
        shown = capacity.row if capacity and table.row(capacity.row) else "O14"
        return answer(table, question, table.ask("shield", gate, shown), "gate")
    relation = standing.relation
    if row is None or relation not in PARTICIPATING | _ON_OWN_SIDE:
        return answer(table, question, table.ask("standing", question.action, relation, "-", "-"), "participation")
    if sending and _is_report(question) and capacity is not None and not capacity.secret_basis:
        return answer(table, question, table.ask("standing", question.action, "unbound", "-", "-"), "regime")
    cell = table.cell(row, question.compartment)
    if cell in _NEVER:
        return answer(table, question, table.ask("shield", "never", row), "never", standing.facts)
    entry = question.entry
    mask = shields.mask(facts, entry, question, row, relation) if entry else ""
    # Sending a withheld entry by name is its author's right, and the recipient is then named.
    if mask and (sending or mask != "withheld" or not _sent_by_author(question)):
        return answer(table, question, table.ask("shield", mask, row), "masks", standing.facts)
    if opposable and relation in PARTICIPATING and relation != "list":
        code, used = shields.opposition(facts, question, entry.id if entry else None, emergency=False)
        if code:
            return answer(table, question, table.ask("shield", code, row), "opposition", (*standing.facts, *used))
    beyond = _beyond(table, question, standing, row) if relation in PARTICIPATING else ""
    if beyond:
        outcome = table.ask("standing", question.action, beyond, *(("above", "-") if beyond == "mdph" else ("-", "-")))
        return answer(table, question, outcome, "exchange", standing.facts)
    reach, cover = _codes(table, facts, question, standing, row, sending=sending)
    outcome = table.ask("standing", question.action, relation, reach, cover.code)
    return answer(table, question, outcome, "exchange", (*standing.facts, *cover.facts), cover.missing)


def _sent_by_author(question: Question) -> bool:
    return question.entry is not None and question.sender is not None and question.sender.user == question.entry.author


def _beyond(table: PolicyTable, question: Question, standing: Standing, row: str) -> str:
    """Return the relation that says why this side may not hold what is sent, or ""."""
    entry, capacity = question.entry, question.capacity
    if question.action == "exchange_receive":
        # Whatever else they take part in, who is not bound by secret receives no child protection (R34).
        protects = question.compartment == _CHILD_PROTECTION or _is_report(question)
        return "unbound" if protects and capacity is not None and not capacity.secret_basis else ""
    if entry is not None and entry.author != question.user and entry.written_ms < standing.history_from_ms:
        return "before_start"
    # The person's agreement lets two teams exchange no more than what their members may hold.
    across = standing.relation == "mdph_cross" and _held(table, question, standing, row) != "within"
    return "mdph" if across else ""


def _codes(
    table: PolicyTable, facts: CaseFacts, question: Question, standing: Standing, row: str, *, sending: bool
) -> tuple[str, Cover]:
    """Return the reach and cover columns of this side."""
    relation = standing.relation
    information = Information(question.compartment, question.level)
    entry = question.entry
    if relation == "mdph_cross":
        recipient = consents.Recipient(question.user, question.capacity)
        found = consents.consent_cover(
            facts, question.at_ms, consents.MDPH, information, entry.id if entry else None, recipient
        )
        return "within", found
    if sending:
        return ("-" if relation in _ON_OWN_SIDE else _held(table, question, standing, row)), Cover("-")
    if relation in _BY_NOTICE and question.capacity is not None:
        reader = Reader(question.user, question.capacity)
        covers = [
            deferred(
                facts,
                question.at_ms,
                notice_cover(facts, question.at_ms, information, entry.id if entry else None, category, reader),
            )
            for category in _sending_categories(table, question)
        ]
        uncovered = [cover for cover in covers if cover.code not in _RECEIVABLE]
        return "-", uncovered[0] if uncovered else covers[-1]
    if relation in {"parent", "guardian"}:
        return reach_of(table, question, standing, row), Cover("-")
    return "-", Cover("-")


def _held(table: PolicyTable, question: Question, standing: Standing, row: str) -> str:
    """Tell whether the sender may hold what is sent: their own words, or an entry within their ceiling."""
    entry = question.entry
    if entry is None or entry.author == question.user:
        return "within"
    return reach_of(table, question, standing, row)


def _sending_categories(table: PolicyTable, question: Question) -> tuple[int | None, ...]:
    """Return the category information comes from: the sender's, else the author's, else all who can write there."""
    sender, entry = question.sender, question.entry
    if sender is not None:
        return (sender.capacity.category if sender.capacity else None,)
    if entry is not None:
        return (entry.author_category,)
    return table.writing_categories(question.compartment, question.level) or (None,)
