"""The provider's OpenID Connect server, on Authlib's framework-agnostic side.

Authorization code only (RFC 6749 section 4.1), PKCE with S256 required of everybody (RFC 7636, RFC 9700), `nonce`
required and single use, `iss` in every authorization response (RFC 9207). The ID token says who logged in (`sub`)
and how surely (`acr`), and no name: names stay on the page. Codes live in memory for a minute and serve once.
"""
# Authlib publishes no types; this module is the only one that touches its provider side.
# pyright: reportUnknownMemberType=false, reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUnknownArgumentType=false, reportIncompatibleMethodOverride=false, reportUnknownVariableType=false
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urljoin

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode
from joserfc.jwk import ECKey

from volet_service.entrypoints.demo_provider.accounts import Account, Registry, RelyingParty

CODE_LIFETIME_S = 60
# How long somebody who asked for it stays identified in their browser.
PRESENCE_S = 3600
TOKEN_LIFETIME_S = 300
_MOST_CODES = 10_000


@dataclass
class Reply:
    """An answer before it becomes the framework's; `location` is what RFC 9207's extension rewrites."""

    status: int
    body: str | dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        """Where the browser is sent, if it is."""
        return self.headers.get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers["Location"] = value


class Request(OAuth2Request):  # type: ignore[misc]  # Authlib is untyped
    """A request whose query and form were read already."""

    def __init__(self, method: str, uri: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> None:
        super().__init__(method, uri, headers=dict(headers))
        self._form = dict(parameters)
        self.payload = BasicOAuth2Payload(self._form)

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        return self._form


@dataclass(frozen=True)
class Client:
    """A relying party as Authlib asks about it (its ClientMixin)."""

    party: RelyingParty

    def get_client_id(self) -> str:
        """Return the client id."""
        return self.party.client_id

    def get_default_redirect_uri(self) -> None:
        """Return nothing: a request always names its redirect URI."""
        return

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return `openid`, the only scope; refuse a request without it."""
        return "openid" if scope and "openid" in scope.split() else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Compare exactly: a prefix would hand codes to another page of the same host."""
        return redirect_uri in self.party.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare in constant time."""
        return self.party.secret is not None and hmac.compare_digest(self.party.secret, client_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """Accept one method: a party with a secret must show it."""
        return method == ("none" if self.party.secret is None else "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        """Only codes are given."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Only codes are exchanged; there is no refresh token."""
        return grant_type == "authorization_code"


@dataclass(frozen=True)
class Presence:
    """Somebody who pressed the button of their account, and when (seconds)."""

    account: Account
    since_s: int


@dataclass(frozen=True)
class Code:
    """What a code stands for (Authlib's OpenID AuthorizationCodeMixin)."""

    value: str
    client_id: str
    redirect_uri: str
    presence: Presence
    nonce: str
    code_challenge: str
    code_challenge_method: str
    given_s: int

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return the only scope."""
        return "openid"

    def get_nonce(self) -> str:
        """Return the nonce that goes into the ID token."""
        return self.nonce

    def get_auth_time(self) -> int:
        """Return when the button was pressed, in seconds."""
        return self.presence.since_s

    def get_acr(self) -> str:
        """Return the assurance level of the account."""
        return self.presence.account.acr

    def get_amr(self) -> None:
        """Return nothing: pressing a button is no authentication method."""
        return


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    """The code grant over the provider's memory."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["none", "client_secret_basic"]  # noqa: RUF012  # Authlib reads a class attribute

    def save_authorization_code(self, code: str, request: Any) -> None:  # noqa: ANN401  # Authlib's request
        """Keep what the code stands for, and burn its nonce."""
        data: Mapping[str, str] = request.payload.data
        self.server.keep(
            Code(
                code, data["client_id"], data["redirect_uri"], request.user, data["nonce"],
                data["code_challenge"], data["code_challenge_method"], int(time.time()),
            )
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Take the code: from here on it is used, whatever comes of this exchange."""
        found: Code | None = self.server.codes.pop(code, None)
        if found is None or found.client_id != client.get_client_id():
            return None
        return found if time.time() < found.given_s + CODE_LIFETIME_S else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Do nothing: taking the code removed it."""

    def authenticate_user(self, authorization_code: Code) -> Account:
        """Return who pressed the button."""
        return authorization_code.presence.account


class StrictPkce(CodeChallenge):  # type: ignore[misc]  # Authlib is untyped
    """PKCE as RFC 9700 wants it: always, and only S256."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012  # Authlib reads a class attribute

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:  # noqa: ANN401  # Authlib's grant
        """Refuse a request without a challenge; Authlib alone would let it pass here."""
        data: Mapping[str, str] = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' with method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class NamelessToken(OpenIDCode):  # type: ignore[misc]  # Authlib is untyped
    """The ID token: iss, sub, aud, nonce, times, acr; nothing else about the person."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def exists_nonce(self, nonce: str, request: Any) -> bool:  # noqa: ANN401  # Authlib's request
        """Tell whether this relying party had an answer for this nonce already."""
        return (request.payload.client_id, nonce) in self._provider.nonces

    def resolve_client_private_key(self, _client: Client) -> ECKey:
        """Sign with the first key."""
        return self._provider.keys[0]

    def get_client_algorithm(self, _client: Client) -> str:
        """Sign with ES256."""
        return "ES256"

    def get_encode_header(self, _client: Client) -> dict[str, Any]:
        """Name the key."""
        return {"alg": "ES256", "kid": self._provider.keys[0].kid}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """Return what does not depend on the person."""
        return self._provider.claims(client.get_client_id())

    def generate_user_info(self, user: Account, _scope: str) -> dict[str, Any]:
        """Return the subject and no name."""
        return {"sub": user.sub}


def _access_token(**_asked: Any) -> str:  # noqa: ANN401  # Authlib's signature
    return str(generate_token(43))


def _lifetime(_client: Any, _grant_type: str) -> int:  # noqa: ANN401  # Authlib's signature
    return TOKEN_LIFETIME_S


class _Issuer(IssuerParameter):  # type: ignore[misc]  # Authlib is untyped
    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


class Provider(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    """One provider: its name, its accounts, its keys, and the codes not used yet."""

    def __init__(self, issuer: str, registry: Registry, keys: list[ECKey]) -> None:
        super().__init__(scopes_supported=["openid"])
        self.issuer = issuer
        self.registry = registry
        self.keys = keys
        self.codes: dict[str, Code] = {}
        self.nonces: dict[tuple[str, str], None] = {}
        self.present: dict[str, Presence] = {}
        self._issuer_parameter = _Issuer(issuer)
        self.register_extension(self._issuer_parameter)
        self.register_grant(CodeGrant, [StrictPkce(required=True), NamelessToken(self)])
        self.register_token_generator("default", BearerTokenGenerator(_access_token, expires_generator=_lifetime))

    def claims(self, client_id: str) -> dict[str, Any]:
        """Return issuer, audience and times (seconds) of an ID token made now."""
        now = int(time.time())
        return {"iss": self.issuer, "aud": client_id, "iat": now, "exp": now + TOKEN_LIFETIME_S}

    def keep(self, code: Code) -> None:
        """Keep a code and its nonce; the oldest fall out of a bounded memory."""
        self.codes[code.value] = code
        self.nonces[code.client_id, code.nonce] = None
        for memory in (self.codes, self.nonces):
            while len(memory) > _MOST_CODES:
                del memory[next(iter(memory))]  # type: ignore[arg-type]  # each dict gets its own key back

    def discovery(self) -> dict[str, Any]:
        """Return the metadata (OpenID Connect Discovery 1.0 section 3)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "end_session_endpoint": f"{self.issuer}/end",
            "jwks_uri": f"{self.issuer}/jwks.json",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "at_hash"],
            "authorization_response_iss_parameter_supported": True,
        }

    def check_authorization(self, request: Request) -> Reply | None:
        """Return nothing when the request may show the accounts, or the answer that refuses it."""
        try:
            self.get_consent_grant(request)
        except OAuth2Error as error:
            reply = cast("Reply", self.handle_error_response(request, error))
            self._issuer_parameter.add_issuer_parameter(self, reply)
            return reply
        return None

    def remember(self, presence: Presence) -> str:
        """Keep who stays identified; return the secret of their browser. The oldest fall out of a bounded memory."""
        secret = str(generate_token(43))
        self.present[secret] = presence
        while len(self.present) > _MOST_CODES:
            del self.present[next(iter(self.present))]
        return secret

    def remembered(self, secret: str) -> Presence | None:
        """Return who stays identified in the browser of this secret."""
        found = self.present.get(secret)
        return found if found is not None and time.time() < found.since_s + PRESENCE_S else None

    def forget(self, secret: str) -> None:
        """Nobody stays identified in the browser of this secret."""
        self.present.pop(secret, None)

    def way_back(self, asked: Mapping[str, str]) -> str | None:
        """Return where a browser goes after it logged out: to the relying party that is named, and nowhere else."""
        client = self.registry.client(asked.get("client_id", ""))
        wanted = asked.get("post_logout_redirect_uri")
        if client is None or wanted is None:
            return None
        return wanted if any(wanted == urljoin(one, "/") for one in client.redirect_uris) else None

    def authorize(self, request: Request, presence: Presence | None) -> Reply:
        """Return the redirection with a code for who is there, or with `access_denied` without anybody."""
        refused = self.check_authorization(request)
        if refused is not None:
            return refused
        grant = self.get_authorization_grant(request)
        return cast("Reply", self.create_authorization_response(request, grant_user=presence, grant=grant))

    def exchange(self, request: Request) -> Reply:
        """Return the tokens for a code."""
        return cast("Reply", self.create_token_response(request))

    # What Authlib asks of a framework.

    def query_client(self, client_id: str) -> Client | None:
        """Return the relying party, if it is known."""
        party = self.registry.client(client_id)
        return None if party is None else Client(party)

    def save_token(self, token: dict[str, Any], request: Any) -> None:  # noqa: ANN401  # Authlib's request
        """Keep nothing: no resource takes the access token."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # Authlib's signature
        """Tell nobody."""

    def create_oauth2_request(self, request: Request) -> Request:
        """Return the request, which is one already."""
        return request

    def handle_response(self, status: int, body: str | dict[str, Any], headers: list[tuple[str, str]]) -> Reply:
        """Hold the answer until the framework takes it."""
        return Reply(status, body, dict(headers))
