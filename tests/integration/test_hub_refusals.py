"""Each bad request has its own problem and changes nothing: no row, no leaf but the refusal's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from support.hub import HubCase
from support.hub_entries import (
    ask,
    deposit_body,
    header,
    post,
    problem,
    release,
    release_request,
    seal,
)
from support.identities import seed32
from volet_protocol.canonical import JsonObject
from volet_protocol.case_links import FactLink
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_list import EntryListHead
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.statements import HeadRef, sign


def size(case: HubCase) -> int:
    return case.hub.running.hub.log.size


def posted(case: HubCase, body: dict[str, Any], author: str = "doctor") -> httpx.Response:
    return case.clients[author].post("/v1/entries", json=body)


def refused(case: HubCase, body: dict[str, Any], expected: str) -> None:
    before = size(case)
    assert problem(posted(case, body)) == expected
    assert size(case) == before


class TestEntries:
    def test_the_same_entry_again_has_the_same_answer_and_no_second_leaf(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        first = posted(team, body)
        before = size(team)
        again = posted(team, body)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert size(team) == before

    def test_other_bytes_under_the_same_id_are_refused(self, team: HubCase) -> None:
        made = header(team, "doctor")
        assert posted(team, deposit_body(seal(team, "doctor", made))).is_success
        refused(team, deposit_body(seal(team, "doctor", made)), "idempotency-mismatch")

    def test_a_malformed_statement_is_invalid(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        body["statement"]["body"]["surprise"] = 1
        refused(team, body, "invalid")

    def test_a_request_without_a_member_is_invalid(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        del body["title"]
        refused(team, body, "invalid")

    def test_an_oversized_request_is_too_large(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        body["body"] = "A" * (team.hub.settings.request_limit + 1)
        refused(team, body, "too-large")

    def test_an_inline_part_above_one_chunk_is_too_large(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        body["body"] = to_base64url(bytes(70_000))
        refused(team, body, "too-large")

    def test_a_wrong_signature_is_refused(self, team: HubCase) -> None:
        sealed = seal(team, "doctor", header(team, "doctor"))
        body = deposit_body(sealed)
        forged = sign(sealed.entry.statement.body, team.person("nurse").signing_key)
        refused(team, {**body, "statement": forged.to_json()}, "bad-signature")

    def test_an_entry_of_somebody_else_is_refused(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        before = size(team)
        assert problem(posted(team, body, "nurse")) == "bad-signature"
        assert size(team) == before

    def test_an_entry_under_a_step_that_is_gone_is_stale(self, team: HubCase) -> None:
        made = header(team, "doctor")
        team.wait()
        team.grant("doctor", "nurse", {"medical/2": None})
        refused(
            team,
            deposit_body(seal(team, "doctor", replace(made, preamble=team.person("doctor").preamble(team.now_ms)))),
            "epoch-stale",
        )

    def test_an_entry_older_than_two_minutes_is_replayed(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        team.wait(3)
        refused(team, body, "replayed")

    def test_an_entry_that_saw_another_list_is_a_conflict(self, team: HubCase) -> None:
        made = header(team, "doctor", seen=EntryListHead(1, seed32("elsewhere").hex()))
        refused(team, deposit_body(seal(team, "doctor", made)), "version-conflict")

    def test_an_entry_over_another_history_of_the_case_is_a_conflict(self, team: HubCase) -> None:
        made = header(team, "doctor", case_head=HeadRef(2, seed32("elsewhere").hex()))
        refused(team, deposit_body(seal(team, "doctor", made)), "version-conflict")

    def test_an_entry_for_a_case_that_is_not_there_does_not_exist(self, team: HubCase) -> None:
        made = header(team, "doctor", case=seed32("no case").hex())
        refused(team, deposit_body(seal(team, "doctor", made)), "not-found")

    def test_a_share_other_than_the_one_signed_is_refused(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        body["shares"]["body"] = to_base64url(os.urandom(32))
        refused(team, body, "invalid")

    def test_ciphertext_other_than_what_was_signed_is_refused(self, team: HubCase) -> None:
        body = deposit_body(seal(team, "doctor", header(team, "doctor")))
        body["body"] = to_base64url(os.urandom(272))
        refused(team, body, "invalid")

    def test_an_entry_while_a_rotation_is_owed_is_refused(self, team: HubCase) -> None:
        team.grant("doctor", "nurse", {"medical/2": (1, 0)})
        team.wait()
        team.leave("nurse")
        refused(team, deposit_body(seal(team, "doctor", header(team, "doctor"))), "rotation-owed")
        team.rotate("doctor", "medical/2")
        assert posted(team, deposit_body(seal(team, "doctor", header(team, "doctor")))).is_success

    def test_an_entry_by_whom_the_rules_do_not_let_write_is_refused_with_the_rules(self, team: HubCase) -> None:
        made = header(team, "coordinator")
        sealed = seal_with(team, made)
        answer = posted(team, deposit_body(sealed), "coordinator")
        assert problem(answer) in {"denied", "not-found"}


def seal_with(team: HubCase, made: Any) -> Any:  # noqa: ANN401
    """Seal for the coordinator under a key somebody gave them: the rules refuse, not the cryptography."""
    team.rings[team.user("coordinator"), team.main.chain] = team.ring("doctor")
    return seal(team, "coordinator", made)


class TestLinks:
    def notice(self, team: HubCase, **changes: Any) -> tuple[Any, Any]:  # noqa: ANN401
        body = fact_body(Notice((NoticeLine("general"),), team.now_ms, "oral"), os.urandom(16))
        head = replace(team.head("coordinator"), **changes)
        return FactLink(head, fact_hash(body), ()).body(), body

    def offered(self, team: HubCase, expected: str, author: str = "coordinator", **changes: Any) -> None:  # noqa: ANN401
        body, fact = self.notice(team, **changes)
        before = size(team)
        answer = team.offer(author, team.person("coordinator").sign(body), fact)
        assert problem(answer) == expected, answer.text
        assert size(team) == before

    def test_a_link_out_of_order_is_a_conflict_that_says_where_the_chain_stands(self, team: HubCase) -> None:
        self.offered(team, "version-conflict", seq=team.main.head.seq + 2)
        self.offered(team, "version-conflict", prev=seed32("elsewhere").hex())

    def test_a_link_of_another_case_is_refused(self, team: HubCase) -> None:
        self.offered(team, "wrong-case", case=seed32("no case").hex())

    def test_a_link_in_somebody_elses_session_is_refused(self, team: HubCase) -> None:
        self.offered(team, "bad-signature", author="doctor")

    def test_a_link_older_than_two_minutes_is_replayed(self, team: HubCase) -> None:
        self.offered(team, "replayed", preamble=team.person("coordinator").preamble(team.now_ms - 180_000))

    def test_a_widening_link_that_names_no_checkpoint_of_this_log_is_refused(self, team: HubCase) -> None:
        self.offered(team, "invalid", fresh=replace(team.fresh(), root=seed32("root").hex()))

    def test_a_fact_with_another_body_is_refused(self, team: HubCase) -> None:
        body, _ = self.notice(team)
        _, other = self.notice(team)
        before = size(team)
        assert problem(team.offer("coordinator", team.person("coordinator").sign(body), other)) == "invalid"
        assert size(team) == before

    def test_the_same_link_again_has_the_same_answer(self, team: HubCase) -> None:
        body, fact = self.notice(team)
        statement = team.person("coordinator").sign(body)
        first = team.offer("coordinator", statement, fact)
        before = size(team)
        again = team.offer("coordinator", statement, fact)
        assert first.is_success
        assert again.json() == first.json()
        assert size(team) == before

    def test_a_link_that_would_be_void_is_not_taken(self, team: HubCase) -> None:
        composed = team.composed_rotate("doctor", "medical/2")
        team.wait()
        body = {**composed.body, "author": team.person("nurse").preamble(team.now_ms).to_json("rotate")["author"]}
        body["user_head"] = team.person("nurse").head.to_json()
        body["capacity"] = team.capacities["nurse"]
        before = size(team)
        answer = team.offer("nurse", team.person("nurse").sign(body), boxes=composed.boxes)
        assert problem(answer) == "denied", answer.text
        assert size(team) == before

    def test_boxes_other_than_those_named_are_refused(self, team: HubCase) -> None:
        composed = team.composed_grant("doctor", "nurse", {"medical/2": (1, 0)})
        boxes = {team.user("nurse"): os.urandom(1168)}
        before = size(team)
        answer = team.offer("doctor", team.person("doctor").sign(composed.body), boxes=boxes)
        assert problem(answer) == "invalid", answer.text
        assert size(team) == before


class TestWhoMayKnow:
    @pytest.mark.parametrize(
        "ask_for",
        [
            lambda case, http: http.get(f"/v1/cases/{case.main.case}/chains/main"),
            lambda case, http: http.get(f"/v1/cases/{case.main.case}/lists/{header(case, 'doctor').list}"),
            lambda case, http: http.get(f"/v1/entries/{case.entry}"),
            lambda case, http: http.post(
                f"/v1/entries/{case.entry}/take-back", json={"statement": case.sent["main"][0].statement.to_json()}
            ),
        ],
        ids=["chain", "list", "entry", "take-back"],
    )
    def test_a_stranger_learns_nothing_that_somebody_asking_for_nothing_would_not(
        self, team: HubCase, ask_for: Callable[[Any, httpx.Client], httpx.Response]
    ) -> None:
        team.entry = post(team, "doctor").entry.id  # type: ignore[attr-defined]  # a note for the parameters
        team.person("stranger")
        http = team.clients["stranger"]
        nothing = http.get(f"/v1/cases/{seed32('no case').hex()}/chains/main")
        answer = ask_for(team, http)
        assert (answer.status_code, answer.content) == (nothing.status_code, nothing.content)
        assert answer.status_code == 404

    def test_a_hidden_class_is_not_there_for_its_own_creator(self, team: HubCase) -> None:
        nothing = team.clients["coordinator"].get(f"/v1/cases/{seed32('no case').hex()}/chains/main")
        for class_ in ("minor_secret", "third_party_hidden", "no_such_class"):
            answer = team.clients["coordinator"].get(f"/v1/cases/{team.main.case}/chains/{class_}")
            assert answer.content == nothing.content

    def test_without_a_session_nothing_is_served(self, team: HubCase) -> None:
        with team.hub.client() as http:
            assert problem(http.get("/v1/cases")) == "unauthenticated"


class TestReleases:
    def test_a_release_hands_out_the_share_with_a_receipt(self, team: HubCase) -> None:
        sealed = post(team, "doctor")
        answer = release(team, "doctor", [sealed.entry.id])
        assert answer.is_success, answer.text
        assert answer.json()["items"][0]["share"] == to_base64url(sealed.server_shares["body"])
        receipt = team.hub.receipt(answer.json()["receipt"])
        assert receipt.view["entries"] == [sealed.entry.id]

    def test_the_same_request_again_has_the_same_answer_and_no_second_leaf(self, team: HubCase) -> None:
        statement = release_request(team, "doctor", [post(team, "doctor").entry.id])
        first = ask(team, "doctor", statement)
        before = size(team)
        assert ask(team, "doctor", statement).content == first.content
        assert size(team) == before

    def test_another_request_under_a_used_id_is_refused(self, team: HubCase) -> None:
        ids, used = [post(team, "doctor").entry.id], os.urandom(16)
        assert ask(team, "doctor", release_request(team, "doctor", ids, request_id=used)).is_success
        again = ask(team, "doctor", release_request(team, "doctor", ids, request_id=used, intent="print"))
        assert problem(again) == "idempotency-mismatch"

    def test_a_request_more_than_two_minutes_off_is_replayed(self, team: HubCase) -> None:
        ids = [post(team, "doctor").entry.id]
        for minutes in (-3, 3):
            preamble = team.person("doctor").preamble(team.now_ms + minutes * 60_000)
            assert problem(ask(team, "doctor", release_request(team, "doctor", ids, preamble=preamble))) == "replayed"

    def test_a_refusal_is_logged_and_names_the_rule(self, team: HubCase) -> None:
        ids = [post(team, "doctor").entry.id]
        before = size(team)
        answer = release(team, "coordinator", ids)
        assert problem(answer) == "denied", answer.text
        assert answer.json()["decision"]["rules"]
        assert size(team) == before + 1

    def test_a_request_of_another_case_does_not_exist(self, team: HubCase) -> None:
        ids = [post(team, "doctor").entry.id]
        asked = release_request(team, "doctor", ids, case=seed32("no case").hex())
        assert problem(ask(team, "doctor", asked)) == "not-found"

    def test_a_reader_who_has_seen_another_tree_is_not_answered(self, team: HubCase) -> None:
        ids = [post(team, "doctor").entry.id]
        statement = release_request(team, "doctor", ids)
        fork: JsonObject = {"size": 3, "root": seed32("fork").hex()}
        forked: JsonObject = {**statement.body, "checkpoint": fork}
        assert problem(ask(team, "doctor", team.person("doctor").sign(forked))) == "version-conflict"

    def test_what_was_taken_back_is_gone_for_all(self, team: HubCase) -> None:
        sealed = post(team, "doctor")
        body = {**team.person("doctor").preamble(team.now_ms).to_json("entry-take-back"), "case": team.main.case,
                "entry": sealed.entry.id}  # fmt: skip
        statement = team.person("doctor").sign(body).to_json()
        http = team.clients["doctor"]
        first = http.post(f"/v1/entries/{sealed.entry.id}/take-back", json={"statement": statement})
        assert first.is_success, first.text
        assert problem(release(team, "doctor", [sealed.entry.id])) == "not-found"
        assert http.get(f"/v1/entries/{sealed.entry.id}").json()["taken_back"]["body"] == body
        again = http.post(f"/v1/entries/{sealed.entry.id}/take-back", json={"statement": statement})
        assert again.content == first.content

    def test_who_left_is_refused_from_the_next_request_on(self, team: HubCase) -> None:
        team.grant("doctor", "nurse", {"medical/2": (1, 0)})
        ids = [post(team, "doctor").entry.id]
        statement = release_request(team, "nurse", ids)
        assert ask(team, "nurse", statement).is_success
        team.leave("nurse")
        assert problem(release(team, "nurse", ids)) == "not-found"
        assert problem(ask(team, "nurse", statement)) == "not-found"
