"""How many numbers somebody may try: a bound on who guesses, by address, which touches nobody's account."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

from volet_service.domain.errors import TooManyRequests

HOUR_MS: Final = 3_600_000
# A reception answers for a whole structure; at this pace a guesser needs thousands of years for one of a million.
PER_HOUR: Final = 20
_MOST_ADDRESSES = 20_000


class HoldTries:
    """The tries of the last hour, by address, in memory only: addresses are personal data and are never stored."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, deque[int]] = OrderedDict()

    def count(self, address: str, now_ms: int) -> None:
        """Count a try from this address, right or wrong, or raise `TooManyRequests`."""
        made = self._tries.setdefault(address, deque())
        self._tries.move_to_end(address)
        if len(self._tries) > _MOST_ADDRESSES:
            self._tries.popitem(last=False)
        while made and made[0] <= now_ms - HOUR_MS:
            made.popleft()
        if len(made) >= PER_HOUR:
            raise TooManyRequests("numbers tried lately")
        made.append(now_ms)
