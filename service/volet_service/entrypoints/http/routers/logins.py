"""Logins and sessions: start, the browser's way back, the client's wait, the session (docs/decisions/0003)."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.statements import from_json
from volet_service.application.close_session import close_session
from volet_service.application.finish_callback import finish_callback, look_at_login
from volet_service.application.login_starts import LoginStarts
from volet_service.application.open_session import NewLink, OpenSession, open_session
from volet_service.application.start_login import StartLogin, start_login
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import LoginRefusal, comparison_code, login_refused
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency
from volet_service.entrypoints.http.schemas import HASH, Strict, UserLinkBody

router = APIRouter(prefix="/v1", tags=["logins"])

_BYTES_32 = r"^[A-Za-z0-9_-]{43}$"
_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
</head><body><main><h1>{title}</h1>{content}</main></body></html>
"""
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_DONE = """<p>Revenez à votre logiciel : il termine la connexion.</p>
<p>Dans ce navigateur : <a href="/">revenir à Volet</a>.</p>
<p>Il affiche le code <strong>{code}</strong>. S’il en affiche un autre, ou si vous n’avez rien demandé, quelqu’un
d’autre a préparé cette connexion : n’allez pas plus loin et prévenez le responsable de votre structure.</p>"""
_FAILED = "<p>{why}</p><p>Fermez cette page et recommencez depuis votre logiciel. Rien n’a été enregistré.</p>"
_WHY = {
    LoginRefusal.DENIED_BY_PERSON: "Vous avez choisi de ne pas vous connecter.",
    LoginRefusal.EXPIRED: "La demande a plus de dix minutes.",
    LoginRefusal.ALREADY_USED: "Cette demande a déjà servi.",
    LoginRefusal.PROVIDER_UNAVAILABLE: "Le fournisseur d’identité ne répond pas.",
}


class LoginRequest(Strict):
    """Who asks, of which provider."""

    user: str = Field(pattern=HASH)
    device: str = Field(pattern=HASH)
    iss: str = Field(max_length=255)
    aud: str = Field(max_length=255)
    random: str = Field(pattern=_BYTES_32)


class LoginAnswer(Strict):
    """What the client keeps, and where it sends the browser."""

    login: str
    challenge: str
    authorize_url: str


class LoginState(Strict):
    """Whether the person has answered; the ID token is for the client to verify."""

    status: Literal["waiting", "identified"]
    id_token: str | None = None


class SessionRequest(Strict):
    """The signed `login` statement; the chain when the account is new."""

    statement: dict[str, Any]
    chain: list[UserLinkBody] = Field(default=[], max_length=256)


class SessionAnswer(Strict):
    """The token, shown this once."""

    token: str
    expires_ms: int
    first_chain: bool


@router.post("/logins", status_code=201)
async def start(asked: LoginRequest, request: Request, hub: HubDependency) -> LoginAnswer:
    """Start a login."""
    starts: LoginStarts = request.app.state.login_starts
    starts.count(request.client.host if request.client else "", hub.clock.now_ms())
    random = from_base64url(asked.random)
    started = await start_login(StartLogin(asked.user, asked.device, asked.iss, asked.aud, random), hub)
    return LoginAnswer(
        login=started.login, challenge=to_base64url(started.challenge), authorize_url=started.authorize_url
    )


@router.get("/logins/callback", response_class=HTMLResponse)
async def callback(request: Request, hub: HubDependency) -> HTMLResponse:
    """Take the browser back from the provider; the page is in French."""
    answer = dict(request.query_params)
    if len(answer) != len(request.query_params.multi_items()):
        # A parameter given twice is read differently by different parsers.
        return _failed(login_refused(LoginRefusal.CODE_REFUSED, "answer of the identity provider"))
    try:
        user = await finish_callback(answer, hub)
    except Refusal as refusal:
        return _failed(refusal)
    content = _DONE.format(code=comparison_code(user))
    return HTMLResponse(_PAGE.format(title="Vous êtes identifié", content=content), headers=_PAGE_HEADERS)


def _failed(refusal: Refusal) -> HTMLResponse:
    reason = refusal.members.get("reason")
    why = _WHY.get(LoginRefusal(str(reason)), "") if reason in set(LoginRefusal) else ""
    content = _FAILED.format(why=why or "La réponse du fournisseur d’identité ne peut pas être acceptée.")
    page = _PAGE.format(title="Connexion refusée", content=content)
    return HTMLResponse(page, refusal.problem.status, headers=_PAGE_HEADERS)


@router.get("/logins/{login}", response_model_exclude_none=True)
async def look(login: str, hub: HubDependency) -> LoginState:
    """Tell the client that holds this id whether the person has answered."""
    found = await look_at_login(login, hub)
    if found.id_token is None:
        return LoginState(status="waiting")
    return LoginState(status="identified", id_token=found.id_token)


@router.post("/logins/{login}/session", status_code=201)
async def open_(login: str, asked: SessionRequest, hub: HubDependency) -> SessionAnswer:
    """Open a session by the device's signature; create the account when its chain is new."""
    token = to_base64url(hub.random(32))
    links = [NewLink(from_json(link.statement), link.box_bytes()) for link in asked.chain]
    command = OpenSession(login, from_json(asked.statement), links, token, hub.origin, hub.limits.session_ms)
    opened = await hub.store.write(lambda uow, /: open_session(command, hub.trust, uow))
    return SessionAnswer(token=token, expires_ms=opened.expires_ms, first_chain=opened.first_chain)


@router.delete("/sessions/current", status_code=204)
async def close(caller: CallerDependency, request: Request, hub: HubDependency) -> Response:
    """End the session that the request came with."""
    await hub.store.write(lambda uow, /: close_session(caller, uow))
    request.app.state.last_seen.forget(caller.token_hash)
    return Response(status_code=204)
