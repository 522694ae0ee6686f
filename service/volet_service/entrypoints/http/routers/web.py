"""Which web client this hub serves, and where the log says so: for whoever compares it with what a browser got."""

from __future__ import annotations

from fastapi import APIRouter

from volet_service.domain.errors import NotFound
from volet_service.entrypoints.http.identity import HubDependency
from volet_service.entrypoints.http.schemas import Answer

router = APIRouter(prefix="/v1", tags=["web"])


@router.get("/web")
async def web(hub: HubDependency) -> Answer:
    """Return the manifest of the files and the receipt of its leaf; 404 when this hub serves no web client."""
    if hub.web is None:
        raise NotFound
    receipt = await hub.log.receipt(hub.web.leaf, size=hub.log.size)
    return {"manifest": hub.web.files.manifest.to_json(), "receipt": receipt.to_json()}
