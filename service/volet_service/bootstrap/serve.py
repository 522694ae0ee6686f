"""`volet serve`: run the hub."""

from __future__ import annotations

import argparse
import gc
import logging
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from volet_service.adapters.hub_identity import HubIdentity
from volet_service.adapters.relying_parties import PartiesError, open_providers, read_parties
from volet_service.application.ports import IdentityProvider
from volet_service.bootstrap.hub import CannotStart, Running, build
from volet_service.entrypoints.http.app import create_app
from volet_service.settings import Settings, read_settings

TIMEOUT_S = 10.0
# Sockets that stay idle between two commands of a client are worth keeping; dead ones are not.
KEEP_ALIVE_S = 30


def parser() -> argparse.ArgumentParser:
    """Return the arguments of the command."""
    made = argparse.ArgumentParser(
        prog="volet serve", description="Run the hub of a folder made by `volet admin init`."
    )
    made.add_argument("folder", type=Path, nargs="?", help="folder of the hub (default: VOLET_FOLDER)")
    made.add_argument("--host", help="address to listen on (default: VOLET_HOST)")
    made.add_argument("--port", type=int, help="port to listen on (default: VOLET_PORT)")
    return made


def run(arguments: Sequence[str]) -> int:
    """Serve until a signal; return 2 with a sentence on standard error when the hub does not start."""
    asked = parser().parse_args(arguments)
    settings = read_settings(asked.folder, asked.host, asked.port)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    # Client libraries log addresses they ask, which hold codes and states.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # The engine prints its model at each build: nothing for an operator.
    logging.getLogger("casbin").setLevel(logging.WARNING)
    try:
        with httpx.Client(timeout=TIMEOUT_S) as http:
            running = build(settings, open_identity(settings, http))
            serve(running, settings)
    except (CannotStart, PartiesError) as error:
        print(f"volet serve: {error}", file=sys.stderr)  # noqa: T201 -- the operator's terminal
        return 2
    return 0


def open_identity(settings: Settings, http: httpx.Client) -> IdentityProvider:
    """Return the identity providers of the hub; none when the file is absent: nobody can log in then."""
    path = settings.path(settings.issuers)
    redirect = f"{settings.origin}/v1/logins/callback"
    parties = read_parties(path, redirect) if path.is_file() else []
    return HubIdentity(open_providers(parties, http), settings.origin)


def settle_memory() -> None:
    """Spare what was built at the start from collections: scanned again and again, it pauses the slowest requests."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def serve(running: Running, settings: Settings) -> None:
    """Run the web server in this thread."""
    app = create_app(running.hub, running.stop)
    settle_memory()
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_level="warning", access_log=False, server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S, date_header=False, **socket_options(settings.live_beat_ms),
    )  # fmt: skip
    with listen(config, settings.unread_ms) as listener:
        uvicorn.Server(config).run(sockets=[listener])


def socket_options(beat_ms: int) -> dict[str, Any]:
    """Return how sockets are served: hints are too short to compress, and clients have nothing to say but pongs.

    Who answers no ping within a beat is gone: that ends those who never read, too.
    """
    return {
        "ws": "websockets-sansio", "ws_max_size": 1024, "ws_per_message_deflate": False,
        "ws_ping_interval": beat_ms / 1000, "ws_ping_timeout": beat_ms / 1000,
    }  # fmt: skip


def listen(config: uvicorn.Config, unread_ms: int) -> socket.socket:
    """Return the listening socket; its connections end when a client takes nothing for `unread_ms`.

    The server waits for room before it sends more, for ever: a client that never reads would keep a file, a thread
    and a buffer for each of its connections. The kernel counts, so that nothing is paid by who does read.
    """
    listener = config.bind_socket()
    # Headers and body leave one after the other. Without this the second waits for the reader's acknowledgment of the
    # first, 40 ms on most systems: uvicorn's socket does not say that it is TCP, so that asyncio would not set it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread_ms)
    return listener
