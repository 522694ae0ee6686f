from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from volet_client.errors import BadAnswerError, UnreachableError
from volet_client.refusals import DeniedError, OverloadedError
from volet_client.transport import HttpTransport, _tls, open_http
from volet_protocol.problems import CONTENT_TYPE, Problem


@dataclass
class Script:
    """A server that answers what the test wrote, in order, and remembers what it was asked."""

    answers: list[tuple[int, str, bytes]] = field(default_factory=list)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    origin: str = ""


@pytest.fixture
def script() -> Iterator[Script]:
    known = Script()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            known.asked.append((self.command, self.path, self.headers.get("Authorization")))
            status, kind, data = known.answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def transport(script: Script) -> Iterator[HttpTransport]:
    waited: list[float] = []
    transport = HttpTransport(script.origin, sleep=waited.append)
    yield transport
    transport.close()


def problem(which: Problem, **more: object) -> tuple[int, str, bytes]:
    return which.status, CONTENT_TYPE, json.dumps({"type": which.uri, "status": which.status, **more}).encode()


def test_a_problem_is_raised_as_its_class(script: Script, transport: HttpTransport) -> None:
    script.answers = [problem(Problem.DENIED)]
    with pytest.raises(DeniedError):
        transport.get("/v1/cases")


def test_the_session_is_sent_as_its_own_scheme(script: Script, transport: HttpTransport) -> None:
    script.answers = [(200, "application/json", b"{}")]
    transport.token = "t0ken"
    transport.get("/v1/cases")
    assert script.asked == [("GET", "/v1/cases", "Volet t0ken")]


def test_an_overloaded_hub_is_asked_again_then_reported(script: Script, transport: HttpTransport) -> None:
    script.answers = [problem(Problem.OVERLOADED), (200, "application/json", b'{"a":1}')]
    assert transport.post("/v1/entries", {}) == {"a": 1}
    script.answers = [problem(Problem.OVERLOADED)] * 3
    with pytest.raises(OverloadedError):
        transport.post("/v1/entries", {})


def test_a_refusal_is_not_asked_again(script: Script, transport: HttpTransport) -> None:
    script.answers = [problem(Problem.DENIED)]
    with pytest.raises(DeniedError):
        transport.post("/v1/entries", {})
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (200, "application/json", b"[]"),
        (200, "application/json", b"{"),
        (500, "text/html", b"<h1>oops</h1>"),
        (400, CONTENT_TYPE, b'{"type":"urn:volet:problem:unheard-of"}'),
        (302, "text/html", b""),
    ],
)
def test_an_answer_outside_the_interface_is_refused(
    script: Script, transport: HttpTransport, answer: tuple[int, str, bytes]
) -> None:
    script.answers = [answer]
    with pytest.raises(BadAnswerError):
        transport.get("/v1/cases")


def test_a_hub_that_does_not_answer_is_tried_three_times_and_named() -> None:
    waited: list[float] = []
    transport = HttpTransport("http://127.0.0.1:9", sleep=waited.append)
    with pytest.raises(UnreachableError) as caught:
        transport.get("/v1/health")
    assert "127.0.0.1:9" in caught.value.said.fr
    assert len(waited) == 2
    transport.close()


def test_the_certificates_of_the_machine_are_read_once_a_process_and_never_without_tls() -> None:
    _tls.cache_clear()
    for origin in ("http://127.0.0.1:1", "http://127.0.0.1:2", "https://one.example", "https://two.example"):
        open_http(origin).close()
    assert _tls.cache_info().misses == 2
    assert _tls(secure=True).verify_mode is ssl.CERT_REQUIRED
    assert _tls(secure=True).check_hostname
    assert _tls(secure=False).get_ca_certs() == []
