"""Every route states its action and asks: what somebody without right sends is refused, whoever they are.

The outsiders: a stranger, somebody removed from the team, the auditor, somebody who coordinates another case.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute

from support.hub import HubCase, running_hub
from support.hub_entries import checkpoint, deposit_body, header, post, release_request, seal
from support.hub_exchanges import change_of, exchange_of
from support.hub_invitations import MadeInvitation, ask_box, invite
from support.identities import make_device, stand_in_boxes
from support.live_socket import listening
from support.provoked import assert_problem
from volet_protocol.case_reference import reference_of
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_list import list_id
from volet_protocol.problems import Problem
from volet_protocol.take_back import TakeBack
from volet_service.entrypoints.http.actions import ACTIONS, SOCKET, Asks
from volet_service.entrypoints.http.app import ROUTERS
from volet_service.entrypoints.http.identity import identify_caller

OUTSIDERS = ("stranger", "removed", "auditor", "elsewhere")
REFUSALS = (Problem.NOT_FOUND, Problem.DENIED)
# Opening a case needs no standing in another: what is refused is to open one in the name of somebody else.
IN_THE_NAME_OF_OTHERS = {("POST", "/v1/cases"): (*REFUSALS, Problem.BAD_SIGNATURE)}


def routes() -> dict[tuple[str, str], object]:
    """Every route of the application, of whatever kind; a socket counts as a method of its own."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for module in ROUTERS:
        app.include_router(module.router)
    every = [
        one for route in app.routes for one in getattr(getattr(route, "original_router", None), "routes", (route,))
    ]
    return {
        (method, getattr(route, "path", "?")): route
        for route in every
        for method in getattr(route, "methods", None) or (SOCKET if isinstance(route, APIWebSocketRoute) else "?",)
    }


@dataclass(frozen=True)
class Outside:
    """A case with one entry and one exchange of others, and four people who have no right in it."""

    case: HubCase
    entry: str
    exchange: str
    list: str
    invitation: MadeInvitation

    def http(self, name: str) -> httpx.Client:
        self.case.person(name)
        return self.case.clients[name]

    def get(self, path: str) -> Callable[[str], httpx.Response]:
        ids = {"case": self.case.main.case, "entry": self.entry, "exchange": self.exchange, "list_": self.list}
        return lambda name: self.http(name).get(path.format(**ids, class_="main"))


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with running_hub(tmp_path_factory.mktemp("outside") / "hub") as live:
        case = HubCase(live)
        for name, row, structure in (
            ("coordinator", "S10", "dac"), ("doctor", "H1", "clinic"), ("nurse", "H2", "clinic"),
            ("removed", "H2", "clinic"),
        ):  # fmt: skip
            case.join(name, row, structure)
        case.inform()
        case.claim("doctor", "medical/2")
        sealed = post(case, "doctor")
        exchange, _ = exchange_of(case, "doctor", "doctor", "nurse")
        case.leave("removed")
        case.attest("auditor", "O14", "operator")
        case.attest("elsewhere", "S10", "ccas")
        opened = case.clients["elsewhere"].post("/v1/cases", json=case.creation("elsewhere", "ccas", "another"))
        assert opened.is_success, opened.text
        made = invite(case, "doctor", "newcomer", "medical/2", row="H2", structure="practice")
        yield Outside(case, sealed.entry.id, exchange, list_id(case.main.case, "section:medical/2"), made)


def own_device_on_somebody_else(outside: Outside, name: str) -> httpx.Response:
    case, device = outside.case, make_device("foreign", 90)
    boxes = {to: to_base64url(box) for to, box in stand_in_boxes([device.id], "90 1").items()}
    link = {"statement": case.person(name).add_device(device, case.now_ms).chain.links[-1].to_json(), "boxes": boxes}
    return outside.http(name).post(f"/v1/users/{case.user('doctor')}/links", json={"links": [link]})


def binding_of_somebody_else(outside: Outside, name: str) -> httpx.Response:
    body = {"id_token": "a.b.c", "iss": "https://idp.example", "aud": "hub", "random": to_base64url(bytes(32))}
    return outside.http(name).post(f"/v1/users/{outside.case.user('doctor')}/bindings", json=body)


def link_in_the_chain(outside: Outside, name: str) -> httpx.Response:
    link = {"statement": outside.case.sent["main"][-1].statement.to_json()}
    path = f"/v1/cases/{outside.case.main.case}/chains/main"
    return outside.http(name).post(path, json={"links": [link]})


def entry_in_the_section(outside: Outside, name: str) -> httpx.Response:
    case = outside.case
    made = header(case, "doctor", preamble=case.person(name).preamble(case.now_ms), capacity=case.capacities.get(name))
    # Sealed with the doctor's key, as somebody who once held it could; signed by the outsider themselves.
    sealed = seal(case, "doctor", made)
    statement = case.person(name).sign(sealed.entry.statement.body)
    return outside.http(name).post("/v1/entries", json={**deposit_body(sealed), "statement": statement.to_json()})


def take_back(outside: Outside, name: str) -> httpx.Response:
    person, case = outside.case.person(name), outside.case
    asked = TakeBack(person.preamble(case.now_ms), case.main.case, outside.entry)
    body = {"statement": person.sign(asked.to_json()).to_json()}
    return outside.http(name).post(f"/v1/entries/{outside.entry}/take-back", json=body)


def release(outside: Outside, name: str) -> httpx.Response:
    outside.http(name)
    statement = release_request(outside.case, name, [outside.entry])
    return outside.http(name).post("/v1/releases", json={"statement": statement.to_json()})


def exchange_started(outside: Outside, name: str) -> httpx.Response:
    first = outside.case.clients["doctor"].get(f"/v1/exchanges/{outside.exchange}").json()["links"][0]["statement"]
    body = {k: v for k, v in first["body"].items() if k not in {"author", "user_head", "time_ms", "capacity"}}
    preamble = outside.case.person(name).preamble(outside.case.now_ms).to_json(body["type"])
    capacity = outside.case.capacities.get(name)
    signed = outside.case.person(name).sign({**body, **preamble, **({"capacity": capacity} if capacity else {})})
    return outside.http(name).post("/v1/exchanges", json={"statement": signed.to_json(), "boxes": {}})


def exchange_changed(outside: Outside, name: str) -> httpx.Response:
    body = change_of(outside.case, "doctor", outside.exchange, "doctor")
    return outside.http(name).post(f"/v1/exchanges/{outside.exchange}/links", json=body)


def look(outside: Outside, name: str, path: str, **changes: object) -> httpx.Response:
    case, seen = outside.case, checkpoint(outside.case)
    person, capacity = case.person(name), case.capacities.get(name)
    body: dict[str, Any] = {
        **person.preamble(case.now_ms).to_json("log-request"), "purpose": "own_access",
        "request_id": to_base64url(os.urandom(16)), "scope": {"case": case.main.case},
        "checkpoint": {"size": seen.size, "root": seen.root}, **({"capacity": capacity} if capacity else {}),
        **changes,
    }  # fmt: skip
    return outside.http(name).post(path, json={"statement": person.sign(body).to_json()})


def log_records(outside: Outside, name: str) -> httpx.Response:
    return look(outside, name, "/v1/log/records")


def identities(outside: Outside, name: str) -> httpx.Response:
    """Ask for the person behind an account that never acted in the case: the auditor, who may ask, gets nothing."""
    scope = {"case": outside.case.main.case, "user": outside.case.person("stranger").user}
    return look(outside, name, "/v1/log/identities", purpose="audit", scope=scope, reason="incident")


def box_of_an_invitation(outside: Outside, name: str) -> httpx.Response:
    """Ask with a right proof of the code, as who overheard it could."""
    outside.http(name)
    return ask_box(outside.case, name, outside.invitation)


def case_in_the_name_of_a_member(outside: Outside, name: str) -> httpx.Response:
    asked = outside.case.creation("coordinator", "dac", salt=f"for {name}")
    return outside.http(name).post("/v1/cases", json=asked)


Send = Callable[[Outside, str], httpx.Response]
SENT: dict[tuple[str, str], Send] = {
    ("POST", "/v1/users/{user}/links"): own_device_on_somebody_else,
    ("POST", "/v1/users/{user}/bindings"): binding_of_somebody_else,
    ("POST", "/v1/cases"): case_in_the_name_of_a_member,
    ("POST", "/v1/cases/{case}/chains/{class_}"): link_in_the_chain,
    ("POST", "/v1/entries"): entry_in_the_section,
    ("POST", "/v1/entries/{entry}/take-back"): take_back,
    ("POST", "/v1/releases"): release,
    ("POST", "/v1/exchanges"): exchange_started,
    ("POST", "/v1/exchanges/{exchange}/links"): exchange_changed,
    ("POST", "/v1/invitations/{invitation}/box"): box_of_an_invitation,
    ("POST", "/v1/log/records"): log_records,
    ("POST", "/v1/log/identities"): identities,
}
READ = {
    "/v1/cases/{case}/log-keys": "", "/v1/cases/{case}/chains/{class_}": "", "/v1/cases/{case}/lists/{list_}": "",
    "/v1/cases/{case}/reports": "", "/v1/cases/{case}/counts": "",
    "/v1/entries/{entry}": "", "/v1/exchanges/{exchange}": "",
    "/v1/entries/{entry}/parts/{part}/leaves": "?release=AA", "/v1/entries/{entry}/parts/{part}/chunks": "?release=AA",
    "/v1/cases/{case}/emergencies/{emergency}": "", "/v1/emergencies": "", "/v1/references/{reference}": "",
}  # fmt: skip
# Answered to anybody with a session, about themselves: what the outsiders get of this case is nothing.
EMPTY = {("GET", "/v1/cases"), ("GET", "/v1/exchanges"), ("GET", "/v1/invitations")}
OWN = {
    ("DELETE", "/v1/sessions/current"), ("PUT", "/v1/uploads/{upload}/{n}"), ("GET", "/v1/users/{user}"),
    ("POST", "/v1/live/tickets"), ("GET", "/v1/sessions"), ("DELETE", "/v1/sessions/{session}"),
    ("POST", "/v1/device-joins"), ("POST", "/v1/device-joins/{name}/answer"), ("POST", "/v1/hold-numbers"),
}  # fmt: skip
# Public lines, to whoever acts in a capacity: tests/integration/test_national_directory.py.
COLLEAGUES = {("GET", "/v1/directory/professionals"), ("GET", "/v1/directory/professionals/{national_id}")}
HEARD = {(SOCKET, "/v1/live")}
ASKING = sorted(key for key, stated in ACTIONS.items() if stated.asks not in {Asks.NOTHING, Asks.SIGNATURE})


def test_every_route_and_socket_states_its_action_and_whom_it_asks() -> None:
    assert routes().keys() == ACTIONS.keys()


def test_whoever_asks_neither_rules_nor_standing_says_why() -> None:
    unexplained = {key for key, stated in ACTIONS.items() if stated.asks in {Asks.NOTHING, Asks.SIGNATURE, Asks.SELF}}
    assert all(ACTIONS[key].why for key in unexplained)


def test_a_route_that_asks_anything_knows_its_caller() -> None:
    for key, route in routes().items():
        if key[0] == SOCKET:
            # A ticket, not a header, says whose session it is: tests/integration/test_live.py.
            assert isinstance(route, APIWebSocketRoute)
            continue
        assert isinstance(route, APIRoute)
        knows = identify_caller in {dependency.call for dependency in route.dependant.dependencies}
        assert knows == (ACTIONS[key].asks not in {Asks.NOTHING, Asks.SIGNATURE}), key


def test_each_route_that_asks_is_tried_here() -> None:
    assert set(ASKING) == {*SENT, *(("GET", path) for path in READ), *EMPTY, *OWN, *HEARD, *COLLEAGUES}


@pytest.mark.parametrize("name", OUTSIDERS)
@pytest.mark.parametrize("route", SENT, ids=" ".join)
def test_an_act_without_right_is_refused(outside: Outside, route: tuple[str, str], name: str) -> None:
    answer = SENT[route](outside, name)
    assert_problem(answer, *IN_THE_NAME_OF_OTHERS.get(route, REFUSALS))
    assert outside.entry not in answer.text


@pytest.mark.parametrize("name", OUTSIDERS)
@pytest.mark.parametrize("path", READ)
def test_a_look_without_right_is_refused(outside: Outside, path: str, name: str) -> None:
    if (name, path) == ("auditor", "/v1/emergencies"):
        assert outside.http(name).get(path).json()["emergencies"] == []
        return
    ids = {
        "case": outside.case.main.case, "entry": outside.entry, "exchange": outside.exchange, "list_": outside.list,
        "class_": "main", "part": "body", "emergency": "0" * 64, "reference": reference_of(outside.case.main.case),
    }  # fmt: skip
    # Who watches may look it up, and a health professional may be called to it.
    if name in {"auditor", "removed"} and path == "/v1/references/{reference}":
        assert outside.http(name).get(path.format(**ids)).json() == {"case": outside.case.main.case}
        return
    assert_problem(outside.http(name).get(path.format(**ids) + READ[path]), *REFUSALS)


@pytest.mark.parametrize("name", OUTSIDERS)
@pytest.mark.parametrize("route", sorted(EMPTY), ids=" ".join)
def test_a_list_of_ones_own_names_nothing_of_a_case_of_others(
    outside: Outside, route: tuple[str, str], name: str
) -> None:
    answer = outside.http(name).get(route[1])
    assert answer.is_success
    assert outside.case.main.case not in answer.text
    assert outside.exchange not in answer.text


@pytest.mark.parametrize("name", OUTSIDERS)
def test_of_another_user_only_the_keys_are_served(outside: Outside, name: str) -> None:
    told = outside.http(name).get(f"/v1/users/{outside.case.user('doctor')}").json()
    assert told["bindings"] == []
    assert all("boxes" not in link for link in told["links"])


def test_who_stands_in_the_case_is_answered_where_the_outsiders_are_not(outside: Outside) -> None:
    for path in ("/v1/cases/{case}/chains/{class_}", "/v1/cases/{case}/lists/{list_}", "/v1/entries/{entry}"):
        assert outside.get(path)("doctor").is_success, path


@pytest.mark.parametrize("name", OUTSIDERS)
def test_an_outsider_hears_of_nothing_that_moves_in_the_case(outside: Outside, name: str) -> None:
    outside.case.person(name)
    http = outside.case.hub.login(outside.case.person(name), outside.case.capacities.get(name))
    with listening(http) as outsider, listening(outside.case.clients["doctor"]) as doctor:
        post(outside.case, "doctor")
        assert doctor.hint() == (outside.case.main.case, "main")
        assert http.delete("/v1/sessions/current").is_success
        assert outsider.rest()[0] == []
