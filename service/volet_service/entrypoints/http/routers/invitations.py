"""Invitations: those that name the caller, and the box of one, once."""

from __future__ import annotations

from fastapi import APIRouter

from volet_protocol.encodings import from_base64url, to_base64url
from volet_service.application.invitations import give_box, list_invitations
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency, TreeSize
from volet_service.entrypoints.http.schemas import Answer, BoxRequest

router = APIRouter(prefix="/v1", tags=["invitations"])


@router.get("/invitations")
async def own(caller: CallerDependency, hub: HubDependency) -> list[Answer]:
    """Return the invitations that name the caller's own identity: open, or ended unanswered within 30 days."""
    found = await hub.store.read(lambda uow, /: list_invitations(caller, uow))
    return [
        {
            "case": one.record.case, "invitation": one.record.fact, "expires_ms": one.record.expires_ms,
            "fact": one.body,
        }
        for one in found
    ]  # fmt: skip


@router.post("/invitations/{invitation}/box")
async def box(
    invitation: str, asked: BoxRequest, *, caller: CallerDependency, hub: HubDependency, since: TreeSize
) -> Answer:
    """Give the box of an invitation against a proof made with its code; the release or the wrong proof is logged."""
    proof = from_base64url(asked.proof)
    given = await hub.store.write(lambda uow, /: give_box(invitation, proof, hub.origin, caller, uow))
    if given.refusal is not None:
        raise given.refusal
    receipt: Answer = {"receipt": (await hub.log.receipt(given.leaf, since)).to_json()}
    return receipt if given.box is None else {"box": to_base64url(given.box), **receipt}
