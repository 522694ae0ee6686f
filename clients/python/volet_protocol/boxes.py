"""HPKE boxes: base mode, X-Wing (0x647a), HKDF-SHA256 (1), AES-256-GCM (2) (docs/spec/encoding.md, RFC 9180).

box = enc (1120 bytes) || ciphertext. info = label LF SHA-256(statement): a box opens only beside the statement it
was made for. The sender is anonymous; who sent it is said by the signature over the statement, which holds the
hash of the box.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import LABEL
from volet_protocol.keys import BoxKey, is_small_order_u, load_box_public

ENC_SIZE = 1120
TAG_SIZE = 16
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _info(label: str, context: bytes) -> bytes:
    return LABEL + label.encode("ascii") + b"\n" + context


def seal_box(plaintext: bytes, public: bytes, label: str, context: bytes) -> bytes:
    """Encrypt to an X-Wing public key.

    `label` names the use (`grant`, `opening`...); `context` is the 32-byte hash that binds the box to its
    statement. The encapsulation draws its own randomness inside the library.
    """
    return _SUITE.encrypt(plaintext, load_box_public(public), _info(label, context))


def open_box(box: bytes, key: BoxKey, label: str, context: bytes) -> bytes:
    """Decrypt; raise `ProtocolError(bad-box)` for another key, label, context or altered bytes."""
    if len(box) < ENC_SIZE + TAG_SIZE or is_small_order_u(box[ENC_SIZE - 32 : ENC_SIZE]):
        raise ProtocolError(Reason.BAD_BOX, f"box {label}")
    try:
        return _SUITE.decrypt(box, key.private, _info(label, context))
    except (InvalidTag, ValueError):
        raise ProtocolError(Reason.BAD_BOX, f"box {label}") from None
