"""How far a cell of the matrix reaches for one question: the `reach` column of the table."""

from __future__ import annotations

from volet_protocol.policy_table import PERMIT, PolicyTable
from volet_protocol.questions import Question
from volet_protocol.situation import Standing

PARTICIPATING = frozenset(
    {"team", "care", "list", "mdph", "mdph_designated", "mdph_cross", "coordination"}
)  # fmt: skip
REPRESENTING = frozenset({"parent", "guardian", "curator"})


def reach_of(table: PolicyTable, question: Question, standing: Standing, row: str) -> str:
    """Return whether the cell reaches the level asked: within, above, domain, list_only or closed."""
    relation, action = standing.relation, question.action
    action = action if action in {"read", "write"} else "read"
    if relation == "emergency":
        found = table.ask("emergency", question.compartment, str(question.level))
        return "within" if found.effect == PERMIT else "above"
    cell = table.cell(row, question.compartment)
    if cell == "s0":
        return "closed"
    if cell.startswith("s") and relation not in {"list", "self"}:
        return "list_only"
    if row == "C1" and relation != "list":
        # Every cell of that row is valid only inside the child-protection list.
        return "list_only"
    if relation == "list" and row != "C1" and not cell.startswith("s"):
        return "list_only"
    if cell.startswith("m") and not standing.reaches_domain:
        return "domain"
    return "within" if table.within(action, cell, question.level) else "above"
