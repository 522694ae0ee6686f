"""Logins and sessions: start, the browser's way back, the client's wait, the session (docs/decisions/0003)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Field

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.recovery_request import RecoveryRequest
from volet_protocol.statements import from_json, parse
from volet_protocol.user_links import RECOVERY
from volet_service.application.add_user_links import parse_boxes
from volet_service.application.close_session import close_session
from volet_service.application.end_at_provider import end_at_provider
from volet_service.application.find_recovery import find_recovery
from volet_service.application.find_session import LastSeen
from volet_service.application.finish_callback import finish_callback, look_at_login
from volet_service.application.login_starts import LoginStarts
from volet_service.application.open_session import NewLink, OpenSession, open_session
from volet_service.application.own_sessions import end_session, list_sessions
from volet_service.application.start_login import StartLogin, start_login
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import (
    LOGIN_LIFETIME_MS,
    LoginRefusal,
    comparison_code,
    login_refused,
    session_alive,
    token_hash,
)
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency
from volet_service.entrypoints.http.schemas import HASH, Answer, Strict, UserLinkBody

router = APIRouter(prefix="/v1", tags=["logins"])

SessionId = Annotated[str, PathParameter(pattern=HASH)]
_BYTES_32 = r"^[A-Za-z0-9_-]{43}$"
_MOST_FORM = 20 * 1024
# As many as a client reads from a registrar in one answer.
MOST_ATTESTED = 64
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
    LoginRefusal.PROVIDER_UNAVAILABLE: "Le fournisseur d’identité ne répond pas comme prévu : réessayez dans quelques "
    "minutes. Si cela dure, prévenez le responsable de votre structure. Les sessions ouvertes continuent.",
    LoginRefusal.ASSURANCE_TOO_LOW: "Ce compte n’est pas assez sûr pour ouvrir un dossier : choisissez chez le "
    "fournisseur d’identité un compte de niveau « substantiel » ou supérieur.",
    LoginRefusal.HOST_NOT_ALLOWED: "Le fournisseur d’identité renvoie vers une adresse que cette plateforme n’admet "
    "pas : prévenez la personne qui l’exploite.",
    LoginRefusal.NAMING_TOKEN: "Le fournisseur d’identité met plus que le nécessaire dans sa réponse : prévenez la "
    "personne qui exploite cette plateforme.",
}


class LoginRequest(Strict):
    """Who asks, of which provider; `fresh` has the provider ask who is there, whoever it remembers."""

    user: str = Field(pattern=HASH)
    device: str = Field(pattern=HASH)
    iss: str = Field(max_length=255)
    aud: str = Field(max_length=255)
    random: str = Field(pattern=_BYTES_32)
    fresh: bool = False


class LoginAnswer(Strict):
    """What the client keeps, and where it sends the browser."""

    login: str
    challenge: str
    authorize_url: str


class LoginState(Strict):
    """Whether the person has answered; the ID token is for the client to verify."""

    status: Literal["waiting", "identified"]
    id_token: str | None = None
    hint: LoginHint | None = None


class HintedSituation(Strict):
    """A situation d'exercice as the provider tells it: nothing of it is confirmed."""

    profession: str | None = None
    category: str | None = None
    role: str | None = None
    sector: str | None = None
    siret: str | None = None
    finess: str | None = None
    structure: str | None = None


class LoginHint(Strict):
    """What the provider's userinfo tells about who logged in; a hint for their screen, never a proof."""

    name: str | None = None
    siret: str | None = None
    situations: list[HintedSituation]


class SessionRequest(Strict):
    """The signed `login` statement; the chain when the account is new; what a registrar attested for it meanwhile."""

    statement: dict[str, Any]
    chain: list[UserLinkBody] = Field(default=[], max_length=256)
    attestations: list[dict[str, Any]] = Field(default=[], max_length=MOST_ATTESTED)


class RecoveryRead(Strict):
    """The key of a recovery slot, when it asks, its signature."""

    sign: str = Field(pattern=_BYTES_32)
    time_ms: int
    sig: str = Field(max_length=86)


class OwnSession(Strict):
    """A session of the caller, by the hash of its token, which opens nothing."""

    session: str
    device: str
    created_ms: int
    seen_ms: int
    expires_ms: int
    current: bool


class SessionAnswer(Strict):
    """The token, shown this once; since when the account was held and by which registrar, where this ended that.

    `recent_until_ms`: until when acts that give rights to others, add a key or take a copy out ask nothing more.
    `logout_url`: where a browser logs out at the identity provider too, once the ID token is added as a hint.
    """

    token: str
    expires_ms: int
    recent_until_ms: int
    first_chain: bool
    held_since_ms: int | None = None
    held_by: str | None = None
    logout_url: str | None = None


@router.post("/logins", status_code=201)
async def start(asked: LoginRequest, request: Request, response: Response, hub: HubDependency) -> LoginAnswer:
    """Start a login. A browser is given a cookie, by which the way back knows that it is the one that began."""
    starts: LoginStarts = request.app.state.login_starts
    starts.count(request.client.host if request.client else "", hub.clock.now_ms())
    random = from_base64url(asked.random)
    started = await start_login(StartLogin(asked.user, asked.device, asked.iss, asked.aud, random, asked.fresh), hub)
    name, is_secure = _cookie(hub.origin)
    response.set_cookie(
        name, token_hash(started.state), max_age=LOGIN_LIFETIME_MS // 1000, secure=is_secure, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return LoginAnswer(
        login=started.login, challenge=to_base64url(started.challenge), authorize_url=started.authorize_url
    )


@router.get("/logins/callback", response_class=HTMLResponse)
async def callback(request: Request, hub: HubDependency) -> Response:
    """Take the browser back from the provider: to the page that began, or to one in French that shows a code.

    Somebody who was sent the address of another's login has no cookie of it: they have to compare the code.
    """
    answer = dict(request.query_params)
    if len(answer) != len(request.query_params.multi_items()):
        # A parameter given twice is read differently by different parsers.
        return _failed(login_refused(LoginRefusal.CODE_REFUSED, "answer of the identity provider"))
    try:
        user = await finish_callback(answer, hub)
    except Refusal as refusal:
        return _failed(refusal)
    name, _ = _cookie(hub.origin)
    if request.cookies.get(name) == token_hash(answer.get("state", "")):
        back = Response(status_code=303, headers={"Location": "/", **_PAGE_HEADERS})
        back.delete_cookie(name)
        return back
    content = _DONE.format(code=comparison_code(user))
    return HTMLResponse(_PAGE.format(title="Vous êtes identifié", content=content), headers=_PAGE_HEADERS)


def _cookie(origin: str) -> tuple[str, bool]:
    """Return the name of the cookie of a login under way, and whether it is for encrypted connections alone."""
    # A name that no neighbouring host can give a cookie (RFC 6265bis section 4.1.3.2), where there is encryption.
    is_secure = origin.startswith("https://")
    return ("__Host-volet-login" if is_secure else "volet-login"), is_secure


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
    told = hub.identity.hint(found)
    if told is None:
        return LoginState(status="identified", id_token=found.id_token)
    situations = [HintedSituation(**asdict(one)) for one in told.situations]
    hint = LoginHint(name=told.name, siret=told.siret, situations=situations)
    return LoginState(status="identified", id_token=found.id_token, hint=hint)


@router.post("/logins/{login}/session", status_code=201, response_model_exclude_none=True)
async def open_(login: str, asked: SessionRequest, hub: HubDependency) -> SessionAnswer:
    """Open a session by the device's signature; create the account when its chain is new."""
    token = to_base64url(hub.random(32))
    links = [NewLink(from_json(link.statement), link.box_bytes()) for link in asked.chain]
    command = OpenSession(
        login, from_json(asked.statement), links, token, hub.origin, hub.limits.session_ms,
        [from_json(attested) for attested in asked.attestations],
    )  # fmt: skip
    opened = await hub.store.write(lambda uow, /: open_session(command, hub.trust, uow))
    recent_until_ms = 0 if opened.identified_ms is None else opened.identified_ms + hub.limits.step_up_ms
    answer = SessionAnswer(
        token=token, expires_ms=opened.expires_ms, recent_until_ms=recent_until_ms, first_chain=opened.first_chain
    )
    answer.logout_url = await hub.identity.logout_url(opened.iss)
    if opened.held is not None:
        answer.held_since_ms = opened.held.since_ms
        answer.held_by = None if opened.held.registrar is None else to_base64url(opened.held.registrar)
    return answer


@router.post("/recovery")
async def recover(asked: RecoveryRead, request: Request, hub: HubDependency) -> Answer:
    """Return the chain of a recovery slot to who holds its key."""
    starts: LoginStarts = request.app.state.login_starts
    starts.count(request.client.host if request.client else "", hub.clock.now_ms())
    wanted = RecoveryRequest.read(asked.model_dump())
    found = await hub.store.read(lambda uow, /: find_recovery(wanted, hub.origin, uow))
    links: list[JsonValue] = []
    for link in found.links:
        box = (parse_boxes(link.boxes) or {}).get(RECOVERY)
        statement: dict[str, JsonValue] = {"statement": parse(link.statement).to_json()}
        links.append(statement if box is None else {**statement, "boxes": {RECOVERY: box}})
    return {"user": found.user, "links": links, "head": (await hub.log.head_proof("user", found.user)).to_json()}


@router.post("/provider-logouts", status_code=200)
async def provider_logout(request: Request, hub: HubDependency) -> Response:
    """End the sessions of somebody who logged out at their identity provider (OpenID back-channel logout)."""
    try:
        who = await hub.identity.logged_out(await _logout_token(request))
        ended = await hub.store.write(lambda uow, /: end_at_provider(who, uow))
    except Refusal as refusal:
        # The standard has one status for all that is refused (section 2.8).
        said = {"error": "invalid_request", "reason": str(refusal.members.get("reason", ""))}
        return JSONResponse(said, 400, headers={"Cache-Control": "no-store"})
    for session in ended:
        request.app.state.last_seen.forget(session)
    return Response(status_code=200, headers={"Cache-Control": "no-store"})


async def _logout_token(request: Request) -> str:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_FORM:
            raise login_refused(LoginRefusal.BAD_TOKEN, "logout request")
    try:
        form = parse_qsl(body.decode("ascii"), max_num_fields=1, strict_parsing=True)
    except ValueError:
        form = []
    if [name for name, _ in form] != ["logout_token"]:
        raise login_refused(LoginRefusal.BAD_TOKEN, "logout request")
    return form[0][1]


@router.get("/sessions")
async def own(caller: CallerDependency, request: Request, hub: HubDependency) -> list[OwnSession]:
    """Return the caller's sessions that still serve: where, since when, last used when."""
    last_seen: LastSeen = request.app.state.last_seen
    now_ms = hub.clock.now_ms()
    found: list[OwnSession] = []
    for one in await hub.store.read(lambda uow, /: list_sessions(caller, uow)):
        seen_ms = last_seen.last(one.token_hash, one.created_ms)
        if session_alive(seen_ms, one.expires_ms, now_ms):
            current = one.token_hash == caller.token_hash
            found.append(
                OwnSession(
                    session=one.token_hash, device=one.device, created_ms=one.created_ms, seen_ms=seen_ms,
                    expires_ms=one.expires_ms, current=current,
                )
            )  # fmt: skip
    return found


@router.delete("/sessions/current", status_code=204)
async def close(caller: CallerDependency, request: Request, hub: HubDependency) -> Response:
    """End the session that the request came with."""
    await hub.store.write(lambda uow, /: close_session(caller, uow))
    request.app.state.last_seen.forget(caller.token_hash)
    return Response(status_code=204)


@router.delete("/sessions/{session}", status_code=204)
async def end(session: SessionId, caller: CallerDependency, request: Request, hub: HubDependency) -> Response:
    """End one of the caller's sessions; its sockets are cut."""
    await hub.store.write(lambda uow, /: end_session(session, caller, uow))
    request.app.state.last_seen.forget(session)
    return Response(status_code=204)
