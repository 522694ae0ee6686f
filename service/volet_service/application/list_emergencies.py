"""The emergencies of all cases, for auditors: what was declared, why, until when, what the review said.

Facts and signatures only, the words sealed to each reader: no content of a file, and no key (P10). The look is a leaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.emergency_course import AUDITOR_ROW
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_request import AUDIT
from volet_service.application.callers import Caller
from volet_service.application.emergency_records import Declared
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredLink
from volet_service.application.visibility import capacity_of
from volet_service.domain.errors import Denied
from volet_service.domain.leaves import LeafContent

MOST = 200


@dataclass(frozen=True)
class Listed:
    """The newest emergencies, each with the links that tell of it, and the leaf of this look."""

    emergencies: Sequence[tuple[Declared, Sequence[StoredLink]]]
    leaf: int


def list_emergencies(caller: Caller, uow: UnitOfWork, /) -> Listed:
    """Return the newest emergencies to an auditor, at most `MOST`; log the look. Raises `Denied` for anybody else."""
    capacity = capacity_of(uow, caller.user, caller.capacity)
    if capacity is None or capacity.row != AUDITOR_ROW:
        raise Denied("the emergencies of all cases are the auditor's")
    found = uow.emergencies.newest(MOST)
    links = uow.emergencies.links([one.fact for one in found])
    view = ViewPayload("log-look", uow.now_ms, purpose=AUDIT, row=capacity.row, structure=capacity.structure)
    leaf = uow.log.append(LeafContent(view, IdentityPayload(caller.user, caller.device, row=capacity.row)))
    return Listed([(one, links[one.fact]) for one in found], leaf)
