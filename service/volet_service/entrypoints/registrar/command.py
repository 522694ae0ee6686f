"""The lines of `volet registrar`: `key` makes a signing key, `serve` runs the process, `freeze` holds accounts."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn

from volet_protocol.encodings import to_base64url
from volet_protocol.keys import SEED_SIZE, SigningKey
from volet_service.application.login_ports import IdentityProvider
from volet_service.entrypoints.registrar import leaving, staff_command
from volet_service.entrypoints.registrar.app import Tools, create_app
from volet_service.entrypoints.registrar.config import RegistrarConfig, RegistrarConfigError, read_config
from volet_service.entrypoints.registrar.freezing import Frozen, Send, freeze
from volet_service.entrypoints.registrar.pages.routes import PageTools
from volet_service.entrypoints.registrar.pages.views import HOME

REFUSED = 78  # EX_CONFIG of sysexits.h


def run(argv: list[str], open_provider: Callable[[RegistrarConfig], IdentityProvider], pages: PageTools) -> int:
    """Run one line; return its exit status.

    0; 1 when a hub or a line of a table was refused; 78 when a file is missing, malformed or readable by others.
    """
    parser = argparse.ArgumentParser(
        prog="volet registrar",
        description="Greffe : identifie les professionnels et atteste leurs fonctions. (Registrar.)",
    )
    lines = parser.add_subparsers(dest="line", required=True)
    serve = lines.add_parser("serve", help="démarre le greffe (start the registrar)")
    serve.add_argument("--config", type=Path, required=True, help="fichier de configuration (configuration file)")
    key = lines.add_parser("key", help="crée la clé de signature (make the signing key)")
    key.add_argument("--out", type=Path, required=True, help="fichier à créer (file to create)")
    stop = lines.add_parser("freeze", help="bloque les appareils d’une personne attestée (hold somebody's accounts)")
    stop.add_argument("--config", type=Path, required=True, help="fichier de configuration (configuration file)")
    stop.add_argument("--sub", required=True, help="identifiant chez le fournisseur d’identité, comme dans la liste")
    staff_command.describe(lines.add_parser("staff", help="inscrit une équipe d’après un tableau CSV (staff by CSV)"))
    leaving.describe(lines.add_parser("leave", help="un collègue quitte une structure (somebody leaves)"))
    options, send = parser.parse_args(argv), pages.send
    try:
        if options.line == "key":
            return _make_key(options.out)
        config = read_config(options.config)
        if options.line == "freeze":
            return _freeze(str(options.sub), config, send)
        if options.line == "leave":
            return leaving.leave(options, config, send, time.time_ns() // 1_000_000)
        if options.line == "staff":
            return staff_command.staff(options, config)
        return _serve(config, open_provider(config), pages)
    except (RegistrarConfigError, OSError) as error:
        sys.stderr.write(f"volet registrar : {error}\n")
        return REFUSED


def _make_key(path: Path) -> int:
    seed = secrets.token_bytes(SEED_SIZE)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(to_base64url(seed) + "\n")
    sys.stdout.write(f"{to_base64url(SigningKey(seed).public)}\n")
    return 0


def _freeze(sub: str, config: RegistrarConfig, send: Send) -> int:
    done = freeze(sub, config, send, time.time_ns() // 1_000_000)
    for one in done:
        (sys.stderr if one.devices is None else sys.stdout).write(f"{one.hub} : {_said(one)}\n")
    return 1 if any(one.devices is None for one in done) else 0


def _said(one: Frozen) -> str:
    if one.devices is not None:
        return f"{one.devices} appareil(s) bloqué(s), jusqu’à la prochaine connexion."
    if one.is_unknown:
        return "aucune personne que ce greffe ait attestée sous cet identifiant."
    return f"refusé, {one.problem or 'pas de réponse : réessayez, ou appelez l’exploitant'}"


def _serve(config: RegistrarConfig, provider: IdentityProvider, pages: PageTools) -> int:
    app = create_app(Tools(config, provider, lambda: time.time_ns() // 1_000_000, secrets.token_bytes, pages))
    # Said to be TCP, or the event loop leaves each answer waiting for the reader to acknowledge its first half.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        sys.stdout.write(f"Greffe prêt : {config.origin}\n")
        if config.pages is not None:
            sys.stdout.write(f"Responsables : {config.origin}{HOME}\n")
        sys.stdout.flush()
        # No access log: its lines would hold identification ids.
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
    return 0
