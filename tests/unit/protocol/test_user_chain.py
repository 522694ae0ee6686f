"""Properties of user chains that single vectors do not show; the refusals, one by one, are in the vectors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.identities import START_MS, TestUser, create_statement, make_device, make_user
from volet_protocol import user_bodies, user_chain
from volet_protocol.capacities import DAY_MS
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.statements import sign
from volet_protocol.user_links import RECOVERY, check_deposited_boxes, check_served_boxes, read_link

HOUR_MS = 3_600_000


def _grown(steps: list[str]) -> tuple[TestUser, list[frozenset[str]]]:
    """Play additions, rotations and revocations; return the user and the oracle's unrevoked devices by position."""
    user = make_user(1)
    now_ms, spare = START_MS, 0
    oracle = [frozenset({user.device.id})]
    for step in steps:
        now_ms += HOUR_MS
        others = sorted(oracle[-1] - {user.device.id})
        if step == "add":
            spare += 1
            device = make_device("spare", spare)
            user = user.add_device(device, now_ms)
            oracle.append(oracle[-1] | {device.id})
        elif step == "revoke" and others:
            user = user.revoke_device(others[0], now_ms)
            oracle.append(oracle[-1] - {others[0]})
        else:
            user = user.rotate_user_key(now_ms)
            oracle.append(oracle[-1])
    return user, oracle


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["add", "revoke", "rotate"]), max_size=5))
def test_every_position_keeps_the_devices_that_it_had(steps: list[str]) -> None:
    user, oracle = _grown(steps)
    chain = user_chain.replay(user.chain.links, START_MS + DAY_MS)
    assert chain == user.chain
    assert [standing.active for standing in chain.standings] == oracle
    assert len({generation.user_box for generation in chain.generations}) == chain.generation


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 3), st.integers(0, 3))
def test_links_in_another_order_are_refused(first: int, second: int) -> None:
    user, _ = _grown(["add", "rotate", "revoke"])
    links = list(user.chain.links)
    if first == second:
        del links[first]
        links.append(user.chain.links[first])
    else:
        links[first], links[second] = links[second], links[first]
    if links != list(user.chain.links):
        with pytest.raises(ProtocolError):
            user_chain.replay(links, START_MS + DAY_MS)


def test_an_empty_chain_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        user_chain.replay([], START_MS)
    assert caught.value.reason is Reason.MISSING_FIELD


def test_the_server_refuses_a_back_dated_replacement_of_the_recovery_key() -> None:
    user = make_user(1)
    body = user_bodies.recovery_replace_body(user.preamble(START_MS), make_device("other").public)
    link = user.sign(body)
    assert user_chain.admit(user.chain, link, START_MS).replacement is not None
    with pytest.raises(ProtocolError) as caught:
        user_chain.admit(user.chain, link, START_MS + 72 * HOUR_MS)
    assert caught.value.reason is Reason.STALE


def test_a_box_served_beside_a_link_that_does_not_name_it_is_refused() -> None:
    user = make_user(1)
    check_served_boxes(user.chain.links[0], user.boxes)
    check_served_boxes(user.chain.links[0], {RECOVERY: user.boxes[RECOVERY]})
    with pytest.raises(ProtocolError) as caught:
        check_served_boxes(user.chain.links[0], {user.device.id: user.boxes[RECOVERY]})
    assert caught.value.reason is Reason.WRONG_HASH


def test_a_link_deposited_without_every_box_it_names_is_refused() -> None:
    user = make_user(1)
    create, boxes = user.chain.links[0], user.boxes
    check_deposited_boxes(create, boxes)
    swapped = {user.device.id: boxes[RECOVERY], RECOVERY: boxes[user.device.id]}
    for bad in ({}, {RECOVERY: boxes[RECOVERY]}, swapped, {**boxes, "0" * 64: boxes[RECOVERY]}):
        with pytest.raises(ProtocolError) as caught:
            check_deposited_boxes(create, bad)
        assert caught.value.reason is Reason.WRONG_HASH


def test_a_link_that_names_no_box_is_deposited_with_none() -> None:
    user = make_user(1)
    veto = sign({**user.preamble(START_MS).to_json("recovery-veto"), "replace": "0" * 64}, user.signing_key)
    check_deposited_boxes(veto, {})
    with pytest.raises(ProtocolError) as caught:
        check_deposited_boxes(veto, user.boxes)
    assert caught.value.reason is Reason.WRONG_HASH


def test_the_user_id_is_the_hash_of_the_first_link() -> None:
    create = create_statement(1, START_MS)
    assert user_chain.start(create).user == sha256(create.signed_bytes).hex()


def test_a_statement_of_a_case_is_no_link_of_a_user_chain() -> None:
    user = make_user(1)
    statement = sign({**user.preamble(START_MS).to_json("grant"), "seq": 1, "prev": user.head.hash}, user.signing_key)
    with pytest.raises(ProtocolError) as caught:
        read_link(statement)
    assert caught.value.reason is Reason.WRONG_TYPE


def test_a_generation_that_does_not_exist_is_refused() -> None:
    chain = make_user(1).chain
    for generation in (0, 2):
        with pytest.raises(ProtocolError) as caught:
            chain.user_box(generation)
        assert caught.value.reason is Reason.UNKNOWN_REFERENCE
