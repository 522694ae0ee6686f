"""The demonstration provider's HTTP surface (Starlette): discovery, keys, the page of accounts, the code exchange."""

from __future__ import annotations

import time
from functools import partial
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from volet_service.entrypoints.demo_provider.keys import public_jwks
from volet_service.entrypoints.demo_provider.pages import ENDED, HEADERS, STYLE, choice_page, refusal_page
from volet_service.entrypoints.demo_provider.server import PRESENCE_S, Presence, Provider, Reply, Request

_MOST_FORM_BYTES = 16 * 1024
_COOKIE = "volet-demonstration"


def create_app(provider: Provider) -> Starlette:
    """Return the application of one provider."""

    def discovery(_request: HttpRequest) -> Response:
        return JSONResponse(provider.discovery())

    def jwks(_request: HttpRequest) -> Response:
        return JSONResponse(public_jwks(provider.keys))

    def style(_request: HttpRequest) -> Response:
        return PlainTextResponse(STYLE, media_type="text/css")

    def show(request: HttpRequest) -> Response:
        asked = _authorization(request)
        refused = provider.check_authorization(asked)
        if refused is not None:
            return _page_reply(refused)
        here = _present(provider, request)
        if here is not None:
            return _page_reply(provider.authorize(asked, here))
        action = f"{request.url.path}?{request.url.query}"
        client_id = request.query_params["client_id"]
        return HTMLResponse(choice_page(provider.registry.accounts, client_id, action), headers=HEADERS)

    async def choose(request: HttpRequest) -> Response:
        form = await _form(request)
        account = provider.registry.account(form.get("account", ""))
        if account is None and "refuse" not in form:
            return HTMLResponse(refusal_page("invalid_request", "unknown account"), 400, headers=HEADERS)
        presence = None if account is None else Presence(account, int(time.time()))
        answer = _page_reply(await run_in_threadpool(provider.authorize, _authorization(request), presence))
        return answer if presence is None or "remain" not in form else _remaining(provider, presence, answer)

    async def token(request: HttpRequest) -> Response:
        form = await _form(request)
        asked = Request("POST", str(request.url), form, _headers(request))
        reply = await run_in_threadpool(provider.exchange, asked)
        return JSONResponse(reply.body, reply.status, headers=_without_type(reply))

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks.json", jwks),
            Route("/style.css", style),
            Route("/authorize", show, methods=["GET"]),
            Route("/authorize", choose, methods=["POST"]),
            Route("/end", partial(_end, provider), methods=["GET"]),
            Route("/token", token, methods=["POST"]),
        ]
    )


def _present(provider: Provider, request: HttpRequest) -> Presence | None:
    """Return who stays identified in this browser; who is to show themselves anew does (OpenID Connect 3.1.2.1)."""
    return None if request.query_params.get("prompt") else provider.remembered(request.cookies.get(_COOKIE, ""))


def _end(provider: Provider, request: HttpRequest) -> Response:
    """Log the browser out, then back to who sent it (OpenID Connect RP-Initiated Logout 1.0)."""
    provider.forget(request.cookies.get(_COOKIE, ""))
    back = provider.way_back(request.query_params)
    if back is None:
        return HTMLResponse(ENDED, headers=HEADERS)
    return Response(status_code=303, headers={"Location": back, **HEADERS})


def _remaining(provider: Provider, presence: Presence, answer: Response) -> Response:
    secret = provider.remember(presence)
    answer.set_cookie(_COOKIE, secret, max_age=PRESENCE_S, path="/", httponly=True, samesite="lax")
    return answer


def _authorization(request: HttpRequest) -> Request:
    """Read the authorization request from the address only: the form says nothing but who."""
    return Request(request.method, str(request.url), request.query_params, _headers(request))


def _headers(request: HttpRequest) -> dict[str, str]:
    # Authlib looks for `Authorization` under that spelling.
    return {name.title(): value for name, value in request.headers.items()}


async def _form(request: HttpRequest) -> dict[str, str]:
    """Read a urlencoded form, and nothing beyond its bound."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_FORM_BYTES:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=32))


def _page_reply(reply: Reply) -> Response:
    if reply.location is not None:
        return Response(status_code=303, headers={"Location": reply.location, **HEADERS})
    body = reply.body if isinstance(reply.body, dict) else {}
    page = refusal_page(str(body.get("error", "invalid_request")), str(body.get("error_description", "")))
    return HTMLResponse(page, reply.status, headers=HEADERS)


def _without_type(reply: Reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name.lower() != "content-type"}
