"""Sentences said in French and in English: everything the client tells a person is one of these.

Code never branches on a text; the command line picks the language (VOLET_LANG), the library keeps both.
"""

from __future__ import annotations

from dataclasses import dataclass

FRENCH = "fr"
ENGLISH = "en"
LANGUAGES = (FRENCH, ENGLISH)


@dataclass(frozen=True)
class Said:
    """One sentence in both languages."""

    fr: str
    en: str

    def to(self, lang: str) -> str:
        """Return the sentence in `lang`; French for every language but English."""
        return self.en if lang == ENGLISH else self.fr


NOTHING = Said("", "")
