"""Signed notes and their keys (C2SP signed-note v1.0.0, tlog-cosignature v1.0.1; docs/spec/log.md).

    text LF LF (U+2014 SP name SP base64(key id[4] || signature) LF)+

Unknown (name, id) pairs are ignored; a known key that fails to verify rejects the whole note; a note without a known
key that verifies is rejected. Key types: 0x01 Ed25519 over the text, 0x04 Ed25519 cosignature with a time.
ML-DSA-44 (0x06) is out of scope: its lines are unknown lines, its vkeys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, unique
from functools import cached_property

from volet_protocol import keys
from volet_protocol.encodings import from_base64, to_base64
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.keys import SigningKey

MAX_NOTE = 128 * 1024
MAX_LINES = 32
MAX_NAME = 255
_ID_SIZE = 4
_TIME_SIZE = 8
_MAX_TIME = 2**63 - 1
_DASH = "\u2014 "
_PRIVATE = "PRIVATE+KEY+"
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
# White_Space of Unicode above the control characters, which no note may hold.
_SPACES = frozenset("\u0020\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(n) for n in range(0x2000, 0x200B)}


@unique
class KeyType(IntEnum):
    """The first byte of a public key in a vkey."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


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
    return sha256(name.encode("utf-8"), b"\n", bytes([type_]), public)[:_ID_SIZE]


@dataclass(frozen=True)
class SignatureLine:
    """One line under a note. `blob` is what follows the key id; nothing about it is verified."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.blob)}\n"


@dataclass(frozen=True)
class Verifier:
    """A public key under a name. The key id is derived, so an inconsistent one cannot exist."""

    name: str
    type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        keys.check_public_key(self.public)

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
        if self.type is KeyType.ED25519:
            keys.verify(self.public, blob, text)
            return None
        if len(blob) != _TIME_SIZE + keys.SIGNATURE_SIZE:
            raise ProtocolError(Reason.BAD_SIGNATURE, f"cosignature of {self.name}")
        time_s = int.from_bytes(blob[:_TIME_SIZE], "big")
        if not 0 < time_s <= _MAX_TIME:
            raise ProtocolError(Reason.BAD_SIGNATURE, f"cosignature of {self.name}: time")
        keys.verify(self.public, blob[_TIME_SIZE:], _cosigned(text, time_s))
        return time_s


@dataclass(frozen=True)
class Signed:
    """A key whose signature under a note verified, and the time it states in POSIX seconds when it states one."""

    verifier: Verifier
    time_s: int | None


@dataclass(frozen=True)
class NoteSigner:
    """A named Ed25519 key that signs notes (type 0x01), or cosigns checkpoints with a time (type 0x04)."""

    name: str
    key: SigningKey
    type: KeyType = KeyType.ED25519

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
        signer = NoteSigner(parts[0], SigningKey(data[1:]), KeyType(data[0]))
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
        if self.type is KeyType.ED25519:
            return SignatureLine(self.name, self.verifier.key_id, self.key.sign(data))
        if time_s is None or not 0 < time_s <= _MAX_TIME:
            raise ProtocolError(Reason.MALFORMED, "time of a cosignature")
        blob = time_s.to_bytes(_TIME_SIZE, "big") + self.key.sign(_cosigned(data, time_s))
        return SignatureLine(self.name, self.verifier.key_id, blob)


@dataclass(frozen=True)
class Note:
    """A parsed note: nothing about its lines is verified."""

    text: str
    lines: tuple[SignatureLine, ...]

    @staticmethod
    def parse(data: bytes) -> Note:
        """Read a note; raise `ProtocolError` too-large, malformed or not-canonical."""
        if len(data) > MAX_NOTE:
            raise ProtocolError(Reason.TOO_LARGE, "note")
        try:
            whole = data.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise ProtocolError(Reason.MALFORMED, "note is not UTF-8") from None
        if _CONTROL.search(whole) or not whole.endswith("\n"):
            raise ProtocolError(Reason.MALFORMED, "note: control character or no final line feed")
        # The text may hold empty lines: the last one separates.
        cut = whole.rfind("\n\n")
        if cut < 0:
            raise ProtocolError(Reason.MALFORMED, "note without signatures")
        rows = whole[cut + 2 : -1].split("\n")
        if len(rows) > MAX_LINES:
            raise ProtocolError(Reason.TOO_LARGE, "note: signature lines")
        return Note(whole[: cut + 1], tuple(_line(row) for row in rows))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(line) for line in self.lines)

    def to_bytes(self) -> bytes:
        """Return the note's one spelling."""
        return str(self).encode("utf-8")

    def verify(self, known: Iterable[Verifier]) -> tuple[Signed, ...]:
        """Return the known keys that signed; raise bad-signature when one fails, not-trusted when none signed."""
        verifiers = {(verifier.name, verifier.key_id): verifier for verifier in known}
        text = self.text.encode("utf-8")
        signed: list[Signed] = []
        for line in self.lines:
            verifier = verifiers.get((line.name, line.key_id))
            if verifier is not None:
                signed.append(Signed(verifier, verifier.verify(text, line.blob)))
        if not signed:
            raise ProtocolError(Reason.NOT_TRUSTED, "note without a known signature")
        return tuple(signed)


def sign(text: str, signers: Iterable[NoteSigner]) -> Note:
    """Sign a text that ends with a line feed and return the note."""
    return Note.parse(Note(text, tuple(signer.line(text) for signer in signers)).to_bytes())


def _line(row: str) -> SignatureLine:
    name, space, encoded = row.removeprefix(_DASH).partition(" ")
    if not row.startswith(_DASH) or not space:
        raise ProtocolError(Reason.MALFORMED, "signature line")
    check_name(name)
    data = from_base64(encoded)
    if len(data) <= _ID_SIZE:
        raise ProtocolError(Reason.MALFORMED, "signature line without a signature")
    return SignatureLine(name, data[:_ID_SIZE], data[_ID_SIZE:])


def _cosigned(text: bytes, time_s: int) -> bytes:
    return b"cosignature/v1\ntime " + str(time_s).encode("ascii") + b"\n" + text
