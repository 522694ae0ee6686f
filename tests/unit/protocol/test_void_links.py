"""A void link stays, confers nothing, and taints every epoch whose key it delivered."""

from __future__ import annotations

import pytest

from support.cases import CaseWorld
from support.identities import seed32
from volet_protocol import debts, key_boxes
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.opening_links import UserRecipient
from volet_protocol.sections import KeyId, SectionKeys

MEDICAL = "medical/2"


def keyed(*sections: str) -> CaseWorld:
    world = CaseWorld.team()
    world.claim("doctor", *(sections or (MEDICAL,)))
    return world


def test_a_void_grant_taints_the_epoch_it_may_have_delivered() -> None:
    world = keyed()
    statement = world.grant("doctor", "carer", {MEDICAL: (1, 0)})
    assert world.main.voids[statement.hash] is Reason.NOT_PERMITTED
    assert world.main.section(MEDICAL).tainted == {1}
    assert debts.debt(world.main, MEDICAL, world.table, world.now_ms, world.directory).taints == (1,)


def test_a_rotation_pays_the_debt_of_a_taint_and_keeps_its_trace() -> None:
    world = keyed()
    world.grant("doctor", "carer", {MEDICAL: (1, 0)})
    assert world.verdict(world.rotate("doctor", MEDICAL)) is None
    assert not debts.debt(world.main, MEDICAL, world.table, world.now_ms, world.directory).owed
    assert world.main.section(MEDICAL).tainted == {1}


def test_a_void_section_taints_that_section_only() -> None:
    world = keyed(MEDICAL, "medication/2")
    world.grant("doctor", "nurse", {MEDICAL: (1, 0), "medication/2": (1, 0)})
    assert world.main.section(MEDICAL).tainted == frozenset()
    assert world.main.section("medication/2").tainted == {1}


def test_a_void_link_taints_no_epoch_that_does_not_exist_yet() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "carer", {MEDICAL: (1, 0)}).body
    sections: JsonValue = [{"section": MEDICAL, "from_epoch": 1, "from_step": 0, "epoch": 900, "step": 0}]
    world.add("doctor", {**body, "sections": sections})
    assert world.main.section(MEDICAL).tainted == {1}


def test_a_void_history_taints_every_epoch_it_covers() -> None:
    world = keyed()
    world.rotate("doctor", MEDICAL)
    world.grant("doctor", "carer", {MEDICAL: (1, 0)})
    assert world.main.section(MEDICAL).tainted == {1, 2}


def test_a_void_grant_of_a_keyless_section_taints_nothing() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "carer", {MEDICAL: (1, 0)}).body
    sections: JsonValue = [{"section": "plan/2", "from_epoch": 1, "from_step": 0, "epoch": 1, "step": 0}]
    world.add("doctor", {**body, "sections": sections})
    assert world.main.section("plan/2").tainted == frozenset()


def test_the_box_of_a_void_grant_opens_nothing() -> None:
    world = keyed()
    composed = world.composed_grant("doctor", "carer", {MEDICAL: (1, 0)})
    statement = world.composed("doctor", composed)
    carer = world.person("carer")
    with pytest.raises(ProtocolError) as caught:
        key_boxes.open_grant_box(
            world.main, statement, composed.boxes[carer.user], carer.user_key, SectionKeys(world.main.chain)
        )
    assert caught.value.reason is Reason.NOT_PERMITTED


def test_the_void_section_of_a_grant_is_left_out_of_the_ring() -> None:
    world = keyed(MEDICAL, "medication/2")
    composed = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0), "medication/2": (1, 0)})
    statement = world.composed("doctor", composed)
    nurse = world.person("nurse")
    opened = key_boxes.open_grant_box(
        world.main, statement, composed.boxes[nurse.user], nurse.user_key, SectionKeys(world.main.chain)
    )
    assert opened.refused == {"medication/2": Reason.NOT_PERMITTED}
    assert opened.ring.holds(KeyId(MEDICAL, 1, 0))
    assert not opened.ring.holds(KeyId("medication/2", 1, 0))


def test_a_void_rotation_starts_no_epoch() -> None:
    world = keyed()
    statement = world.rotate("nurse", MEDICAL)
    assert statement.hash in world.main.voids
    assert world.main.section(MEDICAL).epoch == 1


def test_a_void_claim_starts_no_epoch_and_the_next_member_may_claim() -> None:
    world = CaseWorld.team()
    world.claim("coordinator", MEDICAL)
    assert world.main.section(MEDICAL).epoch == 0
    assert world.verdict(world.claim("doctor", MEDICAL)) is None


def test_the_reader_of_a_void_grant_may_not_grant_it_on() -> None:
    world = keyed()
    world.grant("doctor", "carer", {MEDICAL: (1, 0)})
    world.rings[world.user("carer"), world.main.chain] = world.ring("doctor")
    assert world.verdict(world.grant("carer", "nurse", {MEDICAL: (1, 0)})) is Reason.NOT_ENTITLED


def test_a_void_opening_is_not_in_force() -> None:
    world = keyed()
    world.person("stranger")
    body = world.composed_opening(
        "doctor", UserRecipient(world.user("carer"), world.participation("carer")), [seed32("entry").hex()], ["carer"]
    ).body
    statement = world.add("doctor", {**body, "until_ms": world.now_ms})
    assert world.verdict(statement) is Reason.EXPIRED
    assert world.main.openings == {}
