"""Exchanges: a fixed list, one key for each list, judged by the facts of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from support.cases import CaseWorld
from support.identities import seed32
from volet_protocol import compose, exchange_chain, key_boxes
from volet_protocol.compose import Composed
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_chain import ExchangeChain
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate, ExchangeEpoch
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Opposition
from volet_protocol.opening_links import UserRecipient
from volet_protocol.statements import Statement


def epoch(world: CaseWorld, author: str, names: Sequence[str], number: int) -> ExchangeEpoch:
    members = sorted(
        (UserRecipient(world.user(name), world.participation(name)) for name in names), key=lambda item: item.user
    )
    return ExchangeEpoch(
        preamble=world.person(author).preamble(world.now_ms),
        case=world.main.case,
        policy=world.table.hash,
        main_head=world.main.head,
        fresh=world.fresh(),
        members=tuple(members),
        epoch=number,
        commit=bytes(32),
        boxes=(),
        capacity=world.capacities.get(author),
    )


def composed_create(world: CaseWorld, author: str, names: Sequence[str], **changes: object) -> Composed:
    link = ExchangeCreate(epoch(world, author, names, 1), seed32("salt")[:16], "medical", 2)
    common = replace(link.common, **changes)  # type: ignore[arg-type]
    chains = {world.user(name): world.person(name).chain for name in names}
    return compose.compose_exchange(replace(link, common=common), seed32("exchange key 1"), chains)


def composed_change(
    world: CaseWorld, chain: ExchangeChain, author: str, names: Sequence[str], **changes: object
) -> Composed:
    common = replace(epoch(world, author, names, chain.epoch + 1), **changes)  # type: ignore[arg-type]
    link = ExchangeChange(common, chain.exchange, chain.head.seq + 1, chain.head.hash)
    chains = {world.user(name): world.person(name).chain for name in names}
    return compose.compose_exchange(link, seed32(f"exchange key {chain.epoch + 1}"), chains)


def started(world: CaseWorld, names: Sequence[str] = ("doctor", "nurse")) -> ExchangeChain:
    statement = world.person("doctor").sign(composed_create(world, "doctor", names).body)
    return exchange_chain.start_exchange(statement, world.main, world.directory, world.tables)


def extended(world: CaseWorld, chain: ExchangeChain, statement: Statement) -> ExchangeChain:
    return exchange_chain.extend_exchange(chain, statement, world.main, world.directory, world.tables)


def not_started(world: CaseWorld, author: str, composed: Composed) -> Reason:
    statement = world.person(author).sign(composed.body)
    with pytest.raises(ProtocolError) as caught:
        exchange_chain.start_exchange(statement, world.main, world.directory, world.tables)
    return caught.value.reason


def test_an_exchange_gives_its_key_to_its_members() -> None:
    world = CaseWorld.team()
    composed = composed_create(world, "doctor", ["doctor", "nurse"])
    statement = world.person("doctor").sign(composed.body)
    chain = exchange_chain.start_exchange(statement, world.main, world.directory, world.tables)
    nurse = world.person("nurse")
    link = ExchangeCreate.read(statement)
    key = key_boxes.open_exchange_box(link, composed.boxes[nurse.user], nurse.user_key, user=nurse.user)
    assert key == seed32("exchange key 1")
    assert chain.is_member(nurse.user)
    assert chain.could_read(nurse.user, 1)
    assert not chain.could_read(world.user("carer"), 1)


def test_a_member_whom_the_rules_refuse_stops_the_exchange() -> None:
    world = CaseWorld.team()
    assert not_started(world, "doctor", composed_create(world, "doctor", ["doctor", "carer"])) is Reason.WRONG_RECIPIENT


def test_a_stranger_receives_nothing() -> None:
    world = CaseWorld.team()
    world.person("stranger")
    composed = composed_create(world, "doctor", ["doctor", "stranger"])
    assert not_started(world, "doctor", composed) is Reason.WRONG_RECIPIENT


def test_a_stranger_starts_nothing() -> None:
    world = CaseWorld.team()
    world.attest("stranger", "H1", "clinic")
    composed = composed_create(world, "stranger", ["stranger", "nurse"])
    assert not_started(world, "stranger", composed) is Reason.NOT_ENTITLED


def test_who_may_not_send_in_a_compartment_starts_no_exchange_about_it() -> None:
    world = CaseWorld.team()
    composed = composed_create(world, "carer", ["carer", "doctor"])
    assert not_started(world, "carer", composed) is Reason.NOT_PERMITTED


def test_the_author_is_in_their_own_list() -> None:
    world = CaseWorld.team()
    composed = composed_create(world, "doctor", ["nurse", "coordinator"])
    assert not_started(world, "doctor", composed) is Reason.NOT_ENTITLED


def test_an_exchange_rests_on_a_fresh_head() -> None:
    world = CaseWorld.team()
    composed = composed_create(world, "doctor", ["doctor", "nurse"], fresh=world.fresh(600_001))
    assert not_started(world, "doctor", composed) is Reason.STALE


def test_an_exchange_is_judged_by_an_active_table() -> None:
    world = CaseWorld.team()
    composed = composed_create(world, "doctor", ["doctor", "nurse"], policy=seed32("other table").hex())
    assert not_started(world, "doctor", composed) is Reason.WRONG_POLICY


def test_an_exchange_of_another_case_is_refused() -> None:
    world = CaseWorld.team()
    composed = composed_create(world, "doctor", ["doctor", "nurse"], case=seed32("other case").hex())
    assert not_started(world, "doctor", composed) is Reason.WRONG_CASE


def test_boxes_are_for_the_members_and_nobody_else() -> None:
    world = CaseWorld.team()
    body = composed_create(world, "doctor", ["doctor", "nurse"]).body
    boxes = body["boxes"]
    assert isinstance(boxes, list)
    statement = world.person("doctor").sign({**body, "boxes": boxes[:1]})
    with pytest.raises(ProtocolError) as caught:
        ExchangeCreate.read(statement)
    assert caught.value.reason is Reason.WRONG_READERS


def test_a_change_of_list_is_a_new_key_without_the_older_ones() -> None:
    world = CaseWorld.team()
    world.join("second", "H1", "clinic")
    chain = started(world)
    composed = composed_change(world, chain, "doctor", ["doctor", "second"])
    statement = world.person("doctor").sign(composed.body)
    chain = extended(world, chain, statement)
    assert chain.voids == {}
    assert chain.epoch == 2
    assert not chain.could_read(world.user("nurse"), 2)
    assert not chain.could_read(world.user("second"), 1)
    second = world.person("second")
    link = ExchangeChange.read(statement)
    key = key_boxes.open_exchange_box(link, composed.boxes[second.user], second.user_key, user=second.user)
    assert key == seed32("exchange key 2")


def test_a_change_by_somebody_outside_the_list_is_void() -> None:
    world = CaseWorld.team()
    world.join("second", "H1", "clinic")
    chain = started(world)
    statement = world.person("second").sign(composed_change(world, chain, "second", ["doctor", "second"]).body)
    chain = extended(world, chain, statement)
    assert chain.voids == {statement.hash: Reason.NOT_ENTITLED}
    assert chain.epoch == 1
    assert chain.head.hash == statement.hash


def test_a_change_skips_no_epoch() -> None:
    world = CaseWorld.team()
    chain = started(world)
    composed = composed_change(world, chain, "doctor", ["doctor", "nurse"], epoch=3)
    statement = world.person("doctor").sign(composed.body)
    assert extended(world, chain, statement).voids[statement.hash] is Reason.WRONG_EPOCH


def test_a_change_that_names_an_older_head_of_the_case_is_void() -> None:
    world = CaseWorld.team()
    older = world.main.head
    world.join("second", "H1", "clinic")
    chain = started(world)
    composed = composed_change(world, chain, "doctor", ["doctor", "nurse"], main_head=older)
    statement = world.person("doctor").sign(composed.body)
    assert extended(world, chain, statement).voids[statement.hash] is Reason.ROLLED_BACK


def test_a_change_to_a_superseded_generation_is_void() -> None:
    world = CaseWorld.team()
    chain = started(world)
    body = composed_change(world, chain, "doctor", ["doctor", "nurse"]).body
    world.update("nurse", world.person("nurse").rotate_user_key(world.now_ms))
    boxes = body["boxes"]
    assert isinstance(boxes, list)
    head = world.person("nurse").head.to_json()
    boxes = [{**box, "head": head} if box["user"] == world.user("nurse") else box for box in boxes]
    statement = world.person("doctor").sign({**body, "boxes": boxes})
    assert extended(world, chain, statement).voids[statement.hash] is Reason.WRONG_EPOCH


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("seq", 2, Reason.WRONG_SEQUENCE),
        ("prev", "0" * 64, Reason.WRONG_HASH),
        ("exchange", "0" * 64, Reason.WRONG_CHAIN),
        ("case", "0" * 64, Reason.WRONG_CASE),
        ("hub", "https://elsewhere.example", Reason.WRONG_HUB),
    ],
)
def test_a_change_out_of_place_is_the_servers_fault(field: str, value: str | int, reason: Reason) -> None:
    world = CaseWorld.team()
    chain = started(world)
    body = composed_change(world, chain, "doctor", ["doctor", "nurse"]).body
    with pytest.raises(ProtocolError) as caught:
        extended(world, chain, world.person("doctor").sign({**body, field: value}))
    assert caught.value.reason is reason


def test_a_member_who_left_or_was_opposed_is_a_debt_of_the_exchange() -> None:
    world = CaseWorld.team()
    chain = started(world)
    debt = exchange_chain.exchange_debt(chain, world.main.facts, world.table, world.now_ms, world.directory)
    assert debt == []
    opposition = Opposition("professional", world.now_ms, GivenBy(), users=(world.user("nurse"),))
    world.fact("carer", opposition, widens=False)
    debt = exchange_chain.exchange_debt(chain, world.main.facts, world.table, world.now_ms, world.directory)
    assert debt == [world.user("nurse")]


def test_a_member_with_a_newer_key_is_a_debt_of_the_exchange() -> None:
    world = CaseWorld.team()
    chain = started(world)
    world.update("nurse", world.person("nurse").rotate_user_key(world.now_ms))
    debt = exchange_chain.exchange_debt(chain, world.main.facts, world.table, world.now_ms, world.directory)
    assert debt == [world.user("nurse")]


def test_the_key_of_another_epoch_in_the_box_is_refused() -> None:
    world = CaseWorld.team()
    chain = started(world)
    composed = composed_change(world, chain, "doctor", ["doctor", "nurse"])
    link = ExchangeChange.read(world.person("doctor").sign(composed.body))
    nurse = world.person("nurse")
    lie = replace(link, common=replace(link.common, commit=seed32("another commitment")))
    with pytest.raises(ProtocolError) as caught:
        key_boxes.open_exchange_box(lie, composed.boxes[nurse.user], nurse.user_key, user=nurse.user)
    assert caught.value.reason is Reason.BAD_BOX


def test_an_exchange_about_child_protection_names_a_head_of_its_chain() -> None:
    world = CaseWorld.team()
    link = ExchangeCreate(epoch(world, "doctor", ["doctor", "nurse"], 1), seed32("salt")[:16], "child_protection", 2)
    chains = {world.user(name): world.person(name).chain for name in ("doctor", "nurse")}
    statement = world.person("doctor").sign(compose.compose_exchange(link, seed32("k"), chains).body)
    with pytest.raises(ProtocolError) as caught:
        ExchangeCreate.read(statement)
    assert caught.value.reason is Reason.MISSING_FIELD
