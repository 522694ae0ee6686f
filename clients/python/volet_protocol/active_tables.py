"""Policy tables by hash, and when each was active (docs/spec/case-chains.md, protocol 6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from volet_protocol.activation import ActivationHistory
from volet_protocol.errors import ProtocolError
from volet_protocol.policy_table import PolicyTable

# A link made just before another table was activated may reach the chain just after it.
OVERLAP_MS = 600_000


class ActiveTables(Mapping[str, PolicyTable]):
    """Tables by hash, with the controllers' statements of when each was active."""

    def __init__(self, tables: Iterable[PolicyTable], history: ActivationHistory) -> None:
        self._tables = {table.hash: table for table in tables}
        self._history = history

    def __getitem__(self, hash_: str) -> PolicyTable:
        return self._tables[hash_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def active(self, hash_: str, at_ms: int) -> bool:
        """Tell whether a table was the active one at an instant, or within ten minutes before it."""
        return hash_ in {self._table_at(at_ms), self._table_at(max(0, at_ms - OVERLAP_MS))}

    def _table_at(self, at_ms: int) -> str | None:
        try:
            return self._history.table_at(at_ms)
        except ProtocolError:
            return None


def active_table(tables: Mapping[str, PolicyTable], hash_: str, at_ms: int) -> PolicyTable | None:
    """Return the table a link names, if it was active at that instant.

    A plain mapping holds tables that are active whenever they are asked for: one version, or tests.
    """
    if isinstance(tables, ActiveTables) and not tables.active(hash_, at_ms):
        return None
    return tables.get(hash_)
