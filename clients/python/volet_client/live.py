"""Live hints: the hub says over a socket which cases moved, and this client asks again (docs/spec/live.md).

    for hint in client.live.listen():
        if hint.case is None: ...         # anything may have moved

A hint is no truth: what it makes somebody look at is verified as ever. A lying hub can keep hints back or invent them;
who relies on them looks every now and then all the same.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from volet_client.errors import BadAnswerError, UnreachableError
from volet_client.transport import Transport
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields

SUBPROTOCOL = "volet-live-1"
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
# Two beats without a word, and the line is dead.
QUIET_BEATS = 2.5
OPEN_S = 10.0
LONGEST_MESSAGE = 1024


@dataclass(frozen=True)
class Hint:
    """A case and the class of it that moved; `case` None: anything may have moved."""

    case: str | None
    class_: str | None = None


ANYTHING = Hint(None)


class Live:
    """Listens for one session. `wait` and `jitter` (0 to 1) are replaced in tests."""

    def __init__(
        self, transport: Transport, origin: str, wait: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self._transport = transport
        self._address = origin.replace("http", "ws", 1)
        self._wait = wait
        self._jitter = jitter
        self._place: dict[str, str] = {}

    def listen(self) -> Generator[Hint]:
        """Yield hints for ever, the first one « anything »; also « anything » at each try while the hub is away.

        Raises what the hub answers to who has no session any more.
        """
        tries = 0
        while True:
            try:
                for hint in self._session():
                    tries = 0
                    yield hint
            except (UnreachableError, ConnectionClosed, InvalidHandshake, TimeoutError, OSError):
                # Many clients lose a hub at the same instant: they do not come back at the same one.
                wait_s = min(FIRST_WAIT_S * 2.0**tries, LONGEST_WAIT_S)
                self._wait(wait_s * (0.5 + self._jitter() / 2))
                tries += 1
                if tries > 1:
                    yield ANYTHING

    def _session(self) -> Iterator[Hint]:
        """Yield the hints of one socket; raises when it ends."""
        ticket = Fields(self._transport.post("/v1/live/tickets", {}), "ticket")
        offered = [Subprotocol(SUBPROTOCOL), Subprotocol(f"ticket.{ticket.text('ticket', 64)}")]
        ticket.integer("expires_ms")
        ticket.done()
        address = f"{self._address}/v1/live?{urlencode(self._place)}"
        with connect(
            address, subprotocols=offered, compression=None, max_size=LONGEST_MESSAGE, proxy=None, close_timeout=1
        ) as socket:
            quiet_s = OPEN_S
            while True:
                fields = _message(socket.recv(quiet_s))
                if fields.has("beat_ms"):
                    quiet_s = fields.integer("beat_ms") * QUIET_BEATS / 1000
                at = fields.text("at", 64) if fields.has("at") else None
                hint = self._hint(fields)
                fields.done()
                if hint is not None:
                    yield hint
                # Only now: whoever stops listening here was not told, and hears it again.
                if at is not None:
                    self._place["after"] = at

    def _hint(self, fields: Fields) -> Hint | None:
        match fields.text("type", 16):
            case "hello":
                self._place["resume"] = fields.text("resume", 64)
                return None if fields.boolean("resumed") else ANYTHING
            case "hint":
                return Hint(fields.hash("case"), fields.text("class", 64))
            case "refresh":
                return ANYTHING
            case "beat":
                return None
            case other:
                raise BadAnswerError(f"live hint of an unknown type: {other}")


def _message(received: str | bytes) -> Fields:
    try:
        value = json.loads(received)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadAnswerError("live hint: not an object")
    return Fields(cast("JsonObject", value), "hint")
