"""The active decision table, and the controller's activation of it."""

from __future__ import annotations

from fastapi import APIRouter

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_service.entrypoints.http.identity import HubDependency
from volet_service.entrypoints.http.schemas import Answer

router = APIRouter(prefix="/v1", tags=["policy"])


@router.get("/policy")
async def policy(hub: HubDependency) -> Answer:
    """Return the bytes of the active table, its hash, and the activation when there is one."""
    answer: dict[str, JsonValue] = {"table": to_base64url(hub.policy.data), "hash": hub.policy.active.hash}
    if hub.policy.activation is not None:
        answer["activation"] = hub.policy.activation
    return answer
