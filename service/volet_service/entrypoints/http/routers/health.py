"""Health (the process answers) and readiness (it can write)."""

from __future__ import annotations

from fastapi import APIRouter

from volet_service.domain.errors import LogUnavailable
from volet_service.entrypoints.http.identity import HubDependency

router = APIRouter(prefix="/v1", tags=["health"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(hub: HubDependency) -> dict[str, str]:
    """Tell that the hub can append to its log; 503 otherwise."""
    if not hub.ready():
        raise LogUnavailable("the sequencer is not ready")
    return {"status": "ready"}
