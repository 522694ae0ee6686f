"""Who may look for colleagues in the national directory: a professional, in the capacity of their session.

The lines are public; what the hub adds is a fast way through them, which a person has no use for and which a thief of
a person's session must not get. Nothing of a case is touched, so nothing is logged.
"""

from __future__ import annotations

from volet_protocol.operator_roles import ROW
from volet_service.application.callers import Caller
from volet_service.application.ports import UnitOfWork
from volet_service.application.visibility import capacity_of
from volet_service.domain.errors import Denied


def check_may_search(caller: Caller, uow: UnitOfWork, /) -> None:
    """Raise `Denied` for who acts in no capacity or operates or watches, `ProtocolError` for one that ended."""
    capacity = capacity_of(uow, caller.user, caller.capacity)
    if capacity is None or capacity.row == ROW:
        raise Denied("the national directory is for professionals")
