"""A colleague leaves a structure: who acts and reads what before, the same minute, and once a member's client knows."""

from __future__ import annotations

import httpx
import pytest

from support.hub import HubCase, LiveHub
from support.hub_entries import deposit_body, header, post, problem, release, seal
from support.identities import HUB, REGISTRAR, TestUser, attest
from support.live_socket import listening
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.departures import NOTICE_MS, end_body
from volet_protocol.keys import SigningKey
from volet_protocol.statements import Statement, sign

ENDED = 4401
SECTION = "medical/2"


def end(hub: LiveHub, user: TestUser, structure: str = "clinic", ahead_ms: int = NOTICE_MS) -> Statement:
    at_ms = hub.clock.now_ms() + ahead_ms
    body = end_body(hub=HUB, registrar=REGISTRAR.public, user=user.user, structure=structure, at_ms=at_ms)
    return sign(body, REGISTRAR)


def send(hub: LiveHub, statement: Statement) -> httpx.Response:
    with hub.client() as http:
        return http.post("/v1/attestation-ends", json={"statement": statement.to_json()})


def served(case: HubCase, reader: str, of: str) -> list[JsonValue]:
    known: dict[str, list[JsonValue]] = case.clients[reader].get(f"/v1/users/{case.user(of)}").json()
    return known["attestation_ends"]


def test_the_same_minute_the_leaver_reads_and_writes_nothing_and_the_colleague_goes_on(team: HubCase) -> None:
    entry, before = post(team, "doctor").entry.id, team.clients["nurse"]
    team.grant("doctor", "nurse", {SECTION: (1, 0)})
    assert release(team, "nurse", [entry]).is_success
    with listening(before) as heard:
        answer = send(team.hub, end(team.hub, team.person("nurse")))
        assert answer.status_code == 201, answer.text
        assert heard.rest() == ([], ENDED)
    refused = [
        release(team, "nurse", [entry]),
        before.post("/v1/entries", json=deposit_body(seal(team, "nurse", header(team, "nurse")))),
        before.get("/v1/cases"),
    ]
    assert {problem(one) for one in refused} == {"unauthenticated"}
    assert release(team, "doctor", [entry]).is_success
    assert len(served(team, "doctor", "nurse")) == 1


def test_who_was_let_go_signs_in_no_more_in_that_capacity_and_in_another_structure_as_before(team: HubCase) -> None:
    nurse, case = team.person("nurse"), team.main.case
    assert send(team.hub, end(team.hub, nurse)).is_success
    with pytest.raises(AssertionError, match="expired"):
        team.hub.login(nurse, team.capacities["nurse"])
    other = attest(nurse, "H2", "practice")
    with team.hub.client() as http:
        assert http.post("/v1/attestations", json={"statement": other.to_json()}).is_success
    elsewhere = team.hub.login(nurse, other.hash)
    assert elsewhere.get("/v1/cases").is_success
    team.wait(3)
    # In this case they stood by the clinic alone.
    assert problem(elsewhere.get(f"/v1/cases/{case}")) == "not-found"


def test_what_is_written_waits_for_a_rotation_and_a_revocation_by_any_member_lets_it_come(team: HubCase) -> None:
    team.grant("doctor", "nurse", {SECTION: (1, 0)})
    assert send(team.hub, end(team.hub, team.person("nurse"))).is_success
    team.wait(3)
    late = team.clients["doctor"].post("/v1/entries", json=deposit_body(seal(team, "doctor", header(team, "doctor"))))
    assert problem(late) == "rotation-owed"
    team.revoke("doctor", "nurse", SECTION)
    team.rotate("doctor", SECTION)
    assert team.user("nurse") not in team.main.section(SECTION).readers
    entry = post(team, "doctor").entry.id
    assert release(team, "doctor", [entry]).is_success


def test_nothing_is_attested_again_before_the_end_and_the_same_end_again_changes_nothing(team: HubCase) -> None:
    nurse, said = team.person("nurse"), end(team.hub, team.person("nurse"))
    first, again = send(team.hub, said).json(), send(team.hub, said).json()
    assert first["id"] == again["id"] == said.hash
    assert len(served(team, "doctor", "nurse")) == 1
    with team.hub.client() as http:
        behind = http.post("/v1/attestations", json={"statement": attest(nurse, "H3", "clinic").to_json()})
    assert behind.json()["reason"] == "expired"


def refusals(team: HubCase) -> list[tuple[Statement, str]]:
    nurse, stolen = team.person("nurse"), SigningKey(bytes(range(32)))
    body: JsonObject = end(team.hub, nurse).body
    return [
        (sign({**body, "user": "ab" * 32}, REGISTRAR), "unknown-reference"),
        (end(team.hub, nurse, ahead_ms=-1), "stale"),
        (end(team.hub, nurse, ahead_ms=2 * NOTICE_MS + 1000), "not-yet"),
        (sign(body, stolen), "bad-signature"),
        (sign({**body, "structure": "elsewhere"}, REGISTRAR), "not-entitled"),
        (sign({**body, "hub": "http://127.0.0.1:9999"}, REGISTRAR), "wrong-hub"),
    ]


def test_a_hub_takes_no_end_that_is_late_of_another_structure_or_signed_by_another(team: HubCase) -> None:
    for statement, why in refusals(team):
        answer = send(team.hub, statement)
        assert answer.is_error
        assert why in {problem(answer), answer.json().get("reason")}, answer.text
    assert served(team, "doctor", "nurse") == []
    assert team.clients["nurse"].get("/v1/cases").is_success
