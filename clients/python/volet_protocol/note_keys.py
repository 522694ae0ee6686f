"""Keys that sign notes, and what each kind signs (docs/spec/log.md).

C2SP signed-note v1.0.0 and tlog-cosignature v1.0.1, ML-DSA-44 from v1.1.0-rc.1:

    0x01  Ed25519              the text
    0x04  Ed25519, with time   "cosignature/v1" LF "time " seconds LF text
    0x06  ML-DSA-44, with time "subtree/v1" LF 0x00, the cosigner's name, seconds, origin, 0, size, root

The third form covers a checkpoint's first three lines and no extension line; so it signs nothing but checkpoints, and
no code branches on extension lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique
from functools import cached_property, lru_cache

from volet_protocol import keys, mldsa
from volet_protocol.encodings import from_base64, from_decimal, to_base64
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.keys import SigningKey
from volet_protocol.mldsa import MldsaKey

MAX_NAME = 255
MAX_TIME = 2**63 - 1
ID_SIZE = 4
_TIME_SIZE = 8
_ROOT_SIZE = 32
_PRIVATE = "PRIVATE+KEY+"
_SUBTREE = b"subtree/v1\n\x00"
# White_Space of Unicode above the control characters, which no note may hold.
_SPACES = frozenset("\u0020\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(n) for n in range(0x2000, 0x200B)}


@unique
class KeyType(IntEnum):
    """The first byte of a public key in a vkey."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    MLDSA = 0x06

    @property
    def timed(self) -> bool:
        """Whether a signature of this kind states a time."""
        return self is not KeyType.ED25519


@lru_cache(maxsize=256)
def check_name(name: str) -> None:
    """Refuse a key name that is empty, too long, or holds a space, a `+` or a control character."""
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise ProtocolError(Reason.MALFORMED, "key name") from None
    if not 0 < size <= MAX_NAME or any(c in _SPACES or c == "+" or c < " " for c in name):
        raise ProtocolError(Reason.MALFORMED, "key name")


def key_id(name: str, type_: KeyType, public: bytes) -> bytes:
    """Return SHA-256(name LF type public key)[:4]."""
    return sha256(name.encode("utf-8"), b"\n", bytes([type_]), public)[:ID_SIZE]


def signed_message(type_: KeyType, name: str, text: bytes, time_s: int) -> bytes:
    """Return the bytes that a key signs under a note's text; `time_s` counts for the kinds that state a time."""
    if type_ is KeyType.ED25519:
        return text
    if type_ is KeyType.COSIGNATURE:
        return b"cosignature/v1\ntime " + str(time_s).encode("ascii") + b"\n" + text
    origin, size, root = _tree(text)
    cosigner, seconds = name.encode("utf-8"), time_s.to_bytes(_TIME_SIZE, "big")
    return b"".join(
        (
            _SUBTREE, bytes([len(cosigner)]), cosigner, seconds, bytes([len(origin)]), origin,
            bytes(8), size.to_bytes(8, "big"), root,
        )
    )  # fmt: skip


def _tree(text: bytes) -> tuple[bytes, int, bytes]:
    origin, _, rest = text.partition(b"\n")
    size, _, rest = rest.partition(b"\n")
    root = from_base64(rest.partition(b"\n")[0].decode("utf-8"))
    if not 0 < len(origin) <= MAX_NAME or len(root) != _ROOT_SIZE:
        raise ProtocolError(Reason.MALFORMED, "cosigned text is no checkpoint")
    return origin, from_decimal(size.decode("utf-8")), root


@dataclass(frozen=True)
class SignatureLine:
    """One line under a note. `blob` is what follows the key id; nothing about it is verified."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"\u2014 {self.name} {to_base64(self.key_id + self.blob)}\n"


@dataclass(frozen=True)
class Verifier:
    """A public key under a name. The key id is derived, so an inconsistent one cannot exist."""

    name: str
    type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        (mldsa if self.type is KeyType.MLDSA else keys).check_public_key(self.public)

    @cached_property
    def key_id(self) -> bytes:
        """The four bytes that a signature line names this key by."""
        return key_id(self.name, self.type, self.public)

    @staticmethod
    def parse(vkey: str) -> Verifier:
        """Read `name+hex8+base64(type || key)`; raise bad-key, malformed or wrong-algorithm."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:  # noqa: PLR2004 - name, id, key
            raise ProtocolError(Reason.MALFORMED, "vkey")
        data = from_base64(parts[2])
        if not data or data[0] not in tuple(KeyType):
            raise ProtocolError(Reason.WRONG_ALGORITHM, "vkey: key type")
        verifier = Verifier(parts[0], KeyType(data[0]), data[1:])
        if str(verifier) != vkey:
            raise ProtocolError(Reason.BAD_KEY, "vkey: key id does not recompute")
        return verifier

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.type]) + self.public)}"

    def verify(self, text: bytes, blob: bytes) -> int | None:
        """Verify one line's blob over the text; return the cosignature's POSIX seconds, None for a plain signature."""
        if not self.type.timed:
            keys.verify(self.public, blob, text)
            return None
        time_s = int.from_bytes(blob[:_TIME_SIZE], "big")
        if len(blob) <= _TIME_SIZE or not 0 < time_s <= MAX_TIME:
            raise ProtocolError(Reason.BAD_SIGNATURE, f"cosignature of {self.name}: time")
        verify = mldsa.verify if self.type is KeyType.MLDSA else keys.verify
        verify(self.public, blob[_TIME_SIZE:], signed_message(self.type, self.name, text, time_s))
        return time_s


@dataclass(frozen=True)
class Signed:
    """A key whose signature under a note verified, and the time it states in POSIX seconds when it states one."""

    verifier: Verifier
    time_s: int | None


@dataclass(frozen=True)
class NoteSigner:
    """A named key that signs notes (0x01), or cosigns checkpoints with a time (0x04 Ed25519, 0x06 ML-DSA-44)."""

    name: str
    key: SigningKey | MldsaKey
    type: KeyType = KeyType.ED25519

    def __post_init__(self) -> None:
        if isinstance(self.key, MldsaKey) is not (self.type is KeyType.MLDSA):
            raise ProtocolError(Reason.WRONG_ALGORITHM, "key of another algorithm than its type")

    @cached_property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.type, self.key.public)

    @property
    def vkey(self) -> str:
        """The public half as text."""
        return str(self.verifier)

    @staticmethod
    def parse_private(text: str) -> NoteSigner:
        """Read `PRIVATE+KEY+name+hex8+base64(type || seed)`; errors never repeat the text."""
        parts = text.removeprefix(_PRIVATE).split("+", 2)
        if not text.startswith(_PRIVATE) or len(parts) != 3:  # noqa: PLR2004 - name, id, key
            raise ProtocolError(Reason.BAD_KEY, "private key text")
        data = from_base64(parts[2])
        if not data or data[0] not in tuple(KeyType):
            raise ProtocolError(Reason.WRONG_ALGORITHM, "private key text: key type")
        type_ = KeyType(data[0])
        signer = NoteSigner(parts[0], (MldsaKey if type_ is KeyType.MLDSA else SigningKey)(data[1:]), type_)
        if signer.dangerous_private_text() != text:
            raise ProtocolError(Reason.BAD_KEY, "private key text: key id does not recompute")
        return signer

    def dangerous_private_text(self) -> str:
        """Return the private key as text: for a file of mode 0600, never for a log or a database."""
        seed = to_base64(bytes([self.type]) + self.key.seed)
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{seed}"

    def line(self, text: str, time_s: int | None = None) -> SignatureLine:
        """Sign a note's text; `time_s` (POSIX seconds, above 0) belongs to cosignatures only."""
        data = text.encode("utf-8")
        if not self.type.timed:
            return SignatureLine(self.name, self.verifier.key_id, self.key.sign(data))
        if time_s is None or not 0 < time_s <= MAX_TIME:
            raise ProtocolError(Reason.MALFORMED, "time of a cosignature")
        signature = self.key.sign(signed_message(self.type, self.name, data, time_s))
        return SignatureLine(self.name, self.verifier.key_id, time_s.to_bytes(_TIME_SIZE, "big") + signature)
