"""What a client can make the hub hold is bounded: bodies together, bodies that never end, answers that nobody reads."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from support.hub import running_hub
from support.loopback import free_port
from support.provoked import assert_problem, provokes
from volet_protocol.problems import Problem
from volet_service.bootstrap.serve import listen
from volet_service.entrypoints.http.middleware import BodyLimit, Message

MIB = 1024 * 1024
PART = 3 * MIB


def begin_to_send(port: int, said: int, sent: int) -> socket.socket:
    """Announce a body, send a part of it, and go quiet."""
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    made.sendall(f"POST /v1/logins HTTP/1.1\r\nhost: x\r\ncontent-length: {said}\r\n\r\n".encode() + bytes(sent))
    return made


@pytest.mark.fault
@provokes(Problem.OVERLOADED)
def test_bodies_of_everybody_together_are_bounded_and_the_next_one_is_told_when_to_come_back(tmp_path: Path) -> None:
    body = b" " * (2 * MIB)
    with running_hub(tmp_path / "hub", held_limit=4 * MIB) as hub, hub.client() as http:
        assert_problem(http.post("/v1/logins", content=body), Problem.INVALID)
        quiet, deadline = begin_to_send(http.base_url.port or 0, PART, PART - 1), time.monotonic() + 20
        while (answer := http.post("/v1/logins", content=body)).status_code != httpx.codes.SERVICE_UNAVAILABLE:
            assert time.monotonic() < deadline
            if select.select([quiet], [], [], 0)[0]:
                # The two met, and this one was told to come back.
                quiet.close()
                quiet = begin_to_send(http.base_url.port or 0, PART, PART - 1)
        assert_problem(answer, Problem.OVERLOADED)
        assert int(answer.headers["retry-after"]) > 0
        # Somebody with little to say is still heard.
        assert_problem(http.post("/v1/logins", content=b" "), Problem.INVALID)
        quiet.close()
        while http.post("/v1/logins", content=body).status_code == httpx.codes.SERVICE_UNAVAILABLE:
            assert time.monotonic() < deadline + 20
        assert_problem(http.post("/v1/logins", content=body), Problem.INVALID)


@pytest.mark.fault
def test_a_body_that_never_ends_is_refused_and_held_no_longer() -> None:
    answered: list[Message] = []

    async def app(_scope: object, receive: object, _send: object) -> None:
        while True:
            await receive()  # type: ignore[operator]  # the callable of this middleware

    pieces = iter([{"type": "http.request", "body": b"a" * 10, "more_body": True}])

    async def receive() -> Message:
        for piece in pieces:
            return piece
        await asyncio.Event().wait()
        return {}

    async def send(message: Message) -> None:
        answered.append(message)

    limit = BodyLimit(app, 100, 100, wait_s=0.05)
    asyncio.run(limit({"type": "http", "headers": [], "method": "POST"}, receive, send))
    assert answered[0]["status"] == Problem.INVALID.status
    assert limit.holding == 0


@pytest.mark.fault
def test_a_client_that_never_reads_is_cut_off() -> None:
    async def endless(_request: Request) -> StreamingResponse:
        # As the hub's own streams: read from a file in a thread.
        def chunks() -> Iterator[bytes]:
            while True:
                yield bytes(64 * 1024)

        return StreamingResponse(chunks())

    port = free_port()
    config = uvicorn.Config(
        Starlette(routes=[Route("/", endless)]), host="127.0.0.1", port=port, log_level="error", lifespan="off"
    )
    listener, server = listen(config, unread_ms=500), uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as mute:
            mute.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            deadline = time.monotonic() + 30
            while not server.server_state.tasks:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            while server.server_state.connections or server.server_state.tasks:
                assert time.monotonic() < deadline
                time.sleep(0.01)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def test_no_part_of_an_answer_waits_for_the_reader_to_acknowledge_the_part_before() -> None:
    config = uvicorn.Config("unused", host="127.0.0.1", port=0)
    with listen(config, 1_000) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname(), timeout=30):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
