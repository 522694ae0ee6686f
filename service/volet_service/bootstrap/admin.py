"""`volet admin`: make a hub's folder, migrate its database, check that it would start, write the interface's schema."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from volet_protocol.keys import SigningKey
from volet_protocol.note_keys import NoteSigner
from volet_service.adapters.folder_lock import InUse
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.hub_identity import HubIdentity
from volet_service.adapters.sealed import KEY_SIZE, write_private
from volet_service.adapters.store.database import Database, UnfitDatabase
from volet_service.adapters.store.engine import open_database, upgrade
from volet_service.adapters.store.postgresql import SCHEMES
from volet_service.application.ports import Clock
from volet_service.bootstrap import (
    admin_backup,
    admin_directory,
    admin_erase,
    admin_log_key,
    admin_new_log,
    admin_provider,
    admin_retention,
    admin_trust,
)
from volet_service.bootstrap.hub import CannotStart, build
from volet_service.settings import Settings, read_settings


def parser() -> argparse.ArgumentParser:
    """Return the arguments of the command."""
    made = argparse.ArgumentParser(prog="volet admin", description="Operate a hub.")
    acts = made.add_subparsers(dest="act", required=True)
    init = acts.add_parser("init", help="create keys, settings and database in a new folder")
    init.add_argument("folder", type=Path)
    init.add_argument("--origin", default="http://127.0.0.1:8080", help="origin that statements name")
    init.add_argument("--database", help="postgresql://user@host/name, empty so far (default: a file in the folder)")
    init.add_argument("--log-origin", help="name of the log (default: <host>/volet/1)")
    for name, text in (
        ("migrate", "bring the database to this version"),
        ("check", "tell whether the hub would start"),
    ):
        acts.add_parser(name, help=text).add_argument("folder", type=Path, nargs="?")
    admin_backup.describe_backup(acts.add_parser("backup", help="sauvegarder, le hub en marche"))
    admin_backup.describe_restore(acts.add_parser("restore", help="rétablir une sauvegarde, le hub arrêté"))
    admin_retention.describe(acts.add_parser("retention", help="effacer du journal ce qui arrive à échéance"))
    admin_log_key.describe(acts.add_parser("rotate-log-key", help="remplacer la clé qui signe le journal"))
    admin_new_log.describe(acts.add_parser("new-log", help="ouvrir un nouveau journal après une base rétablie"))
    admin_provider.describe(acts.add_parser("provider", help="vérifier les fournisseurs d’identité"))
    admin_erase.describe(acts.add_parser("erase", help="effacer un acte du journal ou un élément, sur décision"))
    admin_directory.describe(acts.add_parser("directory", help="importer l'annuaire national des professionnels"))
    admin_trust.describe(acts.add_parser("trust", help="mettre en vigueur un fichier de confiance signé"))
    acts.add_parser("openapi", help="write the schema of the interface").add_argument("file", type=Path)
    return made


def run(arguments: Sequence[str], clock: Clock | None = None) -> int:
    """Run one act, at the machine's time unless told; return 0, or 2 with a sentence on standard error."""
    asked = parser().parse_args(arguments)
    acts: dict[str, Callable[[argparse.Namespace], str]] = {
        "init": _init, "migrate": _migrate, "check": _check, "openapi": _openapi,
        "backup": partial(admin_backup.backup, clock=clock), "restore": partial(admin_backup.restore, clock=clock),
        "retention": partial(admin_retention.run, clock=clock),
        "rotate-log-key": partial(admin_log_key.run, clock=clock),
        "new-log": partial(admin_new_log.run, clock=clock),
        "provider": admin_provider.run,
        "erase": partial(admin_erase.run, clock=clock),
        "directory": partial(admin_directory.run, clock=clock),
        "trust": partial(admin_trust.run, clock=clock),
    }  # fmt: skip
    try:
        said = acts[asked.act](asked)
    except (CannotStart, UnfitDatabase, InUse, OSError) as error:
        print(f"volet admin {asked.act}: {error}", file=sys.stderr)  # noqa: T201 -- the operator's terminal
        return 2
    print(said)  # noqa: T201 -- as above
    return 0


def init(folder: Path, origin: str, log_origin: str | None = None, database: str | None = None) -> str:
    """Create a hub's folder; return the log's vkey, which the controller writes into the trust bundle.

    Raises `UnfitDatabase`, before anything is created, for a database that no hub could work on.
    """
    if database is not None:
        if not database.startswith(SCHEMES):
            raise UnfitDatabase("a database of another kind than the folder's own file is postgresql://user@host/name")
        open_database(database).check()
    keys = folder / "keys"
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys.chmod(0o700)
    name = log_origin or f"{origin.split('://', 1)[-1]}/volet/1"
    signer = NoteSigner(name, SigningKey(os.urandom(32)))
    write_private(keys / "log.key", signer.dangerous_private_text().encode() + b"\n")
    for sealing in ("shares.key", "payloads.key"):
        write_private(keys / sealing, os.urandom(KEY_SIZE))
    HighWater.create(folder / Settings().high_water)
    said = [f"VOLET_ORIGIN={origin}", *([] if database is None else [f"VOLET_DATABASE='{database}'"])]
    # Private: nobody should, somebody will, leave a password in an address.
    write_private(folder / "hub.env", "".join(f"{line}\n" for line in said).encode())
    migrate(read_settings(folder))
    return signer.vkey


def migrate(settings: Settings) -> Database:
    """Bring the database to this version's schema; raise `UnfitDatabase`, or `InUse`."""
    database = open_database(settings.store)
    database.create()
    database.check()
    upgrade(database)
    return database


def _init(asked: argparse.Namespace) -> str:
    vkey = init(asked.folder, asked.origin, asked.log_origin, asked.database)
    return f"{asked.folder}: keys, hub.env and database created.\nlog vkey for trust.json: {vkey}"


def _migrate(asked: argparse.Namespace) -> str:
    return f"{migrate(read_settings(asked.folder)).name} is at this version"


def _check(asked: argparse.Namespace) -> str:
    settings = read_settings(asked.folder)
    build(settings, HubIdentity({}, settings.origin), serving=False).stop()
    return f"{settings.folder}: the hub would start"


def _openapi(asked: argparse.Namespace) -> str:
    # Here, because it takes all routes: a second of work that no other act of an operator has a use for.
    from volet_service.bootstrap.interface import openapi  # noqa: PLC0415

    text = json.dumps(openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    asked.file.write_text(text, "utf-8")
    return f"{asked.file} written"
