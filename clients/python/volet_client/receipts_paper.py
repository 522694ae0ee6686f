"""The attestation handed to the person: what she agreed to, to whom, until when, how to withdraw, and the log's proof.

Made from the signed facts of the case alone, so that anybody who takes part prints the same one, years later too. The
code is the hash of the link that the chain holds; the log proved the chain up to it in a tree of the size named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_client import texts
from volet_client.casebook import Casebook, CaseView
from volet_client.errors import UsageError
from volet_client.notices import UNTIL_CARE, Notices
from volet_client.notices_words import (
    date_words,
    information_words,
    means_words,
    recipient_words,
    spoken,
    support_words,
)
from volet_client.texts import Filled
from volet_client.words import Said
from volet_protocol.case_facts import Record
from volet_protocol.case_reference import reference_of
from volet_protocol.fact_notices import Consent, ConsentWithdrawal
from volet_protocol.places import MAIN

LAST = "last"
_CONFIDENTIAL = {"fr": "Document confidentiel", "en": "Confidential document"}


@dataclass(frozen=True)
class Paper:
    """An attestation, the fact it is about, its code, and what stands at the foot of the page."""

    filled: Filled
    fact: str
    link: str
    footer: str


class ReceiptPapers:
    """Attestations of what the person decided."""

    def __init__(self, casebook: Casebook, notices: Notices, log_origin: str) -> None:
        self._casebook = casebook
        self._notices = notices
        self._log_origin = log_origin

    def of(self, case: str, given: str, lang: str) -> Paper:
        """Return the attestation of a consent, a refusal or a withdrawal, by the first characters of its hash.

        `last` is the newest of these acts. Raises `UsageError` when it is none of them.
        """
        view = self._casebook.view(case)
        record = _find(view, given)
        fact = record.fact
        if isinstance(fact, ConsentWithdrawal):
            consent, kind, at_ms = view.main.facts.find(Consent, fact.consent).fact, "withdrawal", fact.at_ms
        else:
            consent, kind, at_ms = fact, "receipt" if fact.decision == "given" else "refusal", fact.given_ms
        link = view.classes[MAIN].hashes[record.position]
        others: dict[str, str | Sequence[str]] = {
            "given_on": date_words(at_ms, lang),
            "means": means_words(fact.means, lang),
            "support": support_words(None if consent.notice is None else consent.notice.support, lang),
            "text": _text_name(consent, lang),
            "code": self._code(view, link, record.position, lang),
            "information": information_words(consent.information, lang),
            "until": _until(consent, lang),
        }
        whom = recipient_words(consent.recipients, self._notices.labels, lang)
        filled = self._notices.text(kind, lang, case=case, recipients=whom, others=others)
        footer = f"{_CONFIDENTIAL[spoken(lang)]} · {reference_of(case)} · {filled.text.name}"
        return Paper(filled, record.hash, link, footer)

    def _code(self, view: CaseView, link: str, position: int, lang: str) -> list[str]:
        number = " ".join(link[at : at + 4] for at in range(0, 32, 4))
        if lang == "falc":
            return [number]
        size = view.classes[MAIN].proven.checkpoint.size
        if lang == "en":
            return [number, f"act {position} of the case, proved among the first {size} of the log {self._log_origin}"]
        return [
            number, f"acte n° {position} du dossier, prouvé parmi les {size} premiers du journal {self._log_origin}"
        ]  # fmt: skip


def _find(view: CaseView, given: str) -> Record[Consent] | Record[ConsentWithdrawal]:
    acts: list[Record[Consent] | Record[ConsentWithdrawal]] = [
        *view.main.facts.of(Consent), *view.main.facts.of(ConsentWithdrawal)
    ]  # fmt: skip
    acts.sort(key=lambda record: record.position)
    found: Sequence[Record[Consent] | Record[ConsentWithdrawal]] = (
        acts[-1:] if given == LAST else [record for record in acts if record.hash.startswith(given)]
    )
    if len(found) != 1:
        raise UsageError(
            Said(f"Aucun accord, refus ou retrait {given}.", f"No consent, refusal or withdrawal {given}."),
            Said("volet consent list", "volet consent list"),
        )
    return found[0]


def _text_name(consent: Consent, lang: str) -> str:
    if consent.notice is None:
        return "aucun" if spoken(lang) == "fr" else "none"
    known = texts.by_hash(consent.notice.hash)
    if known is not None:
        return known.name
    unknown = "inconnu de cette version" if spoken(lang) == "fr" else "unknown to this version"
    return f"{consent.notice.hash[:16]} ({unknown})"


def _until(consent: Consent, lang: str) -> str:
    if consent.until_ms is None:
        return UNTIL_CARE[lang][:1].upper() + UNTIL_CARE[lang][1:] + "."
    before = {
        "fr": "{}, ou avant si la prise en charge se termine.",
        "falc": "{}, ou avant.",
        "en": "{}, or before if the care ends.",
    }
    return before[lang].format(date_words(consent.until_ms, lang))
