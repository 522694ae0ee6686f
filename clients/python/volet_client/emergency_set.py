"""What an emergency opens, said before anything is asked: the hub would only show gaps (P5, R10)."""

from __future__ import annotations

from volet_client.author import Author
from volet_client.casebook import CaseView
from volet_client.errors import NotPermittedError
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol.access import decide
from volet_protocol.places import MASKED, SECTION, Place
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import Question
from volet_protocol.section_access import is_member
from volet_protocol.words import explain


def check_place(view: CaseView, place: Place, author: Author, rules: Rules) -> None:
    """Refuse, in words, what is not of the emergency set to who is in a case under an emergency alone."""
    at_ms = view.main.instant(author.clock())
    if place.kind not in {SECTION, MASKED} or is_member(view.main.facts, author.user, at_ms):
        return
    attestation = author.attestation
    compartment, level = place.name.split("/")
    question = Question(
        action="read", user=author.user, capacity=None if attestation is None else attestation.capacity,
        compartment=compartment, level=int(level), entry=None, at_ms=at_ms, via="emergency",
    )  # fmt: skip
    decision = decide(rules.table, view.main.facts, question)
    if decision.effect != PERMIT:
        raise NotPermittedError(
            Said(explain(decision, question, "fr"), explain(decision, question, "en")), decision.rules
        )
