"""The fingerprint phrase: eight words that two people compare aloud (docs/spec/bindings.md).

88 bits of SHA-256(`volet/v1/fingerprint` LF user id), 11 bits a word. The words are made by rule, so there is no list
to ship twice or to swap: two syllables, each an onset and a vowel that a French reader says in one way. Precedent:
proquints; deviation: fewer letters, because these are said on the telephone and not typed.
"""

from __future__ import annotations

import re
import unicodedata

from volet_protocol.encodings import is_hash
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import labelled_hash

WORDS = 8
BITS = 11
# No c, g, h, s between vowels, no e, no y: their sound depends on the next letter or is silent in French.
_FIRST = ("b", "ch", "d", "f", "j", "k", "l", "m", "n", "p", "r", "s", "t", "tr", "v", "z")
_SECOND = ("b", "ch", "k", "l", "m", "r", "t", "v")
_VOWELS = ("a", "i", "o", "u")


def word(number: int) -> str:
    """Return the word of 0..2047: 4 bits first onset, 2 its vowel, 3 second onset, 2 its vowel."""
    if not 0 <= number < 1 << BITS:
        raise ProtocolError(Reason.MALFORMED, "word number")
    return (
        _FIRST[number >> 7]
        + _VOWELS[(number >> 5) & 3]
        + _SECOND[(number >> 2) & 7]
        + _VOWELS[number & 3]
    )  # fmt: skip


def phrase(user: str) -> str:
    """Return the eight words of a user id (64 hex characters), separated by blanks."""
    if not is_hash(user):
        raise ProtocolError(Reason.MALFORMED, "user id")
    bits = int.from_bytes(labelled_hash("fingerprint", bytes.fromhex(user))[: WORDS * BITS // 8], "big")
    return " ".join(word((bits >> (BITS * (WORDS - 1 - place))) & ((1 << BITS) - 1)) for place in range(WORDS))


def check_phrase(typed: str, user: str) -> None:
    """Refuse a phrase that is not this user's: wrong-subject. Case, accents, hyphens and blanks do not count."""
    plain = unicodedata.normalize("NFKD", typed).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if " ".join(re.split(r"[\s\-]+", letters.strip())) != phrase(user):
        raise ProtocolError(Reason.WRONG_SUBJECT, "fingerprint phrase")
