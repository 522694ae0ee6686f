"""The emergencies of a scope, for who watches over the log: what was declared, why, until when, what was said of it.

Facts and signatures only, the words sealed to each reader: no content of a file, and no key (P10). The look is a leaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.log_payload import IdentityPayload
from volet_protocol.operator_roles import Duty
from volet_service.application.callers import Caller
from volet_service.application.emergency_records import Declared
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredLink
from volet_service.application.watching import covers_case, watch_of
from volet_service.domain.leaves import LeafContent

MOST = 200


@dataclass(frozen=True)
class Listed:
    """The newest emergencies, each with the links that tell of it, and the leaf of this look."""

    emergencies: Sequence[tuple[Declared, Sequence[StoredLink]]]
    leaf: int


def list_emergencies(caller: Caller, uow: UnitOfWork, /) -> Listed:
    """Return the newest emergencies that a scope covers, at most `MOST`; log the look. Raises `Denied`."""
    watch = watch_of(uow, caller.user, caller.capacity, Duty.LIST_EMERGENCIES)
    newest = uow.emergencies.newest(watch.scope, MOST)
    found = [
        one for one in newest if covers_case(uow, watch.scope, one.case) and watch.scope.covers_time(one.recorded_ms)
    ]
    links = uow.emergencies.links([one.fact for one in found])
    who = IdentityPayload(caller.user, caller.device, row=watch.capacity.row)
    leaf = uow.log.append(LeafContent(watch.look(uow), who))
    return Listed([(one, links[one.fact]) for one in found], leaf)
