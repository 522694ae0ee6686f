"""Compares what a server hands to browsers with what the log says it hands out (docs/spec/web.md).

Nothing here trusts the server: the manifest counts because its leaf is in the log that this profile pins, and each file
because its hash is in the manifest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from volet_client.errors import UnreachableError
from volet_client.hub import Hub
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.web_manifest import BROTLI, INDEX, MAX_FILE, WebFile, WebManifest

ALTERED, MISSING, POLICY, UNSEALED = "altered", "missing", "policy", "unsealed"
OTHER_BUNDLE = "other-bundle"
_SAID = {
    ALTERED: Said("n'est pas ce que le journal dit", "is not what the log says"),
    MISSING: Said("n'est pas servi", "is not served"),
    POLICY: Said("laisserait s'exécuter du code d'ailleurs", "would let code from elsewhere run"),
    OTHER_BUNDLE: Said("n'est pas celui de ce profil", "is not the one of this profile"),
    UNSEALED: Said("nomme un fichier sans son empreinte", "names a file without its hash"),
}
_BR: Final = "br"
_SCRIPTS = re.compile(r"<(?:script|link)\b[^>]*>", re.IGNORECASE)

# What today's browsers ask with over TLS. The log knows gzip and the build's own Brotli, and nothing else.
AS_BROWSERS: Final = "gzip, deflate, br, zstd"
PLAIN: Final = "identity"


@dataclass(frozen=True)
class Served:
    """One answer: `data` as it came where the encoding is Brotli, decoded otherwise; `policy` of the page."""

    found: bool
    data: bytes = b""
    encoding: str = ""
    policy: str = ""


# Fetches a path, asking in these encodings.
Fetch = Callable[[str, str], Served]


@dataclass(frozen=True)
class WebFlaw:
    """One file that a browser would get otherwise than the log says, by its path."""

    path: str
    flaw: str

    def said(self) -> Said:
        """Return the sentence for a person."""
        said = _SAID[self.flaw]
        return Said(f"{self.path} : {said.fr}.", f"{self.path}: {said.en}.")

    def to_json(self) -> JsonValue:
        """Return the finding for a machine."""
        return {"path": self.path, "flaw": self.flaw}


@dataclass(frozen=True)
class WebVersionSeen:
    """A version as the log holds it, and since when this hub serves it."""

    manifest: WebManifest
    leaf: int
    since_ms: int


def logged_version(hub: Hub) -> WebVersionSeen:
    """Return the version that the hub says it serves; raise what does not verify (rule 7)."""
    served = Fields(hub.transport.get("/v1/web"), "web")
    manifest, receipt = WebManifest.read(served.raw("manifest")), served.raw("receipt")
    verified = hub.receipt(receipt, told=False)
    identity = verified.identity or {}
    if verified.view.get("act") != "web-version":
        raise hub.failed(ProtocolError(Reason.WRONG_TYPE, "web-version"), receipt)
    request = identity.get("request")
    same = isinstance(request, Mapping) and canonical.encode(request) == canonical.encode(manifest.to_json())
    if not same or identity.get("request_hash") != manifest.hash:
        raise hub.failed(ProtocolError(Reason.WRONG_HASH, "web-version"), receipt)
    return WebVersionSeen(manifest, verified.index, verified.leaf.ts_ms)


def compare(manifest: WebManifest, fetch: Fetch) -> list[WebFlaw]:
    """Fetch every file and `/`, bare and as a browser would; return what differs."""
    found: list[WebFlaw] = []
    for file in manifest.files:
        found += _differs(manifest, file, file.path, fetch)
    index = manifest.find(INDEX)
    if index is not None:
        found += _differs(manifest, index, "", fetch)
        for asked in (PLAIN, AS_BROWSERS):
            found += _page(fetch("", asked))
    return list(dict.fromkeys(found))


def _differs(manifest: WebManifest, file: WebFile, path: str, fetch: Fetch) -> list[WebFlaw]:
    shown = f"/{path}"
    for asked in (PLAIN, AS_BROWSERS):
        answer = fetch(path, asked)
        if not answer.found:
            return [WebFlaw(shown, MISSING)]
        # The manifest holds the build's own compressed file: bytes are compared, and nothing has to be unpacked.
        expected = manifest.find(file.path + BROTLI) if answer.encoding == _BR else file
        if expected is None or not _is(expected, answer.data):
            return [WebFlaw(shown, ALTERED)]
    return []


def _is(file: WebFile, data: bytes) -> bool:
    return len(data) == file.size and sha256(data).hex() == file.hash


def _page(answer: Served) -> list[WebFlaw]:
    """Judge what keeps other code out of the page: the policy, and the hash beside each file that it names."""
    rules = {name: value for name, _, value in (one.strip().partition(" ") for one in answer.policy.split(";"))}
    scripts = rules.get("script-src", rules.get("default-src", "*"))
    found = [] if scripts == "'self'" else [WebFlaw("/", POLICY)]
    if answer.encoding == _BR:
        # Its bytes were compared with the build's own, and the page itself is read where it comes bare.
        return found
    text = answer.data.decode("utf-8", "replace")
    bare = [tag for tag in _SCRIPTS.findall(text) if _names_code(tag) and "integrity=" not in tag]
    return found + ([WebFlaw("/", UNSEALED)] if bare else [])


def _names_code(tag: str) -> bool:
    return tag.lower().startswith("<script") or "stylesheet" in tag or "modulepreload" in tag


def fetch_from(http: httpx.Client, address: str) -> Fetch:
    """Return how files below an address are fetched: no cookie, no redirect, at most as much as a file may be."""
    base = address.rstrip("/")

    def fetch(path: str, asked: str) -> Served:
        headers = {"Cache-Control": "no-cache", "Accept-Encoding": asked}
        try:
            with http.stream("GET", f"{base}/{path}", headers=headers) as answer:
                return served(answer)
        except httpx.HTTPError:
            raise UnreachableError(base) from None

    return fetch


def served(answer: httpx.Response) -> Served:
    """Read an answer, at most as much of it as a file may be."""
    encoding, data = answer.headers.get("content-encoding", "").lower(), b""
    # What is compared is Brotli as it came; a library that can unpack it would do so here.
    for piece in answer.iter_raw() if encoding == _BR else answer.iter_bytes():
        data += piece
        if len(data) > MAX_FILE:
            break
    return Served(answer.is_success, data, encoding, answer.headers.get("content-security-policy", ""))
