"""Where a further device and an older one of its user leave each other a message."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from pydantic import Field

from volet_protocol.canonical import JsonValue
from volet_service.application.device_joins import DeviceJoins
from volet_service.application.login_starts import LoginStarts
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency
from volet_service.entrypoints.http.schemas import HASH, Answer, Strict

router = APIRouter(prefix="/v1/device-joins", tags=["devices"])

JoinName = Annotated[str, PathParameter(pattern=HASH)]
_BYTES_32 = r"^[A-Za-z0-9_-]{43}$"


class JoinPlace(Strict):
    """The name of a place, made from the code."""

    name: str = Field(pattern=HASH)


class JoinRequest(Strict):
    """The public keys of a newcomer, and its proof that it has the code."""

    sign: str = Field(pattern=_BYTES_32)
    box: str = Field(max_length=1622)
    proof: str = Field(pattern=_BYTES_32)


class JoinAnswer(Strict):
    """Which device was added, at which head of the chain, and the older device's proof that it has the code."""

    device: str = Field(pattern=HASH)
    seq: int = Field(ge=1, le=2**31)
    hash: str = Field(pattern=HASH)
    proof: str = Field(pattern=_BYTES_32)


@router.post("", status_code=201)
async def open_(asked: JoinPlace, caller: CallerDependency, request: Request, hub: HubDependency) -> Answer:
    """Open a place for a device that joins the caller's."""
    return {"expires_ms": _joins(request).open(asked.name, caller, hub.clock.now_ms())}


@router.get("/{name}")
async def look(name: JoinName, request: Request, hub: HubDependency) -> Answer:
    """Return what was left at a place, to who knows its name."""
    place = _joins(request).at(name, hub.clock.now_ms())
    requests: list[JsonValue] = [*place.requests]
    found: dict[str, JsonValue] = {"user": place.user, "expires_ms": place.until_ms, "requests": requests}
    return found if place.answer is None else {**found, "answer": place.answer}


@router.post("/{name}/requests", status_code=204)
async def leave(name: JoinName, asked: JoinRequest, request: Request, hub: HubDependency) -> Response:
    """Leave the keys and the proof of a device that joins."""
    starts: LoginStarts = request.app.state.login_starts
    starts.count(request.client.host if request.client else "", hub.clock.now_ms())
    _joins(request).leave(name, asked.model_dump(), hub.clock.now_ms())
    return Response(status_code=204)


@router.post("/{name}/answer", status_code=204)
async def answer(
    name: JoinName, asked: JoinAnswer, caller: CallerDependency, request: Request, hub: HubDependency
) -> Response:
    """Leave the answer of the device that opened the place."""
    _joins(request).reply(name, asked.model_dump(), caller, hub.clock.now_ms())
    return Response(status_code=204)


def _joins(request: Request) -> DeviceJoins:
    joins: DeviceJoins = request.app.state.device_joins
    return joins
