"""A further device of a user: where it and an older one leave each other a message (docs/spec/invitations.md, 9 to 13).

Found by a name made from the code that the user carries from one screen to the other. In memory only: the hub keeps
what it is given and understands none of it; whether a message has the code, the two devices judge.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from volet_protocol.canonical import JsonObject
from volet_service.application.callers import Caller
from volet_service.domain.errors import NotFound, TooManyRequests

# A code is read off a screen while both devices lie side by side.
JOIN_MS = 600_000
MOST_MESSAGES = 3
MOST_PER_USER = 4
MOST = 10_000


@dataclass
class Join:
    """One place: whose it is, until when, what newcomers left, and the answer."""

    user: str
    device: str
    until_ms: int
    requests: list[JsonObject] = field(default_factory=list[JsonObject])
    answer: JsonObject | None = None


class DeviceJoins:
    """The places that are open. One event loop's."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Join] = OrderedDict()

    def open(self, name: str, caller: Caller, now_ms: int) -> int:
        """Open a place of the caller; return until when (ms). Raises `TooManyRequests`, for a name taken too."""
        self._forget(now_ms)
        own = [key for key, one in self._open.items() if one.user == caller.user]
        for key in own[: len(own) - MOST_PER_USER + 1]:
            del self._open[key]
        if name in self._open or len(self._open) >= MOST:
            raise TooManyRequests("devices that join")
        self._open[name] = Join(caller.user, caller.device, now_ms + JOIN_MS)
        return now_ms + JOIN_MS

    def at(self, name: str, now_ms: int) -> Join:
        """Return a place; raise `NotFound` alike for one that never was and one that ended."""
        self._forget(now_ms)
        found = self._open.get(name)
        if found is None:
            raise NotFound
        return found

    def leave(self, name: str, request: JsonObject, now_ms: int) -> None:
        """Leave a newcomer's message; raise `TooManyRequests` beyond three."""
        place = self.at(name, now_ms)
        if request in place.requests:
            return
        if len(place.requests) >= MOST_MESSAGES:
            raise TooManyRequests("messages of devices that join")
        place.requests.append(request)

    def reply(self, name: str, answer: JsonObject, caller: Caller, now_ms: int) -> None:
        """Leave the answer of the device that opened the place; raise `NotFound` for anybody else."""
        place = self.at(name, now_ms)
        if (place.user, place.device) != (caller.user, caller.device):
            raise NotFound
        place.answer = answer

    def _forget(self, now_ms: int) -> None:
        while self._open and next(iter(self._open.values())).until_ms <= now_ms:
            self._open.popitem(last=False)
