"""The case that a reference on a paper stands for: to who stands in it, watches over it, or may be called to it.

A reference is a part of the id, so nothing is told but that the case is there: to anybody else it is not (I6).
"""

from __future__ import annotations

from volet_protocol.capacities import has_duty
from volet_protocol.case_reference import prefix_of
from volet_protocol.errors import ProtocolError
from volet_protocol.operator_roles import Duty
from volet_service.application.callers import Caller
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.visibility import capacity_of, view_declaring
from volet_service.application.watching import check_covers, watch_of
from volet_service.domain.errors import NotFound


def find_case(reference: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> str:
    """Return the id; raise `NotFound` for who may not know of the case, and for what is no reference."""
    try:
        found = uow.cases.beginning(prefix_of(reference))
    except ProtocolError:
        raise NotFound from None
    if len(found) != 1:
        raise NotFound
    case = found[0]
    if has_duty(capacity_of(uow, caller.user, caller.capacity), Duty.LIFT):
        check_covers(uow, watch_of(uow, caller.user, caller.capacity, Duty.LIFT).scope, case)
    else:
        # A health professional may declare an emergency from the paper alone.
        view_declaring(uow, caller, case, policy.active)
    return case
