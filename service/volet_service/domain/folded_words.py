"""Words as they are looked for: without accents or capitals, from their beginning, with one slip of the keyboard.

A slip is one letter too many, missing or wrong, or two neighbours exchanged. The candidates come from one index of
words with one letter left out (the symmetric deletion of Garbe's SymSpell): a lookup, not a scan.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

SHORTEST_PREFIX: Final = 3
SHORTEST_SLIP: Final = 4
LONGEST: Final = 32
# In so many names of places and structures that they tell nothing.
_SAY_NOTHING = frozenset({"de", "du", "des", "la", "le", "les", "et", "en", "sur", "sous", "au", "aux"})
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o"})
_WORD = re.compile("[a-z0-9]+")


@lru_cache(maxsize=50_000)
def folded(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once: ASCII letters and digits, at most 32 of them."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
        text = "".join(one for one in plain if not unicodedata.combining(one))
    found = (word[:LONGEST] for word in _WORD.findall(text.lower()) if len(word) > 1)
    return tuple(dict.fromkeys(word for word in found if word not in _SAY_NOTHING))


def shortened(word: str) -> set[str]:
    """Return a word and all that is left of it without one of its letters; of a short word or a number, itself."""
    if len(word) < SHORTEST_SLIP or word.isdigit():
        return {word}
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def one_slip(typed: str, word: str) -> bool:
    """Tell whether a typed word is another one, or that one with a single slip."""
    if typed == word:
        return True
    short, long = sorted((typed, word), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((at for at, (one, other) in enumerate(zip(short, long, strict=False)) if one != other), len(short))
    if len(short) != len(long):
        return short[at:] == long[at + 1 :]
    exchanged = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return exchanged or short[at + 1 :] == long[at + 1 :]
