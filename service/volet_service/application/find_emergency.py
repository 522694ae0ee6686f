"""What somebody needs who answers an emergency, or writes its reason: its leaf in the log, and who audits.

Served to who stands in the case, its caller among them. The receipt names who declared it and holds their signed words,
so that each look at it is a leaf of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.capacities import Attestation, has_duty
from volet_protocol.errors import ProtocolError
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.operator_roles import ROW, Duty
from volet_protocol.places import MAIN
from volet_service.application.callers import Caller
from volet_service.application.emergency_records import Declared
from volet_service.application.emergency_rules import is_calling
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.visibility import view_case
from volet_service.application.watching import check_apart, covers_case
from volet_service.domain.errors import NotFound
from volet_service.domain.leaves import LeafContent

PURPOSE = "emergency_care"


@dataclass(frozen=True)
class Found:
    """The leaf of a declaration, who holds an attested capacity of an auditor now, and the leaf of this look."""

    start: int
    auditors: Sequence[str]
    leaf: int


def find_emergency(case: str, emergency: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> Found:
    """Return the leaf of an emergency of this case and the auditors; log the look.

    Raises `NotFound` for who does not stand in the case, for another caller's emergency, and for an unknown one.
    """
    viewer = view_case(uow, caller, case, policy.active)
    found = uow.emergencies.find(emergency)
    if found is None or found.case != case:
        raise NotFound
    facts = viewer.main.facts
    others = is_calling(facts, caller.user, uow.now_ms) and not facts.participations_of(caller.user, uow.now_ms)
    if others and found.user != caller.user:
        raise NotFound
    row = None if viewer.capacity is None else viewer.capacity.row
    structure = None if viewer.capacity is None else viewer.capacity.structure
    view = ViewPayload("log-look", uow.now_ms, purpose=PURPOSE, row=row, structure=structure, emergency=True)
    leaf = uow.log.append(LeafContent(view, IdentityPayload(caller.user, caller.device, row=row), case, MAIN))
    auditors = sorted({one.user for one in uow.users.attested(ROW, uow.now_ms) if _reviews(one, found, uow)})
    return Found(found.leaf, auditors, leaf)


def _reviews(one: Attestation, found: Declared, uow: UnitOfWork) -> bool:
    """Tell whether this is an auditor within whose scope the emergency falls, and who does not operate the hub."""
    if not has_duty(one.capacity, Duty.REVIEW_EMERGENCIES) or one.scope is None:
        return False
    try:
        check_apart(one, uow)
    except ProtocolError:
        return False
    return one.scope.covers_time(found.recorded_ms) and covers_case(uow, one.scope, found.case)
