"""OpenID Connect as a relying party, on Authlib's client side: the one login path of hub and registrar.

Discovery (issuer compared exactly), authorization code with PKCE S256, `state`, the client's `nonce`, `iss` of the
answer (RFC 9207), then the ID token: signature by the provider's published keys, iss, aud, azp, nonce, exp, iat,
at_hash. The authorization endpoint may be on another host than the issuer, as it is at national providers.

The provider is trusted for saying who pressed its button; it never sees a case, and no key of ours.
"""
# Authlib publishes no types; its client and claim classes are used here and nowhere else.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.common.security import is_secure_transport
from authlib.oauth2 import OAuth2Client, OAuth2Error
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError, MissingClaimError
from joserfc.jwk import KeySet

from volet_service.application.login_ports import Expected, Identified
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import LoginRefusal, login_refused, token_hash

ALGORITHMS = ("ES256", "RS256", "EdDSA")
LEEWAY_S = 60
# A key that the provider withdrew stops counting at the latest after this.
_CACHE_S = 10 * 60
_MOST_BYTES = 256 * 1024
_MOST_TOKEN = 16 * 1024
_TIMEOUT = httpx.Timeout(5.0)
_CLAIM_REFUSALS = {
    "iss": LoginRefusal.WRONG_ISSUER,
    "aud": LoginRefusal.WRONG_AUDIENCE,
    "azp": LoginRefusal.WRONG_AUDIENCE,
    "nonce": LoginRefusal.WRONG_NONCE,
}


@dataclass(frozen=True)
class RelyingParty:
    """Who we are at a provider.

    `secret` proves it where the provider wants one; whoever has it can pose as us there, and still opens nothing: a
    session needs the device's signature.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str | None = None


class _Session:
    """The HTTP session that Authlib's client posts the code with."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> httpx.Response:  # noqa: ANN401  # Authlib's ClientAuth
        prepared = auth.prepare("POST", url, dict(headers), urlencode(data))
        uri, sent, body = cast("tuple[str, dict[str, str], str]", prepared)
        return _bounded(self._http, "POST", uri, headers=sent, content=body.encode())


class OpenIdProvider:
    """One provider as seen by one relying party; safe to use from several threads."""

    def __init__(self, party: RelyingParty, http: httpx.Client) -> None:
        self._party = party
        self._http = http
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._metadata_until = 0.0
        self._keys: KeySet | None = None
        self._keys_until = 0.0

    @property
    def issuer(self) -> str:
        """The provider's name."""
        return self._party.issuer

    @property
    def client_id(self) -> str:
        """Our name there."""
        return self._party.client_id

    def authorize_url(self, *, nonce: str, state: str, verifier: str) -> str:
        """Return the authorization request; the nonce is the client's, state and verifier are ours."""
        endpoint = self._endpoint("authorization_endpoint")
        client = self._client(state)
        url, _ = client.create_authorization_url(endpoint, state=state, code_verifier=verifier, nonce=nonce)
        return str(url)

    def identify(self, answer: Mapping[str, str], expected: Expected, now_ms: int) -> Identified:
        """Return who the answer to our authorization request names, or raise `Refusal`."""
        state = answer.get("state", "")
        if not hmac.compare_digest(token_hash(state), expected.state_hash):
            raise login_refused(LoginRefusal.WRONG_STATE, "answer of the identity provider")
        self._check_answering_issuer(answer.get("iss"))
        if "error" in answer:
            denied = answer["error"] == "access_denied"
            refusal = LoginRefusal.DENIED_BY_PERSON if denied else LoginRefusal.CODE_REFUSED
            raise login_refused(refusal, "answer of the identity provider")
        if "code" not in answer:
            raise login_refused(LoginRefusal.CODE_REFUSED, "answer of the identity provider")
        token = self._exchange(answer["code"], state, expected.verifier)
        return self._verify(token, expected, now_ms)

    def _check_answering_issuer(self, iss: str | None) -> None:
        promised = self._load_metadata().get("authorization_response_iss_parameter_supported") is True
        if iss != self._party.issuer and (promised or iss is not None):
            # RFC 9207: a code of one provider sent to the token endpoint of another (mix-up).
            raise login_refused(LoginRefusal.WRONG_ISSUER, "answer of the identity provider")

    def _client(self, state: str) -> Any:  # noqa: ANN401  # Authlib is untyped
        return OAuth2Client(
            _Session(self._http),
            client_id=self._party.client_id,
            client_secret=self._party.secret,
            scope="openid",
            state=state,
            redirect_uri=self._party.redirect_uri,
            code_challenge_method="S256",
        )

    def _exchange(self, code: str, state: str, verifier: str) -> dict[str, Any]:
        endpoint = self._endpoint("token_endpoint")
        client = self._client(state)
        try:
            token = client.fetch_token(endpoint, grant_type="authorization_code", code=code, code_verifier=verifier)
        except OAuth2Error as error:
            raise login_refused(LoginRefusal.CODE_REFUSED, f"code of the identity provider ({error.error})") from None
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable(self._party.issuer) from error
        return dict(token)

    def _verify(self, token: dict[str, Any], expected: Expected, now_ms: int) -> Identified:
        id_token = token.get("id_token")
        if not isinstance(id_token, str) or len(id_token) > _MOST_TOKEN:
            raise login_refused(LoginRefusal.BAD_TOKEN, "ID token")
        claims = self._checked_claims(id_token, token.get("access_token"), expected.nonce, now_ms)
        # Compared here as well: a library that skips an absent claim must not make this check optional.
        if claims.get("nonce") != expected.nonce:
            raise login_refused(LoginRefusal.WRONG_NONCE, "ID token")
        issued_s = int(claims["iat"])
        if issued_s * 1000 < expected.started_ms - LEEWAY_S * 1000:
            raise login_refused(LoginRefusal.EXPIRED, "ID token")
        acr = claims.get("acr")
        return Identified(
            iss=self._party.issuer,
            sub=str(claims["sub"]),
            acr=acr if isinstance(acr, str) else None,
            issued_ms=issued_s * 1000,
            id_token=id_token,
        )

    def _checked_claims(self, id_token: str, access_token: object, nonce: str, now_ms: int) -> dict[str, Any]:
        try:
            decoded = self._decode(id_token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._party.issuer},
                    "aud": {"essential": True, "value": self._party.client_id},
                    "sub": {"essential": True},
                },
                {"nonce": nonce, "client_id": self._party.client_id, "access_token": access_token},
            )
            claims.validate(now=now_ms // 1000, leeway=LEEWAY_S)
        except ExpiredTokenError:
            raise login_refused(LoginRefusal.EXPIRED, "ID token") from None
        except (InvalidClaimError, MissingClaimError) as error:
            refusal = _CLAIM_REFUSALS.get(str(error.claim), LoginRefusal.BAD_TOKEN)
            raise login_refused(refusal, "ID token") from None
        except (JoseError, ValueError) as error:
            raise login_refused(LoginRefusal.BAD_TOKEN, "ID token") from error
        return dict(claims)

    def _decode(self, id_token: str) -> jwt.Token:
        supported = self._load_metadata().get("id_token_signing_alg_values_supported") or []
        algorithms = [name for name in ALGORITHMS if name in supported]
        if not algorithms:
            # The library reads an empty list as "its own defaults".
            raise login_refused(LoginRefusal.BAD_TOKEN, "signature algorithm of the ID token")
        try:
            return jwt.decode(id_token, self._load_keys(), algorithms)
        except InvalidKeyIdError:
            # The provider rotated its keys since we looked.
            return jwt.decode(id_token, self._load_keys(again=True), algorithms)

    def _endpoint(self, name: str) -> str:
        url = self._load_metadata().get(name)
        if not isinstance(url, str) or not is_secure_transport(url) or urlsplit(url).username is not None:
            raise _unavailable(self._party.issuer)
        return url

    def _load_metadata(self) -> dict[str, Any]:
        with self._lock:
            if self._metadata is None or time.monotonic() > self._metadata_until:
                found = self._fetch(str(get_well_known_url(self._party.issuer, external=True)))
                if found.get("issuer") != self._party.issuer:
                    raise login_refused(LoginRefusal.WRONG_ISSUER, "metadata of the identity provider")
                self._metadata, self._metadata_until = found, time.monotonic() + _CACHE_S
            return self._metadata

    def _load_keys(self, *, again: bool = False) -> KeySet:
        uri = self._endpoint("jwks_uri")
        with self._lock:
            if self._keys is None or again or time.monotonic() > self._keys_until:
                try:
                    self._keys = KeySet.import_key_set(cast("Any", self._fetch(uri)))
                    self._keys_until = time.monotonic() + _CACHE_S
                except (JoseError, ValueError, KeyError) as error:
                    raise _unavailable(self._party.issuer) from error
            return self._keys

    def _fetch(self, url: str) -> dict[str, Any]:
        try:
            response = _bounded(self._http, "GET", url)
            response.raise_for_status()
            value: object = json.loads(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _unavailable(self._party.issuer) from error
        if not isinstance(value, dict):
            raise _unavailable(self._party.issuer)
        return cast("dict[str, Any]", value)


def _bounded(
    http: httpx.Client, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
) -> httpx.Response:
    """Return a response of at most 256 KiB, without following redirections."""
    with http.stream(method, url, headers=headers, content=content, timeout=_TIMEOUT, follow_redirects=False) as got:
        body = b""
        for piece in got.iter_bytes():
            body += piece
            if len(body) > _MOST_BYTES:
                raise httpx.DecodingError("answer of the identity provider is too large", request=got.request)
        return httpx.Response(got.status_code, content=body, request=got.request)


def _unavailable(issuer: str) -> Refusal:
    return login_refused(LoginRefusal.PROVIDER_UNAVAILABLE, f"identity provider {issuer}")
