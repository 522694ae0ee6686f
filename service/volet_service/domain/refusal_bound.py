"""How many refusals of one caller become leaves: an attacker must not fill the log, and nothing goes uncounted.

A leaf for each of the first refusals of a minute; those above the bound are counted, and the next leaf of the same
device and case carries how many it stands for (log formats 3.2). In memory: a restart forgets the count, not a leaf.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from volet_service.domain.leaves import LeafContent

MINUTE_MS = 60_000
LEAVES_PER_MINUTE = 20
_MOST_CALLERS = 10_000


@dataclass
class _Tally:
    minute: int
    leaves: int = 0
    untold: int = 0


class RefusalBound:
    """Belongs to the sequencer's thread. Callers are forgotten, the least recent first, beyond a bound."""

    def __init__(self) -> None:
        self._tallies: OrderedDict[tuple[str | None, str | None], _Tally] = OrderedDict()

    def admit(self, content: LeafContent, now_ms: int) -> LeafContent | None:
        """Return the leaf to append, with the count it stands for; None when this refusal is only counted."""
        key, minute = (content.identity.device, content.case), now_ms // MINUTE_MS
        tally = self._tallies.setdefault(key, _Tally(minute))
        self._tallies.move_to_end(key)
        if len(self._tallies) > _MOST_CALLERS:
            self._tallies.popitem(last=False)
        if tally.minute != minute:
            tally.minute, tally.leaves = minute, 0
        if tally.leaves >= LEAVES_PER_MINUTE:
            tally.untold += 1
            return None
        tally.leaves += 1
        count, tally.untold = 1 + tally.untold, 0
        return content if count == 1 else replace(content, view=replace(content.view, count=count))
