"""One socket of the live hints, as a client that only listens has it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

SUBPROTOCOL = "volet-live-1"
PATIENCE_S = 30.0


def ticket(http: httpx.Client) -> str:
    answer = http.post("/v1/live/tickets")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"])


class Listener:
    """What one socket hears."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello: dict[str, Any] = self.next()
        self.at: str = self.hello["at"]

    def next(self) -> dict[str, Any]:
        """Return the next message that is no beat."""
        while True:
            message: dict[str, Any] = json.loads(self.socket.recv(PATIENCE_S))
            self.at = message.get("at", getattr(self, "at", ""))
            if message["type"] != "beat":
                return message

    def hint(self) -> tuple[str, str]:
        message = self.next()
        assert message["type"] == "hint", message
        return message["case"], message["class"]

    def rest(self) -> tuple[list[tuple[str, str]], int | None]:
        """Return the hints until the hub closes, and the code that it closes with."""
        hints: list[tuple[str, str]] = []
        try:
            while True:
                hints.append(self.hint())
        except ConnectionClosed as closed:
            return hints, None if closed.rcvd is None else closed.rcvd.code

    @property
    def place(self) -> dict[str, str]:
        """Where to resume."""
        return {"resume": self.hello["resume"], "after": self.at}


def open_socket(
    url: str, subprotocols: Sequence[str], *, origin: str | None = None, place: dict[str, str] | None = None
) -> ClientConnection:
    """Connect; raises `InvalidStatus` with the hub's answer when it refuses."""
    address = url.replace("http", "ws", 1) + "/v1/live"
    return connect(
        str(httpx.URL(address, params=place or {})), subprotocols=[Subprotocol(one) for one in subprotocols],
        origin=None if origin is None else Origin(origin), compression=None, proxy=None, close_timeout=1,
    )  # fmt: skip


@contextmanager
def listening(http: httpx.Client, place: dict[str, str] | None = None) -> Iterator[Listener]:
    """Listen with the session of an HTTP client until the block ends."""
    with open_socket(str(http.base_url).rstrip("/"), [SUBPROTOCOL, f"ticket.{ticket(http)}"], place=place) as socket:
        yield Listener(socket)
