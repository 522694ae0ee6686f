"""The witness's HTTP surface: `POST add-checkpoint` for logs, `GET <hash of origin>/checkpoint` for monitors.

It logs nothing of requests. TLS and addresses are the business of the proxy in front of it.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from volet_protocol.hashing import sha256
from volet_protocol.witness_request import MAX_REQUEST
from volet_witness.judging import Witness
from volet_witness.store import WitnessStore


def create_app(witness: Witness, store: WitnessStore, now_s: Callable[[], int]) -> Starlette:
    """Return the application; `now_s` gives POSIX seconds."""

    async def add_checkpoint(request: Request) -> Response:
        data = b""
        async for piece in request.stream():
            data += piece
            if len(data) > MAX_REQUEST:
                return PlainTextResponse("request above 160 KiB\n", 400)
        answer = await run_in_threadpool(witness.add_checkpoint, data, now_s())
        return Response(answer.text, answer.status, media_type=answer.type)

    async def checkpoint(request: Request) -> Response:
        note = await run_in_threadpool(_newest, store, str(request.path_params["origin"]))
        if note is None:
            return PlainTextResponse("no checkpoint of such a log\n", 404)
        return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin:str}/checkpoint", checkpoint, methods=["GET"]),
        ]
    )


def _newest(store: WitnessStore, origin_hash: str) -> str | None:
    for origin in store.origins():
        if sha256(origin.encode("utf-8")).hex() == origin_hash:
            known = store.known(origin)
            return None if known is None else known.note
    return None
