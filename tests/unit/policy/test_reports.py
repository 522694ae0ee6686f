"""A report of danger: written by any professional bound by secret who takes part, from wherever they do (R36)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.policy_story import ASS, COORD, DAY, MO, STRANGER, T0, Actor, named, professional, report, team
from volet_protocol.access import EntryMeta
from volet_protocol.capacities import Capacity
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Opposition
from volet_protocol.fact_people import Participation

LISTED = professional("dr-list", "H1", 1, "ase", "G15:10")


def danger(author: Actor) -> EntryMeta:
    return report(author, compartment="child_protection", kind="information_preoccupante")


def unbound(actor: Actor) -> Actor:
    assert actor.capacity is not None
    return Actor(actor.user, replace(actor.capacity, secret_basis=()))


def listed(actor: Actor) -> Participation:
    capacity = actor.capacity
    assert isinstance(capacity, Capacity)
    return Participation(actor.user, named("attestation"), capacity, "child_protection", 0, T0)


def test_a_member_of_the_team_writes_a_report_and_nothing_else_there() -> None:
    story = team()
    assert story.ask(ASS, "write", "child_protection", 2, entry=danger(ASS)).permitted
    assert story.ask(ASS, "write", "child_protection", 2, entry=report(ASS, compartment="child_protection")).denied


def test_a_member_of_the_list_who_writes_nothing_else_there_writes_a_report() -> None:
    story = team()
    story.apply(listed(LISTED), COORD)
    decision = story.ask(LISTED, "write", "child_protection", 2, entry=danger(LISTED))
    assert decision.permitted
    assert "R36" in decision.rules
    assert story.ask(LISTED, "write", "child_protection", 2).denied


def test_who_is_not_bound_by_secret_writes_no_report() -> None:
    story = team()
    loose = unbound(LISTED)
    story.apply(listed(loose), COORD)
    assert story.ask(loose, "write", "child_protection", 2, entry=danger(loose)).denied


@pytest.mark.parametrize("scope", ["all", "professional"])
def test_no_opposition_stops_a_report(scope: str) -> None:
    story = team()
    story.apply(Opposition(scope, T0, GivenBy(), users=(MO.user,) if scope == "professional" else ()), COORD, T0 + DAY)
    assert story.ask(MO, "write", "child_protection", 2, entry=danger(MO)).permitted
    assert story.ask(MO, "write", "medical", 2).denied


def test_a_stranger_writes_no_report_and_learns_nothing() -> None:
    decision = team().ask(STRANGER, "write", "child_protection", 2, entry=danger(STRANGER))
    assert decision.denied
    assert decision.hidden
