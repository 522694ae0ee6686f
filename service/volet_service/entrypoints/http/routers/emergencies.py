"""Emergencies: the receipt on which one is answered, and the list that is watched over."""

from __future__ import annotations

from fastapi import APIRouter

from volet_service.application.find_emergency import find_emergency
from volet_service.application.list_emergencies import list_emergencies
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency, TreeSize
from volet_service.entrypoints.http.routers.cases import served_links
from volet_service.entrypoints.http.schemas import Answer

router = APIRouter(prefix="/v1", tags=["emergencies"])


@router.get("/cases/{case}/emergencies/{emergency}")
async def one(case: str, emergency: str, *, caller: CallerDependency, hub: HubDependency, since: TreeSize) -> Answer:
    """Return the receipt of the leaf `emergency-start`, and who audits; the look is logged."""
    found = await hub.store.write(lambda uow, /: find_emergency(case, emergency, caller, hub.policy, uow))
    return {
        "started": (await hub.log.receipt(found.start, since)).to_json(),
        "auditors": list(found.auditors),
        "receipt": (await hub.log.receipt(found.leaf, since)).to_json(),
    }


@router.get("/emergencies")
async def every(caller: CallerDependency, hub: HubDependency, since: TreeSize) -> Answer:
    """Return the newest emergencies of their scope to who watches, each with its links; the look is logged."""
    listed = await hub.store.write(lambda uow, /: list_emergencies(caller, uow))
    return {
        "emergencies": [
            {"emergency": declared.fact, "case": declared.case, "leaf": declared.leaf, "links": served_links(links, {})}
            for declared, links in listed.emergencies
        ],
        "receipt": (await hub.log.receipt(listed.leaf, since)).to_json(),
    }
