"""Every signed statement, altered: signature, session, clock, hub, order, history. Each is refused, nothing changes."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from support.folders import unchanged
from support.hostile import (
    SIGNED,
    Make,
    Send,
    create_statement,
    log_statement,
    notice,
    posted,
    send_log,
    send_take_back,
    take_back_statement,
)
from support.hub import HubCase
from support.hub_entries import (
    ask,
    checkpoint,
    deposit_body,
    header,
    post,
    release_request,
    seal,
)
from support.identities import attest, make_user, seed32
from support.provoked import assert_problem, provokes
from volet_protocol.case_links import FactLink
from volet_protocol.encodings import to_base64url
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.problems import Problem
from volet_protocol.release import CheckpointRef
from volet_protocol.statements import Statement, sign

MINUTE_MS = 60_000
NO_HASH = seed32("nothing").hex()


@pytest.fixture(params=SIGNED, ids=list(SIGNED))
def signed(request: pytest.FixtureRequest, standing: HubCase) -> tuple[str, Make, Send]:
    posted(standing)
    return SIGNED[request.param]


@provokes(Problem.BAD_SIGNATURE)
def test_a_flipped_signature_is_refused_wherever_one_is_asked_for(
    standing: HubCase, signed: tuple[str, Make, Send]
) -> None:
    author, make, send = signed
    statement = make(standing, standing.now_ms)
    for at in (0, 63):
        flipped = bytearray(statement.signature)
        flipped[at] ^= 1
        with unchanged(standing.hub):
            assert_problem(send(standing, author, Statement(statement.body, bytes(flipped))), Problem.BAD_SIGNATURE)
    with unchanged(standing.hub):
        short = Statement(statement.body, statement.signature[:63])
        assert_problem(send(standing, author, short), Problem.BAD_SIGNATURE, Problem.INVALID)


def test_another_device_s_statement_is_refused_in_this_session(
    standing: HubCase, signed: tuple[str, Make, Send]
) -> None:
    _, make, send = signed
    statement = make(standing, standing.now_ms)
    with unchanged(standing.hub):
        # Somebody else's entry is not even there to be taken back.
        expected = Problem.NOT_FOUND if statement.type == "entry-take-back" else Problem.BAD_SIGNATURE
        assert_problem(send(standing, "nurse", statement), expected)


@pytest.mark.parametrize("off_ms", [-2 * MINUTE_MS - 1, 2 * MINUTE_MS + 1], ids=["late", "early"])
@provokes(Problem.REPLAYED)
def test_what_is_more_than_two_minutes_off_is_replayed(
    standing: HubCase, signed: tuple[str, Make, Send], off_ms: int
) -> None:
    author, make, send = signed
    statement = make(standing, standing.now_ms + off_ms)
    with unchanged(standing.hub):
        answer = send(standing, author, statement)
        # Taken back before it was written: the statement contradicts itself before its clock is asked.
        contradicts = statement.type == "entry-take-back" and off_ms < 0
        assert_problem(answer, Problem.INVALID if contradicts else Problem.REPLAYED)


@provokes(Problem.WRONG_CASE)
def test_a_statement_for_another_hub_is_refused(standing: HubCase, signed: tuple[str, Make, Send]) -> None:
    author, make, send = signed
    statement = make(standing, standing.now_ms)
    other = standing.person(author).sign({**statement.body, "hub": "https://other.example"})
    with unchanged(standing.hub):
        assert_problem(send(standing, author, other), Problem.WRONG_CASE, Problem.BAD_SIGNATURE)


def test_a_statement_with_a_field_more_or_less_is_invalid(standing: HubCase, signed: tuple[str, Make, Send]) -> None:
    author, make, send = signed
    statement = make(standing, standing.now_ms)
    with unchanged(standing.hub):
        more = standing.person(author).sign({**statement.body, "surprise": 1})
        assert_problem(send(standing, author, more), Problem.INVALID)
        for name in ("case", "time_ms", "author", "policy", "salt"):
            if name in statement.body:
                less = standing.person(author).sign({k: v for k, v in statement.body.items() if k != name})
                assert_problem(send(standing, author, less), Problem.INVALID)


# -- replayed, re-ordered, of another case or history ---------------------------------------------------------------


@provokes(Problem.VERSION_CONFLICT)
def test_who_saw_a_fork_is_told_so_and_shown_nothing(standing: HubCase) -> None:
    size = checkpoint(standing).size
    for seen in (CheckpointRef(size, NO_HASH), CheckpointRef(size + 1000, NO_HASH)):
        with unchanged(standing.hub):
            answer = send_log(standing, "person", log_statement(standing, standing.now_ms, checkpoint=seen))
            assert_problem(answer, Problem.VERSION_CONFLICT)
            asked = release_request(standing, "doctor", [posted(standing)], checkpoint=seen)
            assert_problem(ask(standing, "doctor", asked), Problem.VERSION_CONFLICT)


@pytest.mark.parametrize("size", [str(10**30), "-1", "x", "1.5"])
def test_a_tree_that_never_was_is_refused_before_anything_is_stored(standing: HubCase, size: str) -> None:
    body = deposit_body(seal(standing, "doctor", header(standing, "doctor")))
    with unchanged(standing.hub):
        answer = standing.clients["doctor"].post("/v1/entries", json=body, headers={"Volet-Tree-Size": size})
        assert_problem(answer, Problem.INVALID)
        later = str(checkpoint(standing).size + 1)
        answer = standing.clients["doctor"].post("/v1/entries", json=body, headers={"Volet-Tree-Size": later})
        assert_problem(answer, Problem.INVALID)


def test_links_in_another_order_are_refused_as_a_whole(standing: HubCase) -> None:
    first, fact = notice(standing)
    head = standing.head("coordinator")
    body = fact_body(Notice((NoticeLine("general"),), standing.now_ms, "oral"), os.urandom(16))
    following = replace(head, seq=head.seq + 1, prev=first.hash)
    second = standing.person("coordinator").sign(FactLink(following, fact_hash(body), ()).body())
    links = [{"statement": one.to_json(), "fact": f} for one, f in ((second, body), (first, fact))]
    path, http = f"/v1/cases/{standing.main.case}/chains/main", standing.clients["coordinator"]
    with unchanged(standing.hub):
        assert_problem(http.post(path, json={"links": links}), Problem.VERSION_CONFLICT)
        twice = replace(head, seq=head.seq + 2, prev=second.hash)
        third = standing.person("coordinator").sign(FactLink(twice, NO_HASH, ()).body())
        good = [*reversed(links), {"statement": third.to_json(), "fact": fact}]
        # The last of three is bad: none of them stays.
        assert_problem(http.post(path, json={"links": good}), Problem.INVALID)


def test_a_link_sent_to_another_class_or_case_is_refused(standing: HubCase) -> None:
    statement, fact = notice(standing)
    link = {"links": [{"statement": statement.to_json(), "fact": fact}]}
    http = standing.clients["coordinator"]
    with unchanged(standing.hub):
        for path in (f"{standing.main.case}/chains/minor_secret", f"{NO_HASH}/chains/main", "%2e%2e/chains/main"):
            assert_problem(http.post(f"/v1/cases/{path}", json=link), Problem.NOT_FOUND)
        asked = release_request(standing, "doctor", [posted(standing)], list=NO_HASH)
        assert_problem(ask(standing, "doctor", asked), Problem.NOT_FOUND)
        other = {**take_back_statement(standing, standing.now_ms).body, "case": NO_HASH}
        assert_problem(send_take_back(standing, "doctor", standing.person("doctor").sign(other)), Problem.WRONG_CASE)
        other = {**take_back_statement(standing, standing.now_ms).body, "entry": NO_HASH}
        assert_problem(send_take_back(standing, "doctor", standing.person("doctor").sign(other)), Problem.INVALID)


@provokes(Problem.IDEMPOTENCY_MISMATCH)
def test_the_same_case_again_has_the_same_answer_and_another_under_its_id_is_refused(standing: HubCase) -> None:
    create_statement(standing, standing.now_ms)
    asked = standing.__dict__["asked_case"]
    http = standing.clients["doctor"]
    first = http.post("/v1/cases", json=asked)
    assert first.status_code == 201, first.text
    with unchanged(standing.hub):
        assert http.post("/v1/cases", json=asked).content == first.content
        link, fact = notice(standing, "doctor")
        more = {**asked, "main": [*asked["main"], {"statement": link.to_json(), "fact": fact}]}
        assert_problem(http.post("/v1/cases", json=more), Problem.IDEMPOTENCY_MISMATCH)
        assert_problem(standing.clients["nurse"].post("/v1/cases", json=asked), Problem.BAD_SIGNATURE)
        for keys in ({}, {**asked["log_keys"], "main": to_base64url(bytes(31))}, {**asked["log_keys"], "other": ""}):
            create_statement(standing, standing.now_ms)
            fresh = {**standing.__dict__["asked_case"], "log_keys": keys}
            assert_problem(http.post("/v1/cases", json=fresh), Problem.INVALID)
        classes = [asked["classes"][0]] * 3
        create_statement(standing, standing.now_ms)
        again = {**standing.__dict__["asked_case"], "classes": classes}
        assert_problem(
            http.post("/v1/cases", json=again), Problem.WRONG_CASE, Problem.INVALID, Problem.VERSION_CONFLICT
        )


def test_an_entry_taken_back_stays_so_whatever_is_signed_later(standing: HubCase) -> None:
    id_ = post(standing, "doctor").entry.id
    body = {**take_back_statement(standing, standing.now_ms).body, "entry": id_}
    http, path = standing.clients["doctor"], f"/v1/entries/{id_}/take-back"
    first = http.post(path, json={"statement": standing.person("doctor").sign(body).to_json()})
    assert first.is_success, first.text
    with unchanged(standing.hub):
        other = standing.person("doctor").sign({**body, "reason": "wrong_recipient"})
        assert_problem(http.post(path, json={"statement": other.to_json()}), Problem.IDEMPOTENCY_MISMATCH)


def test_an_attestation_by_nobody_or_about_nobody_is_refused(standing: HubCase) -> None:
    http = standing.clients["doctor"]
    good = attest(standing.person("nurse"), "H3", "clinic")
    forged = sign(good.body, standing.person("doctor").signing_key)
    unknown = attest(make_user(777), "H3", "clinic")
    with unchanged(standing.hub):
        assert_problem(http.post("/v1/attestations", json={"statement": forged.to_json()}), Problem.BAD_SIGNATURE)
        assert_problem(http.post("/v1/attestations", json={"statement": unknown.to_json()}), Problem.INVALID)


def test_a_capacity_of_somebody_else_is_not_put_on(standing: HubCase) -> None:
    made = header(standing, "nurse", capacity=standing.capacities["doctor"])
    standing.rings[standing.user("nurse"), standing.main.chain] = standing.ring("doctor")
    with unchanged(standing.hub):
        answer = standing.clients["nurse"].post("/v1/entries", json=deposit_body(seal(standing, "nurse", made)))
        assert_problem(answer, Problem.DENIED)
        made = header(standing, "nurse", capacity=NO_HASH)
        answer = standing.clients["nurse"].post("/v1/entries", json=deposit_body(seal(standing, "nurse", made)))
        assert_problem(answer, Problem.INVALID)


def test_links_of_somebody_else_s_account_are_not_added(standing: HubCase) -> None:
    doctor = standing.person("doctor").rotate_user_key(standing.now_ms)
    link = {"links": [{"statement": doctor.chain.links[-1].to_json(), "boxes": {}}]}
    with unchanged(standing.hub):
        assert_problem(standing.clients["nurse"].post(f"/v1/users/{doctor.user}/links", json=link), Problem.NOT_FOUND)


@provokes(Problem.EPOCH_STALE)
def test_an_entry_under_a_key_that_is_not_the_section_s_is_stale(standing: HubCase) -> None:
    for wrong in ({"epoch": 2}, {"step": 7}):
        body = deposit_body(seal_any(standing, **wrong))
        with unchanged(standing.hub):
            assert_problem(standing.clients["doctor"].post("/v1/entries", json=body), Problem.EPOCH_STALE)


def seal_any(standing: HubCase, **changes: int) -> Any:  # noqa: ANN401
    """Seal under the only key there is, whatever the header says."""
    good = header(standing, "doctor")
    sealed = seal(standing, "doctor", good)
    body = {**sealed.entry.statement.body, **changes}
    entry = replace(sealed.entry, statement=standing.person("doctor").sign(body))
    return replace(sealed, entry=entry)


@provokes(Problem.WRONG_CASE)
def test_an_entry_in_an_exchange_of_nowhere_is_refused(standing: HubCase) -> None:
    sealed = seal(standing, "doctor", header(standing, "doctor"))
    body = {k: v for k, v in sealed.entry.statement.body.items() if k != "step"}
    lost = standing.person("doctor").sign({**body, "form": "exchange", "place": f"exchange:{NO_HASH}"})
    with unchanged(standing.hub):
        answer = standing.clients["doctor"].post(
            "/v1/entries", json={**deposit_body(sealed), "statement": lost.to_json()}
        )
        assert_problem(answer, Problem.WRONG_CASE, Problem.VERSION_CONFLICT)
