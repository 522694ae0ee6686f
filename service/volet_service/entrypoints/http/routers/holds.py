"""Accounts held by telephone: by a registrar, or by the number of a recovery sheet (docs/spec/holds.md)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field

from volet_service.application.hold_account import hold_by_number, hold_by_registrar, keep_hold_number
from volet_service.application.hold_tries import HoldTries
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency
from volet_service.entrypoints.http.schemas import HASH, Answer, StatementRequest, Strict

router = APIRouter(prefix="/v1", tags=["holds"])


class HoldByNumber(Strict):
    """The number as it was told."""

    number: str = Field(max_length=40)


class HoldNumber(Strict):
    """The hash of the number that stands on the caller's sheet."""

    number_hash: str = Field(pattern=HASH)


class Held(Strict):
    """How many devices act no more."""

    devices: int


@router.post("/holds")
async def hold(asked: StatementRequest, hub: HubDependency) -> Held:
    """Hold every account of an identity, by the word of a registrar that attested it."""
    statement = asked.parsed()
    return Held(devices=await hub.store.write(lambda uow, /: hold_by_registrar(statement, hub.trust, uow)))


@router.post("/holds/by-number")
async def by_number(asked: HoldByNumber, request: Request, hub: HubDependency) -> Held:
    """Hold the account of a number; tries are counted by address."""
    tries: HoldTries = request.app.state.hold_tries
    tries.count(request.client.host if request.client else "", hub.clock.now_ms())
    return Held(devices=await hub.store.write(lambda uow, /: hold_by_number(asked.number, uow)))


@router.post("/hold-numbers")
async def keep(asked: HoldNumber, caller: CallerDependency, hub: HubDependency) -> Answer:
    """Keep the hash of the caller's own number."""
    await hub.store.write(lambda uow, /: keep_hold_number(asked.number_hash, caller, uow))
    return {}
