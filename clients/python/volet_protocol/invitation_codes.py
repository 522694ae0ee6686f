"""Codes that one person says or shows to another: a newcomer's invitation, a further device (docs/spec/invitations.md).

A code is 80 random bits, dictated as 16 characters of Crockford's base 32 and a check character, or 128 bits in a QR.
Both sides prove that they have it by an HMAC under a key from it, so that it never travels; no shorter code withstands
somebody who tries them all off line (protocol 5.7). The check character is a sum over GF(32): one wrong character, or
two that changed places, are always found, and it needs no sign outside the alphabet as Crockford's own does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final

from volet_protocol.canonical import JsonObject, encode
from volet_protocol.case_reference import ALPHABET
from volet_protocol.encodings import from_base64url, is_hash, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import hkdf_expand, hkdf_extract, hmac_sha256, same

SPOKEN_SIZE: Final = 10
SHOWN_SIZE: Final = 16
VALIDITY_MS: Final = 72 * 3_600_000
TRIES: Final = 3
DEVICE: Final = "device"
_LENGTH = SPOKEN_SIZE * 8 // 5
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
# x^5 + x^2 + 1 is primitive over GF(2): the powers of x differ over 31 places.
_REDUCED, _TOP = 0b100101, 0b100000


@unique
class Direction(StrEnum):
    """Who proves to whom: a proof sent back to its sender proves nothing."""

    INVITEE = "invitee"
    INVITER = "inviter"


@dataclass(frozen=True)
class Terms:
    """What a proof is about. `about` is the id of a case or `device`, `invitee` the id of the new chain or device."""

    hub: str
    inviter: str
    about: str
    invitee: str
    expires_ms: int

    def to_json(self, direction: Direction) -> JsonObject:
        """Return what the HMAC covers; malformed where an id is none."""
        if not (is_hash(self.inviter) and is_hash(self.invitee) and (self.about == DEVICE or is_hash(self.about))):
            raise ProtocolError(Reason.MALFORMED, "terms of a code")
        return {
            "hub": self.hub, "inviter": self.inviter, "about": self.about, "invitee": self.invitee,
            "expires_ms": self.expires_ms, "direction": direction.value,
        }  # fmt: skip


@dataclass(frozen=True)
class CodeUse:
    """What the maker of a code remembers of it: wrong proofs so far, and whether it was answered."""

    wrong: int = 0
    answered: bool = False


@dataclass(frozen=True)
class InvitationCode:
    """The secret of a code: 10 bytes when it is said, 16 when it is shown."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) not in (SPOKEN_SIZE, SHOWN_SIZE):
            raise ProtocolError(Reason.BAD_KEY, "code")

    def spoken(self) -> str:
        """Return `XXXX-XXXX-XXXX-XXXX-X`; a code made to be shown has no such form (bad-key)."""
        if len(self.secret) != SPOKEN_SIZE:
            raise ProtocolError(Reason.BAD_KEY, "code too long to be said")
        number = int.from_bytes(self.secret, "big")
        digits = [number >> 5 * place & 31 for place in reversed(range(_LENGTH))]
        written = "".join(ALPHABET[digit] for digit in (*digits, _check(digits)))
        return "-".join(written[at : at + 4] for at in range(0, len(written), 4))

    def shown(self) -> str:
        """Return the 22 characters that a QR holds; a code made to be said has no such form (bad-key)."""
        if len(self.secret) != SHOWN_SIZE:
            raise ProtocolError(Reason.BAD_KEY, "code too short to be shown")
        return to_base64url(self.secret)

    def proof(self, terms: Terms, direction: Direction) -> bytes:
        """Return the 32-byte proof that whoever stands at this end has the code."""
        key = hkdf_expand(hkdf_extract(b"", self.secret), "invitation")
        return hmac_sha256(key, encode(terms.to_json(direction)))

    def check(self, terms: Terms, direction: Direction, proof: bytes, now_ms: int) -> None:
        """Refuse a proof outside the life of the code (expired, not-yet) or not of this code and terms (bad-proof)."""
        if now_ms >= terms.expires_ms:
            raise ProtocolError(Reason.EXPIRED, "code")
        if terms.expires_ms - now_ms > VALIDITY_MS:
            raise ProtocolError(Reason.NOT_YET, "code that would live longer than 72 hours")
        if not same(proof, self.proof(terms, direction)):
            raise ProtocolError(Reason.BAD_PROOF, "proof of a code")

    def answer(self, use: CodeUse, terms: Terms, proof: bytes, now_ms: int) -> tuple[CodeUse, Reason | None]:
        """Judge an invitee's proof as the maker of the code; return what to remember, and the refusal if it is one.

        Single use (already), three wrong proofs (over-quota), then as `check`. The caller keeps what is returned
        before it acts on it: a crash between must not give another try.
        """
        if use.answered:
            return use, Reason.ALREADY
        if use.wrong >= TRIES:
            return use, Reason.OVER_QUOTA
        try:
            self.check(terms, Direction.INVITEE, proof, now_ms)
        except ProtocolError as refused:
            wrong = use.wrong + (refused.reason is Reason.BAD_PROOF)
            return replace(use, wrong=wrong), refused.reason
        return replace(use, answered=True), None

    def __repr__(self) -> str:
        return "InvitationCode(...)"


def read_spoken(typed: str) -> InvitationCode:
    """Return the code that somebody typed or dictated: case, blanks, hyphens do not matter, O is 0, I and L are 1.

    Raises `ProtocolError`: malformed for other characters or another length, wrong-hash where the check character does
    not belong to the others.
    """
    plain = "".join(one for one in typed.upper() if one not in " -\t\r\n\u2010\u2011\u2013\u00a0\u202f")
    plain = plain.translate(_READ_AS)
    if len(plain) != _LENGTH + 1 or any(one not in ALPHABET for one in plain):
        raise ProtocolError(Reason.MALFORMED, "code")
    *digits, check = (ALPHABET.index(one) for one in plain)
    if _check(digits) != check:
        raise ProtocolError(Reason.WRONG_HASH, "check character of a code")
    number = 0
    for digit in digits:
        number = number << 5 | digit
    return InvitationCode(number.to_bytes(SPOKEN_SIZE, "big"))


def read_shown(text: str) -> InvitationCode:
    """Return the code of a QR: 16 bytes in base64url, one spelling; bad-key for another size."""
    secret = from_base64url(text)
    if len(secret) != SHOWN_SIZE:
        raise ProtocolError(Reason.BAD_KEY, "code of a QR")
    return InvitationCode(secret)


def join_name(code: InvitationCode) -> str:
    """Return the name of the place where a further device finds the one that made the code."""
    return hkdf_expand(hkdf_extract(b"", code.secret), "device-join").hex()


def _check(digits: list[int]) -> int:
    total = 0
    for digit in digits:
        total = _times_x(total ^ digit)
    return total


def _times_x(value: int) -> int:
    shifted = value << 1
    return shifted ^ _REDUCED if shifted & _TOP else shifted
