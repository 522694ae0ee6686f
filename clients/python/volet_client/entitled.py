"""Asks, before anything is sent, whether this user may make a fact; says who may instead (F15)."""

from __future__ import annotations

from volet_client.author import Author
from volet_client.facts_entitlement import who_else
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_entitlement import power_to_make
from volet_protocol.facts import Fact


def check_entitled(facts: CaseFacts, author: Author, fact: Fact) -> None:
    """Raise `NotPermittedError` when the rules do not let this user make the fact.

    Whatever else is wrong with it is for whoever composes it to say in its own words.
    """
    attestation = author.attestation
    capacity = None if attestation is None else attestation.capacity
    now_ms = author.clock()
    try:
        power_to_make(facts, fact, FactAuthor(author.user, capacity), now_ms)
    except ProtocolError as error:
        if error.reason is Reason.NOT_ENTITLED:
            raise who_else(facts, fact, capacity, now_ms) from None
