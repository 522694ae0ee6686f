"""Section keys: one way forward, one commitment each, and a ring that takes nothing on trust."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.cases import CaseWorld
from support.identities import seed32
from volet_protocol import canonical, compose, key_boxes
from volet_protocol.boxes import seal_box
from volet_protocol.case_links import box_context
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.link_reading import check_boxes, read_link
from volet_protocol.sections import (
    MAX_STEPS,
    KeyId,
    SectionKeys,
    check_commitment,
    commitment,
    derive_step,
    step_key,
)
from volet_protocol.statements import Statement

CHAIN = seed32("chain").hex()
MEDICAL = "medical/2"


def ring_with(step: int = 0) -> SectionKeys:
    key = derive_step(seed32("S"), step)
    return SectionKeys(CHAIN).add(KeyId(MEDICAL, 1, step), key, commitment(key, CHAIN, MEDICAL, 1, step))


def refusal(call: object, *args: object) -> Reason:
    assert callable(call)
    with pytest.raises(ProtocolError) as caught:
        call(*args)
    return caught.value.reason


@given(st.integers(0, 20), st.integers(0, 20))
def test_steps_add_up(first: int, second: int) -> None:
    assert derive_step(derive_step(seed32("S"), first), second) == derive_step(seed32("S"), first + second)


def test_no_step_is_another_steps_key_or_commitment() -> None:
    keys = [derive_step(seed32("S"), step) for step in range(5)]
    commits = [commitment(key, CHAIN, MEDICAL, 1, step) for step, key in enumerate(keys)]
    assert len({*keys, *commits}) == 10


@pytest.mark.parametrize("other", [(CHAIN, MEDICAL, 2, 0), (CHAIN, MEDICAL, 1, 1), (CHAIN, "medical/1", 1, 0),
                                   (seed32("other").hex(), MEDICAL, 1, 0)])  # fmt: skip
def test_a_commitment_is_bound_to_its_place(other: tuple[str, str, int, int]) -> None:
    assert commitment(seed32("S"), CHAIN, MEDICAL, 1, 0) != commitment(seed32("S"), *other)


def test_a_key_that_was_not_committed_to_does_not_enter_the_ring() -> None:
    published = commitment(seed32("S"), CHAIN, MEDICAL, 1, 0)
    assert refusal(SectionKeys(CHAIN).add, KeyId(MEDICAL, 1, 0), seed32("T"), published) is Reason.BAD_COMMITMENT
    assert refusal(SectionKeys(CHAIN).add, KeyId(MEDICAL, 1, 0), seed32("S"), None) is Reason.BAD_COMMITMENT
    assert refusal(check_commitment, seed32("T"), CHAIN, KeyId(MEDICAL, 1, 0), published) is Reason.BAD_COMMITMENT


def test_a_ring_derives_forward_and_never_back() -> None:
    ring = ring_with(step=2)
    key = derive_step(seed32("S"), 4)
    assert ring.key(KeyId(MEDICAL, 1, 4), commitment(key, CHAIN, MEDICAL, 1, 4)) == key
    earlier = commitment(derive_step(seed32("S"), 1), CHAIN, MEDICAL, 1, 1)
    assert refusal(ring.key, KeyId(MEDICAL, 1, 1), earlier) is Reason.NOT_ENTITLED
    assert refusal(ring.key, KeyId(MEDICAL, 2, 0), earlier) is Reason.NOT_ENTITLED


def test_a_derived_key_is_compared_with_what_was_published_at_its_step() -> None:
    ring = ring_with()
    lie = commitment(seed32("T"), CHAIN, MEDICAL, 1, 1)
    assert refusal(ring.key, KeyId(MEDICAL, 1, 1), lie) is Reason.BAD_COMMITMENT
    assert refusal(ring.key, KeyId(MEDICAL, 1, 1), None) is Reason.WRONG_STEP


def test_a_ring_keeps_the_earliest_step_of_an_epoch() -> None:
    ring = ring_with(step=2)
    key = seed32("S")
    ring = ring.add(KeyId(MEDICAL, 1, 0), key, commitment(key, CHAIN, MEDICAL, 1, 0))
    assert ring.first_step(MEDICAL, 1) == 0
    assert (
        ring_with()
        .add(KeyId(MEDICAL, 1, 3), derive_step(key, 3), commitment(derive_step(key, 3), CHAIN, MEDICAL, 1, 3))
        .first_step(MEDICAL, 1)
        == 0
    )
    assert ring.epochs(MEDICAL) == [1]
    assert ring.first_step(MEDICAL, 2) is None


def test_a_step_number_cannot_be_made_expensive() -> None:
    assert refusal(derive_step, seed32("S"), MAX_STEPS + 1) is Reason.WRONG_STEP
    assert refusal(derive_step, seed32("S"), -1) is Reason.WRONG_STEP
    assert refusal(step_key, b"short") is Reason.BAD_KEY


def test_a_ring_does_not_print_its_keys() -> None:
    assert seed32("S").hex() not in repr(ring_with())


# -- boxes beside links ------------------------------------------------------------------------------------------------


def keyed() -> CaseWorld:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    return world


def open_grant(world: CaseWorld, statement: Statement, box: bytes, to: str = "nurse") -> key_boxes.OpenedKeys:
    ring = SectionKeys(world.main.chain)
    return key_boxes.open_grant_box(world.main, statement, box, world.person(to).user_key, ring)


def resealed(world: CaseWorld, keys: list[tuple[KeyId, bytes]]) -> tuple[Statement, bytes]:
    """A grant to the nurse, entitled in every way, whose box holds other keys than the link says."""
    nurse = world.person("nurse")
    body = dict(world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body)
    box = seal_box(compose.keys_plaintext(keys), nurse.user_key.public, "grant", box_context(body))
    return world.person("doctor").sign({**body, "box": sha256(box).hex()}), box


def added(world: CaseWorld, statement: Statement) -> Statement:
    return world.add("doctor", statement.body)


def test_a_box_that_the_link_does_not_name_is_refused() -> None:
    world = keyed()
    composed = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)})
    statement = world.composed("doctor", composed)
    box = composed.boxes[world.user("nurse")]
    altered = box[:-1] + bytes([box[-1] ^ 1])
    assert refusal(open_grant, world, statement, altered) is Reason.BAD_BOX


def test_a_box_opens_for_nobody_else() -> None:
    world = keyed()
    composed = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)})
    statement = world.composed("doctor", composed)
    assert refusal(open_grant, world, statement, composed.boxes[world.user("nurse")], "carer") is Reason.BAD_BOX


def test_a_grant_outside_the_verified_chain_opens_nothing() -> None:
    world = keyed()
    composed = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)})
    statement = world.person("doctor").sign(composed.body)
    assert refusal(open_grant, world, statement, composed.boxes[world.user("nurse")]) is Reason.UNKNOWN_REFERENCE


def test_a_granter_who_boxes_another_key_than_the_one_committed_to_is_found_out() -> None:
    world = keyed()
    statement, box = resealed(world, [(KeyId(MEDICAL, 1, 0), seed32("wrong key"))])
    opened = open_grant(world, added(world, statement), box)
    assert opened.refused == {MEDICAL: Reason.BAD_COMMITMENT}
    assert not opened.ring.holds(KeyId(MEDICAL, 1, 0))


def test_a_box_without_the_key_that_its_link_promises_is_found_out() -> None:
    world = keyed()
    statement, box = resealed(world, [])
    assert open_grant(world, added(world, statement), box).refused == {MEDICAL: Reason.MISSING_FIELD}


def test_a_box_with_a_key_that_its_link_does_not_name_is_refused_whole() -> None:
    world = keyed()
    extra = (KeyId("medical/1", 1, 0), seed32("extra"))
    statement, box = resealed(world, [extra])
    assert refusal(open_grant, world, added(world, statement), box) is Reason.WRONG_EPOCH


def test_a_box_with_one_key_twice_is_refused() -> None:
    world = keyed()
    twice = (KeyId(MEDICAL, 1, 0), seed32("a"))
    statement, box = resealed(world, [twice, twice])
    assert refusal(open_grant, world, added(world, statement), box) is Reason.MALFORMED


def test_a_claim_is_opened_by_the_claimers_other_devices() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    assert world.opens("doctor", MEDICAL, 1)


def test_a_box_of_another_kind_of_link_is_refused() -> None:
    world = keyed()
    composed = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)})
    statement = world.composed("doctor", composed)
    nurse = world.person("nurse")
    reason = refusal(
        lambda: key_boxes.open_rotate_box(
            world.main, statement, composed.boxes[nurse.user], nurse.user_key, world.ring("nurse"), user=nurse.user
        )
    )
    assert reason is Reason.WRONG_TYPE


def test_a_rotation_gives_each_reader_the_sections_they_kept_and_no_other() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL, "medical/1")
    world.grant("doctor", "nurse", {MEDICAL: (1, 0)})
    world.rotate("doctor", MEDICAL, "medical/1")
    assert world.opens("nurse", MEDICAL, 2)
    assert not world.opens("nurse", "medical/1", 2)
    assert world.opens("doctor", "medical/1", 2)


def test_the_server_refuses_boxes_that_are_not_those_a_link_names() -> None:
    world = keyed()
    composed = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)})
    link = read_link(world.composed("doctor", composed))
    check_boxes(link, composed.boxes)
    nurse = world.user("nurse")
    assert refusal(check_boxes, link, {}) is Reason.BAD_BOX
    assert refusal(check_boxes, link, {nurse: b"other"}) is Reason.BAD_BOX
    assert refusal(check_boxes, link, {**composed.boxes, world.user("carer"): b"one more"}) is Reason.BAD_BOX


def test_the_plaintext_of_a_box_is_canonical() -> None:
    assert canonical.decode(compose.keys_plaintext([(KeyId(MEDICAL, 1, 0), seed32("S"))]))["keys"]
