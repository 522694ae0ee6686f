"""Serves the files of the web client, in front of the routes: a path of the manifest, or nothing.

The headers are the browser's half of the defence: no code but the files of this origin, no markup from text (Trusted
Types, with one policy, which makes one address a worker's), no frame, no form, nobody else's window. Each is a promise
that tests/integration/test_web_files.py reads back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from volet_protocol.web_manifest import BROTLI, INDEX
from volet_service.application.ports import WebFiles
from volet_service.entrypoints.http.middleware import App, Receive, Scope, Send

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src {asked}; "
    "frame-src blob:; manifest-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types volet-worker"
)
HEADERS: Final = (
    ("integrity-policy", "blocked-destinations=(script)"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=(), browsing-topics=()"),
)
_TYPES: Final = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json", ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}  # fmt: skip
_ABSENT: Final = (
    "Cette plateforme ne sert pas le client web : ligne de commande « volet », ou « make web » pour le construire.\n"
    "This hub serves no web client: use the `volet` command, or build it with `make web`.\n"
)


class WebClient:
    """Answer GET and HEAD of the manifest's paths; pass everything else on to the routes."""

    def __init__(self, app: App, files: WebFiles | None, origin: str) -> None:
        self._app = app
        self._files = files
        # Browsers differ on whether 'self' names the sockets of this origin too.
        self._socket = origin.replace("http", "ws", 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file, or let the routes answer."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path = str(scope["path"]).removeprefix("/") or INDEX
        if self._files is None and path == INDEX:
            await _answer(scope, send, HTTPStatus.NOT_FOUND, _ABSENT.encode(), [("content-type", _TYPES[".txt"])])
        elif self._files is None or path not in self._files.plain:
            await self._app(scope, receive, send)
        else:
            await _serve(self._files, path, self._socket, scope, send)


async def _serve(files: WebFiles, path: str, socket: str, scope: Scope, send: Send) -> None:
    file = files.manifest.find(path)
    asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
    encoding, data = _encoded(files, path, asked.get(b"accept-encoding", ""))
    # Each encoding is a representation of its own (RFC 9110, section 8.8.3.3).
    etag = f'"{file.hash if file is not None else ""}{encoding and "-" + encoding}"'
    # Built names hold a hash of what they name: they never change. The others are asked for again each time.
    kept = path.startswith("assets/")
    allowed = _POLICY.format(asked=" ".join(("'self'", socket, *files.addresses)))
    headers = [
        *HEADERS, ("content-security-policy", allowed), ("etag", etag), ("vary", "accept-encoding"),
        ("content-type", _TYPES.get("." + path.rpartition(".")[2], "application/octet-stream")),
        ("cache-control", "public, max-age=31536000, immutable" if kept else "no-cache"),
    ]  # fmt: skip
    if asked.get(b"if-none-match") == etag:
        await _answer(scope, send, HTTPStatus.NOT_MODIFIED, b"", headers)
        return
    await _answer(scope, send, HTTPStatus.OK, data, [*headers, *([("content-encoding", encoding)] if encoding else [])])


def _encoded(files: WebFiles, path: str, accepted: str) -> tuple[str, bytes]:
    """Return the smallest form of a file that whoever asks takes, and its content encoding, "" for the file itself."""
    taken = {
        name.strip() for name, _, rest in (one.partition(";") for one in accepted.split(",")) if not _refused(rest)
    }
    if "br" in taken and path + BROTLI in files.plain:
        return "br", files.plain[path + BROTLI]
    if "gzip" in taken and path in files.gzipped:
        return "gzip", files.gzipped[path]
    return "", files.plain[path]


def _refused(parameters: str) -> bool:
    return re.fullmatch(r"\s*q=0(?:\.0*)?\s*", parameters) is not None


async def _answer(
    scope: Scope, send: Send, status: HTTPStatus, data: bytes, headers: Sequence[tuple[str, str]]
) -> None:  # fmt: skip
    length = [] if status == HTTPStatus.NOT_MODIFIED else [("content-length", str(len(data)))]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*headers, *length)]
    await send({"type": "http.response.start", "status": int(status), "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else data})
