"""Gestures at a live hub: one leaf for one link, every body or none, and who is served which body afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from support.cases import CaseWorld
from support.hub import HubCase
from support.hub_entries import problem
from volet_protocol.canonical import JsonObject
from volet_protocol.case_links import FactLink
from volet_protocol.fact_gesture import gesture_body, named_hash, parts_of, without
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency
from volet_protocol.facts import Fact, fact_body, fact_hash


def body_of(team: HubCase, fact: Fact) -> JsonObject:
    return fact_body(fact, team.draw("gesture")[:16])


def adding(team: HubCase, name: str = "relief") -> JsonObject:
    """A gesture that lets somebody in and tells the person."""
    attestation = team.attest(name, "H2", "clinic")
    capacity = team.capacity(name)
    assert capacity is not None
    joined = Participation(team.user(name), attestation, capacity, "care", 1, team.now_ms)
    told = Notice((NoticeLine("general"),), team.now_ms, "oral")
    return gesture_body([body_of(team, joined), body_of(team, told)])


def offered(team: HubCase, body: JsonObject, served: JsonObject | None = None, author: str = "coordinator") -> Any:  # noqa: ANN401 - an answer
    link = FactLink(team.head(author), named_hash(body)).body()
    answer = team.offer(author, team.person(author).sign(link), body if served is None else served)
    if answer.is_success:
        CaseWorld.add(team, author, link, body)
    return answer


def links(team: HubCase, name: str) -> list[dict[str, Any]]:
    """Return the open chain as the hub serves it to somebody."""
    served = team.clients[name].get(f"/v1/cases/{team.main.case}/chains/main").json()["links"]
    assert isinstance(served, list)
    return served


def size(team: HubCase) -> int:
    """Return how many leaves the log has."""
    return int(team.clients["coordinator"].get("/v1/log/checkpoint").text.split("\n")[1])


def test_a_gesture_is_one_link_and_one_leaf_and_its_newcomer_finds_the_case(team: HubCase) -> None:
    body = adding(team)
    before, head = size(team), team.main.head.seq
    assert offered(team, body).is_success
    assert team.main.head.seq == head + 1
    # The act, and the heads of the chains that moved.
    assert size(team) == before + 2
    served = links(team, "relief")
    assert served[-1]["fact"] == body


@pytest.mark.parametrize("kept", ["participation", "notice"])
def test_a_gesture_without_one_of_its_bodies_is_not_taken(team: HubCase, kept: str) -> None:
    body = adding(team)
    partial = without(body, lambda fact: fact["type"] != kept)
    assert partial is not None
    answer = offered(team, body, partial)
    assert problem(answer) == "invalid"


def test_a_gesture_with_a_fact_of_somebody_elses_power_is_refused_whole(team: HubCase) -> None:
    answer = offered(team, adding(team), author="nurse")
    assert problem(answer) == "denied"
    assert answer.json()["reason"] == "not-entitled"
    assert links(team, "coordinator")[-1]["statement"]["body"]["seq"] == team.main.head.seq


def test_a_caller_in_an_emergency_sees_who_was_added_and_not_what_the_person_was_told(team: HubCase) -> None:
    body = adding(team)
    assert offered(team, body).is_success
    team.attest("caller", "H1", "practice")
    capacity = team.capacity("caller")
    assert capacity is not None
    declared = body_of(
        team,
        Emergency(team.user("caller"), capacity.row, capacity.structure, team.now_ms, team.now_ms + EMERGENCY_MAX_MS),
    )
    assert offered(team, declared, author="caller").is_success
    link = next(item for item in links(team, "caller") if item["statement"]["body"].get("fact") == named_hash(body))
    participation, told = parts_of(body)
    assert link["fact"]["facts"] == [participation.body, told.hash]
    assert fact_hash(declared) == links(team, "caller")[-1]["statement"]["body"]["fact"]
