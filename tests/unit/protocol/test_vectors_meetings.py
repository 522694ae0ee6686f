"""Runs `meetings.json`: conferences and linked cases as a chain of facts judges them, without a table."""

from __future__ import annotations

import pytest

from support import vectors
from support.vectors import Operation, Vector
from volet_protocol import conferences, linked_cases
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.errors import ProtocolError
from volet_protocol.fact_entitlement import record_fact
from volet_protocol.fact_meetings import CaseLink
from volet_protocol.facts import fact_hash, read_fact
from volet_protocol.fields import Fields
from volet_protocol.opening_links import OpenedEntry, OpeningLink, UserRecipient


def _author(fields: Fields) -> FactAuthor:
    capacity = Capacity.read(fields.nested("capacity")) if fields.has("capacity") else None
    author = FactAuthor(fields.hash("user"), capacity)
    fields.done()
    return author


def _recorded(facts: CaseFacts, fields: Fields) -> CaseFacts:
    body = fields.raw("body")
    author, at_ms = _author(fields.nested("author")), fields.integer("at_ms")
    fields.done()
    position = sum(len(records) for records in facts.records.values()) + 1
    return record_fact(facts, read_fact(body), fact_hash(body), position, author, at_ms)


def _case(fields: Fields, name: str = "case") -> CaseFacts:
    """Return the facts of a case: its id, its opener, then each fact as its author recorded it."""
    case = fields.nested(name)
    opener = _author(case.nested("opener"))
    facts = CaseFacts.start(case.hash("id"), "care", "dac-y", case.integer("at_ms"), opener.user, opener.capacity)
    for item in case.objects("facts"):
        facts = _recorded(facts, item)
    case.done()
    return facts


def record_vector(fields: Fields) -> JsonObject:
    facts = _recorded(_case(fields), fields.nested("fact"))
    return {"facts": sorted(facts.hashes)}


def opening_vector(fields: Fields) -> None:
    facts, asked = _case(fields), fields.nested("opening")
    recipient = UserRecipient.read(asked.nested("recipient"))
    entries = tuple(OpenedEntry(entry, ("title", "body")) for entry in asked.hashes("entries"))
    basis, until_ms = tuple(asked.hashes("basis")), asked.integer("until_ms")
    asked.done()
    # The head is what no rule of these looks at.
    link = OpeningLink(None, entries, recipient, basis, until_ms, ())  # type: ignore[arg-type]  # see above
    reason = conferences.opening(facts, link, fields.integer("at_ms"))
    if reason is not None:
        raise ProtocolError(reason, "opening")


def writable_vector(fields: Fields) -> None:
    linked_cases.check_writable(_case(fields), fields.integer("at_ms"), "entry")


def counterpart_vector(fields: Fields) -> None:
    facts, other = _case(fields), _case(fields, "other")
    linked_cases.check_counterpart(facts, facts.of(CaseLink)[-1].fact, other, fields.integer("at_ms"))


OPERATIONS = {
    "record": Operation(record_vector, frozenset({"case", "fact"})),
    "opening": Operation(opening_vector, frozenset({"case", "opening", "at_ms"})),
    "writable": Operation(writable_vector, frozenset({"case", "at_ms"})),
    "counterpart": Operation(counterpart_vector, frozenset({"case", "other", "at_ms"})),
}


@pytest.mark.parametrize("vector", vectors.load("meetings", OPERATIONS), ids=str)
def test_meeting_vector(vector: Vector) -> None:
    vector.check()
