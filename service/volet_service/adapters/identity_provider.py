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
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Client, OAuth2Error
from authlib.oidc.core import CodeIDToken
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError

from volet_service.adapters.provider_logout import LEEWAY_S, LogoutTokens
from volet_service.adapters.provider_metadata import Published, bounded, unavailable
from volet_service.adapters.provider_userinfo import EncryptionKey, fetch_userinfo
from volet_service.application.login_ports import Expected, Identified, LoggedOut
from volet_service.domain.logins import LoginRefusal, login_refused, token_hash
from volet_service.domain.providers import (
    HINT_SCOPE,
    Hint,
    Kind,
    UserinfoForm,
    assurance_reached,
    extra_claims,
    read_hint,
)

_MOST_TOKEN = 16 * 1024
_CLAIM_REFUSALS = {
    "iss": LoginRefusal.WRONG_ISSUER,
    "aud": LoginRefusal.WRONG_AUDIENCE,
    "azp": LoginRefusal.WRONG_AUDIENCE,
    "nonce": LoginRefusal.WRONG_NONCE,
}


# Older than a day of work, and the provider asks who is there.
_IDENTIFIED_S = 12 * 3600


@dataclass(frozen=True)
class RelyingParty:
    """Who we are at a provider.

    `secret` proves it where the provider wants one; whoever has it can pose as us there, and still opens nothing: a
    session needs the device's signature. `acr` is the assurance demanded; `hosts` are those beside the issuer's that
    its endpoints may be on; `hints` is the form of userinfo where it is asked for, opened with `key` if encrypted.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str | None = None
    kind: Kind = Kind.OIDC
    acr: str | None = None
    hosts: tuple[str, ...] = ()
    hints: UserinfoForm | None = None
    key: EncryptionKey | None = None
    after_logout: str | None = None

    @property
    def scope(self) -> str:
        """What is asked for: `openid` alone, so that the ID token names nobody, but where hints are wanted."""
        return HINT_SCOPE.get(self.kind, "openid") if self.hints is not None else "openid"


class _Session:
    """The HTTP session that Authlib's client posts the code with."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> httpx.Response:  # noqa: ANN401  # Authlib's ClientAuth
        prepared = auth.prepare("POST", url, dict(headers), urlencode(data))
        uri, sent, body = cast("tuple[str, dict[str, str], str]", prepared)
        return bounded(self._http, "POST", uri, headers=sent, content=body.encode())


class OpenIdProvider:
    """One provider as seen by one relying party; safe to use from several threads."""

    def __init__(self, party: RelyingParty, http: httpx.Client) -> None:
        self._party = party
        self._http = http
        self._published = Published(party.issuer, party.hosts, http)
        self._logouts = LogoutTokens(self._published, party.issuer, party.client_id)

    @property
    def issuer(self) -> str:
        """The provider's name."""
        return self._party.issuer

    @property
    def client_id(self) -> str:
        """Our name there."""
        return self._party.client_id

    def authorize_url(self, *, nonce: str, state: str, verifier: str, fresh: bool = False) -> str:
        """Return the authorization request; the nonce is the client's, state and verifier are ours.

        `fresh` asks for a new authentication, and for when it was (OpenID Connect Core 3.1.2.1).
        """
        endpoint = self._published.endpoint("authorization_endpoint")
        client = self._client(state)
        more = {} if self._party.acr is None else {"acr_values": self._party.acr}
        # Whoever is asked how old an identification may be has to say how old it is (OpenID Connect Core 3.1.2.1).
        more |= {"prompt": "login", "max_age": "0"} if fresh else {"max_age": str(_IDENTIFIED_S)}
        url, _ = client.create_authorization_url(endpoint, state=state, code_verifier=verifier, nonce=nonce, **more)
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
        promised = self._published.metadata().get("authorization_response_iss_parameter_supported") is True
        if iss != self._party.issuer and (promised or iss is not None):
            # RFC 9207: a code of one provider sent to the token endpoint of another (mix-up).
            raise login_refused(LoginRefusal.WRONG_ISSUER, "answer of the identity provider")

    def _client(self, state: str) -> Any:  # noqa: ANN401  # Authlib is untyped
        return OAuth2Client(
            _Session(self._http),
            client_id=self._party.client_id,
            client_secret=self._party.secret,
            scope=self._party.scope,
            state=state,
            redirect_uri=self._party.redirect_uri,
            code_challenge_method="S256",
        )

    def _exchange(self, code: str, state: str, verifier: str) -> dict[str, Any]:
        endpoint = self._published.endpoint("token_endpoint")
        client = self._client(state)
        try:
            token = client.fetch_token(endpoint, grant_type="authorization_code", code=code, code_verifier=verifier)
        except OAuth2Error as error:
            raise login_refused(LoginRefusal.CODE_REFUSED, f"code of the identity provider ({error.error})") from None
        except (httpx.HTTPError, ValueError) as error:
            raise unavailable(self._party.issuer) from error
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
        _check_auth_time(claims.get("auth_time"), now_ms)
        stated = claims.get("acr")
        acr = stated if isinstance(stated, str) else None
        if not assurance_reached(self._party.acr, acr):
            raise login_refused(LoginRefusal.ASSURANCE_TOO_LOW, "ID token")
        sub = str(claims["sub"])
        hint = self._hint(token.get("access_token"), claims, sub)
        return Identified(self._party.issuer, sub, acr, issued_s * 1000, id_token, hint)

    def _hint(self, access_token: object, claims: dict[str, Any], sub: str) -> Hint | None:
        party = self._party
        if party.hints is None:
            return None
        if extra_claims(claims):
            raise login_refused(LoginRefusal.NAMING_TOKEN, f"ID token with {extra_claims(claims)[0]}")
        if not isinstance(access_token, str):
            return None
        told = fetch_userinfo(
            self._published, self._http, access_token, party.client_id, party.issuer, sub=sub, form=party.hints,
            key=party.key,
        )  # fmt: skip
        return None if told is None else read_hint(party.kind, told)

    def logout_url(self) -> str | None:
        """Return where a browser ends its session at the provider; None where the provider has no such place.

        Raises `Refusal` as `Published.endpoint` does. The client adds the hint of who logs out (OpenID Connect
        RP-Initiated Logout 1.0, section 2); the way back is named only where the provider was told of it.
        """
        if "end_session_endpoint" not in self._published.metadata():
            return None
        asked = {"client_id": self._party.client_id}
        if self._party.after_logout is not None:
            # FranceConnect wants a state with it; nothing waits for it to come back.
            asked |= {"post_logout_redirect_uri": self._party.after_logout, "state": secrets.token_urlsafe(16)}
        endpoint = self._published.endpoint("end_session_endpoint")
        return str(add_params_to_uri(endpoint, list(asked.items())))

    def logged_out(self, token: str, now_ms: int) -> LoggedOut:
        """Return whose sessions a logout token ends; raise `Refusal`. Each token serves once."""
        return self._logouts.verify(token, now_ms)

    def _checked_claims(self, id_token: str, access_token: object, nonce: str, now_ms: int) -> dict[str, Any]:
        try:
            decoded = self._published.decode(id_token, "id_token_signing_alg_values_supported")
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


def _check_auth_time(told: object, now_ms: int) -> None:
    """Refuse an `auth_time` that is no time or is still to come (OpenID Connect Core, section 2).

    An authentication dated tomorrow would pass for a new one whenever a recent one is asked for.
    """
    if told is not None and (type(told) is not int or told * 1000 > now_ms + LEEWAY_S * 1000):
        raise login_refused(LoginRefusal.BAD_TOKEN, "ID token")
