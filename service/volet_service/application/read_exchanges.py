"""The exchanges of a caller, and the links of one: for those whom it names, or named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.entry_list import list_id
from volet_protocol.places import EXCHANGE, Place
from volet_protocol.statements import HeadRef
from volet_service.application.callers import Caller
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import StoredLink
from volet_service.application.visibility import view_case
from volet_service.domain.errors import NotFound


@dataclass(frozen=True)
class ExchangeSummary:
    """An exchange as its members find it."""

    exchange: str
    case: str
    list: str
    head: HeadRef


@dataclass(frozen=True)
class ExchangeLinks:
    """Links after a position, and the caller's boxes by link hash."""

    links: Sequence[StoredLink]
    boxes: dict[str, bytes]


def list_exchanges(caller: Caller, policy: Policy, uow: UnitOfWork, /) -> list[ExchangeSummary]:
    """Return the exchanges that name the caller, in cases where they still stand."""
    found: list[ExchangeSummary] = []
    for exchange in uow.exchanges.of_user(caller.user):
        state = uow.exchanges.chain(exchange)
        if state is None:
            continue
        try:
            view_case(uow, caller, state.case, policy.active)
        except NotFound:
            continue
        place = list_id(state.case, str(Place(EXCHANGE, exchange)))
        found.append(ExchangeSummary(exchange, state.case, place, state.head))
    return found


def read_exchange(exchange: str, after: int, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> ExchangeLinks:
    """Return the links of an exchange that names the caller, or named them."""
    state = uow.exchanges.chain(exchange)
    if state is None or not any(caller.user in readers for readers in state.readers.values()):
        raise NotFound
    view_case(uow, caller, state.case, policy.active)
    links = uow.exchanges.links(exchange, after)
    return ExchangeLinks(links, uow.boxes.of_user([link.hash for link in links], caller.user))
