"""Compares what a server hands to browsers with what the log says it hands out (docs/spec/web.md).

Nothing here trusts the server: the manifest counts because its leaf is in the log that this profile pins, and each file
because its hash is in the manifest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from volet_client.errors import UnreachableError
from volet_client.hub import Hub
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.web_manifest import INDEX, MAX_FILE, WebFile, WebManifest

ALTERED, MISSING, POLICY, UNSEALED = "altered", "missing", "policy", "unsealed"
OTHER_BUNDLE = "other-bundle"
_SAID = {
    ALTERED: Said("n'est pas ce que le journal dit", "is not what the log says"),
    MISSING: Said("n'est pas servi", "is not served"),
    POLICY: Said("laisserait s'exécuter du code d'ailleurs", "would let code from elsewhere run"),
    OTHER_BUNDLE: Said("n'est pas celui de ce profil", "is not the one of this profile"),
    UNSEALED: Said("nomme un fichier sans son empreinte", "names a file without its hash"),
}
_SCRIPTS = re.compile(r"<(?:script|link)\b[^>]*>", re.IGNORECASE)

Fetch = Callable[[str], httpx.Response]


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
    """Fetch every file and `/` as a browser would; return what differs."""
    found: list[WebFlaw] = []
    for file in manifest.files:
        found += _differs(file, file.path, fetch)
    index = manifest.find(INDEX)
    if index is not None:
        found += _differs(index, "", fetch)
        found += _page(fetch(""))
    return found


def _differs(file: WebFile, path: str, fetch: Fetch) -> list[WebFlaw]:
    answer = fetch(path)
    shown = f"/{path}"
    if not answer.is_success:
        return [WebFlaw(shown, MISSING)]
    data = answer.content
    return [] if len(data) == file.size and sha256(data).hex() == file.hash else [WebFlaw(shown, ALTERED)]


def _page(answer: httpx.Response) -> list[WebFlaw]:
    """Judge what keeps other code out of the page: the policy, and the hash beside each file that it names."""
    rules = {name: value for name, _, value in (one.strip().partition(" ") for one in _policy(answer).split(";"))}
    scripts = rules.get("script-src", rules.get("default-src", "*"))
    found = [] if scripts == "'self'" else [WebFlaw("/", POLICY)]
    bare = [tag for tag in _SCRIPTS.findall(answer.text) if _names_code(tag) and "integrity=" not in tag]
    return found + ([WebFlaw("/", UNSEALED)] if bare else [])


def _policy(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-security-policy", ""))


def _names_code(tag: str) -> bool:
    return tag.lower().startswith("<script") or "stylesheet" in tag or "modulepreload" in tag


def fetch_from(http: httpx.Client, address: str) -> Fetch:
    """Return how files below an address are fetched: no cookie, no redirect, at most as much as a file may be."""
    base = address.rstrip("/")

    def fetch(path: str) -> httpx.Response:
        try:
            with http.stream("GET", f"{base}/{path}", headers={"Cache-Control": "no-cache"}) as answer:
                data = b""
                for piece in answer.iter_bytes():
                    data += piece
                    if len(data) > MAX_FILE:
                        break
                return httpx.Response(answer.status_code, headers=_kept(answer.headers), content=data)
        except httpx.HTTPError:
            raise UnreachableError(base) from None

    return fetch


def _kept(headers: httpx.Headers) -> dict[str, str]:
    return {name: headers[name] for name in ("content-security-policy", "content-type") if name in headers}
