"""Several facts by one link: what the vectors do not say, namely hidden classes, keys, and what a hub may hold back."""

from __future__ import annotations

import pytest

from support.cases import CaseWorld
from support.identities import seed32
from volet_protocol import case_chain
from volet_protocol.canonical import JsonObject
from volet_protocol.case_links import FactLink
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_gesture import gesture_body, named_hash, parts_of, without
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.fact_people import Participation, ParticipationEnd
from volet_protocol.facts import Fact, fact_body, fact_hash
from volet_protocol.section_access import SectionAccess
from volet_protocol.statements import Statement


def body_of(fact: Fact, name: str) -> JsonObject:
    return fact_body(fact, seed32(name)[:16])


def told(world: CaseWorld) -> JsonObject:
    return body_of(Notice((NoticeLine("general"),), world.now_ms, "oral"), "told")


def joining(world: CaseWorld, name: str, row: str, structure: str) -> JsonObject:
    attestation = world.attest(name, row, structure)
    capacity = world.directory.attestations[attestation].capacity
    return body_of(
        Participation(
            user=world.user(name), attestation=attestation, capacity=capacity, regime="care", limb=1,
            start_ms=world.now_ms,
        ),
        name,
    )  # fmt: skip


def sent(world: CaseWorld, body: JsonObject, author: str = "coordinator") -> Statement:
    return world.add(author, FactLink(world.head(author), named_hash(body)).body(), body)


def test_who_was_added_with_the_notice_in_one_gesture_may_read_at_once() -> None:
    world = CaseWorld.team()
    assert not SectionAccess.at(world.table, world.main.facts, world.now_ms).may_read(world.user("relief"), "medical/2")
    body = gesture_body([joining(world, "relief", "H2", "clinic"), told(world)])
    assert world.verdict(sent(world, body)) is None
    assert SectionAccess.at(world.table, world.main.facts, world.now_ms).may_read(world.user("relief"), "medical/2")


def test_a_fact_recorded_in_a_gesture_is_ended_by_its_own_hash() -> None:
    world = CaseWorld.team()
    body = gesture_body([joining(world, "relief", "H2", "clinic"), told(world)])
    sent(world, body)
    participation = parts_of(body)[0].hash
    world.wait()
    end = world.fact("coordinator", ParticipationEnd(participation, world.now_ms), widens=False)
    assert world.verdict(end) is None
    assert world.main.facts.participations_of(world.user("relief"), world.now_ms) == ()


def test_one_refused_fact_leaves_nothing_of_the_gesture_behind() -> None:
    world = CaseWorld.team()
    before = world.main.facts
    body = gesture_body([told(world), joining(world, "relief", "H2", "clinic")])
    assert world.verdict(sent(world, body, author="carer")) is Reason.NOT_ENTITLED
    assert world.main.facts == before


def test_nobody_composes_a_gesture_with_an_end_in_it() -> None:
    world = CaseWorld.team()
    end = body_of(ParticipationEnd(world.participation("carer") or "", world.now_ms), "end")
    with pytest.raises(ProtocolError) as caught:
        gesture_body([told(world), end])
    assert caught.value.reason is Reason.MALFORMED


def test_a_body_that_was_erased_stops_whoever_lacks_it_from_carrying_keys() -> None:
    world = CaseWorld.team()
    body = gesture_body([told(world), joining(world, "relief", "H2", "clinic")])
    erased = without(body, lambda fact: fact["type"] == "notice")
    assert erased is not None
    link = world.person("coordinator").sign(FactLink(world.head("coordinator"), named_hash(body)).body())
    state = case_chain.extend(world.main, link, erased, world.directory, world.tables)
    assert state.missing == {fact_hash(told(world))}
    assert state.facts.participations_of(world.user("relief"), world.now_ms)


def test_a_single_fact_that_is_held_back_leaves_no_body_at_all() -> None:
    world = CaseWorld.team()
    assert without(told(world), lambda _: True) is None
    assert without(told(world), lambda _: False) == told(world)
