"""Who may do which act, by standing and by row: judged on each fact, the same for server and client."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from support.policy_story import (
    COORD,
    DAY,
    HOUR,
    IDE,
    INF,
    PERSON,
    POLICIES,
    T0,
    Actor,
    Story,
    agreement,
    named,
    professional,
    team,
)
from volet_protocol.act_rules import ACT_RULES, EXPORT_DOCUMENT, act_of, may_act, may_open_case
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import ConsentWithdrawal, Notice, NoticeLine, Opposition, OppositionEnd
from volet_protocol.fact_people import Participation, ParticipationEnd, Referent, Retention
from volet_protocol.fact_rules import FACT_RULES
from volet_protocol.facts import Fact
from volet_protocol.vocabulary import ROWS

RECEPTION = professional("reception", "S11", 2, "samsah")
HOME_HELP = professional("home help", "S9", 2, "samsah")
REFUSAL = replace(agreement(), decision="refused", notice=None, episode=None)
OPPOSITION = Opposition("professional", T0, GivenBy(), users=(IDE.user,))


def with_(actor: Actor) -> Story:
    story = team()
    story.add(actor)
    return story


def refused(story: Story, fact: Fact, by: Actor) -> None:
    with pytest.raises(ProtocolError) as caught:
        story.apply(fact, by, T0 + HOUR)
    assert caught.value.reason is Reason.NOT_ENTITLED
    assert act_of(fact) in str(caught.value)


def joining(actor: Actor, **more: object) -> Participation:
    assert actor.capacity is not None
    fact = Participation(actor.user, named("attestation"), actor.capacity, "care", 1, T0 + DAY)
    return replace(fact, **more)  # type: ignore[arg-type]  # fields given by name


def test_acts_csv_holds_each_act_and_each_type_of_fact() -> None:
    with (POLICIES / "acts.csv").open(encoding="utf-8") as file:
        assert [line["act"] for line in csv.DictReader(file)] == list(ACT_RULES)
    assert {type_ for rule in ACT_RULES.values() for type_ in rule.facts} == FACT_RULES.keys()


@pytest.mark.parametrize("fact", [REFUSAL, OPPOSITION, Retention(T0, "none")], ids=lambda fact: str(fact.type))
def test_reception_records_what_narrows(fact: Fact) -> None:
    with_(RECEPTION).apply(fact, RECEPTION, T0 + HOUR)


def test_reception_records_a_withdrawal_told_by_phone() -> None:
    story = with_(RECEPTION)
    consent = story.apply(agreement(), PERSON)
    story.apply(ConsentWithdrawal(consent, T0 + HOUR, "phone"), RECEPTION, T0 + HOUR)
    assert not story.ask(IDE, "read", "medical", 2).permitted


@pytest.mark.parametrize(
    "fact",
    [agreement(), Notice((NoticeLine("general"),), T0, "oral"), joining(HOME_HELP)],
    ids=lambda fact: str(fact.type),
)
def test_reception_records_nothing_that_widens(fact: Fact) -> None:
    refused(with_(RECEPTION), fact, RECEPTION)


def test_reception_ends_no_opposition() -> None:
    story = with_(RECEPTION)
    opposition = story.apply(OPPOSITION, INF, T0 + HOUR)
    refused(story, OppositionEnd(opposition, T0 + HOUR), RECEPTION)


@pytest.mark.parametrize("actor", [RECEPTION, HOME_HELP], ids=["reception", "home help"])
@pytest.mark.parametrize("earlier", [False, True], ids=["from the start", "with history"])
def test_a_referent_whose_row_does_not_coordinate_adds_nobody(actor: Actor, earlier: bool) -> None:  # noqa: FBT001 - a parameter of the test
    story = team()
    story.apply(Referent(story.add(actor), T0), COORD)
    more = {"history_from_ms": T0} if earlier else {}
    refused(story, joining(professional("new", "S5", 2, "samsah"), **more), actor)


def test_a_member_who_does_not_follow_the_case_adds_nobody() -> None:
    refused(team(), joining(HOME_HELP), INF)


@pytest.mark.parametrize("actor", [RECEPTION, HOME_HELP], ids=["reception", "home help"])
def test_leaving_oneself_is_open_to_every_row(actor: Actor) -> None:
    story = team()
    mine = story.add(actor)
    story.apply(ParticipationEnd(mine, T0 + HOUR), actor, T0 + HOUR)
    assert not story.facts.participations_of(actor.user, T0 + HOUR)


def test_only_who_follows_the_case_closes_it() -> None:
    story = team()
    refused(story, Retention(T0, "archived"), INF)
    story.apply(Retention(T0, "archived"), COORD, T0 + HOUR)
    assert story.ask(INF, "read", "medical", 2).denied


def test_only_who_follows_the_case_opens_it_again() -> None:
    story = with_(RECEPTION)
    story.apply(Retention(T0, "archived"), COORD, T0 + HOUR)
    for actor in (INF, RECEPTION):
        with pytest.raises(ProtocolError) as caught:
            story.apply(Retention(T0 + HOUR, "none"), actor, T0 + HOUR)
        assert caught.value.reason is Reason.NOT_ENTITLED
    story.apply(Retention(T0 + HOUR, "none"), COORD, T0 + 2 * HOUR)
    assert story.ask(INF, "read", "medical", 2).permitted


def test_a_document_goes_out_by_who_may_send_it() -> None:
    assert INF.capacity is not None
    may = {row for row in ROWS if may_act(EXPORT_DOCUMENT, replace(INF.capacity, row=row))}
    assert may.isdisjoint({"S9", "S11", "O14", "O1", "O7"})
    assert {"H1", "S1", "S13"} <= may


def test_what_is_no_act_is_open_to_nobody() -> None:
    assert INF.capacity is not None
    assert not may_act("delete_case", INF.capacity)
    assert not may_open_case(INF.capacity, "tax")
