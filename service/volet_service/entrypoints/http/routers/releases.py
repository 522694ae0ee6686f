"""Releases: the one way in which a server share leaves."""

from __future__ import annotations

from fastapi import APIRouter

from volet_service.application.release_entries import Release, release_entries
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency
from volet_service.entrypoints.http.schemas import Answer, StatementRequest

router = APIRouter(prefix="/v1", tags=["releases"])


@router.post("/releases")
async def release(asked: StatementRequest, caller: CallerDependency, hub: HubDependency) -> Answer:
    """Decide, log, then hand out shares and small ciphertext with the receipt."""
    command = Release(asked.parsed(), caller, hub.limits.window_ms)
    released = await hub.store.write(lambda uow, /: release_entries(command, hub.policy, uow))
    receipt = await hub.log.receipt(released.leaf, released.since)
    return {"items": [item.to_json() for item in released.items], "receipt": receipt.to_json()}
