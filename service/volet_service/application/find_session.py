"""Tell who calls, by the token of the request."""

from __future__ import annotations

from collections import OrderedDict

from volet_service.application.callers import Caller
from volet_service.application.ports import SessionLookup
from volet_service.domain.logins import LoginRefusal, login_refused, session_alive, token_hash

_MOST_REMEMBERED = 100_000


class LastSeen:
    """When each session was last used, in memory: a write for each request would cost more than the request.

    After a restart every session counts as just used; its absolute end is in the database and does not move.
    """

    def __init__(self, since_ms: int) -> None:
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._since_ms = since_ms

    def last(self, token: str, created_ms: int) -> int:
        """Return when the session behind this token hash was last used: at the latest when it or this process began."""
        return self._seen.get(token, max(created_ms, self._since_ms))

    def touch(self, token: str, now_ms: int) -> None:
        """Remember a use; the session unused for longest is forgotten beyond the bound."""
        self._seen[token] = now_ms
        self._seen.move_to_end(token)
        while len(self._seen) > _MOST_REMEMBERED:
            self._seen.popitem(last=False)

    def forget(self, token: str) -> None:
        """Forget a session that ended."""
        self._seen.pop(token, None)


async def find_session(
    token: str, last_seen: LastSeen, now_ms: int, sessions: SessionLookup, step_up_ms: int
) -> Caller:
    """Return the caller; raise `Unauthenticated` alike for a token that never was, that expired or that was closed.

    Their identification counts as recent for `step_up_ms`.

    Not in the sequencer's thread: a session decides nothing. Whether its device counts now is judged there, with every
    signed statement; and a session that was ended is gone for whoever asks after that commit.
    """
    hashed = token_hash(token)
    session = await sessions.find(hashed)
    if session is None:
        raise login_refused(LoginRefusal.NO_SESSION, "session")
    seen_ms = last_seen.last(hashed, session.created_ms)
    if not session_alive(seen_ms, session.expires_ms, now_ms):
        # Not forgotten: an idle session must not count as just used at the next try.
        raise login_refused(LoginRefusal.NO_SESSION, "session")
    last_seen.touch(hashed, now_ms)
    recent_until_ms = 0 if session.identified_ms is None else session.identified_ms + step_up_ms
    return Caller(session.user, session.device, session.capacity, hashed, recent_until_ms)
