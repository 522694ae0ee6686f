"""The information given to the person: which text, filled with whom and what, and what a team still has to tell her.

Filling is local: names, dates and contacts go onto the paper, never into a fact. A fact names the text by the hash of
its version (`texts.Text.hash`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from volet_client import texts
from volet_client.author import Author
from volet_client.casebook import Casebook
from volet_client.names import CONTACT, Names
from volet_client.notices_desk import Desk, load_desk, save_desk
from volet_client.notices_words import Labels, date_words, information_words, recipient_words, spoken
from volet_client.profile import Profile
from volet_client.texts import Filled
from volet_protocol.fact_notices import HANDED_OVER, Information, Notice, NoticeLine, Recipients

GENERAL, CROSS, EASY = "general", "cross-category", "falc"
ANONYMOUS = {"fr": "Madame, Monsieur", "en": "Madam, Sir"}
UNTIL_CARE = {
    "fr": "la fin de cette prise en charge",
    "falc": "la fin de votre suivi",
    "en": "the end of this care",
}


class Notices:
    """Texts for the person, as this profile fills them."""

    def __init__(self, profile: Profile, names: Names, casebook: Casebook, author: Author) -> None:
        self._profile = profile
        self._names = names
        self._casebook = casebook
        self._author = author

    @property
    def labels(self) -> Labels:
        """How this profile calls people and structures."""
        registrars = self._profile.bundle.registrars
        structures = {item.id: item.label for registrar in registrars for item in registrar.structures}
        return Labels(lambda user: self._names.of(CONTACT, user), structures)

    def desk(self) -> Desk:
        """Return whom the papers tell the person to ask."""
        return load_desk(self._profile)

    def set_desk(self, said: Desk) -> Desk:
        """Say whom the person may ask; what is not given stays."""
        return save_desk(self._profile, said)

    def person(self, case: str | None, lang: str) -> str:
        """Return what this profile calls the person of a case."""
        known = {} if case is None else {id_: name for name, id_ in self._names.all(CONTACT).items()}
        users = frozenset[str]() if case is None else self._casebook.view(case, refresh=False).main.facts.person_users
        found = sorted(known[user] for user in users if user in known)
        return found[0] if found else ANONYMOUS[spoken(lang)]

    def text(
        self,
        kind: str,
        lang: str,
        *,
        case: str | None = None,
        information: Sequence[Information] = (),
        recipients: Sequence[str] = (),
        until_ms: int | None = None,
        others: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Filled:
        """Return the newest version of a text, filled; `others` gives further blanks by name."""
        values: dict[str, str | Sequence[str]] = {
            **self.asked_of(),
            "person": self.person(case, lang),
            "information": information_words(information, lang),
            "recipients": list(recipients),
            "until": UNTIL_CARE[lang] if until_ms is None else date_words(until_ms, lang),
            **(others or {}),
        }
        return texts.fill(texts.newest(kind, lang), values)

    def before_consent(
        self,
        kind: str,
        lang: str,
        information: Sequence[Information],
        to: Recipients,
        *,
        case: str | None = None,
        until_ms: int | None = None,
    ) -> Filled:
        """Return the text that precedes a consent of this kind, for this information and these recipients."""
        whom = recipient_words(to, self.labels, lang)
        return self.text(
            texts.OF_CONSENT[kind], lang, case=case, information=information, recipients=whom, until_ms=until_ms
        )  # fmt: skip

    def asked_of(self) -> dict[str, str]:
        """Return what is known of whom to ask, by the name of the blank it fills."""
        known = {name: value for name, value in asdict(self.desk()).items() if value}
        attestation = None if self._author.capacity is None else self._author.attestation
        if attestation is not None:
            known.setdefault("structure", self.labels.structure(attestation.capacity.structure))
        return known


def notice_fact(
    lines: Sequence[NoticeLine], at_ms: int, means: str, support: str | None = None, lang: str = "fr"
) -> Notice:
    """Return the fact that the person was told: which version of which text, and what was left with her."""
    kind = CROSS if any(line.kind != GENERAL for line in lines) else GENERAL
    text = texts.newest(kind, EASY if EASY in {means, support} else lang)
    return Notice(tuple(lines), at_ms, means, text=text.hash, support=support or handed_over(means))


def handed_over(means: str) -> str | None:
    """Return the support that a means of informing leaves with the person: none when it was only said."""
    return means if means in HANDED_OVER else None
