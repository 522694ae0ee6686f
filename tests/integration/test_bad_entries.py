"""Entries that the facts do not allow, or no longer; documents that somebody else names. Nothing changes."""

from __future__ import annotations

import os
from typing import Any

import pytest

from support.cases import EPISODE
from support.folders import unchanged
from support.hub import HubCase
from support.hub_entries import (
    ask,
    deposit_body,
    header,
    post,
    release_request,
    seal,
)
from support.identities import capacity
from support.provoked import assert_problem, provokes
from volet_protocol.entry import SealedEntry
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Opposition
from volet_protocol.fact_people import Participation
from volet_protocol.merkle import leaf_hash
from volet_protocol.problems import Problem
from volet_protocol.statements import UnverifiedStatement, sign

# -- what the facts do not allow, or no longer ----------------------------------------------------------------------


@provokes(Problem.NOTICE_MISSING, Problem.CONSENT_MISSING, Problem.DENIED)
def test_a_refusal_says_which_rule_and_what_would_help(team: HubCase) -> None:
    team.join("carer", "S1", "ssiad")
    outside = team.attest("outside", "H2", "practice")
    team.fact("coordinator", Participation(
        user=team.user("outside"), attestation=outside, capacity=capacity("H2", "practice"), regime="care", limb=0,
        start_ms=team.now_ms, episode=EPISODE,
    ))  # fmt: skip
    team.claim("doctor", "medical/1")
    ids = [post(team, "doctor", "medical/1").entry.id]
    expected = {
        "carer": (Problem.NOTICE_MISSING, "notice"),
        "outside": (Problem.CONSENT_MISSING, "consent"),
        "coordinator": (Problem.DENIED, None),
    }
    for name, (problem, what) in expected.items():
        # A refusal by the rules is itself a leaf; nothing else moves.
        with unchanged(team.hub, leaves=1):
            answer = ask(team, name, release_request(team, name, ids, section="medical/1"))
            assert_problem(answer, problem)
        decision = answer.json()["decision"]
        assert decision["rules"]
        assert decision["policy"] == team.table.hash
        assert decision["explanation"]
        assert decision.get("missing", {}).get("what") == what


@provokes(Problem.FACTS_CHANGED)
def test_an_answer_given_before_an_opposition_is_not_given_again(team: HubCase) -> None:
    ids = [post(team, "doctor").entry.id]
    asked = release_request(team, "nurse", ids)
    assert ask(team, "nurse", asked).is_success
    team.fact("coordinator", Opposition("compartment", team.now_ms, GivenBy(), compartments=("medical",)), widens=False)
    with unchanged(team.hub):
        assert_problem(ask(team, "nurse", asked), Problem.FACTS_CHANGED)


@provokes(Problem.ROTATION_OWED)
def test_nothing_is_written_under_a_key_that_somebody_holds_who_left(team: HubCase) -> None:
    team.grant("doctor", "nurse", {"medical/2": (1, 0)})
    team.wait()
    team.leave("nurse")
    body = deposit_body(seal(team, "doctor", header(team, "doctor")))
    with unchanged(team.hub):
        assert_problem(team.clients["doctor"].post("/v1/entries", json=body), Problem.ROTATION_OWED)


# -- documents ------------------------------------------------------------------------------------------------------

UPLOAD = "ab" * 32


def uploaded(case: HubCase, author: str, data: bytes) -> None:
    answer = case.clients[author].put(f"/v1/uploads/{UPLOAD}/0", content=data)
    assert answer.status_code == 204, answer.text


def as_upload(sealed: SealedEntry, statement: UnverifiedStatement | None = None) -> dict[str, Any]:
    body = {name: value for name, value in deposit_body(sealed).items() if name != "body"}
    return {**body, "upload": UPLOAD, "statement": (statement or sealed.entry.statement).to_json()}


def streamed(case: HubCase, id_: str) -> bytes:
    asked = release_request(case, "doctor", [id_])
    assert ask(case, "doctor", asked).is_success
    request = {"release": str(asked.body["request_id"])}
    return case.clients["doctor"].get(f"/v1/entries/{id_}/parts/body/chunks", params=request).content


@pytest.mark.parametrize("attacker", ["nurse", "coordinator"])
def test_nobody_replaces_the_document_of_somebody_else_by_naming_its_entry(team: HubCase, attacker: str) -> None:
    sealed = seal(team, "doctor", header(team, "doctor"))
    ciphertext = b"".join(sealed.parts["body"])
    uploaded(team, "doctor", ciphertext)
    assert team.clients["doctor"].post("/v1/entries", json=as_upload(sealed)).status_code == 201
    # The header is the entry's id; the roots stand beside it. Its signature is verified after the upload was kept.
    poison = os.urandom(len(ciphertext))
    uploaded(team, attacker, poison)
    body = {**sealed.entry.statement.body}
    parts: Any = body["parts"]
    body["parts"] = {**parts, "body": {**parts["body"], "root": leaf_hash(poison).hex()}}
    for forged in (body, sealed.entry.statement.body):
        statement = sign(forged, team.person(attacker).signing_key)
        assert_problem(
            team.clients[attacker].post("/v1/entries", json=as_upload(sealed, statement)),
            Problem.BAD_SIGNATURE, Problem.INVALID, Problem.NOT_FOUND,
        )  # fmt: skip
    assert streamed(team, sealed.entry.id) == ciphertext


def test_a_document_whose_answer_was_lost_is_sent_again_and_has_the_same_answer(team: HubCase) -> None:
    sealed = seal(team, "doctor", header(team, "doctor"))
    uploaded(team, "doctor", b"".join(sealed.parts["body"]))
    first = team.clients["doctor"].post("/v1/entries", json=as_upload(sealed))
    assert first.status_code == 201, first.text
    with unchanged(team.hub):
        assert team.clients["doctor"].post("/v1/entries", json=as_upload(sealed)).content == first.content
        # Its root alone opens it for nobody else: no byte leaves without a release.
        stolen = sign(sealed.entry.statement.body, team.person("nurse").signing_key)
        answer = team.clients["nurse"].post("/v1/entries", json=as_upload(sealed, stolen))
        assert_problem(answer, Problem.NOT_FOUND)


@provokes(Problem.BAD_SIGNATURE)
def test_the_same_entry_from_another_device_is_not_its_author_s(team: HubCase) -> None:
    sealed = seal(team, "doctor", header(team, "doctor"))
    assert team.clients["doctor"].post("/v1/entries", json=deposit_body(sealed)).status_code == 201
    with unchanged(team.hub):
        answer = team.clients["nurse"].post("/v1/entries", json=deposit_body(sealed))
        assert_problem(answer, Problem.BAD_SIGNATURE)
