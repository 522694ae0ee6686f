"""Every route is in one of these tables: what it writes into the access log, or why it writes nothing there.

A new route fails here until somebody says which; a route that acts is played against a live hub, and its leaf is looked
for. Who may call without a session is a closed list too.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute

from support.emergencies import declare, record
from support.hub import HubCase, LiveHub
from support.hub_entries import checkpoint, deposit_body, header, post, problem, release, seal
from support.hub_exchanges import change_of, exchange_of
from support.hub_invitations import ask_box, invite
from support.identities import (
    CONTROLLER,
    HUB,
    REGISTRAR,
    SELF_ISS,
    make_device,
    make_user,
    stand_in_boxes,
)
from support.logged import acts
from volet_protocol.account_hold import hold_body, hold_number, hold_number_hash
from volet_protocol.activation import activation_body, sign_activation
from volet_protocol.canonical import decode
from volet_protocol.capacities import subject_chain
from volet_protocol.departures import NOTICE_MS, end_body
from volet_protocol.encodings import to_base64url
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import ACTS
from volet_protocol.log_request import LogRequest
from volet_protocol.narrowing import Cell, narrow
from volet_protocol.statements import sign
from volet_protocol.take_back import TakeBack
from volet_service.application import add_binding, end_at_provider, live_board
from volet_service.entrypoints.http.app import ROUTERS
from volet_service.entrypoints.http.identity import identify_caller
from volet_service.entrypoints.http.routers import live
from volet_service.resources import policies

ROUTES = {
    (method, route.path): route
    for module in ROUTERS
    for route in module.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}
PUBLIC = {
    ("POST", "/v1/logins"), ("GET", "/v1/logins/callback"), ("GET", "/v1/logins/{login}"),
    ("POST", "/v1/provider-logouts"), ("POST", "/v1/holds"), ("POST", "/v1/holds/by-number"),
    ("POST", "/v1/logins/{login}/session"), ("POST", "/v1/attestations"), ("GET", "/v1/heads/{label}/{chain}"),
    ("POST", "/v1/attestation-ends"),
    ("POST", "/v1/recovery"), ("GET", "/v1/device-joins/{name}"), ("POST", "/v1/device-joins/{name}/requests"),
    ("GET", "/v1/heads/{label}/{chain}/epochs"),
    ("GET", "/v1/log/checkpoint"), ("GET", "/v1/log/checkpoint/cosigned"), ("GET", "/v1/log/leaves"),
    ("GET", "/v1/log/tile/{path:path}"), ("GET", "/v1/log/retention"), ("GET", "/v1/web"),
    ("GET", "/v1/log/proof"), ("GET", "/v1/log/consistency"),
    ("GET", "/v1/policy"), ("POST", "/v1/policy"), ("GET", "/v1/policy/activations"),
    ("GET", "/v1/policy/tables/{table}"), ("GET", "/v1/health"), ("GET", "/v1/ready"),
}  # fmt: skip
PLACE = "where two devices of one user find each other; the device that is added is logged"
NOTHING_YET = "a step of a login: the session is what is logged"
ASKED_AGAIN = "streams what a logged release decided; asks the rules again, and is refused without that release"
METADATA = "ids, signatures and ciphertext for who stands there; no server share leaves, so nothing can be read"
PROOF = "public proofs and checkpoints: nothing about anybody"
COLLEAGUES = "lines of the national directory's public extract, which anybody may download: nothing of a case"
UNLOGGED = {
    ("POST", "/v1/logins"): NOTHING_YET,
    ("GET", "/v1/logins/callback"): NOTHING_YET,
    ("GET", "/v1/logins/{login}"): NOTHING_YET,
    ("POST", "/v1/recovery"): "a chain, to who holds its phrase; the sign-in that follows is logged",
    ("POST", "/v1/device-joins"): PLACE,
    ("GET", "/v1/device-joins/{name}"): PLACE,
    ("POST", "/v1/device-joins/{name}/requests"): PLACE,
    ("POST", "/v1/device-joins/{name}/answer"): PLACE,
    ("POST", "/v1/hold-numbers"): "the hash of a number that opens nothing; the hold that it makes is logged",
    ("GET", "/v1/sessions"): "one's own sessions, to oneself",
    ("DELETE", "/v1/sessions/current"): "ends what its login began; hands out nothing",
    ("DELETE", "/v1/sessions/{session}"): "ends what another login of one's own began; hands out nothing",
    ("POST", "/v1/live/tickets"): "lets a session that was logged open a socket; hints hold nothing to read",
    ("GET", "/v1/users/{user}"): METADATA,
    ("GET", "/v1/cases"): METADATA,
    ("GET", "/v1/invitations"): "which invitations name oneself: ids, nothing that opens anything",
    ("GET", "/v1/cases/{case}/chains/{class_}"): METADATA,
    ("GET", "/v1/cases/{case}/lists/{list_}"): METADATA,
    ("GET", "/v1/cases/{case}/counts"): METADATA,
    ("GET", "/v1/cases/{case}/reports"): METADATA,
    ("GET", "/v1/entries/{entry}"): METADATA,
    ("GET", "/v1/exchanges"): METADATA,
    ("GET", "/v1/exchanges/{exchange}"): METADATA,
    ("PUT", "/v1/uploads/{upload}/{n}"): "ciphertext of nothing yet: the deposit that names it is logged",
    ("GET", "/v1/entries/{entry}/parts/{part}/leaves"): ASKED_AGAIN,
    ("GET", "/v1/entries/{entry}/parts/{part}/chunks"): ASKED_AGAIN,
    ("GET", "/v1/heads/{label}/{chain}"): PROOF,
    ("GET", "/v1/heads/{label}/{chain}/epochs"): PROOF,
    ("GET", "/v1/log/checkpoint"): PROOF,
    ("GET", "/v1/log/checkpoint/cosigned"): PROOF,
    ("GET", "/v1/log/tile/{path:path}"): PROOF,
    ("GET", "/v1/references/{reference}"): "the id that a paper names in part: nothing of the case",
    ("GET", "/v1/directory/professionals"): COLLEAGUES,
    ("GET", "/v1/directory/professionals/{national_id}"): COLLEAGUES,
    ("GET", "/v1/log/retention"): "public: how long records are kept",
    ("GET", "/v1/web"): "public: which files of the web client the hub serves, by hash",
    ("GET", "/v1/log/leaves"): PROOF,
    ("GET", "/v1/log/proof"): PROOF,
    ("GET", "/v1/log/consistency"): PROOF,
    ("GET", "/v1/policy"): "public: the rules",
    ("GET", "/v1/policy/activations"): PROOF,
    ("GET", "/v1/policy/tables/{table}"): "public: the rules that were",
    ("GET", "/v1/health"): "public: the process answers",
    ("GET", "/v1/ready"): "public: the log can be written",
}  # fmt: skip
# Their tokens come from an identity provider, which the hub of these tests has not: test_bindings.py and
# test_provider_logout_tokens.py play them and look for their leaves. Here their use cases have to append.
BY_USE_CASE = {
    ("POST", "/v1/users/{user}/bindings"): ("binding", add_binding),
    ("POST", "/v1/provider-logouts"): ("logout", end_at_provider),
}


def hold(case: HubCase) -> None:
    subject = subject_chain(SELF_ISS, case.person("doctor").user)
    body = hold_body(hub=HUB, registrar=REGISTRAR.public, subject=subject, time_ms=case.now_ms)
    with case.hub.client() as http:
        assert http.post("/v1/holds", json={"statement": sign(body, REGISTRAR).to_json()}).is_success


def end_attestation(case: HubCase) -> None:
    doctor, at_ms = case.person("doctor").user, case.now_ms + NOTICE_MS
    body = end_body(hub=HUB, registrar=REGISTRAR.public, user=doctor, structure="clinic", at_ms=at_ms)
    with case.hub.client() as http:
        assert http.post("/v1/attestation-ends", json={"statement": sign(body, REGISTRAR).to_json()}).is_success


def hold_by_number(case: HubCase) -> None:
    number = hold_number(bytes(32))
    kept = case.clients["doctor"].post("/v1/hold-numbers", json={"number_hash": hold_number_hash(number)})
    assert kept.is_success, kept.text
    with case.hub.client() as http:
        assert http.post("/v1/holds/by-number", json={"number": number}).is_success


def log_in(case: HubCase) -> None:
    case.hub.login(make_user(70))


def attest(case: HubCase) -> None:
    case.attest("newcomer", "S1", "ccas")


def link_user(case: HubCase) -> None:
    user = make_user(71)
    http = case.hub.login(user)
    device = make_device("second", 71)
    boxes = {to: to_base64url(box) for to, box in stand_in_boxes([device.id], "71 1").items()}
    link = {"statement": user.add_device(device, case.now_ms).chain.links[-1].to_json(), "boxes": boxes}
    answer = http.post(f"/v1/users/{user.user}/links", json={"links": [link]})
    assert answer.is_success, answer.text


def open_case(case: HubCase) -> None:
    asked = case.creation("coordinator", "dac", salt="second case")
    assert case.clients["coordinator"].post("/v1/cases", json=asked).is_success


def link_case(case: HubCase) -> None:
    case.join("social worker", "S1", "ccas")


def deposit(case: HubCase) -> None:
    body = deposit_body(seal(case, "doctor", header(case, "doctor")))
    assert case.clients["doctor"].post("/v1/entries", json=body).is_success


def take_back(case: HubCase) -> None:
    entry = post(case, "doctor").entry
    asked = TakeBack(case.person("doctor").preamble(case.now_ms), case.main.case, entry.id)
    statement = case.person("doctor").sign(asked.to_json())
    answer = case.clients["doctor"].post(f"/v1/entries/{entry.id}/take-back", json={"statement": statement.to_json()})
    assert answer.is_success, answer.text


def hand_out(case: HubCase) -> None:
    assert release(case, "doctor", [post(case, "doctor").entry.id]).is_success


def look(case: HubCase) -> None:
    case.account("person")
    asked = LogRequest(
        preamble=case.person("person").preamble(case.now_ms), request_id=os.urandom(16), purpose="own_access",
        checkpoint=checkpoint(case), case=case.main.case,
    )  # fmt: skip
    statement = case.person("person").sign(replace(asked).to_json())
    assert case.clients["person"].post("/v1/log/records", json={"statement": statement.to_json()}).is_success


def lift(case: HubCase) -> None:
    case.attest("auditor", "O14", "dac")
    asked = LogRequest(
        preamble=case.person("auditor").preamble(case.now_ms), request_id=os.urandom(16), purpose="audit",
        checkpoint=checkpoint(case), case=case.main.case, capacity=case.capacities["auditor"], reason="incident",
        user=case.person("doctor").user,
    )  # fmt: skip
    body = {"statement": case.person("auditor").sign(asked.to_json()).to_json()}
    assert case.clients["auditor"].post("/v1/log/identities", json=body).is_success


def hand_over_keys(case: HubCase) -> None:
    case.account("person")
    answer = case.clients["person"].get(f"/v1/cases/{case.main.case}/log-keys")
    assert answer.is_success, answer.text


def activate_policy(case: HubCase) -> None:
    narrower = narrow((policies() / "table.json").read_bytes(), [Cell("S1", "housing", "0")])
    body = activation_body(hub=HUB, table=sha256(narrower).hex(), version=1, from_ms=case.now_ms, previous=None)
    signed = decode(sign_activation(body, [CONTROLLER]))
    with case.hub.client() as http:
        answer = http.post("/v1/policy", json={"table": to_base64url(narrower), "activation": signed})
    assert answer.is_success, answer.text


def declare_emergency(case: HubCase) -> str:
    case.attest("caller", "H1", "practice")
    declare(case, "caller")
    return record(case).hash


def look_at_emergency(case: HubCase) -> None:
    answer = case.clients["doctor"].get(f"/v1/cases/{case.main.case}/emergencies/{declare_emergency(case)}")
    assert answer.is_success, answer.text


def give_box_of_invitation(case: HubCase) -> None:
    made = invite(case, "doctor", "newcomer", "medical/2", row="H2", structure="practice")
    answer = ask_box(case, "newcomer", made)
    assert answer.is_success, answer.text


def look_at_emergencies(case: HubCase) -> None:
    case.attest("auditor", "O14", "dac")
    assert case.clients["auditor"].get("/v1/emergencies").is_success


def start_exchange(case: HubCase) -> None:
    exchange_of(case, "doctor", "doctor")


def change_exchange(case: HubCase) -> None:
    exchange, _ = exchange_of(case, "doctor", "doctor")
    before = acts(case.hub).count("exchange")
    asked = change_of(case, "doctor", exchange, "doctor")
    answer = case.clients["doctor"].post(f"/v1/exchanges/{exchange}/links", json=asked)
    assert answer.is_success, answer.text
    assert acts(case.hub).count("exchange") > before


PLAYED: dict[tuple[str, str], tuple[str, Callable[[HubCase], None]]] = {
    ("POST", "/v1/logins/{login}/session"): ("login", log_in),
    ("POST", "/v1/attestations"): ("attestation", attest),
    ("POST", "/v1/attestation-ends"): ("attestation", end_attestation),
    ("POST", "/v1/holds"): ("logout", hold),
    ("POST", "/v1/holds/by-number"): ("logout", hold_by_number),
    ("POST", "/v1/policy"): ("policy", activate_policy),
    ("POST", "/v1/users/{user}/links"): ("user-link", link_user),
    ("POST", "/v1/exchanges"): ("exchange", start_exchange),
    ("POST", "/v1/exchanges/{exchange}/links"): ("exchange", change_exchange),
    ("POST", "/v1/cases"): ("case", open_case),
    ("POST", "/v1/cases/{case}/chains/{class_}"): ("fact", link_case),
    ("POST", "/v1/entries"): ("deposit", deposit),
    ("POST", "/v1/entries/{entry}/take-back"): ("take-back", take_back),
    ("POST", "/v1/releases"): ("release", hand_out),
    ("POST", "/v1/invitations/{invitation}/box"): ("invitation", give_box_of_invitation),
    ("POST", "/v1/log/records"): ("log-look", look),
    ("POST", "/v1/log/identities"): ("log-look", lift),
    ("GET", "/v1/cases/{case}/log-keys"): ("log-look", hand_over_keys),
    ("GET", "/v1/cases/{case}/emergencies/{emergency}"): ("log-look", look_at_emergency),
    ("GET", "/v1/emergencies"): ("log-look", look_at_emergencies),
}


def test_every_route_is_said_to_act_or_not_to() -> None:
    assert set(ROUTES) == {*PLAYED, *BY_USE_CASE, *UNLOGGED}


def test_the_one_socket_writes_nothing() -> None:
    sockets = {
        route.path for module in ROUTERS for route in module.router.routes if isinstance(route, APIWebSocketRoute)
    }  # fmt: skip
    assert sockets == {"/v1/live"}
    assert "hub.store" not in inspect.getsource(live)
    assert "store.write" not in inspect.getsource(live_board)


def test_nothing_but_reading_and_the_steps_before_an_act_goes_unlogged() -> None:
    writing = {route for route in UNLOGGED if route[0] != "GET"}
    assert writing == {
        ("POST", "/v1/logins"), ("DELETE", "/v1/sessions/current"), ("PUT", "/v1/uploads/{upload}/{n}"),
        ("POST", "/v1/live/tickets"), ("DELETE", "/v1/sessions/{session}"), ("POST", "/v1/recovery"),
        ("POST", "/v1/device-joins"), ("POST", "/v1/device-joins/{name}/requests"),
        ("POST", "/v1/device-joins/{name}/answer"), ("POST", "/v1/hold-numbers"),
    }  # fmt: skip


def test_who_may_call_without_a_session_is_exactly_this_list() -> None:
    asks = {
        key: identify_caller in {dependency.call for dependency in route.dependant.dependencies}
        for key, route in ROUTES.items()
    }
    assert {key for key, caller in asks.items() if not caller} == PUBLIC


@pytest.mark.parametrize("route", PLAYED, ids=" ".join)
def test_an_act_is_in_the_log(team: HubCase, route: tuple[str, str]) -> None:
    act, play = PLAYED[route]
    before = acts(team.hub).count(act)
    play(team)
    assert acts(team.hub).count(act) > before


@pytest.mark.parametrize("route", BY_USE_CASE, ids=" ".join)
def test_an_act_that_is_played_elsewhere_appends_in_its_use_case(route: tuple[str, str]) -> None:
    act, module = BY_USE_CASE[route]
    assert act in ACTS
    assert "uow.log.append(" in inspect.getsource(module)


@pytest.mark.parametrize("route", sorted(set(ROUTES) - PUBLIC), ids=" ".join)
def test_a_route_that_asks_for_a_session_answers_nothing_without_one(hub: LiveHub, route: tuple[str, str]) -> None:
    method, path = route
    with hub.client() as http:
        answer = http.request(method, path.format_map(dict.fromkeys(
            ("user", "case", "class_", "list_", "entry", "part", "upload", "n", "exchange", "emergency", "reference",
             "session", "name", "national_id", "invitation"),
            "0" * 64,
        )), json={})  # fmt: skip
    assert problem(answer) == "unauthenticated"
