"""The reports of danger that name the caller. To anybody else there is none, in any case (R35, F21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.entry_list import EntryListHead
from volet_protocol.places import REPORT, Place
from volet_protocol.release_decision import Asked
from volet_service.application.callers import Caller
from volet_service.application.listing import check_list_known
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.visibility import view_case
from volet_service.domain.errors import NotFound


@dataclass(frozen=True)
class ReportSummary:
    """A report as those it names find it: its list, its place, how far it goes."""

    list: str
    place: str
    head: EntryListHead


def list_reports(case: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> Sequence[ReportSummary]:
    """Return the reports of a case that name the caller; raise `NotFound` for who does not stand in the case."""
    viewer = view_case(uow, caller, case, policy.active)
    asked = Asked(caller.user, viewer.capacity, "title", "", policy.active)
    found: list[ReportSummary] = []
    for list_, place in uow.entries.lists_of(viewer.case, REPORT):
        try:
            check_list_known(list_, Place.parse(place), asked, viewer.main, uow)
        except NotFound:
            continue
        found.append(ReportSummary(list_, place, uow.entries.head(list_)))
    return found
