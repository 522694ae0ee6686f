"""Hand the keys of a case's completeness tags to the person, or to who represents them; each hand-over is a leaf.

With its keys a person recomputes the tag of every leaf that they are shown, and finds those that they are not. Class by
class as the chains are served to them: of a hidden class that is not, they do not even learn that it has a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from volet_protocol.completeness import LogKey
from volet_protocol.log_entitlement import entitled
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_request import OWN_ACCESS
from volet_protocol.section_access import standing_in, standings
from volet_service.application.callers import Caller
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.read_access_log import served_classes
from volet_service.application.visibility import view_case
from volet_service.domain.errors import Denied
from volet_service.domain.leaves import LeafContent


@dataclass(frozen=True)
class LogKeys:
    """Class to its keys by period; class to the leaf of its hand-over."""

    keys: Mapping[str, Sequence[LogKey]]
    leaves: Mapping[str, int]


def hand_over_log_keys(case: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> LogKeys:
    """Return the keys of the classes served to the caller, and log it once in each.

    Raises `NotFound` for who does not stand in the case, `Denied` for who stands there in a capacity only.
    """
    viewer = view_case(uow, caller, case, policy.active)
    if standing_in(standings(viewer.main.facts, caller.user, uow.now_ms), None) is None:
        raise Denied("the keys of the log are the person's")
    classes = served_classes(replace(viewer, capacity=None), OWN_ACCESS, uow)
    view = ViewPayload("log-look", uow.now_ms, purpose=OWN_ACCESS)
    who = IdentityPayload(caller.user, caller.device)
    facts = viewer.main.facts
    keys = {
        class_: [
            period.key
            for period in uow.log.case_keys(case, class_)
            if entitled(facts, caller.user, period.from_ms, period.until_ms)
        ]
        for class_ in classes
    }
    return LogKeys(keys, {class_: uow.log.append(LeafContent(view, who, case, class_)) for class_ in classes})
