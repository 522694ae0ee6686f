"""The recovery phrase: 24 words that hold the 256 bits of a recovery slot (docs/spec/recovery.md).

Entropy, then the first byte of its SHA-256, 11 bits a word: the encoding of BIP-39 without its key derivation, because
256 random bits need no stretching. The lists of words are the caller's: nothing is read from a disk here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import hkdf_expand, sha256
from volet_protocol.keys import BoxKey, SigningKey

ENTROPY_SIZE = 32
WORDS = 24
_BITS = 11
_LIST_SIZE = 1 << _BITS
_CHECK_BITS = 8
_SHORTEST_PREFIX = 4
# Longer than any phrase that a person types, in either language.
_TYPED_LIMIT = 1000
# Blanks, and every hyphen and dash that a keyboard or a word processor makes of one.
_BETWEEN = re.compile("[ \t\r\n\f\v\u2010-\u2015-]+")


@dataclass(frozen=True)
class WordList:
    """The 2048 words of a language, in the order of their numbers."""

    language: str
    words: Sequence[str]

    def __post_init__(self) -> None:
        """Refuse a list in which two words would be typed alike: malformed."""
        if len(self._numbers) != _LIST_SIZE or len(self.words) != _LIST_SIZE:
            raise ProtocolError(Reason.MALFORMED, "list of words")

    def number(self, typed: str) -> int | None:
        """Return the number of a plain word, or of the one word that begins with these four letters or more."""
        if typed in self._numbers or len(typed) < _SHORTEST_PREFIX:
            return self._numbers.get(typed)
        begun = [number for form, number in self._numbers.items() if form.startswith(typed)]
        return begun[0] if len(begun) == 1 else None

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {plain(word): number for number, word in enumerate(self.words)}


@dataclass(frozen=True)
class RecoveryPhrase:
    """What a phrase holds: 32 bytes, and the language that it is written in."""

    entropy: bytes
    language: str

    @property
    def sign(self) -> SigningKey:
        """The signing half of the slot."""
        return SigningKey(hkdf_expand(self.entropy, "recovery-sign"))

    @property
    def box(self) -> BoxKey:
        """The box half of the slot."""
        return BoxKey(hkdf_expand(self.entropy, "recovery-box"))


def plain(text: str) -> str:
    """Return a text in NFKD, without marks, in lower case."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M")).lower()


def compose_phrase(entropy: bytes, words: WordList) -> tuple[str, ...]:
    """Return the 24 words of 32 bytes."""
    if len(entropy) != ENTROPY_SIZE:
        raise ProtocolError(Reason.MALFORMED, "entropy of a recovery phrase")
    bits = int.from_bytes(entropy + sha256(entropy)[:1], "big")
    places = range(_BITS * (WORDS - 1), -1, -_BITS)
    return tuple(unicodedata.normalize("NFC", words.words[(bits >> place) & (_LIST_SIZE - 1)]) for place in places)


def read_phrase(typed: str, lists: Iterable[WordList]) -> RecoveryPhrase:
    """Return what a typed phrase holds, in the one language of `lists` in which all of it reads.

    Raises `ProtocolError`: too-large, malformed for another number of words, or a phrase of two languages at once;
    unknown-reference for a word of no list, named by its place and never by itself; wrong-hash where the check fails.
    """
    if len(typed) > _TYPED_LIMIT:
        raise ProtocolError(Reason.TOO_LARGE, "recovery phrase")
    words = [word for word in _BETWEEN.split(plain(typed)) if word]
    if len(words) != WORDS:
        raise ProtocolError(Reason.MALFORMED, f"recovery phrase of {len(words)} words")
    read: list[RecoveryPhrase] = []
    # How far each language leads: the furthest is the one meant, and says which word is wrong.
    furthest, checked = 0, False
    for known in lists:
        numbers: list[int] = []
        for word in words:
            number = known.number(word)
            if number is None:
                break
            numbers.append(number)
        furthest = max(furthest, len(numbers))
        if len(numbers) == WORDS:
            checked = True
            entropy = _entropy(numbers)
            read.extend([] if entropy is None else [RecoveryPhrase(entropy, known.language)])
    if len(read) == 1:
        return read[0]
    if read:
        raise ProtocolError(Reason.MALFORMED, "recovery phrase that reads in two languages")
    if checked:
        raise ProtocolError(Reason.WRONG_HASH, "check of a recovery phrase")
    raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"word {furthest + 1} of a recovery phrase")


def _entropy(numbers: Sequence[int]) -> bytes | None:
    bits = 0
    for number in numbers:
        bits = bits << _BITS | number
    entropy = (bits >> _CHECK_BITS).to_bytes(ENTROPY_SIZE, "big")
    return entropy if sha256(entropy)[0] == bits & (1 << _CHECK_BITS) - 1 else None
