"""The words of the recovery phrase in each language, as files of this package (docs/spec/recovery.md, 2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from volet_protocol.recovery_phrase import WordList

_FOLDER = Path(__file__).parent / "recovery_words"
WORD_LISTS: Mapping[str, Path] = {"fr": _FOLDER / "french.txt", "en": _FOLDER / "english.txt"}


@cache
def word_list(language: str) -> WordList:
    """Return the list of `fr` or `en`."""
    return WordList(language, tuple(WORD_LISTS[language].read_text("utf-8").split()))
