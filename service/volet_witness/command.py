"""`volet witness`: what another institution runs so that the hub's operator cannot show two histories of its log."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from volet_protocol.errors import ProtocolError
from volet_protocol.keys import SigningKey
from volet_protocol.mldsa import MldsaKey
from volet_protocol.note_keys import KeyType, NoteSigner, Verifier
from volet_witness.app import create_app
from volet_witness.judging import Witness
from volet_witness.store import WitnessStore

_EPILOG = """exemple / example:
  volet witness init temoin --name temoin.example
  volet witness log temoin 'hub.example/volet/1+d89caa0f+AQOh...'
  volet witness serve temoin --port 8090
  volet witness policy temoin --url https://temoin.example
  volet witness evidence temoin
"""
_KEYS, _DATABASE = "witness.key", "witness.sqlite"
REFUSED = 2


class WitnessError(Exception):
    """A sentence for whoever runs the witness."""


def parser() -> argparse.ArgumentParser:
    """Return the arguments of the command."""
    made = argparse.ArgumentParser(
        prog="volet witness",
        description="Témoin : contresigne les points de contrôle d'un journal. (Cosigns the checkpoints of a log.)",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    lines = made.add_subparsers(dest="line", required=True, metavar="{init,log,serve,policy,evidence}")

    def line(name: str, text: str) -> argparse.ArgumentParser:
        added = lines.add_parser(name, help=text, description=text)
        added.add_argument("folder", type=Path, help="dossier du témoin (folder of the witness)")
        return added

    init = line("init", "crée le dossier et les clés (make folder and keys)")
    init.add_argument("--name", required=True, help="nom public, sans espace ni + (public name)")
    init.add_argument("--no-ml-dsa", action="store_true", help="clé Ed25519 seule (Ed25519 key alone)")
    line("log", "ajoute un journal par sa clé (add a log by its key)").add_argument("vkey", nargs="+")
    serve = line("serve", "démarre le témoin (start the witness)")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8090)
    policy = line("policy", "lignes pour la politique du journal (lines for the log's policy)")
    policy.add_argument("--url", help="adresse publique du témoin (public address of the witness)")
    line("evidence", "points de contrôle contradictoires conservés (contradicting checkpoints that were kept)")
    return made


def main(arguments: Sequence[str]) -> int:
    """Run one line; return 0, 1 when evidence is shown, or 2 with a sentence on standard error."""
    asked = parser().parse_args(arguments)
    acts: dict[str, Callable[[argparse.Namespace], int]] = {
        "init": _init, "log": _log, "serve": _serve, "policy": _policy, "evidence": _evidence,
    }  # fmt: skip
    try:
        return acts[asked.line](asked)
    except (WitnessError, OSError) as error:
        sys.stderr.write(f"volet witness {asked.line} : {error}\n")
    except ProtocolError as error:
        sys.stderr.write(f"volet witness {asked.line} : {error.what} : {error.reason.value}\n")
    return REFUSED


def _init(asked: argparse.Namespace) -> int:
    made = [NoteSigner(asked.name, SigningKey(secrets.token_bytes(32)), KeyType.COSIGNATURE)]
    if not asked.no_ml_dsa:
        made.append(NoteSigner(asked.name, MldsaKey(secrets.token_bytes(32)), KeyType.MLDSA))
    asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(asked.folder / _KEYS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # New keys under an old name would make everybody's policy wrong without a word.
        raise WitnessError(f"{asked.folder / _KEYS} existe déjà (exists already)") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.writelines(f"{signer.dangerous_private_text()}\n" for signer in made)
        file.flush()
        os.fsync(file.fileno())
    WitnessStore(asked.folder / _DATABASE).close()
    sys.stdout.writelines(f"{signer.vkey}\n" for signer in made)
    return 0


def _log(asked: argparse.Namespace) -> int:
    keys = tuple(Verifier.parse(vkey) for vkey in asked.vkey)
    if len({key.name for key in keys}) != 1 or any(key.type is KeyType.COSIGNATURE for key in keys):
        raise WitnessError("une ou plusieurs clés d'un même journal (keys of one log)")
    store = _store(asked.folder)
    try:
        store.add_log(keys)
    finally:
        store.close()
    sys.stdout.write(f"{keys[0].name}\n")
    return 0


def _serve(asked: argparse.Namespace) -> int:
    signers, store = read_signers(asked.folder), _store(asked.folder)
    app = create_app(Witness(store, signers), store, lambda: int(time.time()))
    try:
        # Said to be TCP, or the event loop leaves each answer waiting for the reader to acknowledge its first half.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((asked.host, asked.port))
            host, port = listener.getsockname()
            sys.stdout.write(f"Témoin prêt : http://{host}:{port}\n")
            sys.stdout.flush()
            config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", server_header=False)
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        store.close()
    return 0


def _policy(asked: argparse.Namespace) -> int:
    names: list[str] = []
    for signer in read_signers(asked.folder):
        name = f"{signer.name}/{signer.type.name.lower()}"
        names.append(name)
        sys.stdout.write(" ".join(["witness", name, signer.vkey, *([asked.url] if asked.url else [])]) + "\n")
    sys.stdout.write(f"group {signer_group(names)} any {' '.join(names)}\n")
    return 0


def signer_group(names: Sequence[str]) -> str:
    """Return the name of the group of one institution: what its two keys are counted as, once."""
    return names[0].rpartition("/")[0]


def _evidence(asked: argparse.Namespace) -> int:
    store = _store(asked.folder)
    try:
        found = store.evidence()
    finally:
        store.close()
    for one in found:
        when = datetime.fromtimestamp(one.seen_s, UTC).isoformat()
        sys.stdout.write(f"# {when} {one.origin} {one.reason}\n## refused\n{one.refused}")
        sys.stdout.write(f"## cosigned before\n{one.cosigned}" if one.cosigned else "")
    if not found:
        sys.stdout.write("Aucune contradiction. (No contradiction.)\n")
    return 1 if found else 0


def read_signers(folder: Path) -> list[NoteSigner]:
    """Return the witness's keys; raise `WitnessError` when the file is absent, readable by others or malformed."""
    path = folder / _KEYS
    if not path.is_file():
        raise WitnessError(f"{path} absent : « volet witness init » d'abord (run init first)")
    if path.stat().st_mode & 0o077:
        raise WitnessError(f"{path} est lisible par d'autres : chmod 600 (readable by others)")
    signers = [NoteSigner.parse_private(line) for line in path.read_text("ascii").split("\n")[:-1]]
    if not signers or any(signer.type is KeyType.ED25519 for signer in signers):
        raise WitnessError(f"{path} ne contient pas de clé de témoin (no key of a witness)")
    return signers


def _store(folder: Path) -> WitnessStore:
    if not (folder / _DATABASE).is_file():
        raise WitnessError(f"{folder / _DATABASE} absent : « volet witness init » d'abord (run init first)")
    return WitnessStore(folder / _DATABASE)
