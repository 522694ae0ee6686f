"""How often one account may look into the national directory: enough for who adds colleagues, too little to copy it."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

from volet_service.domain.errors import TooManyRequests

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
# Twenty lines each: a copy of two million lines would take somebody half a year, and every day of it a full quota.
PER_MINUTE: Final = 30
PER_DAY: Final = 500
_MOST_USERS = 20_000


class SearchBound:
    """The searches of the last day, by account, in memory: a restart forgets them. Used on the event loop alone."""

    def __init__(self) -> None:
        self._searches: OrderedDict[str, deque[int]] = OrderedDict()

    def count(self, user: str, now_ms: int) -> None:
        """Count a search of this account, or raise `TooManyRequests`."""
        made = self._searches.setdefault(user, deque())
        self._searches.move_to_end(user)
        if len(self._searches) > _MOST_USERS:
            self._searches.popitem(last=False)
        while made and made[0] <= now_ms - DAY_MS:
            made.popleft()
        lately = sum(1 for at_ms in made if at_ms > now_ms - MINUTE_MS)
        if lately >= PER_MINUTE or len(made) >= PER_DAY:
            raise TooManyRequests("searches of the national directory lately")
        made.append(now_ms)
