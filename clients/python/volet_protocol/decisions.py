"""Turning the table's answers into decisions, and several decisions into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from volet_protocol.policy_table import DENY, EFFECTS, PERMIT, Outcome, PolicyTable
from volet_protocol.questions import Decision, Missing, Question

_HIDDEN_COMPARTMENTS = frozenset({"child_protection"})


def answer(  # noqa: PLR0917 - the parts of a decision, in the order in which they are found
    table: PolicyTable,
    question: Question,
    outcome: Outcome,
    step: str,
    facts: tuple[str, ...] = (),
    missing: Missing | None = None,
) -> Decision:
    """Return the decision that an outcome of the table gives to a question."""
    conditional = outcome.effect not in {PERMIT, DENY}
    # P8: a refusal about child protection is identical to absence, whatever the reason.
    hidden = outcome.effect == DENY and (outcome.hidden or question.compartment in _HIDDEN_COMPARTMENTS)
    return Decision(
        effect=outcome.effect,
        rules=outcome.rules,
        policy=table.hash,
        missing=missing if conditional else None,
        obligations=outcome.obligations,
        hidden=hidden,
        facts=tuple(dict.fromkeys(facts)),
        step=step,
        lines=outcome.lines,
    )


def bound(table: PolicyTable, question: Question, ask: Callable[[PolicyTable], Decision]) -> Decision:
    """Return what the table says, or what the asker's own structure leaves of it: the narrower of the two (F36).

    The table is the one in force for the case. A structure can only deny its own staff more, and the decision says so.
    """
    decision = ask(table)
    structure = None if question.capacity is None else question.capacity.structure
    own = table.of(structure)
    if own is None:
        return decision
    narrowed = ask(own)
    return replace(narrowed, narrowed_by=structure) if _rank(narrowed) < _rank(decision) else decision


def worst(decisions: Sequence[Decision]) -> Decision:
    """Return the narrowest of several decisions that must all hold; a permit carries rules and facts of all."""
    return decisions[0] if len(decisions) == 1 else _merge(min(decisions, key=_rank), decisions)


def best(decisions: Sequence[Decision]) -> Decision:
    """Return the widest of several decisions one of which suffices."""
    return max(decisions, key=_rank)


def _rank(decision: Decision) -> int:
    return EFFECTS.index(decision.effect)


def _merge(chosen: Decision, decisions: Sequence[Decision]) -> Decision:
    if chosen.effect != PERMIT:
        return chosen
    return Decision(
        effect=PERMIT,
        rules=_union([decision.rules for decision in decisions]),
        policy=chosen.policy,
        obligations=_union([decision.obligations for decision in decisions]),
        facts=_union([decision.facts for decision in decisions]),
        step=chosen.step,
        lines=_union([decision.lines for decision in decisions]),
    )


def _union(lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))
