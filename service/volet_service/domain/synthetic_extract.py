"""Extracts of nobody: lines in the national format, of any number, from a seed, for tests and benchmarks.

Names are made of syllables, identifiers are of the test ranges that production refuses, structures do not exist. A line
depends on the seed and on its number alone: an extract of a thousand lines begins one of a million.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from volet_protocol.extract_lines import SEPARATOR
from volet_protocol.national_ids import TEST_DEPARTEMENT, TEST_RPPS, TEST_SIREN, luhn_key

# Every column of the national file `PS_LibreAcces_Personne_activite`, in its order.
COLUMNS: Final = (
    "Type d'identifiant PP", "Identifiant PP", "Identification nationale PP", "Code civilité d'exercice",
    "Libellé civilité d'exercice", "Code civilité", "Libellé civilité", "Nom d'exercice", "Prénom d'exercice",
    "Code profession", "Libellé profession", "Code catégorie professionnelle", "Libellé catégorie professionnelle",
    "Code type savoir-faire", "Libellé type savoir-faire", "Code savoir-faire", "Libellé savoir-faire",
    "Code mode exercice", "Libellé mode exercice", "Numéro SIRET site", "Numéro SIREN site", "Numéro FINESS site",
    "Numéro FINESS établissement juridique", "Identifiant technique de la structure", "Raison sociale site",
    "Enseigne commerciale site", "Complément destinataire (coord. structure)",
    "Complément point géographique (coord. structure)", "Numéro Voie (coord. structure)",
    "Indice répétition voie (coord. structure)", "Code type de voie (coord. structure)",
    "Libellé type de voie (coord. structure)", "Libellé Voie (coord. structure)",
    "Mention distribution (coord. structure)", "Bureau cedex (coord. structure)", "Code postal (coord. structure)",
    "Code commune (coord. structure)", "Libellé commune (coord. structure)", "Code pays (coord. structure)",
    "Libellé pays (coord. structure)", "Téléphone (coord. structure)", "Téléphone 2 (coord. structure)",
    "Télécopie (coord. structure)", "Adresse e-mail (coord. structure)", "Code Département (structure)",
    "Libellé Département (structure)", "Ancien identifiant de la structure", "Autorité d'enregistrement",
    "Code secteur d'activité", "Libellé secteur d'activité", "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens", "Code rôle", "Libellé rôle", "Code genre activité",
    "Libellé genre activité",
)  # fmt: skip
HEADER: Final = SEPARATOR.join(COLUMNS)
_ONSETS = ("b", "br", "ch", "d", "f", "g", "gr", "l", "m", "n", "p", "pr", "r", "s", "t", "tr", "v", "z")
_VOWELS = ("a", "é", "i", "o", "u", "ou", "an", "on")
_NAME_ENDS = ("ard", "eau", "et", "ier", "in", "ot", "oux", "y")
_FIRST_ENDS = ("a", "e", "ine", "ien", "is", "o", "é")
_PLACE_ENDS = ("ac", "bourg", "court", "ignan", "ville", "y-le-Vieux", "-sur-Orme", "oire")
# Profession, its label, the role where it is « 99 », and how many of a thousand.
_PROFESSIONS = (
    ("10", "Médecin", "", 220), ("60", "Infirmier", "", 480), ("21", "Pharmacien", "", 60),
    ("70", "Masseur-Kinésithérapeute", "", 90), ("91", "Orthophoniste", "", 25), ("50", "Sage-Femme", "", 20),
    ("40", "Chirurgien-Dentiste", "", 40), ("41", "Assistant de service social", "", 15),
    ("93", "Psychologue", "", 35), ("99", "", "313", 10), ("94", "Ergothérapeute", "", 5),
)  # fmt: skip
_BY_WEIGHT = tuple((code, label, role) for code, label, role, weight in _PROFESSIONS for _ in range(weight))
_ROLES = {"313": "Aide-soignant", "": ""}
_KINDS = ("Cabinet", "Centre hospitalier", "Maison de santé", "Résidence", "Pharmacie", "Clinique")
_PLACES = 36_000
_FOUR = struct.Struct(">4I")
# One in this many practises in a second place: the same identifier on two lines.
_AGAIN = 7


def extract_lines(count: int, seed: int) -> Iterator[str]:
    """Yield the header and `count` lines, without line ends."""
    yield HEADER
    for number in range(count):
        yield _line(number, seed)


def _line(number: int, seed: int) -> str:
    place_drawn, structure_drawn = _drawn(seed, "line", number)[:2]
    person = number - 1 if number % _AGAIN == _AGAIN - 1 else number
    who = _drawn(seed, "person", person)
    code, label, role = _BY_WEIGHT[who[0] % len(_BY_WEIGHT)]
    # Some places have many, most have few.
    place = _PLACES * (place_drawn % 1000) ** 2 // 1_000_000 + place_drawn % 36
    structure = place + (_PLACES + 36) * (structure_drawn % 3)
    rpps = _with_key(f"{TEST_RPPS}{person:07d}")
    filled = {
        "Type d'identifiant PP": "8", "Identifiant PP": rpps, "Identification nationale PP": f"8{rpps}",
        "Nom d'exercice": _made(who[1] % 200_000, _NAME_ENDS).upper(),
        "Prénom d'exercice": _made(who[2] % 4000, _FIRST_ENDS).capitalize(),
        "Code profession": code, "Libellé profession": label, "Code catégorie professionnelle": "C",
        "Libellé catégorie professionnelle": "Civil", "Code mode exercice": "L", "Libellé mode exercice": "Libéral",
        "Téléphone (coord. structure)": "0199000000", "Code rôle": role, "Libellé rôle": _ROLES[role],
        "Code genre activité": "GENR01", **_site(seed, place, structure),
    }  # fmt: skip
    return SEPARATOR.join([filled.get(column, "") for column in COLUMNS])


@lru_cache(maxsize=20_000)
def _site(seed: int, place: int, structure: int) -> Mapping[str, str]:
    siren = _with_key(f"{TEST_SIREN}{structure % 1000:03d}")
    name = _made(_drawn(seed, "structure", structure)[0], _NAME_ENDS).capitalize()
    return {
        "Numéro SIRET site": _with_key(f"{siren}{structure // 1000:04d}"), "Numéro SIREN site": siren,
        "Numéro FINESS site": _with_key(f"{TEST_DEPARTEMENT}{structure:06d}"),
        "Identifiant technique de la structure": f"F{structure:09d}",
        "Raison sociale site": f"{_KINDS[structure % len(_KINDS)]} {name}",
        "Code postal (coord. structure)": f"{place % 95 + 1:02d}{place % 990:03d}",
        "Code commune (coord. structure)": f"{place % 95 + 1:02d}{place // 95:03d}",
        "Libellé commune (coord. structure)": _made(_drawn(seed, "place", place)[0], _PLACE_ENDS).capitalize(),
    }  # fmt: skip


def _drawn(seed: int, kind: str, number: int) -> tuple[int, ...]:
    """Return four numbers below 2^32 that depend on nothing else."""
    return _FOUR.unpack(hashlib.blake2b(f"{seed} {kind} {number}".encode(), digest_size=16).digest())


@lru_cache(maxsize=20_000)
def _made(number: int, ends: tuple[str, ...]) -> str:
    """Return a word of two or three syllables."""
    number, two = divmod(number, 2)
    word = ""
    for _ in range(1 + two):
        number, onset = divmod(number, len(_ONSETS))
        number, vowel = divmod(number, len(_VOWELS))
        word += _ONSETS[onset] + _VOWELS[vowel]
    number, onset = divmod(number, len(_ONSETS))
    return word + _ONSETS[onset] + ends[number % len(ends)]


def _with_key(digits: str) -> str:
    return digits + luhn_key(digits)
