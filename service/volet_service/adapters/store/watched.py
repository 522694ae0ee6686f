"""What a scope over the log covers, as conditions of SQL: cases by controller and id, dates by checkpoints."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select, true

from volet_protocol.operator_roles import LogScope
from volet_service.adapters.store import tables as t


def watched_leaves(scope: LogScope) -> ColumnElement[bool]:
    """Return which leaves a scope covers, and those of the rules in force, which judge every other.

    The end is the first checkpoint at or after it: leaves of that batch may be later, their own times tell.
    """
    index = t.log_entry.c.idx
    condition: ColumnElement[bool] = true()
    if not scope.whole:
        condition = t.log_payload.c.case.in_(_cases(scope))
    signed, size = t.log_checkpoint.c.signed_ms, t.log_checkpoint.c.size
    if scope.from_ms is not None:
        # Leaves of a batch bear its instant: those below a checkpoint signed before are all before.
        before = select(func.max(size)).where(signed < scope.from_ms).scalar_subquery()
        condition = condition & (index >= func.coalesce(before, 0))
    if scope.until_ms is not None:
        after = select(func.min(size)).where(signed >= scope.until_ms).scalar_subquery()
        condition = condition & (func.coalesce(after, index + 1) > index)
    return condition | index.in_(select(t.policy_table.c.leaf))


def watched_emergencies(scope: LogScope) -> ColumnElement[bool]:
    """Return which emergencies a scope covers."""
    condition: ColumnElement[bool] = true()
    c = t.emergency.c
    if not scope.whole:
        condition = c.case.in_(_cases(scope))
    if scope.from_ms is not None:
        condition = condition & (c.recorded_ms >= scope.from_ms)
    if scope.until_ms is not None:
        condition = condition & (c.recorded_ms < scope.until_ms)
    return condition


def _cases(scope: LogScope) -> Select[tuple[str]]:
    c = t.case_controller.c
    found = select(c.case)
    if scope.controllers:
        found = found.where(c.controller.in_(scope.controllers))
    return found.where(c.case.in_(scope.cases)) if scope.cases else found
