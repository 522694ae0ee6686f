"""`volet admin backup` beside a running hub, and `volet admin restore` into a stopped one."""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path

from volet_service.adapters.backups import (
    DATABASE,
    SHARES,
    SHARES_DAYS,
    Backup,
    BadBackup,
    back_up_database,
    back_up_shares,
    expire,
    restore_database,
    restore_shares,
)
from volet_service.adapters.clock import SystemClock
from volet_service.adapters.folder_lock import FolderLock, InUse
from volet_service.adapters.hub_identity import HubIdentity
from volet_service.application.ports import Clock
from volet_service.bootstrap.hub import LOCK, CannotStart, build
from volet_service.settings import Settings, read_settings

KEPT_DAYS = 30
_EXAMPLE_BACKUP = """exemple :
  volet admin backup var/hub --to /mnt/base --shares-to /mnt/parts"""
_EXAMPLE_RESTORE = """exemple :
  volet admin restore var/hub --from /mnt/base/20260105T090000Z --shares-from /mnt/parts/20260105T090000Z"""


def describe_backup(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE_BACKUP, argparse.RawDescriptionHelpFormatter
    made.add_argument("folder", type=Path, nargs="?")
    made.add_argument("--to", type=Path, required=True, metavar="DIR", help="dossier des sauvegardes de la base")
    made.add_argument(
        "--shares-to", type=Path, required=True, metavar="DIR",
        help=f"dossier, ailleurs, des sauvegardes des parts ; chacune est détruite après {SHARES_DAYS} jours",
    )  # fmt: skip
    made.add_argument(
        "--keep-days", type=int, default=KEPT_DAYS, metavar="N",
        help="jours après lesquels une sauvegarde de la base est détruite",
    )  # fmt: skip


def describe_restore(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE_RESTORE, argparse.RawDescriptionHelpFormatter
    made.add_argument("folder", type=Path, nargs="?")
    made.add_argument("--from", dest="from_", type=Path, required=True, metavar="DIR", help="sauvegarde de la base")
    made.add_argument("--shares-from", type=Path, required=True, metavar="DIR", help="sauvegarde des parts")


def backup(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """Back up; return the sentence for the operator. Raises `CannotStart`."""
    settings, now_ms = read_settings(asked.folder), (clock or SystemClock()).now_ms()
    if asked.to.resolve() == asked.shares_to.resolve():
        raise CannotStart("shares are backed up apart from the database: name another folder")
    if asked.keep_days < 1:
        raise CannotStart("a backup is kept for at least one day")
    path = _file(settings)
    try:
        made = back_up_database(
            path, settings.path(settings.blobs), asked.to, now_ms
        )  # fmt: skip
        shares = back_up_shares(settings.path(settings.shares), asked.shares_to, now_ms)
        gone = [*expire(asked.to, asked.keep_days, now_ms), *expire(asked.shares_to, SHARES_DAYS, now_ms)]
    except sqlite3.Error as error:
        raise CannotStart(f"the database cannot be backed up: {error}") from error
    except BadBackup as error:
        raise CannotStart(str(error)) from error
    return (
        f"Sauvegardé : {made.folder} (journal de {made.leaves} inscriptions, {len(made.blobs)} documents) et "
        f"{shares.folder}. Sauvegardes échues détruites : {len(gone)}."
    )


def restore(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """Restore into a folder whose database is gone; say whether the hub would start. Raises `CannotStart`.

    The high-water file and the keys stay as they are: they tell that the database is an older one.
    """
    settings, clock = read_settings(asked.folder), clock or SystemClock()
    _file(settings)
    try:
        lock = FolderLock(settings.path(LOCK))
    except InUse as error:
        raise CannotStart(str(error)) from error
    try:
        made = _restore(settings, asked.from_, asked.shares_from, clock.now_ms())
    except BadBackup as error:
        raise CannotStart(str(error)) from error
    finally:
        lock.release()
    try:
        build(settings, HubIdentity({}, settings.origin), clock, serving=False).stop()
    except CannotStart as error:
        raise CannotStart(f"restored a log of {made.leaves} leaves; it is not served: {error}") from error
    return f"Rétabli : journal de {made.leaves} inscriptions, {len(made.blobs)} documents. Le hub peut démarrer."


def _file(settings: Settings) -> Path:
    """Return the database's file; raise `CannotStart` for a database that its server's own tools back up."""
    if isinstance(settings.store, Path):
        return settings.store
    raise CannotStart(
        "the database is PostgreSQL's: back it up with pg_dump and put it back with pg_restore, "
        "then copy blobs/ and shares.sqlite, in that order; docs/operations.md has the commands"
    )


def _restore(settings: Settings, from_: Path, shares_from: Path, now_ms: int) -> Backup:
    database, shares = _file(settings), settings.path(settings.shares)
    for path in (database, shares):
        for standing in (path, path.with_name(f"{path.name}-wal")):
            if standing.exists():
                raise CannotStart(f"{standing} is still there: move it away first")
    made, sealed = Backup.read(from_, DATABASE), Backup.read(shares_from, SHARES)
    if sealed.made_ms < made.made_ms:
        raise CannotStart("these shares are older than the database: entries would have none")
    restore_shares(sealed, shares, now_ms)
    restore_database(made, database, settings.path(settings.blobs))
    return made
