"""Holding an account by telephone: a registrar's statement, or the number of the recovery sheet (docs/spec/holds.md).

A hold is not the freeze of a chain that two crossing revocations make: it stands in no chain, gives nothing to anybody,
and ends at the person's next sign-in. So a number of 50 bits, said aloud and typed by others, is enough for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import hkdf_expand, labelled_hash
from volet_protocol.statements import ALGORITHM, VERSION, UnverifiedStatement, read_type
from volet_protocol.trust_bundle import TrustBundle

TYPE = "account-hold"
SKEW_MS = 2 * 60 * 1000
DIGITS = 16
_GROUP = 4


@dataclass(frozen=True)
class AccountHold:
    """A registrar asks to hold every account of one identity, by the chain id of that subject."""

    registrar: bytes
    subject: str
    time_ms: int

    @staticmethod
    def verify(statement: UnverifiedStatement, bundle: TrustBundle, now_ms: int) -> AccountHold:
        """Return what a registrar of the bundle asks now.

        Raises `ProtocolError`: wrong-hub, not-trusted (registrar not listed), expired (it ended), bad-signature, stale
        and not-yet (made more than two minutes from now), malformed.
        """
        fields = statement.fields()
        read_type(fields, TYPE)
        if fields.label("hub") != bundle.hub:
            raise ProtocolError(Reason.WRONG_HUB, TYPE)
        hold = AccountHold(fields.data("registrar", 32), fields.hash("subject"), fields.integer("time_ms"))
        fields.done()
        registrar = bundle.registrar(hold.registrar)
        statement.verify(registrar.key)
        if registrar.until_ms is not None and now_ms >= registrar.until_ms:
            raise ProtocolError(Reason.EXPIRED, TYPE)
        if hold.time_ms < now_ms - SKEW_MS:
            raise ProtocolError(Reason.STALE, TYPE)
        if hold.time_ms > now_ms + SKEW_MS:
            raise ProtocolError(Reason.NOT_YET, TYPE)
        return hold


def hold_body(*, hub: str, registrar: bytes, subject: str, time_ms: int) -> dict[str, JsonValue]:
    """Return the body that a registrar signs."""
    return {
        "v": VERSION, "type": TYPE, "alg": ALGORITHM, "hub": hub, "registrar": to_base64url(registrar),
        "subject": subject, "time_ms": time_ms,
    }  # fmt: skip


def hold_number(entropy: bytes) -> str:
    """Return the 16 digits that hold the account of a recovery phrase: 15 made from it and one of Luhn."""
    drawn = int.from_bytes(hkdf_expand(entropy, "hold-number"), "big") % 10 ** (DIGITS - 1)
    digits = f"{drawn:0{DIGITS - 1}}"
    return digits + next(check for check in "0123456789" if _luhn(digits + check))


def spaced(number: str) -> str:
    """Return the digits as they are read aloud: four by four."""
    return " ".join(number[at : at + _GROUP] for at in range(0, len(number), _GROUP))


def read_hold_number(typed: str) -> str:
    """Return the digits of a typed number; raise malformed for another count, wrong-hash for a wrong check digit."""
    digits = "".join(typed.split()).replace("-", "").replace(".", "")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise ProtocolError(Reason.MALFORMED, "hold number")
    if not _luhn(digits):
        raise ProtocolError(Reason.WRONG_HASH, "hold number")
    return digits


def hold_number_hash(number: str) -> str:
    """Return what a hub keeps of a number: enough to recognise it, not to print it."""
    return labelled_hash("hold-number", number.encode("ascii")).hex()


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0  # noqa: PLR2004 -- Luhn's nine
