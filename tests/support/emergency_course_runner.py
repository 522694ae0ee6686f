"""What runs the vectors of what follows a declaration: reasons, ends, reviews, and words sealed to their readers."""

from __future__ import annotations

from collections.abc import Mapping

from support.case_runner import OPERATIONS as CASE_OPERATIONS
from support.case_runner import played
from support.vectors import Operation
from volet_protocol.canonical import JsonObject
from volet_protocol.emergency_course import check_reasoned, course_of, to_tell
from volet_protocol.emergency_words import open_words
from volet_protocol.fact_emergencies import EmergencyReason, EmergencyReview
from volet_protocol.fact_powers import Emergency
from volet_protocol.facts import fact_hash, read_fact
from volet_protocol.fields import Fields
from volet_protocol.keys import BoxKey


def run_read(fields: Fields) -> JsonObject:
    """Read the body of a fact; say its hash."""
    body = fields.raw("body")
    read_fact(body)
    return {"hash": fact_hash(body)}


def run_course(fields: Fields) -> JsonObject:
    """Say what is recorded of an emergency at an instant, and who is to be told."""
    world, _ = played(fields)
    facts, at_ms = world.main.facts, fields.integer("at_ms")
    course = course_of(facts, facts.find(Emergency, fields.hash("emergency")))
    return {
        "over_ms": course.over_ms, "lasts": course.lasts(at_ms), "awaits_review": course.awaits_review(at_ms),
        "reasons": [] if course.reason is None else [course.reason.fact.reason],
        "outcomes": [one.fact.outcome for one in course.reviews],
        "told": sorted(to_tell(facts, course.record.fact.user, at_ms)),
    }  # fmt: skip


def run_reasoned(fields: Fields) -> None:
    """Judge whether an emergency may be answered: its reason, and whom its words are sealed to."""
    world, _ = played(fields)
    facts = world.main.facts
    record = facts.find(Emergency, fields.hash("emergency"))
    check_reasoned(facts, record, fields.hashes("able"), fields.integer("at_ms"))


def run_words(fields: Fields) -> JsonObject:
    """Open the words of a reason or a review, as one reader."""
    fact = read_fact(fields.raw("body"))
    assert isinstance(fact, EmergencyReason | EmergencyReview)
    keys = {fields.integer("generation"): BoxKey(fields.data("user_seed", 32))}
    text = open_words(fields.hash("case"), fact, fields.hash("user"), keys)
    return {"texts": [] if text is None else [text]}


_CASE = frozenset({"world", "links"})
OPERATIONS: Mapping[str, Operation] = {
    "read": Operation(run_read, frozenset({"body"})),
    "entitled": CASE_OPERATIONS["entitled"],
    "release": CASE_OPERATIONS["release"],
    "course": Operation(run_course, _CASE | {"emergency", "at_ms"}),
    "reasoned": Operation(run_reasoned, _CASE | {"emergency", "able", "at_ms"}),
    "words": Operation(run_words, frozenset({"case", "body", "user", "generation", "user_seed"})),
}
