"""Entries: uploads, deposits, taking back, one entry, and the streams of its released parts."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from volet_protocol.encodings import from_base64url
from volet_protocol.entry import UnverifiedEntry, read_entry
from volet_protocol.hashing import sha256
from volet_protocol.merkle import leaf_hash, root_of
from volet_protocol.sealing import BODY, CHUNK_SIZE, TAG_SIZE, TITLE
from volet_service.application import read_cases
from volet_service.application.callers import Caller
from volet_service.application.opened_before import opened_before
from volet_service.application.ports import Hub
from volet_service.application.post_entry import Ciphertext, PostEntry, post_entry
from volet_service.application.take_back_entry import TakeBackEntry, take_back_entry
from volet_service.domain.errors import Invalid, TooLarge
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency, TreeSize
from volet_service.entrypoints.http.routers.cases import served_entry
from volet_service.entrypoints.http.schemas import HASH, Answer, EntryRequest, StatementRequest

router = APIRouter(prefix="/v1", tags=["entries"])

CHUNK = CHUNK_SIZE + TAG_SIZE
UploadId = Annotated[str, Path(pattern=HASH)]
PartName = Annotated[str, Path(pattern="^(title|body)$")]
Position = Annotated[int, Path(ge=0, le=2**24)]


@router.put("/uploads/{upload}/{n}", status_code=204)
async def upload(
    upload: UploadId, n: Position, request: Request, caller: CallerDependency, hub: HubDependency
) -> Response:
    """Store ciphertext chunks from number `n` on: whole ones, but for an upload's last."""
    data = await request.body()
    await asyncio.to_thread(hub.blobs.write_chunk, caller.device, upload, n, data)
    return Response(status_code=204)


@router.post("/entries", status_code=201)
async def post(asked: EntryRequest, caller: CallerDependency, hub: HubDependency, since: TreeSize) -> Answer:
    """Deposit an entry."""
    entry = read_entry(asked.parsed())
    title = _inline(from_base64url(asked.title))
    body = await _body(asked, entry, caller, hub)
    command = PostEntry(
        entry,
        {TITLE: title, BODY: body},
        {part: from_base64url(share) for part, share in asked.shares.items()},
        {user: from_base64url(box) for user, box in asked.boxes.items()},
        caller,
        hub.limits.window_ms,
    )
    posted = await hub.store.write(lambda uow, /: post_entry(command, hub.policy, uow))
    receipt = await hub.log.receipt(posted.leaf, since)
    return {"id": posted.id, "list": posted.head.to_json(), "receipt": receipt.to_json()}


def _inline(data: bytes) -> Ciphertext:
    if len(data) > CHUNK:
        raise TooLarge("a part above one chunk is uploaded first")
    return Ciphertext(root_of([leaf_hash(data)]).hex(), len(data), data, None)


async def _body(asked: EntryRequest, entry: UnverifiedEntry, caller: Caller, hub: Hub) -> Ciphertext:
    """Return the body: in the request, or the upload, which becomes a blob before the entry that names it."""
    if (asked.body is None) == (asked.upload is None):
        raise Invalid("either a body or an upload")
    if asked.body is not None:
        return _inline(from_base64url(asked.body))
    device, upload, signed = caller.device, asked.upload or "", entry.seals[BODY].root
    # Nothing of the statement is verified yet. So the name holds the session's device and the root: whoever copies the
    # header of somebody's entry cannot put other bytes in the place of its document, nor reach a blob by its root.
    name = sha256(f"{device}/{entry.id}/{signed}".encode()).hex()
    kept = await asyncio.to_thread(hub.blobs.size, name)
    if kept is not None:
        return Ciphertext(signed, kept, None, name)
    root, size = await asyncio.to_thread(hub.blobs.upload_root, device, upload)
    if root != signed:
        raise Invalid("the upload is not the ciphertext that was signed", {"reason": "bad-ciphertext"})
    await asyncio.to_thread(hub.blobs.keep, device, upload, name)
    return Ciphertext(signed, size, None, name)


@router.get("/entries/{entry}")
async def read(entry: str, caller: CallerDependency, hub: HubDependency) -> Answer:
    """Return an entry's statement and the caller's box."""
    stored, box = await hub.store.read(lambda uow, /: read_cases.read_entry(entry, caller, hub.policy, uow))
    return served_entry(stored, box)


@router.post("/entries/{entry}/take-back")
async def take_back(
    entry: str, asked: StatementRequest, caller: CallerDependency, hub: HubDependency, since: TreeSize
) -> Answer:
    """Take an entry back: its server shares are destroyed; its author is told who had opened it."""
    command = TakeBackEntry(entry, asked.parsed(), caller, hub.limits.window_ms)
    leaf = await hub.store.write(lambda uow, /: take_back_entry(command, hub.policy, uow))
    readers = await hub.store.read(lambda uow, /: opened_before(entry, caller, hub.policy, uow))
    opened = [{"user": one.user, "part": one.part, "intent": one.intent, "time_ms": one.time_ms} for one in readers]
    return {"opened": opened, "receipt": (await hub.log.receipt(leaf, since)).to_json()}


@router.get("/entries/{entry}/parts/{part}/leaves")
async def leaves(entry: str, part: PartName, release: str, caller: CallerDependency, hub: HubDependency) -> Response:
    """Return the leaf hashes of a released part, 32 bytes each."""
    name = await _blob(entry, part, release, caller, hub)
    return Response(await asyncio.to_thread(hub.blobs.leaves, name), media_type="application/octet-stream")


@router.get("/entries/{entry}/parts/{part}/chunks")
async def chunks(
    entry: str, part: PartName, release: str, *, caller: CallerDependency, hub: HubDependency,
    from_: Annotated[int, Query(alias="from", ge=0)] = 0, to: Annotated[int, Query(ge=0)] = 2**24,
) -> StreamingResponse:  # fmt: skip
    """Stream chunks from..to of a released part, the end excluded."""
    name = await _blob(entry, part, release, caller, hub)
    return StreamingResponse(hub.blobs.chunks(name, from_, to), media_type="application/octet-stream")


async def _blob(entry: str, part: str, release: str, caller: Caller, hub: Hub) -> str:
    return await hub.store.read(
        lambda uow, /: read_cases.may_stream(entry, part, release, caller=caller, policy=hub.policy, uow=uow)
    )  # fmt: skip
