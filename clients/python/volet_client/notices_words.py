"""What a paper says of people, parts of a case, dates and means: the words of the screens, in fr, falc or en.

Names are this profile's own; what has none is called by its function and structure. Nothing here is sent to anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from volet_client.resources import profession_label, row_label
from volet_protocol.fact_notices import Information, NoticeLine, Recipients, To, ToFunction
from volet_protocol.words import LEVELS, part_name

_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_CATEGORIES = {
    "fr": {1: "les professionnels de santé", 2: "les professionnels du social et du médico-social"},
    "en": {1: "health professionals", 2: "social and medico-social professionals"},
}
_MEANS = {
    "fr": {
        "oral": "de vive voix", "phone": "par téléphone", "written": "par écrit", "paper": "sur papier",
        "electronic": "sur la plateforme", "falc": "en facile à lire",
    },
    "en": {
        "oral": "aloud", "phone": "by phone", "written": "in writing", "paper": "on paper",
        "electronic": "on the hub", "falc": "in easy-to-read form",
    },
}  # fmt: skip
_SUPPORT = {
    "fr": {
        "paper": "Une feuille vous a été remise avant.",
        "electronic": "Un texte vous a été envoyé avant.",
        "falc": "Un texte facile à lire vous a été remis avant.",
        "impossible": "Rien n'a pu vous être remis avant.",
        "urgent": "C'était urgent : rien ne vous a été remis avant.",
    },
    "en": {
        "paper": "A sheet was handed to you before.",
        "electronic": "A text was sent to you before.",
        "falc": "An easy-to-read text was handed to you before.",
        "impossible": "Nothing could be handed to you before.",
        "urgent": "It was urgent: nothing was handed to you before.",
    },
}


@dataclass(frozen=True)
class Labels:
    """How this profile calls people, and what its trust bundle calls structures."""

    user: Callable[[str], str]
    structures: Mapping[str, str]

    def structure(self, id_: str) -> str:
        """Return the name of a structure, its code when it has none."""
        return self.structures.get(id_, id_)


def spoken(lang: str) -> str:
    """Return the language of the words: easy French is French."""
    return "en" if lang == "en" else "fr"


def date_words(at_ms: int, lang: str) -> str:
    """Return « 22 novembre 2026 », « 1er décembre 2026 », at the place of this machine."""
    day = datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone()
    number = "1er" if (day.day, spoken(lang)) == (1, "fr") else str(day.day)
    return f"{number} {_MONTHS[spoken(lang)][day.month - 1]} {day.year}"


def means_words(means: str, lang: str) -> str:
    """Return how something was said."""
    return _MEANS[spoken(lang)].get(means, means)


def support_words(support: str | None, lang: str) -> str:
    """Return what was handed over, or why nothing was; empty when nothing is said."""
    return "" if support is None else _SUPPORT[spoken(lang)].get(support, support)


def information_words(items: Iterable[Information], lang: str) -> list[str]:
    """Return « Santé : l'essentiel » for each part."""
    language = spoken(lang)
    colon = ": " if language == "en" else " : "
    return [f"{part_name(item.compartment, language)}{colon}{LEVELS[language][item.level]}" for item in items]


def to_words(to: To, labels: Labels, lang: str) -> str:
    """Return who a line of a notice names: a function in a structure, or somebody by name."""
    language = spoken(lang)
    if isinstance(to, ToFunction):
        return f"{row_label(to.row, language)}, {labels.structure(to.structure)}"
    return f"{labels.user(to.user)} ({_CATEGORIES[language][to.category]})"


def recipient_words(to: Recipients, labels: Labels, lang: str) -> list[str]:
    """Return whom a consent names: every key narrows the others."""
    language = spoken(lang)
    whom: list[str] = [
        *(labels.user(user) for user in to.users or ()),
        *(profession_label(code) for code in to.professions or ()),
        *(row_label(row, language) for row in to.rows or ()),
        *(_CATEGORIES[language][category] for category in to.categories or ()),
        *(to.outsiders or ()),
    ]
    where = [labels.structure(structure) for structure in to.structures or ()]
    if not where or not whom:
        return [*whom, *where]
    at = " — at " if language == "en" else " — à "
    return [f"{one}{at}{' / '.join(where)}" for one in whom]


def line_words(line: NoticeLine, labels: Labels, lang: str) -> str:
    """Return the sentence to say aloud for one line of a notice."""
    french = spoken(lang) == "fr"
    if line.to is None or line.from_category is None:
        return (
            "Les professionnels de votre équipe partagent entre eux ce qui est utile pour vous accompagner. "
            "Vous pouvez vous y opposer à tout moment."
            if french
            else "The professionals of your team share what is useful to accompany you. You may oppose it at any time."
        )
    what = ", ".join(information_words(line.information, lang))
    who, whose = to_words(line.to, labels, lang), _CATEGORIES[spoken(lang)][line.from_category]
    if french:
        return f"Ce que {whose} écrivent pourra être lu par : {who}. Cela concerne : {what}."
    return f"What {whose} write may be read by: {who}. This is about: {what}."


def sentences(lines: Sequence[NoticeLine], labels: Labels, lang: str) -> list[str]:
    """Return what to say aloud, one sentence a line."""
    return [line_words(line, labels, lang) for line in lines]
