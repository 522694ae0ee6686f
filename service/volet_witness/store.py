"""What a witness remembers: the logs it was told about, the newest checkpoint it cosigned of each, and evidence.

One SQLite file through Python's own driver. A checkpoint is taken by compare-and-set on the size of the last one and
is on the disk before anybody is answered: two requests at once, or a crash between the two, must never lead to a
smaller or another tree (a witness that reads, checks and then writes rolls itself back).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from volet_protocol.hashing import sha256
from volet_protocol.note_keys import Verifier

# Of each log and reason: whoever holds a log's key can sign any number of forks, and the first ones prove it.
MOST_EVIDENCE = 1_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS log (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB, note TEXT, time_s INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS log_key (origin TEXT NOT NULL REFERENCES log, vkey TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS evidence (id BLOB PRIMARY KEY, origin TEXT NOT NULL, seen_s INTEGER NOT NULL, reason TEXT NOT NULL,
  refused TEXT NOT NULL, cosigned TEXT) STRICT;
CREATE TRIGGER IF NOT EXISTS log_only_grows BEFORE UPDATE ON log WHEN NEW.size < OLD.size
  BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER IF NOT EXISTS evidence_stays BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence stays'); END;
"""  # noqa: E501 -- one line a table


@dataclass(frozen=True)
class Known:
    """A log the witness was told about: its keys, and the last tree cosigned (size 0 and no root: none yet)."""

    origin: str
    keys: tuple[Verifier, ...]
    size: int
    root: bytes | None
    note: str | None
    time_s: int


@dataclass(frozen=True)
class Evidence:
    """A checkpoint that the log signed and that does not extend the one cosigned: two views, as they came."""

    origin: str
    seen_s: int
    reason: str
    refused: str
    cosigned: str | None


class WitnessStore:
    """One file, one connection, one lock; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def add_log(self, keys: tuple[Verifier, ...]) -> None:
        """Trust keys of one log; the origin is their common name. What is known of it stays."""
        origin = keys[0].name
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO log VALUES (?, 0, NULL, NULL, 0)", (origin,))
            for key in keys:
                connection.execute("INSERT OR IGNORE INTO log_key VALUES (?, ?)", (origin, str(key)))

    def known(self, origin: str) -> Known | None:
        """Return a log the witness was told about."""
        with self._transaction() as connection:
            row = connection.execute("SELECT size, root, note, time_s FROM log WHERE origin = ?", (origin,)).fetchone()
            keys = connection.execute("SELECT vkey FROM log_key WHERE origin = ? ORDER BY rowid", (origin,)).fetchall()
        return None if row is None else Known(origin, tuple(Verifier.parse(vkey) for (vkey,) in keys), *row)

    def origins(self) -> list[str]:
        """Return the origins of the known logs."""
        with self._transaction() as connection:
            return [origin for (origin,) in connection.execute("SELECT origin FROM log ORDER BY origin")]

    def advance(self, known: Known, size: int, root: bytes, note: str, time_s: int) -> bool:
        """Take a checkpoint in place of `known`; return false when another request was faster."""
        with self._transaction() as connection:
            moved = connection.execute(
                "UPDATE log SET size = ?, root = ?, note = ?, time_s = ? WHERE origin = ? AND size = ? AND root IS ?",
                (size, root, note, time_s, known.origin, known.size, known.root),
            )
        return moved.rowcount == 1

    def keep(self, evidence: Evidence) -> None:
        """Keep both views of a log that signed them; the same pair once."""
        id_ = sha256(evidence.refused.encode(), b"\x00", (evidence.cosigned or "").encode())
        with self._transaction() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM evidence WHERE origin = ? AND reason = ?", (evidence.origin, evidence.reason)
            ).fetchone()
            if count < MOST_EVIDENCE:
                connection.execute(
                    "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?)",
                    (id_, evidence.origin, evidence.seen_s, evidence.reason, evidence.refused, evidence.cosigned),
                )

    def evidence(self) -> list[Evidence]:
        """Return everything kept, oldest first."""
        query = "SELECT origin, seen_s, reason, refused, cosigned FROM evidence ORDER BY seen_s, rowid"
        with self._transaction() as connection:
            return [Evidence(*row) for row in connection.execute(query)]

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
