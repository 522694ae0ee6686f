"""The rules in force, those that were, and the controllers' way to put narrower ones into force."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter

from volet_protocol import canonical
from volet_protocol.activation import PolicyActivation
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import from_base64url, is_hash, to_base64url
from volet_service.application.activate_policy import ActivatePolicy, activate_policy
from volet_service.application.read_policy import read_activations, read_policy, read_table
from volet_service.domain.errors import NotFound
from volet_service.entrypoints.http.identity import HubDependency, TreeSize
from volet_service.entrypoints.http.schemas import Answer, PolicyRequest

router = APIRouter(prefix="/v1", tags=["policy"])


@router.get("/policy")
async def policy(hub: HubDependency) -> Answer:
    """Return the bytes of the table in force, its hash, and the controllers' activation when there is one."""
    found = await hub.store.read(partial(read_policy, hub.policy))
    answer: dict[str, JsonValue] = {"table": to_base64url(found.data), "hash": found.hash}
    if found.activation is not None:
        answer["activation"] = found.activation
    return answer


@router.get("/policy/activations")
async def activations(hub: HubDependency) -> Answer:
    """Return the receipt of every activation, oldest first: what was signed, and where the log says so."""
    leaves = await hub.store.read(read_activations)
    size = hub.log.size
    return {"receipts": [(await hub.log.receipt(leaf, size=size)).to_json() for leaf in leaves]}


@router.get("/policy/tables/{table}")
async def table(table: str, hub: HubDependency) -> Answer:
    """Return the bytes of a table that is or was in force."""
    if not is_hash(table):
        raise NotFound
    return {"table": to_base64url(await hub.store.read(partial(read_table, table)))}


@router.post("/policy", status_code=201)
async def activate(asked: PolicyRequest, hub: HubDependency, since: TreeSize) -> Answer:
    """Put a table into force at once. Whoever sends it, the controllers' signatures decide."""
    given = PolicyActivation.read(canonical.encode(asked.activation))
    command = ActivatePolicy(from_base64url(asked.table), given)
    work = partial(activate_policy, command, hub.trust, hub.policy.ceiling)
    activated = await hub.store.write(work)
    return {"table": activated.table, "receipt": (await hub.log.receipt(activated.leaf, since)).to_json()}
