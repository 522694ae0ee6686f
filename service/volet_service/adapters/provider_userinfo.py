"""Userinfo of one provider in the form that the operator set: JSON, signed JWT, or signed JWT encrypted to our key.

A form is never taken for another: a hub that accepts JSON where a signed answer was agreed on is told anything by who
stands in between. The subject has to be the ID token's (OpenID Connect Core 5.3.2).
"""

from __future__ import annotations

import json
from typing import Any, cast

import httpx
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.registry import HeaderParameter

from volet_service.adapters.provider_metadata import Published, bounded
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import LoginRefusal, login_refused
from volet_service.domain.providers import UserinfoForm

_ENCRYPTION = ["RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A256KW", "A128CBC-HS256", "A256CBC-HS512", "A128GCM",
               "A256GCM"]  # fmt: skip
# Claims of the inside that a provider may repeat outside, for routing (RFC 7519, 5.3). Only the signed ones are read.
_OPENING = jwe.JWERegistry(
    header_registry={name: HeaderParameter("claim", lambda _: None) for name in ("iss", "sub", "aud")},
    algorithms=_ENCRYPTION,
)
_MOST_TOKEN = 64 * 1024
EncryptionKey = ECKey | RSAKey


def fetch_userinfo(
    published: Published, http: httpx.Client, access_token: str, client_id: str, issuer: str, *, sub: str,
    form: UserinfoForm, key: EncryptionKey | None,
) -> dict[str, Any] | None:  # fmt: skip
    """Return the claims of userinfo about `sub`; None when the provider does not answer: it is a hint.

    Raises `Refusal` (bad-userinfo) for an answer in another form, under another key, to another audience or about
    somebody else.
    """
    try:
        endpoint = published.endpoint("userinfo_endpoint")
        response = bounded(http, "GET", endpoint, headers={"Authorization": f"Bearer {access_token}"})
        response.raise_for_status()
    except httpx.HTTPError:
        return None
    except Refusal as refusal:
        if refusal.members.get("reason") == LoginRefusal.PROVIDER_UNAVAILABLE.value:
            return None
        raise
    expected = "application/json" if form is UserinfoForm.JSON else "application/jwt"
    if response.headers["content-type"].split(";")[0].strip().lower() != expected:
        raise _refused("another form than the one set")
    try:
        claims = _claims(published, response.content, form, key)
    except (JoseError, ValueError, RecursionError) as error:
        raise _refused("unreadable") from error
    if form is not UserinfoForm.JSON and (claims.get("iss") != issuer or not _addressed(claims, client_id)):
        raise _refused("another issuer or audience")
    if claims.get("sub") != sub:
        # Somebody's access token in somebody else's login.
        raise _refused("another subject than the ID token's")
    return claims


def _claims(
    published: Published, content: bytes, form: UserinfoForm, key: EncryptionKey | None
) -> dict[str, Any]:  # fmt: skip
    if form is UserinfoForm.JSON:
        value: object = json.loads(content)
        if not isinstance(value, dict):
            raise _refused("not an object")
        return cast("dict[str, Any]", value)
    if len(content) > _MOST_TOKEN:
        raise _refused("too long")
    token = content.decode("ascii")
    if form is UserinfoForm.ENCRYPTED:
        if key is None:
            raise _refused("no key to open it")
        opened = jwe.decrypt_compact(token, key, registry=_OPENING).plaintext
        # Anybody can encrypt to a public key: what is inside has to be signed as well.
        token = (opened or b"").decode("ascii")
    return dict(published.decode(token, "userinfo_signing_alg_values_supported").claims)


def _addressed(claims: dict[str, Any], client_id: str) -> bool:
    return claims.get("aud") in (client_id, [client_id])


def _refused(what: str) -> Refusal:
    return login_refused(LoginRefusal.BAD_USERINFO, f"userinfo ({what})")
