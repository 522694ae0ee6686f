"""How many logins were started lately, by address: a bound on what a stranger can make the hub remember."""

from __future__ import annotations

from collections import deque

from volet_service.domain.logins import (
    LOGIN_LIFETIME_MS,
    STARTS_IN_ALL,
    STARTS_PER_ADDRESS,
    LoginRefusal,
    login_refused,
)


class LoginStarts:
    """The starts of the last ten minutes, in memory only: addresses are personal data and are never stored."""

    def __init__(self) -> None:
        self._starts: deque[tuple[str, int]] = deque()

    def count(self, address: str, now_ms: int) -> None:
        """Count a start from this address, or raise `TooManyRequests`."""
        while self._starts and self._starts[0][1] <= now_ms - LOGIN_LIFETIME_MS:
            self._starts.popleft()
        here = sum(1 for known, _ in self._starts if known == address)
        if here >= STARTS_PER_ADDRESS or len(self._starts) >= STARTS_IN_ALL:
            raise login_refused(LoginRefusal.TOO_MANY, "logins started lately")
        self._starts.append((address, now_ms))
