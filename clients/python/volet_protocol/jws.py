"""Signatures of identity providers over JSON: compact JWS, three algorithms (docs/spec/bindings.md; RFC 7515, 8725).

No JWT library: what an issuer may use is three lines, and the usual holes (alg none, HMAC keyed with a public key,
a key named by the token) are closed by asking the listed key, never the token, which algorithm applies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from volet_protocol import keys
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason

LIMIT = 64 * 1024
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
_COORDINATE = 32
ALGORITHMS = {"EC": "ES256", "RSA": "RS256", "OKP": "EdDSA"}


@dataclass(frozen=True)
class UnverifiedToken:
    """A token taken apart; nothing in it is believed yet."""

    header: Mapping[str, object]
    claims: Mapping[str, object]
    signing_input: bytes
    signature: bytes

    def text(self, name: str, limit: int = 255) -> str:
        """Return a claim that is a non-empty string; raise missing-field or malformed."""
        if name not in self.claims:
            raise ProtocolError(Reason.MISSING_FIELD, f"token: {name}")
        value = self.claims[name]
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            raise ProtocolError(Reason.MALFORMED, f"token: {name}")
        return value


def parse(token: str) -> UnverifiedToken:
    """Take a compact JWS apart; refuse other spellings, duplicate members and critical headers."""
    if len(token) > LIMIT:
        raise ProtocolError(Reason.TOO_LARGE, "token")
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature (RFC 7515 section 7.1)
        raise ProtocolError(Reason.MALFORMED, "token is not a compact JWS")
    header, claims = _object(parts[0], "token header"), _object(parts[1], "token claims")
    # `crit` says that ignoring a member is unsafe; we understand none (RFC 7515 section 4.1.11), `b64` included.
    if "crit" in header:
        raise ProtocolError(Reason.UNKNOWN_FIELD, "token header: crit")
    return UnverifiedToken(header, claims, f"{parts[0]}.{parts[1]}".encode("ascii"), from_base64url(parts[2]))


def _object(part: str, what: str) -> dict[str, object]:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ProtocolError(Reason.MALFORMED, f"{what}: duplicate member")
        return result

    def refuse(_text: str) -> object:
        raise ProtocolError(Reason.MALFORMED, f"{what}: not a JSON number")

    data = from_base64url(part)
    try:
        value: object = json.loads(data.decode("utf-8", "strict"), object_pairs_hook=unique, parse_constant=refuse)
    except ProtocolError:
        raise
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise ProtocolError(Reason.MALFORMED, what) from None
    if not isinstance(value, dict):
        raise ProtocolError(Reason.MALFORMED, what)
    # `unique` made it: every key is a string.
    return {str(name): member for name, member in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON


def verify(token: UnverifiedToken, jwk: Mapping[str, str]) -> None:
    """Refuse a token not signed by this public key under the one algorithm of its kind.

    Raises `ProtocolError`: wrong-algorithm, bad-key, bad-signature.
    """
    if token.header.get("alg") != ALGORITHMS[jwk["kty"]]:
        raise ProtocolError(Reason.WRONG_ALGORITHM, "token")
    if jwk["kty"] == "OKP":
        keys.verify(from_base64url(jwk["x"]), token.signature, token.signing_input)
        return
    try:
        if jwk["kty"] == "EC":
            _ec_key(jwk).verify(_der(token.signature), token.signing_input, ec.ECDSA(SHA256()))
        else:
            _rsa_key(jwk).verify(token.signature, token.signing_input, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ProtocolError(Reason.BAD_SIGNATURE, "token") from None


def _integer(text: str) -> int:
    return int.from_bytes(from_base64url(text), "big")


def _ec_key(jwk: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicNumbers(_integer(jwk["x"]), _integer(jwk["y"]), ec.SECP256R1()).public_key()
    except ValueError:
        raise ProtocolError(Reason.BAD_KEY, "issuer key: point not on P-256") from None


def _rsa_key(jwk: Mapping[str, str]) -> rsa.RSAPublicKey:
    n, e = _integer(jwk["n"]), _integer(jwk["e"])
    if not MIN_RSA_BITS <= n.bit_length() <= MAX_RSA_BITS:
        raise ProtocolError(Reason.BAD_KEY, "issuer key: RSA size")
    try:
        return rsa.RSAPublicNumbers(e, n).public_key()
    except ValueError:
        raise ProtocolError(Reason.BAD_KEY, "issuer key: RSA") from None


def _der(signature: bytes) -> bytes:
    if len(signature) != 2 * _COORDINATE:
        raise ProtocolError(Reason.BAD_SIGNATURE, "token: ES256 signature is 64 bytes")
    r, s = signature[:_COORDINATE], signature[_COORDINATE:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
