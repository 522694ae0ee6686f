"""What nobody expected: the caller gets a problem with an id, the operator a line with that id, nobody a stack."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from support.loopback import free_port, served
from volet_client.refusals import InternalError, refusal_for
from volet_protocol.problems import CONTENT_TYPE, Problem
from volet_service.entrypoints.http import problems
from volet_service.entrypoints.http.middleware import AccessLog

SECRET = "Mme Lavigne, née le 3 mars 1951"


def broken_app() -> FastAPI:
    app = FastAPI()
    problems.install(app)
    app.add_middleware(AccessLog)

    @app.get("/broken/{case}")
    async def broken(case: str) -> None:
        raise KeyError(f"{SECRET} {case}")

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError(SECRET)

        return StreamingResponse(chunks())

    return app


def test_an_unexpected_error_is_a_problem_with_the_id_of_the_request(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with caplog.at_level(logging.INFO), served(broken_app(), port), httpx.Client(trust_env=False) as http:
        answer = http.get(f"http://127.0.0.1:{port}/broken/secret-id")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == CONTENT_TYPE
    told = answer.json()
    assert set(told) == {"type", "title", "title_en", "status", "request"}
    assert told["type"] == Problem.INTERNAL.uri
    assert told["request"] == answer.headers["x-request-id"]
    lines = [json.loads(record.message) for record in caplog.records if record.name == "volet.access"]
    assert lines[0]["request"] == told["request"]
    assert (lines[0]["status"], lines[0]["error"], lines[0]["route"]) == (500, "KeyError", "/broken/{case}")
    assert "test_unexpected_errors:" in lines[0]["at"]
    everything = answer.text + "".join(record.getMessage() for record in caplog.records if record.name != "httpx")
    assert "Traceback" not in everything
    assert SECRET not in everything
    assert "secret-id" not in everything


def test_an_error_in_the_middle_of_an_answer_cuts_it_and_prints_no_stack(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with caplog.at_level(logging.INFO), served(broken_app(), port), pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://127.0.0.1:{port}/half", trust_env=False)
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text


def test_the_client_tells_the_person_to_retry_then_to_report_the_request() -> None:
    refusal = refusal_for(Problem.INTERNAL, {"request": "0123456789abcdef"})
    assert isinstance(refusal, InternalError)
    assert "Réessayez" in refusal.hint.fr
    assert "0123456789abcdef" in refusal.hint.fr
