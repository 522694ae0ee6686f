"""Hidden equals absent, byte for byte: status, headers, body. And no counter moves for what one may not see."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from support.folders import unchanged
from support.hub import HubCase
from support.hub_entries import ask, post, release_request
from support.hub_exchanges import exchange_of
from support.hub_hidden import NOWHERE, sealed_for, seen
from support.identities import make_user
from support.provoked import assert_problem
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_list import list_id
from volet_protocol.places import SECTIONS
from volet_protocol.problems import Problem
from volet_protocol.statements import Statement

Ask = Callable[[HubCase, httpx.Client], httpx.Response]


def same(hidden: httpx.Response, absent: httpx.Response) -> None:
    assert_problem(absent, Problem.NOT_FOUND)
    assert seen(hidden) == seen(absent)


def by_range(case: HubCase, name: str, list_: str) -> Statement:
    """A signed request for the first index of a list, under a hash that it never had."""
    body = dict(release_request(case, name, [NOWHERE], list=list_).body)
    del body["ids"]
    return case.person(name).sign({**body, "range": {"from": 1, "to": 1, "h": NOWHERE}})


def stranger(case: HubCase) -> httpx.Client:
    case.person("stranger")
    return case.clients["stranger"]


class TestStranger:
    """Who takes no part learns nothing that they would not learn about a case that never was."""

    @pytest.mark.parametrize("class_", ["main", "child_protection", "minor_secret", "third_party_hidden", "other"])
    def test_a_chain_of_any_class(self, standing: HubCase, class_: str) -> None:
        http = stranger(standing)
        path = "/v1/cases/{}/chains/" + class_
        with unchanged(standing.hub):
            for query in ("", "?after=0", "?after=3"):
                same(http.get(path.format(standing.main.case) + query), http.get(path.format(NOWHERE) + query))
            link = {"links": [{"statement": standing.sent["main"][0].statement.to_json()}]}
            same(http.post(path.format(standing.main.case), json=link), http.post(path.format(NOWHERE), json=link))

    @pytest.mark.parametrize("place", ["section:medical/2", "masked:medical/2", "section:child_protection/1"])
    def test_a_list_and_its_head(self, standing: HubCase, place: str) -> None:
        post(standing, "doctor")
        http, list_ = stranger(standing), list_id(standing.main.case, place)
        same(http.get(f"/v1/cases/{standing.main.case}/lists/{list_}"), http.get(f"/v1/cases/{NOWHERE}/lists/{list_}"))
        same(http.get(f"/v1/heads/list/{list_}"), http.get(f"/v1/heads/list/{NOWHERE}"))

    def test_an_entry_its_parts_and_its_release(self, standing: HubCase) -> None:
        id_, http = post(standing, "doctor").entry.id, stranger(standing)
        with unchanged(standing.hub):
            for path in ("/v1/entries/{}", "/v1/entries/{}/parts/body/chunks?release=AA",
                         "/v1/entries/{}/parts/title/leaves?release=AA"):  # fmt: skip
                same(http.get(path.format(id_)), http.get(path.format(NOWHERE)))
            asked = release_request(standing, "stranger", [id_])
            elsewhere = release_request(standing, "stranger", [NOWHERE], case=NOWHERE)
            same(ask(standing, "stranger", asked), ask(standing, "stranger", elsewhere))

    def test_lists_of_own_cases_and_exchanges_are_empty(self, standing: HubCase) -> None:
        exchange_of(standing, "doctor", "doctor", "nurse")
        http = stranger(standing)
        assert http.get("/v1/cases").json() == http.get("/v1/exchanges").json() == []

    def test_the_log_of_a_case(self, standing: HubCase) -> None:
        http = stranger(standing)
        answers: list[httpx.Response] = []
        for case in (standing.main.case, NOWHERE):
            body: dict[str, Any] = {
                **standing.person("stranger").preamble(standing.now_ms).to_json("log-request"), "purpose": "own_access",
                "request_id": to_base64url(os.urandom(16)), "scope": {"case": case},
                "checkpoint": {"size": 0, "root": "0" * 64},
            }  # fmt: skip
            statement = standing.person("stranger").sign(body).to_json()
            with unchanged(standing.hub):
                answers.append(http.post("/v1/log/records", json={"statement": statement}))
        same(*answers)

    def test_a_user_who_is_not_there(self, standing: HubCase) -> None:
        http, never = stranger(standing), make_user(4242)
        same(http.get(f"/v1/users/{never.user}"), http.get(f"/v1/users/{NOWHERE}"))
        same(http.get(f"/v1/users/{standing.main.case}"), http.get("/v1/users/nobody"))
        # Who knows an id sees the keys behind it, and nothing that names the person.
        known = http.get(f"/v1/users/{standing.user('doctor')}").json()
        assert known["bindings"] == []
        assert all("boxes" not in link for link in known["links"])


class TestMember:
    """Who takes part sees their share of the case, and no trace of the rest."""

    @pytest.mark.parametrize("name", ["doctor", "nurse", "coordinator"])
    @pytest.mark.parametrize("class_", ["child_protection", "minor_secret", "third_party_hidden", "no_such_class"])
    def test_a_class_that_one_is_not_served(self, standing: HubCase, name: str, class_: str) -> None:
        http = standing.clients[name]
        absent = http.get(f"/v1/cases/{NOWHERE}/chains/main")
        same(http.get(f"/v1/cases/{standing.main.case}/chains/{class_}"), absent)
        cases = http.get("/v1/cases").json()
        assert [list(case["classes"]) for case in cases] == [["main"]]

    def test_a_section_of_such_a_class(self, standing: HubCase) -> None:
        http = standing.clients["doctor"]
        hidden = [section for section in SECTIONS if section.startswith("child_protection/")]
        for section in hidden:
            list_ = list_id(standing.main.case, f"section:{section}")
            absent = http.get(f"/v1/cases/{standing.main.case}/lists/{NOWHERE}")
            same(http.get(f"/v1/cases/{standing.main.case}/lists/{list_}"), absent)
            same(http.get(f"/v1/heads/list/{list_}"), http.get(f"/v1/heads/list/{NOWHERE}"))
            asked = release_request(standing, "doctor", [NOWHERE], list=list_)
            same(
                ask(standing, "doctor", asked), ask(standing, "doctor", release_request(standing, "doctor", [NOWHERE]))
            )

    def test_a_list_of_masked_entries_looks_alike_empty_and_full(self, team: HubCase) -> None:
        list_ = list_id(team.main.case, "masked:medical/2")
        requests: list[Ask] = [
            lambda _, http: http.get(f"/v1/cases/{team.main.case}/lists/{list_}"),
            lambda _, http: http.get(f"/v1/heads/list/{list_}"),
            lambda case, _: ask(case, "nurse", release_request(case, "nurse", [NOWHERE], list=list_)),
            lambda case, _: ask(case, "nurse", by_range(case, "nurse", list_)),
        ]  # fmt: skip
        http = team.clients["nurse"]
        before = [request(team, http) for request in requests]
        masked = sealed_for(team, "doctor", [], "withheld_by_author")
        for request, empty in zip(requests, before, strict=True):
            same(request(team, http), empty)
        # Its author sees it there, and nobody's count of another list moved.
        mine = team.clients["doctor"].get(f"/v1/cases/{team.main.case}/lists/{list_}").json()
        assert [item["n"] for item in mine["entries"]] == [1]
        same(http.get(f"/v1/entries/{masked.entry.id}"), http.get(f"/v1/entries/{NOWHERE}"))
        asked = release_request(team, "nurse", [masked.entry.id], list=list_)
        same(ask(team, "nurse", asked), ask(team, "nurse", release_request(team, "nurse", [NOWHERE], list=list_)))

    def test_who_is_named_by_a_masked_entry_sees_the_list(self, team: HubCase) -> None:
        sealed_for(team, "doctor", ["nurse"], "withheld_by_author")
        sealed_for(team, "doctor", [], "withheld_by_author")
        list_ = list_id(team.main.case, "masked:medical/2")
        path = f"/v1/cases/{team.main.case}/lists/{list_}"
        served = team.clients["nurse"].get(path).json()["entries"]
        # The second keeps its place, as a gap; the coordinator, named by none, sees no list at all.
        assert [set(item) for item in served] == [{"n", "statement", "box"}, {"n", "hash"}]
        http = team.clients["coordinator"]
        same(http.get(path), http.get(f"/v1/cases/{team.main.case}/lists/{NOWHERE}"))

    def test_an_exchange_of_others(self, standing: HubCase) -> None:
        exchange, statement = exchange_of(standing, "doctor", "doctor", "nurse")
        http, list_ = standing.clients["coordinator"], list_id(standing.main.case, f"exchange:{exchange}")
        same(http.get(f"/v1/exchanges/{exchange}"), http.get(f"/v1/exchanges/{NOWHERE}"))
        path = f"/v1/cases/{standing.main.case}/lists/"
        same(http.get(path + list_), http.get(path + NOWHERE))
        same(http.get(f"/v1/heads/list/{list_}"), http.get(f"/v1/heads/list/{NOWHERE}"))
        assert http.get("/v1/exchanges").json() == []
        with unchanged(standing.hub):
            link = {"statement": statement.to_json(), "boxes": {}}
            given = [http.post(f"/v1/exchanges/{id_}/links", json=link) for id_ in (exchange, NOWHERE)]
        assert seen(given[0]) == seen(given[1])

    def test_an_entry_somebody_else_may_take_back(self, standing: HubCase) -> None:
        id_ = post(standing, "doctor").entry.id
        body = {
            **standing.person("nurse").preamble(standing.now_ms).to_json("entry-take-back"),
            "case": standing.main.case,
        }
        answers = [
            standing.clients["nurse"].post(
                f"/v1/entries/{one}/take-back",
                json={"statement": standing.person("nurse").sign({**body, "entry": one}).to_json()},
            )
            for one in (id_, NOWHERE)
        ]
        same(*answers)

    def test_who_left_is_a_stranger_again(self, team: HubCase) -> None:
        id_ = post(team, "doctor").entry.id
        team.leave("nurse")
        http = team.clients["nurse"]
        same(http.get(f"/v1/cases/{team.main.case}/chains/main"), http.get(f"/v1/cases/{NOWHERE}/chains/main"))
        same(http.get(f"/v1/entries/{id_}"), http.get(f"/v1/entries/{NOWHERE}"))
        assert http.get("/v1/cases").json() == []


def test_what_is_hidden_moves_nothing_that_others_can_count(team: HubCase) -> None:
    """A masked entry and an exchange of others: every list, chain and head that the nurse may see is as before."""

    def all_seen() -> list[object]:
        http = team.clients["nurse"]
        lists = [list_id(team.main.case, f"section:{s}") for s in SECTIONS]
        found: list[object] = [http.get("/v1/cases").json(), http.get("/v1/exchanges").json()]
        for path in [
            f"/v1/cases/{team.main.case}/chains/main",
            *(f"/v1/cases/{team.main.case}/lists/{i}" for i in lists),
        ]:
            told = http.get(path).json()
            head = told.pop("head", {})
            found += [told, head.get("head")]
        return found

    before = all_seen()
    sealed_for(team, "doctor", [], "withheld_by_author")
    exchange_of(team, "doctor", "doctor")
    assert all_seen() == before
