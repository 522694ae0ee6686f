"""Court-appointed guardians keep to the cells of their row, in whichever way they ask."""

from __future__ import annotations

from dataclasses import replace

from support.policy_story import shipped
from volet_protocol.access import decide
from volet_protocol.case_facts import FactAuthor, Record
from volet_protocol.fact_people import Participation
from volet_protocol.policy_table import DENY, PERMIT
from volet_service.entrypoints.policy_views.situations import Placing, situation

START_MS = 1_000


def effect(*, by_profession: bool) -> str:
    """What the holder of a guardianship of the person may read of the detailed medication, as if a relative."""
    facts, question = situation(shipped(), Placing("S7a"))
    if by_profession:
        assert question.capacity is not None
        taking_part = Participation(question.user, "", question.capacity, "care", 0, START_MS)
        facts = facts.with_record(Record(taking_part, "taking part", 9, FactAuthor(""), START_MS))
    asked = replace(question, capacity=None, compartment="medication", level=2, via="any")
    return decide(shipped(), facts, asked).effect


def test_a_relative_who_is_guardian_of_the_person_reads_the_detail() -> None:
    assert effect(by_profession=False) == PERMIT


def test_a_court_appointed_guardian_who_leaves_their_capacity_aside_reads_no_more_than_their_row() -> None:
    assert effect(by_profession=True) == DENY
