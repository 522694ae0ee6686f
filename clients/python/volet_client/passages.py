"""Passages about a third party: cut out where they are written, kept apart, never given to the person (R66).

The rest of the text stays readable by the person, with `MARK` where a passage was: CRPA L311-6 and L311-7 give only to
a third party what concerns them, and communicate the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from volet_client.errors import UsageError
from volet_client.words import Said

MARK = "[passage concernant un tiers]"


def cut(text: str, passages: Sequence[str]) -> str:
    """Return a text with each passage replaced by the mark; refuse a passage that is not in it word for word.

    What is not found would stay in the text that the person reads.
    """
    for passage in passages:
        if not passage.strip() or passage not in text:
            raise UsageError(
                Said("Ce passage n'est pas dans le texte, mot pour mot.", "That passage is not in the text."),
                Said("Recopiez-le exactement depuis --text.", "Copy it exactly from --text."),
            )
        text = text.replace(passage, MARK)
    return text


def title_of(number: int) -> str:
    """Return the title of the entry that holds one passage."""
    return f"Passage concernant un tiers ({number})"
