"""The public log: checkpoints, leaves, proofs, heads. Open to anybody, since it names nobody; and looks at records."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import is_hash, to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.heads_map import LABELS, PEOPLE
from volet_protocol.tiles import TilePath
from volet_service.application.lift_pseudonym import lift_pseudonym
from volet_service.application.ports import Hub
from volet_service.application.read_access_log import LookAtLog, read_access_log
from volet_service.application.read_cases import know_list
from volet_service.application.records import LogRecord
from volet_service.domain.errors import NotFound
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency, identify_caller
from volet_service.entrypoints.http.routers.users import bound
from volet_service.entrypoints.http.schemas import Answer, From, LogNumber, StatementRequest, To

router = APIRouter(prefix="/v1", tags=["log"])

LIST = "list"


@router.get("/heads/{label}/{chain}")
async def head(label: str, chain: str, hub: HubDependency, request: Request) -> Answer:
    """Return the head of a chain, or its absence, with its proof.

    Chain ids cannot be guessed, ids of lists can: from the id of their case. So lists are for who may know of them.
    """
    if label not in LABELS or not is_hash(chain):
        raise NotFound
    if label == LIST:
        caller = await identify_caller(request)
        await hub.store.read(lambda uow, /: know_list(chain, caller, hub.policy, uow))
    return (await hub.log.head_proof(label, chain)).to_json()


@router.get("/heads/{label}/{chain}/epochs")
async def epochs(label: str, chain: str, hub: HubDependency, after: To) -> Answer:
    """Return what the map said of a user or a subject when each epoch after the leaf `after` began, at most 144."""
    if label not in PEOPLE or not is_hash(chain):
        raise NotFound
    return (await hub.log.epochs(label, chain, after)).to_json()


@router.get("/log/checkpoint", response_class=PlainTextResponse)
async def checkpoint(hub: HubDependency, log: LogNumber = None) -> PlainTextResponse:
    """Return the newest signed checkpoint; of an earlier log where its number is given."""
    return PlainTextResponse(await hub.log.checkpoint(log), headers={"Cache-Control": "no-cache"})


@router.get("/log/checkpoint/cosigned", response_class=PlainTextResponse)
async def cosigned(hub: HubDependency, log: LogNumber = None) -> PlainTextResponse:
    """Return the newest checkpoint that enough witnesses of the log's policy cosigned; 404 when there is none."""
    return PlainTextResponse(await hub.log.cosigned(log), headers={"Cache-Control": "no-cache"})


@router.get("/log/tile/{path:path}", response_class=Response)
async def tile(path: str, hub: HubDependency, log: LogNumber = None) -> Response:
    """Return a tile of hashes or a bundle of leaves (C2SP tlog-tiles): it never changes once it exists."""
    try:
        asked = TilePath.parse(path)
    except ProtocolError:
        raise NotFound from None
    headers = {"Cache-Control": "public, max-age=604800, immutable"}
    return Response(await hub.log.tile(asked, log), media_type="application/octet-stream", headers=headers)


@router.get("/log/retention")
async def retention(hub: HubDependency) -> Answer:
    """Return how many months each class of records is kept, and why where it is more than twelve."""
    return dict(hub.retention.to_json())


@router.get("/log/leaves")
async def leaves(hub: HubDependency, from_: From, to: To, log: LogNumber = None) -> Answer:
    """Return leaves from..to, the end excluded, at most 1024."""
    return {"leaves": [to_base64url(leaf) for leaf in await hub.log.leaves(from_, to, log)]}


@router.get("/log/proof")
async def inclusion(hub: HubDependency, index: To, size: To, log: LogNumber = None) -> Answer:
    """Return the inclusion proof of a leaf."""
    return {"hashes": [to_base64url(one) for one in await hub.log.inclusion(index, size, log)]}


@router.get("/log/consistency")
async def consistency(hub: HubDependency, from_: From, to: To, log: LogNumber = None) -> Answer:
    """Return the proof that the tree of `from` leaves is a prefix of the tree of `to` leaves."""
    return {"hashes": [to_base64url(one) for one in await hub.log.consistency(from_, to, log)]}


@router.post("/log/identities")
async def identities(asked: StatementRequest, caller: CallerDependency, hub: HubDependency) -> Answer:
    """Return the identities bound to an account that acted in a case, to who watches over the log; with a reason."""
    command = LookAtLog(asked.parsed(), caller, hub.limits.window_ms)
    lifted = await hub.store.write(lambda uow, /: lift_pseudonym(command, uow))
    return {
        "bindings": [bound(one) for one in lifted.bindings],
        "receipt": (await hub.log.receipt(lifted.leaf, lifted.since or None)).to_json(),
    }


@router.post("/log/records")
async def records(asked: StatementRequest, caller: CallerDependency, hub: HubDependency) -> Answer:
    """Return records of the access log.

    Of their own case to a person, views only; of their scope to who watches; to anybody, of what was released to
    their own devices.
    """
    command = LookAtLog(asked.parsed(), caller, hub.limits.window_ms)
    shown = await hub.store.write(lambda uow, /: read_access_log(command, hub.policy, uow))
    # One tree for all of them, so that a reader checks one checkpoint.
    size = hub.log.size
    return {
        "records": [
            await _record(record, hub, size, identities=shown.identities, fact=shown.facts.get(record.index))
            for record in shown.records
        ],
        "receipt": (await hub.log.receipt(shown.leaf, shown.since or None, size)).to_json(),
    }


async def _record(record: LogRecord, hub: Hub, size: int, *, identities: bool, fact: JsonObject | None) -> Answer:
    """Return a leaf's receipt as this reader may have it; after an erasure, the bare leaf."""
    if record.view is None:
        return {"index": record.index, "leaf": to_base64url(record.leaf)}
    receipt = await hub.log.receipt(record.index, size=size)
    shown = receipt if identities else receipt.for_person()
    answer: Answer = {"index": record.index, "receipt": shown.to_json()}
    return answer if fact is None else {**answer, "fact": fact}
