"""Exchanges at a live hub: started, and given another list of members, as a client would."""

from __future__ import annotations

import os
from typing import Any

from support.hub import HubCase
from volet_protocol import compose
from volet_protocol.encodings import to_base64url
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate, ExchangeEpoch
from volet_protocol.opening_links import UserRecipient
from volet_protocol.statements import Statement


def _epoch(case: HubCase, author: str, names: tuple[str, ...], epoch: int) -> ExchangeEpoch:
    members = sorted((UserRecipient(case.user(n), case.participation(n)) for n in names), key=lambda one: one.user)
    return ExchangeEpoch(
        preamble=case.person(author).preamble(case.now_ms), case=case.main.case, policy=case.table.hash,
        main_head=case.main.head, fresh=case.fresh(), members=tuple(members), epoch=epoch, commit=bytes(32), boxes=(),
        capacity=case.capacities[author],
    )  # fmt: skip


def _signed(
    case: HubCase, author: str, names: tuple[str, ...], link: ExchangeCreate | ExchangeChange
) -> tuple[Statement, dict[str, Any]]:
    composed = compose.compose_exchange(link, os.urandom(32), {case.user(n): case.person(n).chain for n in names})
    statement = case.person(author).sign(composed.body)
    boxes = {user: to_base64url(box) for user, box in composed.boxes.items()}
    return statement, {"statement": statement.to_json(), "boxes": boxes}


def exchange_of(case: HubCase, author: str, *names: str) -> tuple[str, Statement]:
    """Start an exchange between named members; return its id and its first link."""
    link = ExchangeCreate(_epoch(case, author, names, 1), os.urandom(16), "medical", 2)
    statement, asked = _signed(case, author, names, link)
    answer = case.clients[author].post("/v1/exchanges", json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["exchange"]), statement


def change_of(case: HubCase, author: str, exchange: str, *names: str) -> dict[str, Any]:
    """The request that gives an exchange, so far of its first link, another list of members."""
    return _signed(case, author, names, ExchangeChange(_epoch(case, author, names, 2), exchange, 1, exchange))[1]
