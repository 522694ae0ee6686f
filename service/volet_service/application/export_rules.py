"""May this entry leave the hub for that party? Asked beside the question whether its reader may have it (R31-R43)."""

from __future__ import annotations

from dataclasses import replace

from volet_protocol.access import decide
from volet_protocol.case_facts import CaseFacts
from volet_protocol.outside import COORDINATION_ALERT, Outside
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Party
from volet_service.application.release_rules import Ruled


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
