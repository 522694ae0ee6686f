"""Server shares: a SQLite file of their own, sealed under a key file outside it (docs/architecture.md, protocol 9.4).

Whoever steals the hub's database has no share; whoever steals this file has no key to it. Shares are written before
the entry's transaction commits: a crash in between leaves a share nobody refers to, never an entry without its share.
They are destroyed after the commit that says so; what a crash left undone is done at the next start.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from volet_service.adapters.sealed import Sealer

_TABLE = "CREATE TABLE IF NOT EXISTS share (entry TEXT, part TEXT, sealed BLOB NOT NULL, PRIMARY KEY (entry, part))"
_PAGE = 500


class ShareStore:
    """Belongs to the sequencer's thread: `put` and `get` inside a batch, `flush` before its commit, `settle` after."""

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self._sealer = sealer
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_TABLE)
        self._doomed: list[str] = []
        self._open = False

    def check(self) -> None:
        """Raise `LooseKey` when the key is not the one that sealed this file."""
        for entry, part, sealed in self._connection.execute("SELECT entry, part, sealed FROM share LIMIT 1"):
            self._sealer.open(sealed, _place(entry, part))

    def put(self, entry: str, shares: Mapping[str, bytes]) -> None:
        """Store the shares of an entry's parts. Replaces those of an attempt that never committed."""
        self._begin()
        rows = [(entry, part, self._sealer.seal(share, _place(entry, part))) for part, share in shares.items()]
        self._connection.executemany("INSERT OR REPLACE INTO share VALUES (?, ?, ?)", rows)

    def get(self, entries: Sequence[str], part: str) -> dict[str, bytes]:
        """Return entry to share; a destroyed share is absent."""
        marks = ",".join("?" * len(entries))
        rows = self._connection.execute(
            f"SELECT entry, sealed FROM share WHERE part = ? AND entry IN ({marks})",  # noqa: S608 -- marks are "?"
            (part, *entries),
        )
        return {entry: self._sealer.open(sealed, _place(entry, part)) for entry, sealed in rows}

    def destroy_after_commit(self, entry: str) -> None:
        """Remember to destroy; `settle` does it."""
        self._doomed.append(entry)

    def doomed(self) -> int:
        """Return how many are to be destroyed: a mark for `spare`."""
        return len(self._doomed)

    def flush(self) -> None:
        """Make what was put durable, before the batch commits."""
        if self._open:
            self._connection.execute("COMMIT")
            self._open = False

    def settle(self) -> None:
        """Destroy what the committed batch took back."""
        if self._doomed:
            self.destroy(self._doomed)
            self._doomed.clear()

    def spare(self, mark: int) -> None:
        """Destroy nothing of what was remembered since `mark`: that use case was refused."""
        del self._doomed[mark:]

    def abandon(self) -> None:
        """Forget the batch: it did not happen."""
        self._doomed.clear()
        if self._open:
            self._open = False
            self._connection.rollback()

    def destroy(self, entries: Iterable[str]) -> None:
        """Delete the rows, overwriting their pages, and empty the write-ahead log that still holds them."""
        self._connection.executemany("DELETE FROM share WHERE entry = ?", [(entry,) for entry in entries])
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def sweep(self, existing: Callable[[Sequence[str]], set[str]]) -> None:
        """Destroy shares that no entry refers to: what a crash before a commit left. At start only, alone on it."""
        entries = [row[0] for row in self._connection.execute("SELECT DISTINCT entry FROM share")]
        for start in range(0, len(entries), _PAGE):
            page = entries[start : start + _PAGE]
            orphans = set(page) - existing(page)
            if orphans:
                self.destroy(orphans)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _begin(self) -> None:
        if not self._open:
            self._connection.execute("BEGIN IMMEDIATE")
            self._open = True


def _place(entry: str, part: str) -> bytes:
    return f"{entry}/{part}".encode()
