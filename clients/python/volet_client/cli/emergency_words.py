"""Emergencies in words: who declared one, when, why, what is still to be done. No row, no code (glossary)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from volet_client.casebook import CaseView
from volet_client.cli.asking import user_name
from volet_client.cli.case_words import structure_name
from volet_client.client import Client
from volet_client.emergencies import Shown
from volet_client.emergency_answers import Answered
from volet_client.emergency_reviews import Audited
from volet_client.errors import VoletError
from volet_client.resources import row_label
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_emergencies import CANNOT_EXPRESS, LEGITIMATE, UNCONSCIOUS, URGENT_CARE, VITAL_RISK
from volet_protocol.fact_powers import Emergency

REASON_WORDS = {
    UNCONSCIOUS: Said("personne inconsciente", "unconscious person"),
    VITAL_RISK: Said("pronostic vital engagé", "life at risk"),
    CANNOT_EXPRESS: Said("hors d'état de s'exprimer", "unable to express herself"),
    URGENT_CARE: Said("soins urgents sans délai possible", "urgent care that cannot wait"),
}
_NONE = Said("motif non donné", "no reason given")
LEGITIMATE_WORDS = Said("relu : légitime", "reviewed: legitimate")
NOT_LEGITIMATE_WORDS = Said("relu : non légitime", "reviewed: not legitimate")
# What follows is for people of the structure: the platform opens nothing and closes nothing by itself.
AFTER_NOT_LEGITIMATE = Said(
    "Non légitime : prévenez le délégué à la protection des données, qui l'instruit comme une violation de données "
    "(72 heures pour la CNIL s'il y a un risque), et la personne.",
    "Not legitimate: tell the data protection officer, who handles it as a personal data breach (72 hours to the CNIL "
    "where there is a risk), and the person.",
)
TO_TELL = Said(
    "La personne n'a pas de compte : dites-le-lui, puis notez-le à la relecture (--told oral).",
    "The person has no account: tell her, then note it with the review (--told oral).",
)


def line(client: Client, view: CaseView, shown: Shown) -> list[Said]:
    """Return the lines of one emergency for who takes part: what happened, the words, what is to be done."""
    course = shown.course
    count = _count(shown.entries)
    found = [_head(client, course.record.hash, course.record.fact, [_reason(shown), count, _state(shown)])]
    if shown.text is not None:
        found.append(Said(f"    « {shown.text} »", f"    “{shown.text}”"))
    if shown.illegible:
        found.append(
            Said(
                "    Le texte qui vous est adressé ne s'ouvre pas : signalez-le à l'auditeur.",
                "    The words sealed to you do not open: report it to the auditor.",
            )
        )
    if shown.review_text is not None:
        found.append(Said(f"    Relecture : « {shown.review_text} »", f"    Review: “{shown.review_text}”"))
    if shown.may_review and shown.awaits_review:
        short = course.record.hash[:8]
        found.append(
            Said(
                f"    À relire : volet emergency review {short} --legitimate|--not-legitimate --text « … »",
                f'    To review: volet emergency review {short} --legitimate|--not-legitimate --text "…"',
            )
        )
        if not view.main.facts.person_users:
            found.append(Said(f"    {TO_TELL.fr}", f"    {TO_TELL.en}"))
    return found


def audited_line(client: Client, found: Audited, now_ms: int) -> list[Said]:
    """Return the lines of one emergency for an auditor."""
    reason = _NONE if found.reason is None else REASON_WORDS[found.reason.reason]
    if found.review is not None:
        state = LEGITIMATE_WORDS if found.review.outcome == LEGITIMATE else NOT_LEGITIMATE_WORDS
    elif found.awaits_review(now_ms):
        state = Said("à relire", "to be reviewed")
    else:
        state = Said("en cours", "in progress")
    first = _head(client, found.emergency, found.fact, [reason, state])
    where = f"    {found.case}"
    lines = [first, Said(where, where)]
    if found.text is not None:
        lines.append(Said(f"    « {found.text} »", f"    “{found.text}”"))
    return lines


def to_audit(client: Client) -> list[Audited]:
    """Return the emergencies of all cases that nobody judged yet, to an auditor; nothing to anybody else."""
    if not client.emergency_reviews.audits:
        return []
    now_ms = client.clock()
    return [found for found in client.emergency_reviews.listed() if found.awaits_review(now_ms)]


def row(client: Client, shown: Shown) -> dict[str, JsonValue]:
    """Return one emergency for a machine."""
    course = shown.course
    fact = course.record.fact
    found: dict[str, JsonValue] = {
        "emergency": course.record.hash, "user": fact.user, "name": user_name(client, fact.user), "row": fact.row,
        "structure": fact.structure, "opened_ms": fact.opened_ms, "over_ms": course.over_ms, "entries": shown.entries,
        "lasts": shown.lasts, "awaits_review": shown.awaits_review, "may_review": shown.may_review,
    }  # fmt: skip
    if course.reason is not None:
        found["reason"] = course.reason.fact.reason
        found["told"] = [one.user for one in course.reason.fact.words]
    if shown.text is not None:
        found["text"] = shown.text
    if course.reviews:
        found["outcome"] = course.reviews[-1].fact.outcome
    return found


def audited_row(found: Audited, now_ms: int) -> dict[str, JsonValue]:
    """Return one emergency of an auditor's list for a machine."""
    fact = found.fact
    out: dict[str, JsonValue] = {
        "emergency": found.emergency, "case": found.case, "user": fact.user, "row": fact.row,
        "structure": fact.structure, "opened_ms": fact.opened_ms, "over_ms": found.over_ms,
        "awaits_review": found.awaits_review(now_ms),
    }  # fmt: skip
    if found.reason is not None:
        out["reason"] = found.reason.reason
    if found.text is not None:
        out["text"] = found.text
    if found.review is not None:
        out["outcome"] = found.review.outcome
    return out


def answered_lines(answered: Answered) -> list[Said]:
    """Return what this client answered, and why it did not answer."""
    lines = [
        Said(
            f"  Accès en urgence {emergency[:8]} : {_count(count).fr}.",
            f"  Emergency {emergency[:8]}: {_count(count).en}.",
        )
        for emergency, count in answered.opened.items()
    ]
    for emergency, error in answered.refused.items():
        said = error.said if isinstance(error, VoletError) else Said(str(error), str(error))
        lines.append(
            Said(
                f"  Accès en urgence {emergency[:8]} : sans réponse d'ici. {said.fr}",
                f"  Emergency {emergency[:8]}: not answered from here. {said.en}",
            )
        )
    return lines


def _head(client: Client, id_: str, fact: Emergency, rest: Sequence[Said]) -> Said:
    when = dt.datetime.fromtimestamp(fact.opened_ms / 1000, dt.UTC).astimezone()
    who, where = user_name(client, fact.user), structure_name(client, fact.structure)
    fr = [f"Accès en urgence {id_[:8]} par {who} ({row_label(fact.row, 'fr')}, {where}) le {when:%d/%m/%Y à %H:%M}"]
    en = [f"Emergency {id_[:8]} by {who} ({row_label(fact.row, 'en')}, {where}) on {when:%Y-%m-%d at %H:%M}"]
    return Said(", ".join([*fr, *(said.fr for said in rest)]), ", ".join([*en, *(said.en for said in rest)]))


def _count(entries: int) -> Said:
    plural, several = ("s", "entries") if entries > 1 else ("", "entry")
    return Said(f"{entries} élément{plural} communiqué{plural}", f"{entries} {several} opened")


def _reason(shown: Shown) -> Said:
    reason = shown.course.reason
    return _NONE if reason is None else REASON_WORDS[reason.fact.reason]


def _state(shown: Shown) -> Said:
    if shown.lasts:
        return Said("en cours", "in progress")
    if shown.course.reviews:
        outcome = shown.course.reviews[-1].fact.outcome
        return LEGITIMATE_WORDS if outcome == LEGITIMATE else NOT_LEGITIMATE_WORDS
    return Said("terminé, à relire", "over, to be reviewed")
