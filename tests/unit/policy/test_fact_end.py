"""Designations, procedures and referents begin open and end by a fact: from its instant on they confer nothing."""

from __future__ import annotations

import pytest

from support.policy_story import COORD, INF, MO, STRANGER, T0, Story, team
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_people import Participation, Referent
from volet_protocol.fact_powers import Designation, FactEnd, Procedure
from volet_protocol.situation import open_procedure

LATER = T0 + 3_600_000


def ended(story: Story, fact: str, at_ms: int = LATER) -> None:
    story.apply(FactEnd(fact, at_ms), INF, at_ms)


def test_a_procedure_is_open_until_the_instant_it_was_closed() -> None:
    story = team()
    opened = story.apply(Procedure("ccapex", "ccapex-val", T0), COORD)
    ended(story, opened)
    assert open_procedure(story.facts, "ccapex", LATER - 1) is not None
    assert open_procedure(story.facts, "ccapex", LATER) is None


def test_an_end_later_than_the_date_foreseen_prolongs_nothing() -> None:
    story = team()
    opened = story.apply(Procedure("siao", "siao-val", T0, T0 + 1000), COORD)
    ended(story, opened)
    assert open_procedure(story.facts, "siao", T0 + 1000) is None


def test_a_referent_whose_charge_ended_follows_the_case_no_more() -> None:
    story = team()
    (record,) = story.facts.of(Referent)
    ended(story, record.hash)
    assert story.facts.referents(LATER - 1) == {COORD.user}
    assert story.facts.referents(LATER) == frozenset()


@pytest.mark.parametrize("what", ["participation", "nothing"])
def test_nothing_else_is_ended_by_it(what: str) -> None:
    story = team()
    target = story.facts.of(Participation)[0].hash if what == "participation" else "0" * 64
    with pytest.raises(ProtocolError) as caught:
        ended(story, target)
    assert caught.value.reason is Reason.UNKNOWN_REFERENCE


def test_a_stranger_ends_nothing() -> None:
    story = team()
    named = story.apply(Designation("coordinator_l121_6_2", MO.user, T0), COORD)
    with pytest.raises(ProtocolError) as caught:
        story.apply(FactEnd(named, LATER), STRANGER, LATER)
    assert caught.value.reason is Reason.NOT_ENTITLED
