"""What the login use cases ask of an identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from volet_service.domain.providers import Hint


@dataclass(frozen=True)
class Expected:
    """What an answer of the provider must fit: the secrets of one login."""

    state_hash: str
    verifier: str
    nonce: str
    started_ms: int


@dataclass(frozen=True)
class Identified:
    """A verified ID token: who (iss, sub), how surely, when, the token itself, and what userinfo hinted at."""

    iss: str
    sub: str
    acr: str | None
    issued_ms: int
    id_token: str
    hint: Hint | None = None


@dataclass(frozen=True)
class LoggedOut:
    """A verified logout token: whose sessions end, of those that began before an instant (ms)."""

    iss: str
    sub: str
    before_ms: int


class IdentityProvider(Protocol):
    """One relying party at one OpenID provider."""

    @property
    def issuer(self) -> str:
        """The provider's name: `iss` of its tokens."""
        ...

    @property
    def client_id(self) -> str:
        """Our name there: `aud` of its tokens."""
        ...

    def authorize_url(self, *, nonce: str, state: str, verifier: str, fresh: bool = False) -> str:
        """Return where the browser goes; raise `ProviderUnavailable`. `fresh`: the provider asks who is there anew."""
        ...

    def identify(self, answer: Mapping[str, str], expected: Expected, now_ms: int) -> Identified:
        """Exchange the code of an authorization response and verify the ID token; raise `Refusal`."""
        ...
