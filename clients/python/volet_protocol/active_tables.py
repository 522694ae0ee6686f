"""Policy tables by hash, and when each was in force (docs/spec/case-chains.md, protocol 6.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from volet_protocol.policy_table import PolicyTable

# A link made just before another table came into force may reach the chain just after it.
OVERLAP_MS = 600_000
# The author's clock may be two minutes behind the hub's, which says since when a table is in force.
EARLY_MS = 120_000


@dataclass(frozen=True)
class Period:
    """A table that came into force at an instant, until the next one did."""

    table: str
    since_ms: int


class ActiveTables(Mapping[str, PolicyTable]):
    """Tables by hash, with the periods in which each was in force, oldest first."""

    def __init__(self, tables: Mapping[str, PolicyTable], periods: Sequence[Period]) -> None:
        self._tables = tables
        self._periods = periods

    def __getitem__(self, hash_: str) -> PolicyTable:
        return self._tables[hash_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def active(self, hash_: str, at_ms: int) -> bool:
        """Tell whether a table was in force at an instant, within the ten minutes before or the two after it."""
        ends = [after.since_ms for _, after in pairwise(self._periods)]
        return any(
            period.table == hash_
            and period.since_ms <= at_ms + EARLY_MS
            and (number >= len(ends) or at_ms - OVERLAP_MS < ends[number])
            for number, period in enumerate(self._periods)
        )


def active_table(tables: Mapping[str, PolicyTable], hash_: str, at_ms: int) -> PolicyTable | None:
    """Return the table a link names, if it was in force at that instant.

    A plain mapping holds tables that are in force whenever they are asked for: one version, or tests.
    """
    if isinstance(tables, ActiveTables) and not tables.active(hash_, at_ms):
        return None
    return tables.get(hash_)
