"""The managers' routes: sign in anew through the provider, then the team, each act shown before it is done.

What makes an act somebody's own: a session of this browser, the session's word in the form, and an `Origin` that is
ours (OWASP CSRF: another site's page has none of the three).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from threading import Lock
from typing import cast
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from volet_protocol.hashing import same
from volet_service.application.login_ports import IdentityProvider
from volet_service.application.open_session import unverified_claims
from volet_service.domain.errors import NotFound, Refusal
from volet_service.domain.logins import identified_ms
from volet_service.entrypoints.registrar.config import Pages, RegistrarConfig, RegistrarConfigError
from volet_service.entrypoints.registrar.freezing import Send
from volet_service.entrypoints.registrar.pages.desk import Desk, ListChangedError
from volet_service.entrypoints.registrar.pages.html import Html
from volet_service.entrypoints.registrar.pages.inscribing import as_table
from volet_service.entrypoints.registrar.pages.sessions import SESSION_MS, ManagerSession, ManagerSessions
from volet_service.entrypoints.registrar.pages.views import HOME, Views
from volet_service.entrypoints.registrar.pages.words import words_for
from volet_service.entrypoints.registrar.row_names import RowName

_MOST_BYTES = 2 * 1024 * 1024
_MOST_FIELDS = 64
# The provider's clock may be behind ours; a sign-in that is older than its own beginning is remembered, not anew.
_CLOCK_MS = 60_000
_SESSION, _BROWSER = "volet-equipe", "volet-equipe-login"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
Fields = Mapping[str, list[str]]
Answer = Callable[[Request, Views, ManagerSession], Awaitable[Html]]
Act = Callable[[Views, ManagerSession, Fields], Html]


@dataclass(frozen=True)
class PageTools:
    """What the pages work with beside the registrar's own tools: the hubs, and what rows are called."""

    send: Send
    rows: Mapping[str, RowName]


class ManagerPages:
    """The pages of one registrar process."""

    def __init__(
        self,
        config: RegistrarConfig,
        pages: Pages,
        *,
        tools: PageTools,
        provider: IdentityProvider,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._config, self._tools, self._provider = config, tools, provider
        self._now_ms, self._random = now_ms, random
        self._managers = pages.managers
        self._sessions = ManagerSessions()
        self._desk = Desk(config, pages, tools.send, now_ms, Lock())

    @property
    def routes(self) -> list[BaseRoute]:
        """Every route of the pages."""
        return [
            Route(HOME, self._shown(self._team), methods=["GET"]),
            Route(f"{HOME}/style.css", _style, methods=["GET"]),
            Route(f"{HOME}/identification", self._sign_in, methods=["POST"]),
            Route(f"{HOME}/fin", self._sign_out, methods=["POST"]),
            Route(f"{HOME}/inscription", self._done(self._inscribe), methods=["POST"]),
            Route(f"{HOME}/depart", self._shown(self._departure), methods=["GET"]),
            Route(f"{HOME}/depart", self._done(self._leave), methods=["POST"]),
            Route(f"{HOME}/blocage", self._shown(self._holding), methods=["GET"]),
            Route(f"{HOME}/blocage", self._done(self._hold), methods=["POST"]),
        ]

    def is_for(self, answer: Mapping[str, str]) -> bool:
        """Tell whether a provider's answer is of a manager's sign-in."""
        return self._sessions.began(answer.get("state", ""))

    async def callback(self, request: Request) -> Response:
        """Take the provider's answer: a session for a manager, identified anew, in the browser that began."""
        views, answer = self._views(request), dict(request.query_params)
        words = views.words
        try:
            expected = self._sessions.answered(answer.get("state", ""), request.cookies.get(_BROWSER))
            who = await run_in_threadpool(self._provider.identify, answer, expected, self._now_ms())
        except Refusal as refusal:
            return _answer(views.sign_in(words.refused, words.refused_next), refusal.problem.status)
        seen_ms = identified_ms(unverified_claims(who.id_token), self._now_ms(), fresh=True)
        if seen_ms is None or seen_ms < expected.started_ms - _CLOCK_MS:
            return _answer(views.sign_in(words.refused, words.refused_next), 401)
        if who.sub not in self._managers:
            return _answer(views.sign_in(words.not_a_manager, words.not_a_manager_next.format(who.sub)), 403)
        token = self._sessions.open(who.sub, self._random(64), self._now_ms())
        response = RedirectResponse(HOME, 303, HEADERS)
        self._set(response, _SESSION, token, SESSION_MS // 1000)
        response.delete_cookie(_BROWSER, path="/")
        return response

    async def _sign_in(self, request: Request) -> Response:
        if not self._is_ours(request):
            views = self._views(request)
            return _answer(views.sign_in(views.words.bad_form), 403)
        try:
            begun = self._sessions.begin(self._random(128), self._now_ms())
            url = await run_in_threadpool(
                lambda: self._provider.authorize_url(
                    nonce=begun.nonce, state=begun.state, verifier=begun.verifier, fresh=True
                )
            )
        except Refusal as refusal:
            views = self._views(request)
            return _answer(views.sign_in(refusal.problem.title(views.words.lang)), refusal.problem.status)
        response = RedirectResponse(url, 303, HEADERS)
        self._set(response, _BROWSER, begun.browser, 600)
        return response

    async def _sign_out(self, request: Request) -> Response:
        session, fields = self._session(request), await _fields(request)
        if session is not None and self._is_ours(request) and _has_word(session, fields):
            self._sessions.close(request.cookies.get(_SESSION))
        return RedirectResponse(HOME, 303, HEADERS)

    async def _team(self, request: Request, views: Views, session: ManagerSession) -> Html:
        wanted = request.query_params.get("q", "")[:100]
        return views.team(await run_in_threadpool(self._desk.team, session.sub, wanted), wanted)

    async def _departure(self, request: Request, views: Views, session: ManagerSession) -> Html:
        who, structure = request.query_params.get("sub", ""), request.query_params.get("structure", "")
        found, version = await run_in_threadpool(self._desk.departure, session.sub, who, structure)
        return views.departure(found, who, structure, version)

    async def _holding(self, request: Request, views: Views, session: ManagerSession) -> Html:
        who = request.query_params.get("sub", "")
        await run_in_threadpool(self._desk.known, session.sub, who)
        return views.holding(who)

    def _inscribe(self, views: Views, session: ManagerSession, fields: Fields) -> Html:
        table = _one(fields, "table") if "table" in fields else as_table(fields, self._tools.rows)
        # A form writes line ends as CR LF, and what is typed may have none at the end.
        table = table.replace("\r\n", "\n").strip("\n") + "\n"
        if "version" in fields:
            return views.inscribed(self._desk.inscribe(session.sub, table, _one(fields, "version")))
        return views.table(self._desk.read(session.sub, table), table)

    def _leave(self, views: Views, session: ManagerSession, fields: Fields) -> Html:
        who, structure, version = (_one(fields, name) for name in ("sub", "structure", "version"))
        return views.left(self._desk.leave(session.sub, who, structure, version))

    def _hold(self, views: Views, session: ManagerSession, fields: Fields) -> Html:
        return views.held(self._desk.hold(session.sub, _one(fields, "sub")))

    def _shown(self, show: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session = self._session(request)
            views = self._views(request, session)
            if session is None:
                return _answer(views.sign_in(views.words.title), 200 if request.url.path == HOME else 401)
            try:
                return _answer(await show(request, views, session), 200)
            except (NotFound, RegistrarConfigError, OSError) as error:
                return _failed(views, error)

        return answer

    def _done(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session, fields = self._session(request), await _fields(request)
            views = self._views(request, session)
            if session is None:
                return _answer(views.sign_in(views.words.over), 401)
            if not self._is_ours(request) or not _has_word(session, fields):
                return _answer(views.said(views.words.bad_form, views.words.bad_form_next), 403)
            try:
                return _answer(await run_in_threadpool(act, views, session, fields), 200)
            except (NotFound, ListChangedError, RegistrarConfigError, OSError) as error:
                return _failed(views, error)

        return answer

    def _session(self, request: Request) -> ManagerSession | None:
        found = self._sessions.find(request.cookies.get(_SESSION), self._now_ms())
        return found if found is not None and found.sub in self._managers else None

    def _views(self, request: Request, session: ManagerSession | None = None) -> Views:
        words = words_for(request.headers.get("accept-language", ""))
        return Views(words, self._config.name, self._tools.rows, session)

    def _is_ours(self, request: Request) -> bool:
        return request.headers.get("origin") == self._config.origin

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        # Lax: the provider sends the browser back from another site, by a link.
        is_tls = self._config.origin.startswith("https:")
        response.set_cookie(name, value, max_age=seconds, path="/", secure=is_tls, httponly=True, samesite="lax")


async def _style(_request: Request) -> Response:
    text = files("volet_service.entrypoints.registrar.pages").joinpath("style.css").read_text("utf-8")
    return Response(text, media_type="text/css", headers={**HEADERS, "Cache-Control": "no-cache"})


async def _fields(request: Request) -> Fields:
    """Read a posted form; what is too large or is none reads as empty, and then lacks the session's word."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > _MOST_BYTES:
            return {}
    try:
        text = data.decode("ascii")
        return cast("Fields", parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        return {}


def _has_word(session: ManagerSession, fields: Fields) -> bool:
    return same(_one(fields, "word").encode(), session.word.encode())


def _one(fields: Fields, name: str) -> str:
    return "".join(fields.get(name, [])[:1])


def _failed(views: Views, error: Exception) -> Response:
    words = views.words
    if isinstance(error, NotFound):
        return _answer(views.said(words.unknown, words.unknown_next), 404)
    if isinstance(error, ListChangedError):
        return _answer(views.said(words.list_changed, words.list_changed_next), 409)
    return _answer(views.said(words.broken, words.broken_next), 503)


def _answer(content: Html, status: int) -> HTMLResponse:
    return HTMLResponse(content, status, headers=HEADERS)
