"""The hub's identity providers behind the port of `application.ports`: one `OpenIdProvider` for each issuer.

Discovery and code exchange wait for another host, so they run on threads; the event loop does not wait with them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from typing import cast

from volet_protocol.binding import nonce as binding_nonce
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError
from volet_service.adapters.identity_provider import OpenIdProvider
from volet_service.application.login_ports import Expected, LoggedOut
from volet_service.application.ports import Identified
from volet_service.application.records import Login
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import LOGIN_LIFETIME_MS, LoginRefusal, login_refused, token_hash
from volet_service.domain.providers import Hint


class HubIdentity:
    """Every provider that this hub logs in with."""

    def __init__(self, providers: Mapping[str, OpenIdProvider], origin: str) -> None:
        self._providers = providers
        self._origin = origin
        # In memory alone: what userinfo tells about a person is for them, during this login, and for no disk.
        self._hints: dict[str, tuple[int, Hint]] = {}

    def serves(self, iss: str, aud: str) -> bool:
        """Tell whether this hub may log in with that issuer as that client."""
        return iss in self._providers and self._providers[iss].client_id == aud

    def new_code_verifier(self) -> str:
        """Return a fresh PKCE verifier of 43 characters (RFC 7636 section 4.1)."""
        return secrets.token_urlsafe(32)

    async def authorize_url(self, login: Login, nonce: str, *, fresh: bool = False) -> str:
        """Return where the browser goes, to authenticate anew when `fresh`; raise `ProviderUnavailable`."""
        provider = self._provider(login)
        return await asyncio.to_thread(
            lambda: provider.authorize_url(nonce=nonce, state=login.state, verifier=login.code_verifier, fresh=fresh)
        )

    async def exchange(self, login: Login, answer: Mapping[str, str]) -> Identified:
        """Exchange the answer's code and verify the ID token; raise `Refusal` as `OpenIdProvider.identify` does."""
        provider = self._provider(login)
        nonce = binding_nonce(self._origin, login.iss, login.aud, login.user, login.random)
        expected = Expected(token_hash(login.state), login.code_verifier, nonce, login.created_ms)
        now_ms = time.time_ns() // 1_000_000
        found = await asyncio.to_thread(lambda: provider.identify(answer, expected, now_ms))
        if found.hint is not None:
            old = now_ms - LOGIN_LIFETIME_MS
            self._hints = {one: kept for one, kept in self._hints.items() if kept[0] > old}
            self._hints[login.id] = (now_ms, found.hint)
        return Identified(found.id_token, login.iss, login.aud)

    def hint(self, login: Login) -> Hint | None:
        """Return what userinfo told at the end of this login; None where nothing was asked, or after a restart."""
        kept = self._hints.get(login.id)
        return None if kept is None else kept[1]

    async def logout_url(self, iss: str) -> str | None:
        """Return where a browser logs out there too; None where that provider has no such place or does not answer."""
        provider = self._providers.get(iss)
        try:
            return None if provider is None else await asyncio.to_thread(provider.logout_url)
        except Refusal:
            # A session that was opened stays one: its user is not told that the login failed.
            return None

    async def logged_out(self, token: str) -> LoggedOut:
        """Verify a provider's logout token, which serves once; raise `Refusal`."""
        provider = self._providers.get(_unverified_issuer(token))
        if provider is None:
            raise login_refused(LoginRefusal.UNKNOWN_PROVIDER, "logout token")
        return await asyncio.to_thread(provider.logged_out, token, time.time_ns() // 1_000_000)

    def _provider(self, login: Login) -> OpenIdProvider:
        provider = self._providers.get(login.iss)
        if provider is None:
            # The operator removed the provider while a login waited.
            raise login_refused(LoginRefusal.UNKNOWN_PROVIDER, "login")
        return provider


def _unverified_issuer(token: str) -> str:
    """Return who claims to have made a token, to know by whose keys to judge it; empty when it does not read."""
    try:
        claims: object = json.loads(from_base64url(token.split(".")[1]))
        return str(cast("dict[str, object]", claims)["iss"]) if isinstance(claims, dict) else ""
    except (ValueError, IndexError, KeyError, RecursionError, ProtocolError):
        return ""
