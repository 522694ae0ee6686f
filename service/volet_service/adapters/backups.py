"""Backups of a hub: its database, its blobs by reference, and apart from both its server shares (protocol 9.4).

    STORE/blobs/ab/NAME.{blob,leaves}       once, however many backups name them: a blob never changes
    STORE/20260105T090000Z/hub.sqlite       a snapshot of one instant, taken beside the running hub
    STORE/20260105T090000Z/manifest.json    hash of the snapshot, size of the log, names and sizes of blobs
    SHARES/20260105T090000Z/shares.sqlite   sealed; destroyed after 7 days
    SHARES/20260105T090000Z/manifest.json

The database goes first: shares are written before the entry that needs them, so each entry of a snapshot finds its own.
Keys are in no backup: whoever finds one reads no payload of the log and no share.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

FORMAT = "volet-backup/v1"
DATABASE = "hub.sqlite"
SHARES = "shares.sqlite"
MANIFEST = "manifest.json"
SHARES_DAYS = 7
DAY_MS = 24 * 3_600_000
_STAMP = "%Y%m%dT%H%M%SZ"
_FORMS = (".blob", ".leaves")


class BadBackup(Exception):  # noqa: N818 -- the sentence is for the operator
    """What is there is not a whole backup, or may not be used any more."""


@dataclass(frozen=True)
class Backup:
    """One snapshot: its folder, when it was made, its file's hash, and what it refers to."""

    folder: Path
    file: str
    made_ms: int
    hash: str
    leaves: int
    blobs: Mapping[str, int]

    @staticmethod
    def read(folder: Path, file: str) -> Backup:
        """Read and check a backup: its manifest, and the very bytes of its snapshot; raise `BadBackup`."""
        try:
            found = json.loads((folder / MANIFEST).read_text("utf-8"))
            backup = Backup(
                folder, file, int(found["made_ms"]), str(found["files"][file]), int(found["leaves"]),
                {str(name): int(size) for name, size in found["blobs"].items()},
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadBackup(f"{folder} holds no whole backup of {file}") from error
        if found.get("format") != FORMAT or _hash(folder / file) != backup.hash:
            raise BadBackup(f"{folder / file} is not the file that was backed up")
        return backup

    def write(self) -> None:
        """Write the manifest, last: a backup that was cut short has none."""
        said = {
            "format": FORMAT, "made_ms": self.made_ms, "files": {self.file: self.hash}, "leaves": self.leaves,
            "blobs": dict(self.blobs),
        }  # fmt: skip
        _durably(self.folder / MANIFEST, json.dumps(said, sort_keys=True, indent=1).encode("utf-8"))


def back_up_database(database: Path, blobs: Path, store: Path, now_ms: int) -> Backup:
    """Copy one instant of the database and the blobs it names; return the backup. Raises `OSError`, `sqlite3.Error`."""
    folder = _new(store, now_ms)
    copy = folder / DATABASE
    _snapshot(database, copy)
    with closing(sqlite3.connect(copy)) as connection:
        leaves = int(connection.execute("SELECT size FROM log_head").fetchone()[0])
        named = [row[0] for row in connection.execute("SELECT DISTINCT blob FROM entry_part WHERE blob IS NOT NULL")]
    for name in named:
        for form in _FORMS:
            _copy_once(_place(blobs / "kept", name, form), _place(store / "blobs", name, form))
    sizes = {name: _place(store / "blobs", name, ".blob").stat().st_size for name in named}
    backup = Backup(folder, DATABASE, now_ms, _hash(copy), leaves, sizes)
    backup.write()
    return backup


def back_up_shares(shares: Path, store: Path, now_ms: int) -> Backup:
    """Copy the share store."""
    folder = _new(store, now_ms)
    _snapshot(shares, folder / SHARES)
    backup = Backup(folder, SHARES, now_ms, _hash(folder / SHARES), 0, {})
    backup.write()
    return backup


def expire(store: Path, days: int, now_ms: int) -> list[Path]:
    """Destroy the backups of a store that are at least `days` days old; return their folders."""
    old = [folder for folder, made_ms in _stamped(store) if now_ms - made_ms >= days * DAY_MS]
    for folder in old:
        shutil.rmtree(folder)
    if old:
        _destroy_unnamed(store)
    return old


def _destroy_unnamed(store: Path) -> None:
    """Destroy the blobs that no kept backup names; raise `BadBackup` rather than guess what a damaged one named."""
    named: set[str] = set()
    for folder, _ in _stamped(store):
        try:
            named |= set(json.loads((folder / MANIFEST).read_text("utf-8"))["blobs"])
        except FileNotFoundError:
            # Cut short: it can never be restored.
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadBackup(f"{folder} has no readable manifest: what it names is kept") from error
    for path in list((store / "blobs").rglob("*.*")):
        if path.name.split(".", 1)[0] not in named:
            path.unlink()


def restore_database(backup: Backup, database: Path, blobs: Path) -> None:
    """Put a checked snapshot and its blobs in place; raise `BadBackup` when a blob is missing or cut short."""
    store = backup.folder.parent / "blobs"
    for name, size in backup.blobs.items():
        path = _place(store, name, ".blob")
        if not path.is_file() or path.stat().st_size != size or not _place(store, name, ".leaves").is_file():
            raise BadBackup(f"{path} is missing or was cut short")
    for name in backup.blobs:
        for form in _FORMS:
            _copy_once(_place(store, name, form), _place(blobs / "kept", name, form))
    _copy_once(backup.folder / DATABASE, database)


def restore_shares(backup: Backup, shares: Path, now_ms: int) -> None:
    """Put a checked snapshot of the shares in place; raise `BadBackup` for one that had to be destroyed."""
    if now_ms - backup.made_ms >= SHARES_DAYS * DAY_MS:
        # What was erased since would come back; the date was promised to who asked.
        raise BadBackup(f"{backup.folder} is older than {SHARES_DAYS} days: it had to be destroyed")
    _copy_once(backup.folder / SHARES, shares)


def _new(store: Path, now_ms: int) -> Path:
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = store / dt.datetime.fromtimestamp(now_ms // 1000, dt.UTC).strftime(_STAMP)
    folder.mkdir(mode=0o700)
    return folder


def _stamped(store: Path) -> Iterator[tuple[Path, int]]:
    for folder in sorted(store.iterdir()):
        try:
            made = dt.datetime.strptime(folder.name, _STAMP).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        yield folder, int(made.timestamp()) * 1000


def _snapshot(source: Path, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as from_,
        closing(sqlite3.connect(target, isolation_level=None)) as to,
    ):
        from_.backup(to)
        # One file, which a copy by any means takes whole.
        to.execute("PRAGMA journal_mode=DELETE")
        if to.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"{source} is damaged")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _copy_once(source: Path, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = target.with_name(f"{target.name}.half")
    with source.open("rb") as from_, half.open("wb") as to:
        half.chmod(0o600)
        shutil.copyfileobj(from_, to)
        to.flush()
        os.fsync(to.fileno())
    half.replace(target)


def _durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(folder: Path, name: str, form: str) -> Path:
    return folder / name[:2] / f"{name}{form}"
