"""Tickets: the way from a session to a socket. Each opens one socket, once, within half a minute.

A browser cannot send a session's token when it opens a socket; a ticket got over HTTPS with that token stands for it.
In memory only, by its hash: a ticket that outlives the process is worth nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from volet_service.application.callers import Caller
from volet_service.domain.errors import TooManyRequests, Unauthenticated
from volet_service.domain.logins import token_hash

TICKET_MS = 30_000
# A client that asks again before it used the last one loses the older ones; so nobody fills the memory.
MOST_PER_SESSION = 4


@dataclass(frozen=True)
class _Ticket:
    caller: Caller
    until_ms: int


class LiveTickets:
    """Tickets that were given and not used. One event loop's."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tickets: OrderedDict[str, _Ticket] = OrderedDict()

    def give(self, ticket: str, caller: Caller, now_ms: int) -> int:
        """Remember a ticket that was drawn; return until when it serves (ms). Raises `TooManyRequests`."""
        self._forget(now_ms)
        own = [key for key, one in self._tickets.items() if one.caller.token_hash == caller.token_hash]
        for key in own[: len(own) - MOST_PER_SESSION + 1]:
            del self._tickets[key]
        if len(self._tickets) >= self._most:
            raise TooManyRequests("tickets")
        until_ms = now_ms + TICKET_MS
        self._tickets[token_hash(ticket)] = _Ticket(caller, until_ms)
        return until_ms

    def take(self, ticket: str, now_ms: int) -> Caller:
        """Return whose ticket it is, for this once; raise `Unauthenticated` alike for one that never was or served."""
        self._forget(now_ms)
        found = self._tickets.pop(token_hash(ticket), None)
        if found is None:
            raise Unauthenticated("ticket")
        return found.caller

    def _forget(self, now_ms: int) -> None:
        while self._tickets and next(iter(self._tickets.values())).until_ms <= now_ms:
            self._tickets.popitem(last=False)
