"""Who is at a manager's page: sign-ins under way and short sessions, in memory, gone with the process.

A manager's browser can make anybody a colleague, so it is held tight: identified anew each time, half an hour at most,
bound to one browser from the first step on. Who sends a manager a link to the provider's answer of
somebody else signs in nobody: the answer counts only in the browser that began.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from volet_service.application.login_ports import Expected
from volet_service.domain.logins import (
    LOGIN_LIFETIME_MS,
    STARTS_IN_ALL,
    LoginRefusal,
    login_refused,
    new_token,
    token_hash,
)

SESSION_MS = 30 * 60_000


@dataclass(frozen=True)
class SignIn:
    """A sign-in under way: what the provider's answer must fit, and the browser that began it."""

    expected: Expected
    browser_hash: str


@dataclass(frozen=True)
class Begun:
    """What goes out: state, nonce and verifier to the provider, `browser` into a cookie."""

    state: str
    nonce: str
    verifier: str
    browser: str


@dataclass(frozen=True)
class ManagerSession:
    """A manager at a page until an instant (ms). `word` is in each form: another site's page does not know it."""

    sub: str
    word: str
    until_ms: int


class ManagerSessions:
    """All of one registrar process. Not safe across threads: one event loop owns it."""

    def __init__(self) -> None:
        self._begun: dict[str, SignIn] = {}
        self._open: dict[str, ManagerSession] = {}

    def begin(self, random: bytes, now_ms: int) -> Begun:
        """Begin a sign-in with 128 fresh bytes; raise `Refusal(too-many)` when the memory is full."""
        oldest = now_ms - LOGIN_LIFETIME_MS
        self._begun = {key: one for key, one in self._begun.items() if one.expected.started_ms > oldest}
        if len(self._begun) >= STARTS_IN_ALL:
            raise login_refused(LoginRefusal.TOO_MANY, "sign-ins that wait")
        begun = Begun(*(new_token(random[at : at + 32]) for at in range(0, 128, 32)))
        expected = Expected(token_hash(begun.state), begun.verifier, begun.nonce, now_ms)
        self._begun[expected.state_hash] = SignIn(expected, token_hash(begun.browser))
        return begun

    def began(self, state: str) -> bool:
        """Tell whether a `state` is of a sign-in here, rather than of an identification for a client."""
        return token_hash(state) in self._begun

    def answered(self, state: str, browser: str | None) -> Expected:
        """Take the sign-in that a browser came back for, once; raise `Refusal` where another browser began it."""
        found = self._begun.pop(token_hash(state), None)
        if found is None or not hmac.compare_digest(found.browser_hash, token_hash(browser or "")):
            raise login_refused(LoginRefusal.WRONG_STATE, "answer of the identity provider")
        return found.expected

    def open(self, sub: str, random: bytes, now_ms: int) -> str:
        """Open a session with 64 fresh bytes; return its token."""
        self._open = {key: one for key, one in self._open.items() if now_ms < one.until_ms}
        token = new_token(random[:32])
        self._open[token_hash(token)] = ManagerSession(sub, new_token(random[32:64]), now_ms + SESSION_MS)
        return token

    def find(self, token: str | None, now_ms: int) -> ManagerSession | None:
        """Return the session of a token, None where it never was, ended or is over."""
        found = self._open.get(token_hash(token or ""))
        return found if found is not None and now_ms < found.until_ms else None

    def close(self, token: str | None) -> None:
        """End a session."""
        self._open.pop(token_hash(token or ""), None)
