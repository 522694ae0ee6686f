"""The only translator from refusals to RFC 9457 answers.

A not-found answer carries nothing that varies: whether a thing does not exist or may not be known of, the bytes are
the same. Texts are French first; clients branch on `type` only.
"""

from __future__ import annotations

import json
import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError
from volet_protocol.problems import CONTENT_TYPE, Problem
from volet_service.domain.errors import Invalid, NotFound, Overloaded, Refusal, TooLarge, Unavailable, from_protocol

_log = logging.getLogger("volet.http")
_BY_STATUS: dict[int, type[Refusal]] = {404: NotFound, 405: NotFound, 413: TooLarge, 503: Overloaded}


def body_of(refusal: Refusal) -> bytes:
    """Return the problem as JSON."""
    problem = refusal.problem
    members: dict[str, JsonValue] = {
        "type": problem.uri,
        "title": problem.title(),
        "title_en": problem.title("en"),
        "status": problem.status,
    }
    if problem is not Problem.NOT_FOUND:
        if refusal.what:
            members["detail"] = refusal.what
        members |= refusal.members
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def answer(refusal: Refusal) -> Response:
    """Return the whole answer of a refusal."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(refusal, Unavailable):
        headers["Retry-After"] = str(refusal.retry_after_s)
    if refusal.problem is Problem.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Volet"
    if refusal.problem is Problem.STEP_UP_REQUIRED:
        headers["WWW-Authenticate"] = 'Volet error="insufficient_user_authentication"'
    return Response(body_of(refusal), refusal.problem.status, headers, CONTENT_TYPE)


def of_status(status: int) -> Refusal:
    """Return the refusal for a status that the framework or a middleware chose."""
    return _BY_STATUS.get(status, Invalid)()


def install(app: FastAPI) -> None:
    """Translate everything that handlers raise."""

    async def refused(_request: Request, error: Exception) -> Response:
        return answer(error if isinstance(error, Refusal) else Invalid())

    async def judged(_request: Request, error: Exception) -> Response:
        return answer(from_protocol(error) if isinstance(error, ProtocolError) else Invalid())

    async def malformed(_request: Request, _error: Exception) -> Response:
        # The library's own list would repeat the input, which may hold what a log must not.
        return answer(Invalid("the request does not fit the interface"))

    async def http(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        return answer(of_status(status))

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(ProtocolError, judged)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http)
