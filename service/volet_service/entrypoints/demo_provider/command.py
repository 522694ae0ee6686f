"""`volet demo-provider`: the demonstration provider, on this machine only, and only when told that it is a demo."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

import uvicorn

from volet_service.entrypoints.demo_provider.accounts import AccountsError, read_registry
from volet_service.entrypoints.demo_provider.app import create_app
from volet_service.entrypoints.demo_provider.keys import load_keys
from volet_service.entrypoints.demo_provider.server import Provider

LOOPBACK = ("127.0.0.1", "::1")
REFUSED = 78  # EX_CONFIG of sysexits.h


def main(argv: list[str]) -> int:
    """Run until interrupted; return 78 when it may not run or its files do not read."""
    parser = argparse.ArgumentParser(
        prog="volet demo-provider",
        description="Fournisseur d’identité de démonstration, sans mot de passe. (Demonstration identity provider.)",
    )
    parser.add_argument("--accounts", type=Path, required=True, help="fichier JSON des comptes (accounts)")
    parser.add_argument("--port", type=int, default=0, help="port ; 0 en choisit un libre (0: any free port)")
    parser.add_argument("--host", default="127.0.0.1", help="adresse de bouclage (loopback address)")
    parser.add_argument("--keys", type=Path, help="fichier des clés, créé s’il manque (key file, created if missing)")
    options = parser.parse_args(argv)
    if os.environ.get("VOLET_DEMO") != "1":
        return _refuse(
            "Ce fournisseur laisse entrer n’importe qui : il ne démarre qu’avec VOLET_DEMO=1, pour une démonstration "
            "ou un essai. (It lets anybody in: it starts only with VOLET_DEMO=1.)"
        )
    if options.host not in LOOPBACK:
        return _refuse("Il n’écoute que sur cette machine : 127.0.0.1 ou ::1. (It listens on loopback only.)")
    try:
        registry = read_registry(options.accounts)
        keys = load_keys(options.keys)
    except (AccountsError, OSError, ValueError) as error:
        return _refuse(f"Comptes ou clés illisibles (accounts or keys): {error}")
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # Said to be TCP, or the event loop leaves each answer waiting for the reader to acknowledge its first half.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        listener.close()
        return _refuse(f"Port {options.port} : {error.strerror}")
    host = f"[{options.host}]" if ":" in options.host else options.host
    issuer = f"http://{host}:{listener.getsockname()[1]}"
    sys.stdout.write(f"Fournisseur d’identité de démonstration prêt : {issuer}\n")
    sys.stdout.flush()
    config = uvicorn.Config(create_app(Provider(issuer, registry, keys)), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"volet demo-provider : {sentence}\n")
    return REFUSED
