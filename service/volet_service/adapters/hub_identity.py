"""The hub's identity providers behind the port of `application.ports`: one `OpenIdProvider` for each issuer.

Discovery and code exchange wait for another host, so they run on threads; the event loop does not wait with them.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping

from volet_protocol.binding import nonce as binding_nonce
from volet_service.adapters.identity_provider import OpenIdProvider
from volet_service.application.login_ports import Expected
from volet_service.application.ports import Identified
from volet_service.application.records import Login
from volet_service.domain.logins import LoginRefusal, login_refused, token_hash


class HubIdentity:
    """Every provider that this hub logs in with."""

    def __init__(self, providers: Mapping[str, OpenIdProvider], origin: str) -> None:
        self._providers = providers
        self._origin = origin

    def serves(self, iss: str, aud: str) -> bool:
        """Tell whether this hub may log in with that issuer as that client."""
        return iss in self._providers and self._providers[iss].client_id == aud

    def new_code_verifier(self) -> str:
        """Return a fresh PKCE verifier of 43 characters (RFC 7636 section 4.1)."""
        return secrets.token_urlsafe(32)

    async def authorize_url(self, login: Login, nonce: str) -> str:
        """Return where the browser goes; raise `ProviderUnavailable`."""
        provider = self._provider(login)
        return await asyncio.to_thread(
            lambda: provider.authorize_url(nonce=nonce, state=login.state, verifier=login.code_verifier)
        )

    async def exchange(self, login: Login, answer: Mapping[str, str]) -> Identified:
        """Exchange the answer's code and verify the ID token; raise `Refusal` as `OpenIdProvider.identify` does."""
        provider = self._provider(login)
        nonce = binding_nonce(self._origin, login.iss, login.aud, login.user, login.random)
        expected = Expected(token_hash(login.state), login.code_verifier, nonce, login.created_ms)
        found = await asyncio.to_thread(lambda: provider.identify(answer, expected, time.time_ns() // 1_000_000))
        return Identified(found.id_token, login.iss, login.aud)

    def _provider(self, login: Login) -> OpenIdProvider:
        provider = self._providers.get(login.iss)
        if provider is None:
            # The operator removed the provider while a login waited.
            raise login_refused(LoginRefusal.UNKNOWN_PROVIDER, "login")
        return provider
