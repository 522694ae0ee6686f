"""What the hub asks of cases brought together: both sides signed, and nothing written in the one that closed."""

from __future__ import annotations

from volet_protocol import linked_cases
from volet_protocol.case_state import CaseChain
from volet_protocol.errors import ProtocolError
from volet_protocol.fact_meetings import CLOSED, CaseLink
from volet_protocol.places import MAIN
from volet_service.application.ports import UnitOfWork
from volet_service.domain.errors import Denied


def check_writable(main: CaseChain, now_ms: int) -> None:
    """Raise `Denied` for an entry in a case that another one continues."""
    try:
        linked_cases.check_writable(main.facts, now_ms, "entry")
    except ProtocolError as error:
        raise Denied(error.what, {"reason": error.reason.value}) from None


def check_linked(before: CaseChain, after: CaseChain, uow: UnitOfWork) -> None:
    """Refuse a case that would close while the other one does not say that it continues it.

    The hub alone holds both chains. A case that does not exist and one whose members have not signed answer alike.
    """
    for record in after.facts.of(CaseLink)[len(before.facts.of(CaseLink)) :]:
        if record.fact.role != CLOSED:
            continue
        other = uow.cases.chain(record.fact.other, MAIN)
        try:
            linked_cases.check_counterpart(after.facts, record.fact, None if other is None else other.facts, uow.now_ms)
        except ProtocolError as error:
            raise Denied(error.what, {"reason": error.reason.value}) from None
