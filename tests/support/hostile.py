"""Statements as a client makes them, each with how it is sent: a hostile test alters one thing in between."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx

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
from volet_protocol.case_links import FactLink
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.log_request import LogRequest
from volet_protocol.statements import Statement, sign


def notice(team: HubCase, author: str = "coordinator", **changes: Any) -> tuple[Statement, Any]:  # noqa: ANN401
    body = fact_body(Notice((NoticeLine("general"),), team.now_ms, "oral"), os.urandom(16))
    link = FactLink(replace(team.head(author), **changes), fact_hash(body), ())
    return team.person(author).sign(link.body()), body


Send = Callable[[HubCase, str, Statement], httpx.Response]


def send_links(case: HubCase, author: str, statement: Statement) -> httpx.Response:
    return case.offer(author, statement, case_fact(case))


def case_fact(case: HubCase) -> Any:  # noqa: ANN401
    return case.__dict__["fact"]


def fact_statement(case: HubCase, now_ms: int) -> Statement:
    statement, case.__dict__["fact"] = notice(
        case, preamble=case.person("doctor").preamble(now_ms), capacity=case.capacities["doctor"]
    )
    return statement


def entry_statement(case: HubCase, now_ms: int) -> Statement:
    made = header(case, "doctor", preamble=case.person("doctor").preamble(now_ms))
    sealed = seal(case, "doctor", made)
    case.__dict__["body"] = deposit_body(sealed)
    return case.person("doctor").sign(sealed.entry.statement.body)


def send_entry(case: HubCase, author: str, statement: Statement) -> httpx.Response:
    body = {**case.__dict__["body"], "statement": statement.to_json()}
    return case.clients[author].post("/v1/entries", json=body)


def release_statement(case: HubCase, now_ms: int) -> Statement:
    preamble = case.person("doctor").preamble(now_ms)
    return release_request(case, "doctor", [posted(case)], preamble=preamble)


def posted(case: HubCase) -> str:
    """The id of an entry of the doctor's, posted once for all."""
    if "entry" not in case.__dict__:
        case.__dict__["entry"] = post(case, "doctor").entry.id
    return str(case.__dict__["entry"])


def take_back_statement(case: HubCase, now_ms: int) -> Statement:
    body = {**case.person("doctor").preamble(now_ms).to_json("entry-take-back"), "case": case.main.case,
            "entry": posted(case)}  # fmt: skip
    return case.person("doctor").sign(body)


def send_take_back(case: HubCase, author: str, statement: Statement) -> httpx.Response:
    return case.clients[author].post(f"/v1/entries/{posted(case)}/take-back", json={"statement": statement.to_json()})


def log_statement(case: HubCase, now_ms: int, **changes: Any) -> Statement:  # noqa: ANN401
    asked = LogRequest(
        preamble=case.person("person").preamble(now_ms), request_id=os.urandom(16), purpose="own_access",
        checkpoint=checkpoint(case), case=case.main.case,
    )  # fmt: skip
    return case.person("person").sign(replace(asked, **changes).to_json())


def send_log(case: HubCase, author: str, statement: Statement) -> httpx.Response:
    return case.clients[author].post("/v1/log/records", json={"statement": statement.to_json()})


def create_statement(case: HubCase, now_ms: int) -> Statement:
    kept, case.now_ms = case.now_ms, now_ms
    try:
        asked = case.creation("doctor", "clinic", salt=f"other {os.urandom(4).hex()}")
    finally:
        case.now_ms = kept
    case.__dict__["asked_case"] = asked
    return sign(asked["main"][0]["statement"]["body"], case.person("doctor").signing_key)


def send_create(case: HubCase, author: str, statement: Statement) -> httpx.Response:
    asked = {**case.__dict__["asked_case"], "main": [{"statement": statement.to_json()}]}
    return case.clients[author].post("/v1/cases", json=asked)


Make = Callable[[HubCase, int], Statement]
SIGNED: Mapping[str, tuple[str, Make, Send]] = {
    "entry": ("doctor", entry_statement, send_entry),
    "link": ("doctor", fact_statement, send_links),
    "release": ("doctor", release_statement, ask),
    "take-back": ("doctor", take_back_statement, send_take_back),
    "look at the log": ("person", log_statement, send_log),
    "case": ("doctor", create_statement, send_create),
}
