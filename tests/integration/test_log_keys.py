"""Who is handed the keys of a case's log: the person, and who represents them for as long as they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.hub import HandClock, HubCase, running_hub
from support.hub_entries import problem
from volet_protocol.encodings import from_base64url
from volet_protocol.fact_people import Person
from volet_protocol.fact_powers import Mandate, MandateEnd
from volet_protocol.leaf import Leaf, tag
from volet_protocol.places import MAIN
from volet_protocol.receipt import Receipt
from volet_service.bootstrap import admin


def test_a_representative_is_handed_the_key_until_their_mandate_ends_and_each_hand_over_has_its_leaf(
    team: HubCase,
) -> None:
    path = f"/v1/cases/{team.main.case}/log-keys"
    mandate = Mandate("tutelle", team.user("daughter"), ("person",), "representation", team.now_ms)
    recorded = team.fact("coordinator", mandate)
    assert team.verdict(recorded) is None
    daughter = team.clients["daughter"]
    answer = daughter.get(path).json()
    assert len(from_base64url(answer["keys"][MAIN][0]["key"])) == 32
    assert set(answer["receipts"]) == set(answer["keys"])
    receipt = Receipt.read(answer["receipts"][MAIN])
    receipt.verify(team.hub.verifier)
    assert (receipt.view.payload["act"], receipt.view.payload["class"]) == ("log-look", MAIN)
    team.wait()
    team.fact("coordinator", MandateEnd(str(recorded.body["fact"]), team.now_ms), widens=False)
    assert problem(daughter.get(path)) == "not-found"


def test_a_member_in_a_capacity_is_refused_and_a_stranger_learns_nothing(team: HubCase) -> None:
    path = f"/v1/cases/{team.main.case}/log-keys"
    assert problem(team.clients["nurse"].get(path)) == "denied"
    team.person("stranger")
    assert problem(team.clients["stranger"].get(path)) == "not-found"
    assert problem(team.clients["nurse"].get(f"/v1/cases/{'0' * 64}/log-keys")) == "not-found"


def keys_of(team: HubCase, name: str) -> list[dict[str, Any]]:
    answer = team.clients[name].get(f"/v1/cases/{team.main.case}/log-keys").raise_for_status().json()
    return list(answer["keys"][MAIN])


def tags(team: HubCase) -> list[bytes]:
    with team.hub.client() as http:
        leaves = http.get("/v1/log/leaves", params={"from": 0, "to": 1000}).json()["leaves"]
    return [Leaf.parse(from_base64url(leaf)).tag for leaf in leaves]


def recognised(team: HubCase, period: dict[str, Any]) -> list[int]:
    """The numbers that whoever holds the key of one period finds in the whole log."""
    key, found = from_base64url(period["key"]), set(tags(team))
    return [number for number in range(200) if tag(key, number) in found]


@pytest.mark.parametrize("how", ["recorded", "reached", "of age"])
def test_who_represented_the_person_recognises_no_act_after_their_mandate(team: HubCase, how: str) -> None:
    soon = team.now_ms + 5 * 60_000
    team.account("person")
    until = soon if how == "reached" else None
    kind = "tutelle"
    if how == "of age":
        kind = "parental_authority"
        team.fact("coordinator", Person("VALI", team.user("person"), soon))
    mandate = Mandate(kind, team.user("daughter"), ("person",), "representation", team.now_ms, until)
    recorded = team.fact("coordinator", mandate)
    held = keys_of(team, "daughter")
    team.wait()
    if how == "recorded":
        team.fact("coordinator", MandateEnd(str(recorded.body["fact"]), team.now_ms), widens=False)
    team.wait(10)
    before = recognised(team, held[-1])
    periods = keys_of(team, "person")
    team.wait()
    keys_of(team, "person")
    assert recognised(team, held[-1]) == before
    assert [one["first"] for one in periods] == [0, before[-1] + 1]
    assert periods[0] == held[0]
    assert recognised(team, periods[1])[0] == before[-1] + 1


def test_a_later_representative_is_handed_the_periods_of_their_own_mandate_only(team: HubCase) -> None:
    team.account("person")
    first = Mandate("tutelle", team.user("daughter"), ("person",), "representation", team.now_ms)
    recorded = team.fact("coordinator", first)
    team.wait()
    team.fact("coordinator", MandateEnd(str(recorded.body["fact"]), team.now_ms), widens=False)
    team.wait()
    keys_of(team, "person")
    team.wait()
    team.person("son")
    team.fact("coordinator", Mandate("tutelle", team.user("son"), ("person",), "representation", team.now_ms))
    mine, all_ = keys_of(team, "son"), keys_of(team, "person")
    assert mine == all_[1:]
    assert len(all_) == 2


def test_a_mandate_that_goes_on_and_a_refused_act_draw_no_key(team: HubCase) -> None:
    team.account("person")
    team.fact("coordinator", Mandate("tutelle", team.user("daughter"), ("person",), "representation", team.now_ms))
    before = keys_of(team, "person")
    team.wait(5)
    assert problem(team.clients["nurse"].get(f"/v1/cases/{team.main.case}/log-keys")) == "denied"
    assert keys_of(team, "person") == before


def test_a_key_is_destroyed_with_the_last_record_of_its_period_and_its_numbers_go_on(tmp_path: Path) -> None:
    clock = HandClock()
    with running_hub(tmp_path / "hub", clock) as hub:
        case = HubCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.account("person")
        for name, minutes in (("daughter", 5), ("son", 15)):
            until = case.now_ms + minutes * 60_000
            case.person(name)
            mandate = Mandate("tutelle", case.user(name), ("person",), "representation", case.now_ms, until)
            assert case.verdict(case.fact("coordinator", mandate)) is None
        for _ in range(2):
            case.wait(10)
            before = keys_of(case, "person")
    assert len(before) == 3
    clock.at_ms += 400 * 24 * 3_600_000
    assert admin.run(["retention", str(tmp_path / "hub"), "--run"], clock) == 0
    with running_hub(tmp_path / "hub", clock) as hub:
        case.hub, case.now_ms = hub, clock.at_ms
        case.clients["person"] = hub.login(case.person("person"))
        after = keys_of(case, "person")
    assert after == [before[0], {"first": before[1]["first"]}, before[2]]
