"""Bindings: an identity provider's signature over a user id, through the OIDC nonce (docs/spec/bindings.md).

1. nonce = base64url(SHA-256(`volet/v1/nonce` LF canonical({aud, hub, iss, random, user}))): the client computes it,
   so a token obtained for one chain never serves for another.
2. The binding is the ID token with what opens its nonce. Issuer, audience and key come from the trust bundle, and so
   does the mode, from the audience: the provider that identifies for an independent registrar may identify for the
   hub too, and a token that the hub obtained for itself must not count as proof.
3. `iat` lies within the validity of the key. `exp` is not judged: a binding says what was true at `iat`.
4. Of two bindings for one chain the one with the larger `iat` counts.

What it proves is what the relying party of `aud` says, not the person's choice: `acceptance` draws the consequence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol import canonical, jws
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash
from volet_protocol.jws import UnverifiedToken
from volet_protocol.trust_bundle import TrustBundle

RANDOM_SIZE = 32
REPROOF_MS = 90 * 86_400_000
CLOCK_MS = 120_000
_MAX_SECONDS = canonical.MAX_INTEGER // 1000


def nonce(hub: str, iss: str, aud: str, user: str, random: bytes) -> str:
    """Return the OIDC nonce for a chain; `random` is 32 bytes drawn by the client and used once."""
    if len(random) != RANDOM_SIZE:
        raise ProtocolError(Reason.MALFORMED, "random of a nonce")
    opened = {"hub": hub, "iss": iss, "aud": aud, "user": user, "random": to_base64url(random)}
    return to_base64url(labelled_hash("nonce", canonical.encode(opened)))


@dataclass(frozen=True)
class Binding:
    """An ID token and what opens its nonce; nothing in it is verified."""

    id_token: str
    iss: str
    aud: str
    random: bytes

    @staticmethod
    def read(fields: Fields) -> Binding:
        """Read the wire form."""
        binding = Binding(
            id_token=fields.text("id_token"),
            iss=fields.label("iss"),
            aud=fields.label("aud"),
            random=fields.data("random", RANDOM_SIZE),
        )
        fields.done()
        return binding

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"id_token": self.id_token, "iss": self.iss, "aud": self.aud, "random": to_base64url(self.random)}


@dataclass(frozen=True)
class BoundSubject:
    """Who stands behind a chain, as a listed issuer signed it at `iat_ms` for the relying party `aud`.

    `mode` is that of the audience in the trust bundle: `self` or `registrar`.
    """

    iss: str
    sub: str
    iat_ms: int
    mode: str
    aud: str

    def reproof_due(self, now_ms: int) -> bool:
        """Tell whether capacities that rest on this binding must be proved again: 90 days (protocol 5.3)."""
        return now_ms - self.iat_ms > REPROOF_MS


def verify_binding(binding: Binding, user: str, bundle: TrustBundle, now_ms: int) -> BoundSubject:
    """Return the subject that a binding proves for the chain `user`.

    Raises `ProtocolError`: wrong-issuer, wrong-audience, not-trusted (key not listed), wrong-algorithm,
    bad-signature, wrong-nonce (another chain, hub, issuer, audience or random), not-yet or expired (`iat` outside the
    key's validity, or in the future), malformed.
    """
    issuer = bundle.issuer(binding.iss)
    audience = issuer.audience(binding.aud)
    token = jws.parse(binding.id_token)
    kid = token.header.get("kid")
    if not isinstance(kid, str):
        raise ProtocolError(Reason.MISSING_FIELD, "token header: kid")
    key = issuer.key(kid)
    jws.verify(token, key.jwk)
    if token.text("iss") != issuer.iss:
        raise ProtocolError(Reason.WRONG_ISSUER, "token")
    _check_audience(token, audience.aud)
    if token.text("nonce") != nonce(bundle.hub, issuer.iss, audience.aud, user, binding.random):
        raise ProtocolError(Reason.WRONG_NONCE, "token")
    iat_ms = _issued_ms(token)
    key.check_at(iat_ms)
    if iat_ms > now_ms + CLOCK_MS:
        raise ProtocolError(Reason.NOT_YET, "token issued in the future")
    sub = token.text("sub")
    canonical.check_text(sub)
    return BoundSubject(issuer.iss, sub, iat_ms, audience.mode, audience.aud)


def newest(bound: Iterable[BoundSubject]) -> BoundSubject:
    """Return the binding that counts for one chain: the largest `iat`; raise missing-field when there is none."""
    found = max(bound, key=lambda subject: (subject.iat_ms, subject.iss, subject.sub), default=None)
    if found is None:
        raise ProtocolError(Reason.MISSING_FIELD, "no binding for the chain")
    return found


def _check_audience(token: UnverifiedToken, aud: str) -> None:
    given = token.claims.get("aud")
    # A token for two audiences was obtainable by either (OpenID Connect Core section 3.1.3.7).
    if given not in (aud, [aud]) or token.claims.get("azp", aud) != aud:
        raise ProtocolError(Reason.WRONG_AUDIENCE, "token")


def _issued_ms(token: UnverifiedToken) -> int:
    iat = token.claims.get("iat")
    if isinstance(iat, bool) or not isinstance(iat, int) or not 0 <= iat <= _MAX_SECONDS:
        raise ProtocolError(Reason.MALFORMED, "token: iat")
    return iat * 1000
