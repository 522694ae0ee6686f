"""The registrar's HTTP surface (Starlette): start, callback, pick-up, attest; managers' pages. It logs nobody's id."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from volet_protocol import canonical
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.problems import CONTENT_TYPE
from volet_service.application.login_ports import IdentityProvider
from volet_service.domain.errors import Invalid, Overloaded, Refusal, from_protocol
from volet_service.entrypoints.registrar.attested_list import AttestedUser, path_of, remember
from volet_service.entrypoints.registrar.attesting import AttestationRequest, attest
from volet_service.entrypoints.registrar.config import RegistrarConfig, RegistrarConfigError, StaffEntry, read_staff
from volet_service.entrypoints.registrar.identifications import Identifications
from volet_service.entrypoints.registrar.pages.routes import ManagerPages, PageTools

_MOST_BYTES = 32 * 1024
_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p>{back}<p>{name}</p></main></body></html>
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Tools:
    """What the registrar works with: configuration, provider, clock (ms) and randomness."""

    config: RegistrarConfig
    provider: IdentityProvider
    now_ms: Callable[[], int]
    random: Callable[[int], bytes]
    pages: PageTools


def create_app(tools: Tools) -> Starlette:
    """Return the application of one registrar."""
    identifications = Identifications()
    config = tools.config
    pages = (
        None
        if config.pages is None
        else ManagerPages(
            config, config.pages, tools=tools.pages, provider=tools.provider, now_ms=tools.now_ms, random=tools.random
        )
    )

    async def start(request: Request) -> Response:
        fields = await _body(request)
        nonce = to_base64url(fields.data("nonce", 32))
        fields.done()
        # A browser says which page asks; what is no page of a hub gets no answer that it could read, and no way back.
        page = request.headers.get("origin")
        back = page if page in config.hubs else None
        started = identifications.start(nonce, tools.random(128), tools.now_ms(), back)
        url = await run_in_threadpool(
            lambda: tools.provider.authorize_url(nonce=nonce, state=started.state, verifier=started.verifier)
        )
        return JSONResponse({"identification": started.id, "secret": started.secret, "authorize_url": url}, 201)

    async def callback(request: Request) -> Response:
        answer = dict(request.query_params)
        if pages is not None and pages.is_for(answer):
            return await pages.callback(request)
        try:
            waiting = identifications.answered(answer.get("state", ""))
            who = await run_in_threadpool(tools.provider.identify, answer, waiting.expected, tools.now_ms())
        except Refusal as refusal:
            text = "L’identification n’a pas abouti. Fermez cette page et recommencez depuis votre logiciel."
            return _page(config.name, "Identification refusée", text, refusal.problem.status)
        identifications.identified(waiting, who)
        if waiting.back is not None:
            return Response(status_code=303, headers={"Location": f"{waiting.back}/", **_HEADERS})
        text = "Vous êtes identifié. Vous pouvez fermer cette page et revenir à votre logiciel."
        return _page(config.name, "Identification réussie", text, 200, config.hubs)

    async def pick_up(request: Request) -> Response:
        fields = await _body(request)
        secret = fields.text("secret", 64)
        fields.done()
        found = identifications.pick_up(request.path_params["identification"], secret, tools.now_ms())
        if found is None:
            return JSONResponse({"status": "waiting"})
        return JSONResponse({"status": "identified", "id_token": found.id_token})

    async def attestations(request: Request) -> Response:
        fields = await _body(request)
        asked = AttestationRequest(
            hub=fields.label("hub"),
            user=fields.hash("user"),
            random=fields.data("random", 32),
            id_token=fields.text("id_token", 16 * 1024),
        )
        fields.done()
        listed = replace(config, staff=await run_in_threadpool(_staff, config))
        attested = attest(
            asked, config=listed, identifications=identifications, random=tools.random, now_ms=tools.now_ms()
        )
        users = [AttestedUser(one.sub, asked.hub, asked.user, one.structure) for one in attested]
        await run_in_threadpool(_remember, config, users)
        items = [{"statement": one.statement.to_json(), "salt": to_base64url(one.salt)} for one in attested]
        return JSONResponse({"attestations": items}, 201)

    async def about(_request: Request) -> Response:
        key = to_base64url(config.key.public)
        return JSONResponse({"name": config.name, "key": key, "iss": config.issuer, "aud": config.client_id})

    return Starlette(
        routes=[
            Route("/v1/identifications", _refusing(start), methods=["POST"]),
            Route("/v1/identifications/{identification}/pick-up", _refusing(pick_up), methods=["POST"]),
            Route("/v1/attestations", _refusing(attestations), methods=["POST"]),
            Route("/v1/callback", callback, methods=["GET"]),
            Route("/v1/about", about, methods=["GET"]),
            *(() if pages is None else pages.routes),
        ],
        # Browsers ask on behalf of a page of a hub that this registrar attests for, and of no other; without cookies.
        middleware=[
            Middleware(
                CORSMiddleware, allow_origins=list(config.hubs), allow_methods=["POST"],
                allow_headers=["Content-Type"],
            )
        ],
    )  # fmt: skip


def _remember(config: RegistrarConfig, attested: Sequence[AttestedUser]) -> None:
    """Write down whom an attestation is about before it goes out: one that is not there could never be ended."""
    try:
        remember(path_of(config), attested)
    except (RegistrarConfigError, OSError) as error:
        sys.stderr.write(f"volet registrar : {path_of(config)} ne s’écrit pas, personne n’est attesté\n")
        raise Overloaded("list of the attested") from error


def _staff(config: RegistrarConfig) -> tuple[StaffEntry, ...]:
    """Read the list as it is now: who was taken out of it is attested no more, from that minute on."""
    try:
        return read_staff(config.staff_path)
    except RegistrarConfigError as error:
        # Rather nobody than who left: the list as it was at the start may name them. No subject is told.
        sys.stderr.write(f"volet registrar : {config.staff_path} ne se lit pas, personne n’est attesté\n")
        raise Overloaded("staff list") from error


async def _body(request: Request) -> Fields:
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > _MOST_BYTES:
            raise Invalid("request is too large")
    return Fields(canonical.decode(data), "request")


def _refusing(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except (Refusal, ProtocolError) as error:
            refusal = from_protocol(error) if isinstance(error, ProtocolError) else error
            problem = refusal.problem
            content = {"type": problem.uri, "title": problem.title(), "status": problem.status, **refusal.members}
            return JSONResponse(content, problem.status, media_type=CONTENT_TYPE)

    return answer


def _page(name: str, title: str, text: str, status: int, hubs: Sequence[str] = ()) -> Response:
    back = "".join(f'<p><a href="{escape(hub)}/">Revenir à {escape(hub)}</a></p>' for hub in hubs)
    content = _PAGE.format(title=title, text=text, name=escape(name), back=back)
    return HTMLResponse(content, status, headers=_HEADERS)
