"""Every row, in every place it can stand, asks for every part at both levels: what no combination may give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import pytest

from support.policy_story import COORD, MO, shipped, team
from volet_protocol.access import Decision, decide
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_people import LATEST_CONTACT_MS, Retention
from volet_protocol.facts import fact_body
from volet_protocol.policy_table import DENY, EFFECTS, PERMIT
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS, ROWS
from volet_service.entrypoints.policy_views.situations import STANDINGS, Placing, situation

PROFESSIONAL = ("team", "care", "list", "mdph")
ACTIONS = ("read", "write")
Asked = tuple[str, str, str, int]


@lru_cache(maxsize=16)
def answers(standing: str, *, informed: bool, consented: bool, opposed: bool) -> dict[Asked, Decision]:
    table = shipped()
    found: dict[Asked, Decision] = {}
    for row in ROWS:
        placing = Placing(row, standing, informed=informed, consented=consented, opposed=opposed)
        facts, question = situation(table, placing)
        for part in COMPARTMENTS:
            for level in LEVELS:
                for action in ACTIONS:
                    asked = replace(question, action=action, compartment=part, level=level)
                    found[row, action, part, level] = decide(table, facts, asked)
    return found


def widest(standing: str) -> dict[Asked, Decision]:
    return answers(standing, informed=True, consented=True, opposed=False)


def each() -> Iterator[tuple[str, Asked, Decision]]:
    for standing in STANDINGS:
        for asked, decision in widest(standing).items():
            yield standing, asked, decision


def test_a_row_without_account_opens_nothing_wherever_it_would_stand() -> None:
    for standing in PROFESSIONAL:
        for asked, decision in widest(standing).items():
            if not shipped().rows()[asked[0]].account:
                assert decision.denied, (standing, asked)
                assert decision.hidden, (standing, asked)


def test_the_operator_opens_nothing_wherever_they_would_stand() -> None:
    for standing in (*PROFESSIONAL, "none"):
        assert all(one.denied for asked, one in widest(standing).items() if asked[0] == "O14")


def test_who_takes_no_part_opens_nothing_however_much_was_agreed() -> None:
    assert all(decision.denied for decision in widest("none").values())


def test_a_cell_that_says_never_is_never_opened() -> None:
    for standing, (row, action, part, level), decision in each():
        if standing in PROFESSIONAL and shipped().cell(row, part) in {"x", "x*"}:
            assert decision.effect == DENY, (standing, row, action, part, level)


def test_nothing_above_the_cell_is_opened_to_a_professional() -> None:
    for standing, (row, action, part, level), decision in each():
        within = shipped().within(action, shipped().cell(row, part), level)
        if standing in PROFESSIONAL and not within:
            assert decision.effect == DENY, (standing, row, action, part, level)


def test_child_protection_opens_inside_its_list_and_to_the_person_only() -> None:
    for standing, (row, _, part, level), decision in each():
        if part == "child_protection" and not decision.denied:
            assert standing in {"list", "person"}, (standing, row, level)


def test_a_refusal_about_child_protection_never_shows() -> None:
    for standing, asked, decision in each():
        if asked[2] == "child_protection" and decision.denied:
            assert decision.hidden, (standing, asked)


def test_an_opposition_to_all_closes_every_cell_of_the_share() -> None:
    for standing in ("team", "care", "mdph"):
        opposed = answers(standing, informed=True, consented=True, opposed=True)
        assert all(decision.denied for decision in opposed.values()), standing


def test_an_opposition_takes_nothing_from_the_person_nor_from_the_list() -> None:
    for standing in ("person", "list", "parent", "guardian"):
        opposed = answers(standing, informed=True, consented=True, opposed=True)
        assert {key: one.effect for key, one in opposed.items()} == {
            key: one.effect for key, one in widest(standing).items()
        }


def test_informing_or_agreeing_never_closes_anything() -> None:
    for standing in STANDINGS:
        steps = [
            answers(standing, informed=informed, consented=consented, opposed=False)
            for informed, consented in ((False, False), (True, False), (True, True))
        ]
        for before, after in pairwise(steps):
            for asked, decision in before.items():
                assert EFFECTS.index(decision.effect) <= EFFECTS.index(after[asked].effect), (standing, asked)


def test_nobody_outside_the_team_opens_anything_without_consent() -> None:
    told = answers("care", informed=True, consented=False, opposed=False)
    assert not [asked for asked, decision in told.items() if decision.effect == PERMIT]


def test_a_curator_opens_nothing_without_the_persons_agreement() -> None:
    told = answers("curator", informed=True, consented=False, opposed=False)
    assert not [asked for asked, decision in told.items() if decision.effect == PERMIT]


def test_every_conditional_answer_names_what_is_missing_and_no_other_does() -> None:
    for standing in STANDINGS:
        for informed, consented in ((False, False), (True, False), (True, True)):
            for asked, decision in answers(standing, informed=informed, consented=consented, opposed=False).items():
                conditional = decision.effect not in {PERMIT, DENY}
                assert (decision.missing is not None) == conditional, (standing, asked)
                assert decision.policy == shipped().hash
                assert decision.rules, (standing, asked)


def test_the_latest_contact_a_fact_may_state_is_decided_from_and_no_later_one_is_read() -> None:
    story = team()
    story.apply(Retention(LATEST_CONTACT_MS, "none"), COORD)
    assert story.ask(MO, "read", "medical", 1).permitted
    with pytest.raises(ProtocolError) as caught:
        fact_body(Retention(LATEST_CONTACT_MS + 1, "none"), bytes(16))
    assert caught.value.reason is Reason.MALFORMED


def test_an_invitation_of_nobody_into_the_child_protection_list_is_refused() -> None:
    story = team()
    story.add(MO, regime="child_protection")
    assert story.ask(MO, "invite", "child_protection", 1).denied
