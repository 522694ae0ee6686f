"""A link or statement sent again: its author's device has the same answer, anybody else's has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from support.hub import HubCase
from support.hub_entries import checkpoint, deposit_body, header, post, problem, release, seal
from support.hub_exchanges import change_of, exchange_of
from support.identities import make_device, stand_in_boxes
from volet_protocol.encodings import to_base64url
from volet_protocol.take_back import TakeBack

SECOND = make_device("second", 1)


def second_device(case: HubCase, name: str) -> httpx.Client:
    """Return a client of another device of the same user."""
    grown = case.person(name).add_device(SECOND, case.now_ms)
    boxes = stand_in_boxes([SECOND.id], f"{grown.number} 1")
    link = {"statement": grown.chain.links[-1].to_json(), "boxes": {to: to_base64url(b) for to, b in boxes.items()}}
    case.clients[name].post(f"/v1/users/{grown.user}/links", json={"links": [link]}).raise_for_status()
    return case.hub.login(replace(grown, device=SECOND))


def refused(answer: httpx.Response) -> None:
    assert problem(answer) in {"bad-signature", "version-conflict"}, answer.text
    assert "receipt" not in answer.text


def last_link(case: HubCase) -> dict[str, Any]:
    sent = case.sent["main"][-1]
    boxes = {user: to_base64url(box) for user, box in (sent.boxes or {}).items()}
    return {"links": [{"statement": sent.statement.to_json(), "boxes": boxes}]}


class TestCaseLinks:
    def test_its_author_has_the_same_answer(self, team: HubCase) -> None:
        path, before = f"/v1/cases/{team.main.case}/chains/main", checkpoint(team)
        answer = team.clients["doctor"].post(path, json=last_link(team)).raise_for_status().json()
        assert answer["receipt"]["leaf"]
        assert checkpoint(team) == before

    @pytest.mark.parametrize("name", ["nurse", "coordinator"])
    def test_another_member_is_not_given_its_receipt(self, team: HubCase, name: str) -> None:
        refused(team.clients[name].post(f"/v1/cases/{team.main.case}/chains/main", json=last_link(team)))

    def test_another_device_of_the_author_is_not_given_its_receipt(self, team: HubCase) -> None:
        link = last_link(team)
        refused(second_device(team, "doctor").post(f"/v1/cases/{team.main.case}/chains/main", json=link))


class TestExchanges:
    def test_the_author_of_a_new_list_of_members_has_the_same_answer(self, team: HubCase) -> None:
        exchange, _ = exchange_of(team, "doctor", "doctor", "nurse")
        asked, path = change_of(team, "doctor", exchange, "doctor", "nurse"), f"/v1/exchanges/{exchange}/links"
        first = team.clients["doctor"].post(path, json=asked).raise_for_status().json()
        assert team.clients["doctor"].post(path, json=asked).raise_for_status().json() == first

    def test_another_member_is_not_given_the_receipt_of_a_new_list(self, team: HubCase) -> None:
        exchange, _ = exchange_of(team, "doctor", "doctor", "nurse")
        asked, path = change_of(team, "doctor", exchange, "doctor", "nurse"), f"/v1/exchanges/{exchange}/links"
        team.clients["doctor"].post(path, json=asked).raise_for_status()
        refused(team.clients["nurse"].post(path, json=asked))

    def test_another_member_is_not_given_the_receipt_of_the_first_link(self, team: HubCase) -> None:
        _, create = exchange_of(team, "doctor", "doctor", "nurse")
        refused(team.clients["nurse"].post("/v1/exchanges", json={"statement": create.to_json(), "boxes": {}}))


class TestEntries:
    def test_another_member_is_not_given_the_receipt_of_an_entry(self, team: HubCase) -> None:
        asked = deposit_body(seal(team, "doctor", header(team, "doctor")))
        team.clients["doctor"].post("/v1/entries", json=asked).raise_for_status()
        refused(team.clients["nurse"].post("/v1/entries", json=asked))
        refused(second_device(team, "doctor").post("/v1/entries", json=asked))

    def test_a_taking_back_is_answered_again_to_the_device_that_asked_and_to_no_other(self, team: HubCase) -> None:
        entry = post(team, "doctor").entry
        body = TakeBack(team.person("doctor").preamble(team.now_ms), team.main.case, entry.id).to_json()
        asked = {"statement": team.person("doctor").sign(body).to_json()}
        path = f"/v1/entries/{entry.id}/take-back"
        first = team.clients["doctor"].post(path, json=asked).raise_for_status().json()
        assert team.clients["doctor"].post(path, json=asked).raise_for_status().json() == first
        refused(second_device(team, "doctor").post(path, json=asked))
        assert team.clients["nurse"].post(path, json=asked).status_code == 404

    def test_who_left_is_told_no_more_who_had_opened_what_they_took_back(self, team: HubCase) -> None:
        team.grant("doctor", "nurse", {"medical/2": (1, 0)})
        entry = post(team, "doctor").entry
        release(team, "nurse", [entry.id]).raise_for_status()
        body = TakeBack(team.person("doctor").preamble(team.now_ms), team.main.case, entry.id).to_json()
        asked = {"statement": team.person("doctor").sign(body).to_json()}
        path = f"/v1/entries/{entry.id}/take-back"
        (one,) = team.clients["doctor"].post(path, json=asked).raise_for_status().json()["opened"]
        assert (one["user"], one["part"]) == (team.user("nurse"), "body")
        team.leave("doctor")
        assert team.clients["doctor"].post(path, json=asked).raise_for_status().json()["opened"] == []
