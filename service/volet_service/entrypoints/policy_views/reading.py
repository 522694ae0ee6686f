"""What a capacity may open, and who may open something: the same questions asked one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from volet_protocol.access import decide
from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Mandate
from volet_protocol.policy_table import DENY, PolicyTable
from volet_protocol.questions import Decision, Question
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS
from volet_protocol.words import part_name
from volet_service.entrypoints.policy_views.situations import Placing, situation
from volet_service.entrypoints.policy_views.steps import named

_EFFECTS = {
    "fr": {"permit": "oui", "permit_with_notice": "après information", "permit_after_consent": "après accord",
           "deny": "non"},
    "en": {"permit": "yes", "permit_with_notice": "once informed", "permit_after_consent": "once agreed",
           "deny": "no"},
}  # fmt: skip
_COLON = {"fr": " : ", "en": ": "}


def can(table: PolicyTable, facts: CaseFacts, question: Question, lang: str) -> Iterator[str]:
    """Yield one line for each part of the file: what the actor of the question may read and write there, whole."""
    for part in COMPARTMENTS:
        cells: list[str] = []
        for action in ("read", "write"):
            for level in LEVELS:
                asked = replace(question, action=action, compartment=part, level=level, entry=None, recipients=())
                cells.append(f"{action} {level}{_COLON[lang]}{_said(decide(table, facts, asked), lang)}")
        yield f"{part_name(part, lang)} ({part})\n    " + "\n    ".join(cells)


def who(
    table: PolicyTable, facts: CaseFacts, question: Question, lang: str, labels: Mapping[str, str]
) -> Iterator[str]:
    """Yield one line for each party of the case: whether they may open what the question is about."""
    asked = replace(question, action="read", account="active", via="any", mandate=None, recipients=())
    for one in _parties(facts, asked):
        row = named(one.capacity.row, labels) if one.capacity else "-"
        yield f"{one.user} ({row}){_COLON[lang]}{_said(decide(table, facts, one), lang)}"


def who_by_row(table: PolicyTable, compartment: str, level: int, lang: str, labels: Mapping[str, str]) -> Iterator[str]:
    """Yield one line for each row, in its usual place, the person informed and nothing opposed."""
    for row in table.rows():
        facts, question = situation(table, Placing(row, informed=True))
        decision = decide(table, facts, replace(question, compartment=compartment, level=level))
        yield f"{row} {labels[row]}{_COLON[lang]}{_said(decision, lang)}"


def _parties(facts: CaseFacts, question: Question) -> Iterator[Question]:
    """Yield the question as each user who is or was something to the case would ask it."""
    for user in sorted(facts.person_users):
        yield replace(question, user=user, capacity=None)
    seen: set[str] = set()
    for record in facts.of(Participation):
        fact = record.fact
        if fact.user not in seen:
            seen.add(fact.user)
            yield replace(question, user=fact.user, capacity=fact.capacity)
    for mandate in facts.of(Mandate):
        if mandate.fact.holder not in seen:
            seen.add(mandate.fact.holder)
            yield replace(question, user=mandate.fact.holder, capacity=None)


def _said(decision: Decision, lang: str) -> str:
    hidden = (", sans en révéler l'existence" if lang == "fr" else ", hidden") if decision.hidden else ""
    why = f" ({'/'.join(decision.rules)}{hidden})" if decision.effect == DENY else f" ({'/'.join(decision.rules)})"
    return _EFFECTS[lang][decision.effect] + why
