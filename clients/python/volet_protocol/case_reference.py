"""The reference of a case as every paper prints it: short enough to be dictated, with check characters (F18).

`8QK3-V0TX-2M4R-7C`: the first 60 bits of the case id in Crockford's base 32, then two check characters, the same number
modulo 997. 997 is a prime above 32 that does not divide 31, so one wrong character and two neighbours exchanged are
always found. O is read as 0, I and L as 1. The reference says nothing of the person and opens nothing.
"""

from __future__ import annotations

from typing import Final

from volet_protocol.errors import ProtocolError, Reason

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Hex digits of the case id that a reference holds.
PREFIX: Final = 15
_BASE, _PRIME, _LENGTH, _CHECKS = 32, 997, 12, 2
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def reference_of(case: str) -> str:
    """Return the reference of a case from its id (64 hex digits)."""
    number = int(case[:PREFIX], 16)
    written = _written(number, _LENGTH) + _written(number % _PRIME, _CHECKS)
    return "-".join(written[at : at + 4] for at in range(0, len(written), 4))


def prefix_of(reference: str) -> str:
    """Return the first 15 hex digits of the case id that a typed or dictated reference stands for.

    Blanks, hyphens and case do not matter. Raises `ProtocolError`: malformed for other characters or another length,
    wrong-hash where the check characters do not belong to the others.
    """
    typed = "".join(one for one in reference.upper() if one not in " -\u2011\u00a0").translate(_READ_AS)
    if len(typed) != _LENGTH + _CHECKS or any(one not in ALPHABET for one in typed):
        raise ProtocolError(Reason.MALFORMED, "reference of a case")
    number = _number(typed[:_LENGTH])
    if _number(typed[_LENGTH:]) != number % _PRIME:
        raise ProtocolError(Reason.WRONG_HASH, "check characters of a reference")
    return f"{number:0{PREFIX}x}"


def _written(number: int, length: int) -> str:
    digits = [ALPHABET[number // _BASE**place % _BASE] for place in reversed(range(length))]
    return "".join(digits)


def _number(written: str) -> int:
    number = 0
    for one in written:
        number = number * _BASE + ALPHABET.index(one)
    return number
