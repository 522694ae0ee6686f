"""Users: their chain, their bindings; attestations."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter

from volet_protocol.binding import Binding
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.statements import from_json, parse
from volet_service.application.add_binding import AddBinding, add_binding
from volet_service.application.add_user_links import AddUserLinks, add_user_links, parse_boxes
from volet_service.application.end_attestations import end_attestations
from volet_service.application.read_user import read_user
from volet_service.application.record_attestation import record_attestation
from volet_service.application.records import BindingRecord
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency, TreeSize
from volet_service.entrypoints.http.schemas import Answer, BindingRequest, StatementRequest, UserLinksRequest

router = APIRouter(prefix="/v1", tags=["users"])


@router.get("/users/{user}")
async def read(user: str, caller: CallerDependency, hub: HubDependency) -> Answer:
    """Return a user's chain, attestations, and bindings where the caller may have them."""
    found = await hub.store.read(lambda uow, /: read_user(user, caller, hub.policy, uow))
    links: list[JsonValue] = []
    for link in found.links:
        boxes = parse_boxes(link.boxes) if found.own else None
        statement: dict[str, JsonValue] = {"statement": parse(link.statement).to_json()}
        links.append(statement if boxes is None else {**statement, "boxes": boxes})
    return {
        "links": links,
        "bindings": [bound(one) for one in found.bindings],
        "attestations": [parse(one.statement).to_json() for one in found.attestations],
        "attestation_ends": [parse(one.statement).to_json() for one in found.ends],
        "head": (await hub.log.head_proof("user", user)).to_json(),
    }


def bound(one: BindingRecord) -> dict[str, JsonValue]:
    """Return a binding on the wire."""
    return {"id_token": one.id_token, "iss": one.iss, "aud": one.aud, "random": to_base64url(one.random)}


@router.post("/users/{user}/links")
async def add_links(
    user: str, asked: UserLinksRequest, caller: CallerDependency, hub: HubDependency, since: TreeSize
) -> Answer:
    """Append links to the caller's own chain."""
    links = [(from_json(link.statement), link.box_bytes()) for link in asked.links]
    command = AddUserLinks(user, links, caller)
    added = await hub.store.write(partial(add_user_links, command))
    answer: dict[str, JsonValue] = {"head": added.head.to_json()}
    if added.leaf is not None:
        answer["receipt"] = (await hub.log.receipt(added.leaf, since)).to_json()
    return answer


@router.post("/users/{user}/bindings", status_code=201)
async def bind(
    user: str, asked: BindingRequest, caller: CallerDependency, hub: HubDependency, since: TreeSize
) -> Answer:
    """Store a further binding of the caller."""
    binding = Binding(asked.id_token, asked.iss, asked.aud, from_base64url(asked.random))
    command = AddBinding(user, binding, caller)
    leaf = await hub.store.write(lambda uow, /: add_binding(command, hub.trust, uow))
    return {"receipt": (await hub.log.receipt(leaf, since)).to_json()}


@router.post("/attestations", status_code=201)
async def attest(asked: StatementRequest, hub: HubDependency) -> Answer:
    """Store an attestation signed by a registrar of the trust bundle."""
    statement = asked.parsed()
    id_, _ = await hub.store.write(lambda uow, /: record_attestation(statement, hub.trust, uow))
    return {"id": id_}


@router.post("/attestation-ends", status_code=201)
async def end(asked: StatementRequest, hub: HubDependency, since: TreeSize) -> Answer:
    """End what a registrar attested of somebody in one of its structures, by its own word."""
    statement = asked.parsed()
    id_, leaf = await hub.store.write(lambda uow, /: end_attestations(statement, hub.trust, uow))
    return {"id": id_, "receipt": (await hub.log.receipt(leaf, since)).to_json()}
