"""Requests of the person and their answers in one sentence each (words of the screens)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from volet_client.words import FRENCH, Said
from volet_protocol.fact_requests import Request, RequestAnswer

REQUESTS: Mapping[str, Said] = {
    "access": Said("demande d'accès au dossier", "request for access"),
    "copy": Said("demande de copie", "request for a copy"),
    "correction": Said("demande de rectification", "request for a correction"),
    "contest": Said("ne comprend pas un accès : acte", "does not understand an access: act"),
    "opposition": Said("demande d'opposition", "request to object"),
    "name": Said("demande qui a fait un accès : acte", "asks who made an access: act"),
}
OUTCOMES: Mapping[str, Said] = {
    "granted": Said("demande satisfaite", "request granted"),
    "partly": Said("demande satisfaite en partie", "request granted in part"),
    "refused": Said("demande refusée", "request refused"),
    "extended": Said("réponse prolongée de deux mois", "two more months to answer"),
}
REQUEST_REASONS: Mapping[str, Said] = {
    "rights_of_others": Said("droits d'autres personnes", "rights of others"),
    "legal_duty": Said("obligation légale", "legal duty"),
    "unfounded": Said("demande infondée", "unfounded"),
    "excessive": Said("demande excessive", "excessive"),
    "not_held": Said("non détenu ici", "not held here"),
    "complex": Said("demande complexe", "complex"),
}


def request_words(fact: Request | RequestAnswer, by: str, means: str, lang: str) -> str:
    """Return what was asked, by whom and until when it is answered; or what was answered, and why not more."""
    if isinstance(fact, RequestAnswer):
        reason = "" if fact.reason is None else f" ({REQUEST_REASONS[fact.reason].to(lang)})"
        return f"{OUTCOMES[fact.outcome].to(lang)}{reason}, {means}"
    asked = REQUESTS[fact.kind].to(lang) + ("" if fact.leaf is None else f" n° {fact.leaf}")
    due = dt.datetime.fromtimestamp(fact.due_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y")
    return f"{asked} — {by}, {means}, " + (f"réponse due le {due}" if lang == FRENCH else f"answer due {due}")
