"""The national directory: colleagues by name, profession, structure and place, each line with its proof."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_service.application.callers import Caller
from volet_service.application.directory_ports import FoundLines
from volet_service.application.ports import Hub
from volet_service.application.search_bound import SearchBound
from volet_service.application.search_directory import check_may_search
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency
from volet_service.entrypoints.http.schemas import Answer

router = APIRouter(prefix="/v1", tags=["directory"])

Typed = Annotated[str, Query(alias="q", min_length=2, max_length=200)]


@router.get("/directory/professionals")
async def search(typed: Typed, caller: CallerDependency, hub: HubDependency, request: Request) -> Answer:
    """Return lines of the extract in force that fit what was typed, at most 20, and the receipt of its leaf."""
    await _admit(caller, hub, request)
    return await _answer(await hub.directory.search(typed), hub)


@router.get("/directory/professionals/{national_id}")
async def lines_of(national_id: str, caller: CallerDependency, hub: HubDependency, request: Request) -> Answer:
    """Return the lines of one national id, none where the extract in force does not name it."""
    await _admit(caller, hub, request)
    return await _answer(await hub.directory.lines_of(national_id), hub)


async def _admit(caller: Caller, hub: Hub, request: Request) -> None:
    await hub.store.read(lambda uow, /: check_may_search(caller, uow))
    bound: SearchBound = request.app.state.directory_searches
    bound.count(caller.user, hub.clock.now_ms())


async def _answer(found: FoundLines, hub: Hub) -> Answer:
    lines: list[JsonValue] = [
        {"number": one.number, "line": one.line, "proof": [to_base64url(hashed) for hashed in one.proof]}
        for one in found.lines
    ]
    receipt = await hub.log.receipt(found.within.leaf, size=hub.log.size)
    return {"lines": lines, "more": found.more, "ignored": list(found.ignored), "receipt": receipt.to_json()}
