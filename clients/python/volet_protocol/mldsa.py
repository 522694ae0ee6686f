"""ML-DSA-44 keys (FIPS 204, pure form, empty context): the log and its witnesses sign with them beside Ed25519.

A signature differs at each call and a false one says nothing about the message, so what was verified is compared,
never the bytes of a signature (docs/spec/log.md, rule 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from volet_protocol.errors import ProtocolError, Reason

SEED_SIZE = 32
PUBLIC_SIZE = 1312
SIGNATURE_SIZE = 2420


@lru_cache(maxsize=256)
def _loaded(public: bytes) -> MLDSA44PublicKey:
    if len(public) != PUBLIC_SIZE:
        raise ProtocolError(Reason.BAD_KEY, "ML-DSA-44 public key")
    try:
        return MLDSA44PublicKey.from_public_bytes(public)
    except ValueError:
        raise ProtocolError(Reason.BAD_KEY, "ML-DSA-44 public key") from None


def check_public_key(public: bytes) -> None:
    """Refuse a public key that is not the 1312 bytes of an ML-DSA-44 key."""
    _loaded(public)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Verify an ML-DSA-44 signature; raise `ProtocolError` bad-key or bad-signature."""
    key = _loaded(public)
    if len(signature) != SIGNATURE_SIZE:
        raise ProtocolError(Reason.BAD_SIGNATURE, "ML-DSA-44 signature: length")
    try:
        key.verify(signature, message)
    except InvalidSignature:
        raise ProtocolError(Reason.BAD_SIGNATURE, "ML-DSA-44 signature") from None


@dataclass(frozen=True)
class MldsaKey:
    """An ML-DSA-44 private key from its 32-byte seed."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_SIZE:
            raise ProtocolError(Reason.BAD_KEY, "ML-DSA-44 seed")

    @cached_property
    def _key(self) -> MLDSA44PrivateKey:
        return MLDSA44PrivateKey.from_seed_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        """The 1312-byte public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return a signature of 2420 bytes, another one at each call."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"MldsaKey(public={self.public.hex()[:16]})"
