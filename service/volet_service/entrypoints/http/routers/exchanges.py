"""Exchanges: opening one, finding one's own, reading and changing the list of members."""

from __future__ import annotations

from fastapi import APIRouter

from volet_service.application.exchange_links import (
    ExchangeCommand,
    ExchangeMoved,
    append_exchange_links,
    open_exchange,
)
from volet_service.application.ports import Hub
from volet_service.application.read_exchanges import list_exchanges, read_exchange
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency, TreeSize
from volet_service.entrypoints.http.routers.cases import new_links, served_links
from volet_service.entrypoints.http.schemas import AfterLink, Answer, LinkBody

router = APIRouter(prefix="/v1", tags=["exchanges"])


@router.post("/exchanges", status_code=201)
async def create(asked: LinkBody, caller: CallerDependency, hub: HubDependency, since: TreeSize) -> Answer:
    """Open an exchange."""
    command = ExchangeCommand(None, new_links([asked])[0], caller, hub.limits.window_ms)
    moved = await hub.store.write(lambda uow, /: open_exchange(command, hub.policy, uow))
    return await _answer(moved, hub, since)


@router.get("/exchanges")
async def own(caller: CallerDependency, hub: HubDependency) -> list[Answer]:
    """Return the exchanges that name the caller, in cases where they stand."""
    found = await hub.store.read(lambda uow, /: list_exchanges(caller, hub.policy, uow))
    return [{"exchange": one.exchange, "case": one.case, "list": one.list, "head": one.head.to_json()} for one in found]


@router.get("/exchanges/{exchange}")
async def links(exchange: str, caller: CallerDependency, hub: HubDependency, after: AfterLink = -1) -> Answer:
    """Return the links of an exchange with the caller's boxes, and the head's proof."""
    found = await hub.store.read(lambda uow, /: read_exchange(exchange, after, caller, hub.policy, uow))
    head = await hub.log.head_proof("exchange", exchange)
    return {"links": served_links(found.links, found.boxes), "head": head.to_json()}


@router.post("/exchanges/{exchange}/links")
async def change(
    exchange: str, asked: LinkBody, caller: CallerDependency, hub: HubDependency, since: TreeSize
) -> Answer:
    """Change the list of members: a new epoch."""
    command = ExchangeCommand(exchange, new_links([asked])[0], caller, hub.limits.window_ms)
    moved = await hub.store.write(lambda uow, /: append_exchange_links(command, hub.policy, uow))
    return await _answer(moved, hub, since)


async def _answer(moved: ExchangeMoved, hub: Hub, since: int | None) -> Answer:
    receipt = await hub.log.receipt(moved.leaf, since)
    return {"exchange": moved.exchange, "head": moved.head.to_json(), "receipt": receipt.to_json()}
