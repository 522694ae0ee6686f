"""What answers on loopback: the demonstration provider and the registrar as processes, applications on a thread."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette

from support.identities import CONTROLLER, ROWS, STRUCTURES
from volet_protocol.cosigned import Controllers
from volet_protocol.operator_roles import WATCHING
from volet_protocol.trust_bundle import Minimum, TrustBundle, sign_bundle
from volet_protocol.trust_parties import REGISTRAR, SELF, Audience, Issuer, IssuerKey, Registrar
from volet_service.bootstrap.serve import socket_options

HUB_CLIENT = "volet-hub"
REGISTRAR_CLIENT = "volet-registrar"
ACCOUNTS = [
    {"sub": "nadia", "label": "Nadia Lefèvre, assistante sociale", "kind": "professional", "acr": "eidas2"},
    {"sub": "paul", "label": "Paul Roche, infirmier", "kind": "professional", "acr": "eidas2"},
    {"sub": "lea", "label": "Léa Moreau", "kind": "person", "acr": "eidas1"},
]
# Loading the machine's authorities takes longer than a whole test, and nothing on loopback speaks TLS.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@contextmanager
def served(app: Starlette, port: int, beat_ms: int = 25_000) -> Iterator[None]:
    """Serve an application on a thread until the block ends."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="error", lifespan="off", **socket_options(beat_ms)
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def process(arguments: Sequence[str], ready_url: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a process of the project until the block ends; fail when it does not answer within ten seconds."""
    command = [sys.executable, "-W", "error", *arguments]
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL) as running:
        try:
            _wait(ready_url, running)
            yield
        finally:
            running.terminate()


def _wait(url: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if httpx.get(url, timeout=1, trust_env=False, verify=NO_TLS).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")


def write_accounts(path: Path, redirect_uris: Mapping[str, str]) -> None:
    clients = [{"client_id": name, "redirect_uris": [uri]} for name, uri in redirect_uris.items()]
    path.write_text(json.dumps({"clients": clients, "accounts": ACCOUNTS}), encoding="utf-8")


@contextmanager
def provider_process(folder: Path, port: int, redirect_uris: Mapping[str, str]) -> Iterator[str]:
    """Run the demonstration provider; give its issuer."""
    accounts = folder / "accounts.json"
    write_accounts(accounts, redirect_uris)
    issuer = f"http://127.0.0.1:{port}"
    arguments = ["-m", "volet_service.entrypoints.demo_provider", "--accounts", str(accounts), "--port", str(port)]
    with process(arguments, f"{issuer}/.well-known/openid-configuration", {"VOLET_DEMO": "1"}):
        yield issuer


def trust_bundle(hub: str, issuer: str, registrar: bytes) -> TrustBundle:
    """A bundle with the keys that the provider publishes now."""
    published = httpx.get(f"{issuer}/jwks.json", trust_env=False).json()["keys"]
    keys = tuple(
        IssuerKey(key["kid"], {name: key[name] for name in ("kty", "crv", "x", "y")}, 0, None) for key in published
    )
    structures = tuple(structure.id for structure in STRUCTURES)
    audiences = (Audience(HUB_CLIENT, SELF), Audience(REGISTRAR_CLIENT, REGISTRAR))
    bundle = TrustBundle(
        version=1,
        hub=hub,
        log_origin="log.example",
        log_vkey="log.example+00000000+AAAA",
        log_policy="quorum none\n",
        issuers=(Issuer(issuer, audiences, keys, ROWS, structures),),
        registrars=(Registrar("Greffe du Val", registrar, ROWS, STRUCTURES, tuple(sorted(WATCHING))),),
        controllers=Controllers(1, (CONTROLLER.public,)),
        ceiling="0" * 64,
        minimum=Minimum("0.1.0", ("ed25519",)),
        hash="",
    )
    return TrustBundle.read(sign_bundle(bundle.to_body(), [CONTROLLER])).verify(None)
