"""How many entries of each list of a case somebody may know of: what a screen shows as « 12 éléments, 3 nouveaux ».

Hidden entries and entries taken back are counted nowhere; a list of which nothing may be known is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.places import EXCHANGE, MASKED, REPORT, SECTION, Place
from volet_protocol.release_decision import Asked
from volet_service.application.callers import Caller
from volet_service.application.listing import known_of
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.visibility import chain_of_place, view_case
from volet_service.domain.errors import NotFound

_KINDS = (SECTION, MASKED, EXCHANGE, REPORT)


@dataclass(frozen=True)
class ListCount:
    """A list: entries listed, of these readable (their titles may be opened now), and new since the instant asked."""

    list: str
    place: str
    listed: int
    readable: int
    new: int


def count_entries(case: str, since_ms: int, caller: Caller, policy: Policy, uow: UnitOfWork) -> Sequence[ListCount]:
    """Return the counts of a case by list, in the order of places; raise `NotFound` for who does not stand in it."""
    viewer = view_case(uow, caller, case, policy.active)
    asked = Asked(caller.user, viewer.capacity, "title", "", policy.active)
    found: list[ListCount] = []
    for kind in _KINDS:
        for list_, place in uow.entries.lists_of(viewer.case, kind):
            try:
                state = chain_of_place(uow, viewer, Place.parse(place))
            except NotFound:
                continue
            kinds = known_of(list_, asked, state, uow, 0, uow.entries.head(list_).n, since_ms)
            listed = sum(known.kind.count for known in kinds)
            if listed:
                readable = sum(known.kind.count for known in kinds if known.readable)
                found.append(ListCount(list_, place, listed, readable, sum(known.kind.new for known in kinds)))
    return sorted(found, key=lambda one: one.place)
