"""Checks of the national identifiers of professionals, structures and persons: form, key, ranges of test numbers.

Sources, by how sure they are. RPPS (11 digits), FINESS (9) and SIRET (14) end with a Luhn digit, although published
samples fail it: computed, hence refused in production and tolerated among test data. SIRET of La Poste (SIREN
356000000): the sum of the digits is a multiple of 5, as INSEE allots them. INS: 13 characters and 97 - (N mod 97),
Corsica read as 19 (2A) and 18 (2B): computed on four matricules. FINESS of Corsica: A counts as 1 and B as 2,
computed on two numbers, no text was found. ADELI: no rule of its key was found, so its form alone is
judged.

Ranges of test numbers: RPPS from 997, the one of the national test identities; ADELI and FINESS of département 99 and
SIREN from 00000, which no real number has and which this project keeps for what it invents.
"""

from __future__ import annotations

import re
from enum import StrEnum, unique
from typing import Final


@unique
class Flaw(StrEnum):
    """What is wrong with an identifier."""

    FORM = "form"
    KEY = "key"
    TEST = "test"


TEST_RPPS: Final = "997"
TEST_DEPARTEMENT: Final = "99"
TEST_SIREN: Final = "00000"
_LA_POSTE: Final = "356000000"
_RPPS, _SIRET = re.compile(r"[0-9]{11}"), re.compile(r"[0-9]{14}")
# Département, then digits: that of Corsica is written with a letter.
_NINE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")
_INS = re.compile(r"[1-478][0-9]{2}(?:0[1-9]|1[0-2]|[2-9][0-9])(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}")
_LUHN_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_AS_DIGITS: Final = {ord("A"): "1", ord("B"): "2"}
# INS-NIR and INS-NIA; the two others are of test and demonstration (national identity of health, OIDs as read).
INS_OIDS: Final = frozenset({"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"})
TEST_INS_OIDS: Final = frozenset({"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"})


def luhn_sum(digits: str) -> int:
    """Return the Luhn sum of digits modulo 10: 0 where the last one is the key of the others (ISO/IEC 7812-1)."""
    total = 0
    for number, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        total += _LUHN_DOUBLED[value] if number & 1 else value
    return total % 10


def luhn_key(digits: str) -> str:
    """Return the digit that makes the Luhn sum of digits followed by it zero."""
    return str(-luhn_sum(f"{digits}0") % 10)


def check_rpps(number: str, *, test: bool = False) -> Flaw | None:
    """Judge an RPPS number; with `test`, numbers of the test range and wrong keys pass."""
    if _RPPS.fullmatch(number) is None:
        return Flaw.FORM
    if test:
        return None
    if number.startswith(TEST_RPPS):
        return Flaw.TEST
    return Flaw.KEY if luhn_sum(number) else None


def check_adeli(number: str, *, test: bool = False) -> Flaw | None:
    """Judge an ADELI number: département, then seven digits."""
    if _NINE.fullmatch(number) is None:
        return Flaw.FORM
    return Flaw.TEST if not test and number.startswith(TEST_DEPARTEMENT) else None


def check_finess(number: str, *, test: bool = False) -> Flaw | None:
    """Judge a FINESS number, of a site or of a legal entity."""
    if _NINE.fullmatch(number) is None:
        return Flaw.FORM
    if test:
        return None
    if number.startswith(TEST_DEPARTEMENT):
        return Flaw.TEST
    return Flaw.KEY if luhn_sum(number.translate(_AS_DIGITS)) else None


def check_siret(number: str, *, test: bool = False) -> Flaw | None:
    """Judge a SIRET number, whose first nine digits are a SIREN."""
    if _SIRET.fullmatch(number) is None:
        return Flaw.FORM
    if test:
        return None
    if number.startswith(TEST_SIREN):
        return Flaw.TEST
    if number.startswith(_LA_POSTE):
        return Flaw.KEY if sum(map(int, number)) % 5 and luhn_sum(number) else None
    return Flaw.KEY if luhn_sum(number) else None


def check_ins(matricule: str, oid: str, *, test: bool = False) -> Flaw | None:
    """Judge the matricule of a person's INS, its key included (15 characters), under the OID that says its kind."""
    if _INS.fullmatch(matricule) is None or oid not in INS_OIDS | TEST_INS_OIDS:
        return Flaw.FORM
    if oid in TEST_INS_OIDS and not test:
        return Flaw.TEST
    return None if matricule[13:] == ins_key(matricule[:13]) else Flaw.KEY


def ins_key(matricule: str) -> str:
    """Return the two digits that end a matricule of 13 characters."""
    read = matricule[:5] + matricule[5:7].replace("2A", "19").replace("2B", "18") + matricule[7:]
    return f"{97 - int(read) % 97:02d}"
