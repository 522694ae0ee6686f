"""Ed25519 signing keys and X-Wing box keys (docs/spec/encoding.md, RFC 8032, X-Wing KEM 0x647a).

Libraries differ on non-canonical and small-order Ed25519 points, and a small-order key verifies everything; so
both languages apply one acceptance rule, written here, before the library is asked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from volet_protocol.errors import ProtocolError, Reason

SEED_SIZE = 32
SIGNATURE_SIZE = 64
BOX_PUBLIC_SIZE = 1216
_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_SEED_SIZE = 64

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_SIGN = 1 << 255
# y of the points whose order divides 8; each y stands for one or two points (the sign bit of x).
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})
# The same points on the Montgomery curve, u = (1 + y) / (1 - y), and the point of order 4 of its twist.
_SMALL_ORDER_U = frozenset({_P - 1} | {(1 + y) * pow(1 - y, -1, _P) % _P for y in _SMALL_ORDER_Y - {1}})


def _acceptable_point(encoded: bytes) -> bool:
    number = int.from_bytes(encoded, "little")
    y = number & (_SIGN - 1)
    return y < _P and y not in _SMALL_ORDER_Y


def check_public_key(public: bytes) -> None:
    """Refuse a public key that is not 32 bytes, not canonical, or of small order."""
    if len(public) != SEED_SIZE or not _acceptable_point(public):
        raise ProtocolError(Reason.BAD_KEY, "Ed25519 public key")


@lru_cache(maxsize=65536)
def _loaded(public: bytes) -> Ed25519PublicKey:
    check_public_key(public)
    return Ed25519PublicKey.from_public_bytes(public)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Verify an Ed25519 signature; raise `ProtocolError` bad-key or bad-signature."""
    key = _loaded(public)
    if len(signature) != SIGNATURE_SIZE or not _acceptable_point(signature[:32]):
        raise ProtocolError(Reason.BAD_SIGNATURE, "Ed25519 signature, R")
    if int.from_bytes(signature[32:], "little") >= _L:
        raise ProtocolError(Reason.BAD_SIGNATURE, "Ed25519 signature, S")
    try:
        key.verify(signature, message)
    except InvalidSignature:
        raise ProtocolError(Reason.BAD_SIGNATURE, "Ed25519 signature") from None


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key from its 32-byte seed."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_SIZE:
            raise ProtocolError(Reason.BAD_KEY, "Ed25519 seed")

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        """The 32-byte public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()[:16]})"


@dataclass(frozen=True)
class BoxKey:
    """An X-Wing private key from its 32-byte seed: SHAKE256 to 96 bytes, 64 for ML-KEM-768, 32 for X25519."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_SIZE:
            raise ProtocolError(Reason.BAD_KEY, "X-Wing seed")

    @cached_property
    def private(self) -> MLKEM768X25519PrivateKey:
        """The library's key."""
        expanded = hashlib.shake_256(self.seed).digest(_MLKEM_SEED_SIZE + SEED_SIZE)
        return MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]),
            X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]),
        )

    @cached_property
    def public(self) -> bytes:
        """The 1216-byte public key: ML-KEM-768 then X25519."""
        expanded = hashlib.shake_256(self.seed).digest(_MLKEM_SEED_SIZE + SEED_SIZE)
        kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]).public_key()
        curve = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]).public_key()
        return kem.public_bytes_raw() + curve.public_bytes_raw()

    def __repr__(self) -> str:
        return "BoxKey(...)"


def is_small_order_u(encoded: bytes) -> bool:
    """Tell whether 32 bytes spell an X25519 point whose shared secret with every key is zero (RFC 7748 section 6.1)."""
    return (int.from_bytes(encoded, "little") & (_SIGN - 1)) % _P in _SMALL_ORDER_U


# A loaded ML-KEM key weighs some 10 kB: a hub that served endless keys must not fill its readers' memory.
@lru_cache(maxsize=4096)
def load_box_public(public: bytes) -> MLKEM768X25519PublicKey:
    """Return the library's key for 1216 bytes; refuse other sizes, unreduced ML-KEM keys and small-order X25519."""
    if len(public) != BOX_PUBLIC_SIZE or is_small_order_u(public[_MLKEM_PUBLIC_SIZE:]):
        raise ProtocolError(Reason.BAD_KEY, "X-Wing public key")
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
        )
    except ValueError:
        raise ProtocolError(Reason.BAD_KEY, "X-Wing public key") from None
