"""What an OpenID provider publishes: its metadata and its keys, fetched with bounds and kept for ten minutes.

The metadata are believed about paths and algorithms, not about hosts: an endpoint elsewhere than at the issuer counts
only when the operator listed its host.
"""
# Authlib publishes no types; joserfc's key sets take untyped values.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from authlib.common.security import is_secure_transport
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from volet_service.domain.errors import Refusal
from volet_service.domain.logins import LoginRefusal, login_refused
from volet_service.domain.providers import same_place

ALGORITHMS = ("ES256", "RS256", "EdDSA")
# A key that the provider withdrew stops counting at the latest after this.
_CACHE_S = 10 * 60
_MOST_BYTES = 256 * 1024
_TIMEOUT = httpx.Timeout(5.0)
# A provider that sends a byte a second keeps within each time limit and would hold a thread for hours.
_WHOLE_S = 15.0


class Published:
    """Metadata and keys of one issuer; safe to use from several threads."""

    def __init__(self, issuer: str, hosts: tuple[str, ...], http: httpx.Client) -> None:
        self._issuer = issuer
        self._hosts = hosts
        self._http = http
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._metadata_until = 0.0
        self._keys: KeySet | None = None
        self._keys_until = 0.0
        self._looked_again = float("-inf")

    def metadata(self) -> dict[str, Any]:
        """Return the metadata; raise `Refusal`: wrong-issuer, provider-unavailable."""
        with self._lock:
            if self._metadata is None or time.monotonic() > self._metadata_until:
                found = self._fetch(str(get_well_known_url(self._issuer, external=True)))
                if found.get("issuer") != self._issuer:
                    raise login_refused(LoginRefusal.WRONG_ISSUER, "metadata of the identity provider")
                self._metadata, self._metadata_until = found, time.monotonic() + _CACHE_S
            return self._metadata

    def endpoint(self, name: str) -> str:
        """Return an endpoint's address; raise `Refusal`: provider-unavailable, host-not-allowed."""
        url = self.metadata().get(name)
        if not isinstance(url, str) or not is_secure_transport(url) or urlsplit(url).username is not None:
            raise unavailable(self._issuer)
        if not same_place(url, self._issuer, self._hosts):
            raise login_refused(LoginRefusal.HOST_NOT_ALLOWED, f"{name} at {urlsplit(url).netloc}")
        return url

    def decode(self, token: str, supported: str, *, pause_s: float = 0.0) -> jwt.Token:
        """Return a token whose signature verifies by a published key; claims are the caller's to judge.

        `supported` names the metadata's list of algorithms, absent for RS256 alone. An unknown `kid` is looked up once
        more, at most every `pause_s`: strangers must not make us ask the provider as often as they like.
        """
        named = self.metadata().get(supported) or ["RS256"]
        algorithms = [name for name in ALGORITHMS if name in named]
        if not algorithms:
            # The library reads an empty list as "its own defaults".
            raise login_refused(LoginRefusal.BAD_TOKEN, "signature algorithm of the identity provider")
        try:
            return jwt.decode(token, self.keys(), algorithms)
        except InvalidKeyIdError:
            # The provider rotated its keys since we looked.
            if time.monotonic() < self._looked_again + pause_s:
                raise
            self._looked_again = time.monotonic()
            return jwt.decode(token, self.keys(again=True), algorithms)

    def keys(self, *, again: bool = False) -> KeySet:
        """Return the published keys; raise `Refusal`: provider-unavailable."""
        uri = self.endpoint("jwks_uri")
        with self._lock:
            if self._keys is None or again or time.monotonic() > self._keys_until:
                try:
                    self._keys = KeySet.import_key_set(cast("Any", self._fetch(uri)))
                    self._keys_until = time.monotonic() + _CACHE_S
                except (JoseError, ValueError, KeyError) as error:
                    raise unavailable(self._issuer) from error
            return self._keys

    def _fetch(self, url: str) -> dict[str, Any]:
        try:
            response = bounded(self._http, "GET", url)
            response.raise_for_status()
            value: object = json.loads(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise unavailable(self._issuer) from error
        if not isinstance(value, dict):
            raise unavailable(self._issuer)
        return cast("dict[str, Any]", value)


def bounded(
    http: httpx.Client, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
) -> httpx.Response:
    """Return a response of at most 256 KiB within 15 s, without following redirections; raise `httpx.HTTPError`."""
    end = time.monotonic() + _WHOLE_S
    with http.stream(method, url, headers=headers, content=content, timeout=_TIMEOUT, follow_redirects=False) as got:
        body = b""
        for piece in got.iter_bytes():
            body += piece
            if len(body) > _MOST_BYTES:
                raise httpx.DecodingError("answer of the identity provider is too large", request=got.request)
            if time.monotonic() > end:
                raise httpx.ReadTimeout("answer of the identity provider does not end", request=got.request)
        kind = {"Content-Type": got.headers.get("content-type", "")}
        return httpx.Response(got.status_code, headers=kind, content=body, request=got.request)


def unavailable(issuer: str) -> Refusal:
    """Return the refusal of a provider that does not answer as it must."""
    return login_refused(LoginRefusal.PROVIDER_UNAVAILABLE, f"identity provider {issuer}")
