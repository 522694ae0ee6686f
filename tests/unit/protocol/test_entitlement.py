"""Who may claim, grant, revoke and rotate: what is not entitled is void, and says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from support.cases import MINUTE_MS, CaseWorld
from support.identities import capacity, seed32
from volet_protocol import case_chain, compose
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import DAY_MS
from volet_protocol.case_links import FactLink, Fresh
from volet_protocol.errors import Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Except, Opposition
from volet_protocol.fact_people import Participation
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.statements import Statement

MEDICAL = "medical/2"


def keyed() -> CaseWorld:
    """The team, with medical/2 claimed by the doctor."""
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    return world


def shared() -> CaseWorld:
    """The team, with medical/2 held by doctor and nurse."""
    world = keyed()
    assert world.verdict(world.grant("doctor", "nurse", {MEDICAL: (1, 0)})) is None
    return world


def altered(world: CaseWorld, author: str, body: JsonObject, changes: Mapping[str, JsonValue]) -> Reason | None:
    """Why the link is void once its author has signed it with these fields changed."""
    return world.verdict(world.add(author, {**body, **changes}))


# -- claim -------------------------------------------------------------------------------------------------------------


def test_a_member_who_may_read_and_write_the_whole_section_claims_it() -> None:
    world = CaseWorld.team()
    statement = world.claim("doctor", MEDICAL)
    assert world.verdict(statement) is None
    assert world.main.section(MEDICAL).epoch == 1
    assert list(world.main.section(MEDICAL).readers) == [world.user("doctor")]


def test_the_creator_of_the_case_draws_no_key_of_what_the_table_denies_them() -> None:
    world = CaseWorld.team()
    assert world.verdict(world.claim("coordinator", MEDICAL)) is Reason.NOT_PERMITTED


def test_a_member_who_may_read_but_not_write_claims_nothing() -> None:
    world = CaseWorld.team()
    assert world.verdict(world.claim("nurse", "medication/1")) is Reason.NOT_PERMITTED


def test_a_permit_that_still_needs_a_notice_gives_no_key() -> None:
    world = CaseWorld.team()
    assert world.verdict(world.claim("carer", "transmissions/2")) is Reason.NOT_PERMITTED


def test_nobody_claims_before_they_take_part() -> None:
    world = CaseWorld.team()
    world.attest("locum", "H1", "clinic")
    assert world.verdict(world.claim("locum", MEDICAL)) is Reason.NOT_ENTITLED


def test_one_denied_section_makes_the_whole_claim_void() -> None:
    world = CaseWorld.team()
    assert world.verdict(world.claim("doctor", MEDICAL, "social/2")) is Reason.NOT_PERMITTED
    assert world.main.section(MEDICAL).epoch == 0


def test_a_section_that_somebody_holds_is_not_claimed_again() -> None:
    world = keyed()
    assert world.verdict(world.claim("nurse", MEDICAL)) is Reason.ALREADY


def test_a_section_of_another_class_is_not_claimed_in_main() -> None:
    world = CaseWorld.team()
    assert world.verdict(world.claim("doctor", "child_protection/2")) is Reason.WRONG_CHAIN


def test_a_claim_skips_no_epoch() -> None:
    world = CaseWorld.team()
    keys, lists = {MEDICAL: seed32("k")}, {MEDICAL: world.list_head(MEDICAL)}
    body = compose.compose_claim(world.main, world.head("doctor"), world.person("doctor").chain, keys, lists).body
    sections = [{**item, "epoch": 2} for item in _objects(body["sections"])]
    assert altered(world, "doctor", body, {"sections": sections}) is Reason.WRONG_EPOCH


def test_when_no_permitted_holder_is_left_a_member_claims_the_next_epoch_without_history() -> None:
    world = keyed()
    world.leave("doctor")
    assert world.verdict(world.claim("nurse", MEDICAL)) is None
    state = world.main.section(MEDICAL)
    assert (state.epoch, state.orphaned) == (2, True)
    assert world.opens("nurse", MEDICAL, 2)
    assert not world.opens("nurse", MEDICAL, 1)


# -- grant -------------------------------------------------------------------------------------------------------------


def test_a_holder_grants_the_history_that_the_reader_may_have() -> None:
    world = shared()
    assert world.opens("nurse", MEDICAL, 1, 0)


def test_a_grant_from_now_on_steps_the_key_and_gives_none_of_the_past() -> None:
    world = keyed()
    assert world.verdict(world.grant("doctor", "nurse", {MEDICAL: None})) is None
    assert world.main.section(MEDICAL).step == 1
    assert world.opens("nurse", MEDICAL, 1, 1)
    assert not world.opens("nurse", MEDICAL, 1, 0)


def test_nobody_grants_what_they_do_not_hold() -> None:
    world = keyed()
    ring = world.ring("doctor")
    world.rings[world.user("nurse"), world.main.chain] = ring
    statement = world.grant("nurse", "doctor", {MEDICAL: (1, 0)})
    assert world.verdict(statement) is Reason.NOT_ENTITLED


def test_nobody_grants_an_earlier_step_than_their_own() -> None:
    world = keyed()
    world.grant("doctor", "nurse", {MEDICAL: None})
    world.rings[world.user("nurse"), world.main.chain] = world.ring("doctor")
    world.join("second", "H1", "clinic", history_from_ms=0)
    assert world.verdict(world.grant("nurse", "second", {MEDICAL: (1, 0)})) is Reason.NOT_ENTITLED


def test_a_reader_whose_decision_is_not_a_permit_gets_nothing() -> None:
    world = keyed()
    statement = world.grant("doctor", "carer", {MEDICAL: (1, 0)})
    assert world.verdict(statement) is Reason.NOT_PERMITTED
    assert world.user("carer") not in world.main.section(MEDICAL).readers


def test_an_opposition_of_the_person_stops_the_next_grant() -> None:
    world = keyed()
    world.fact(
        "doctor", Opposition("professional", world.now_ms, GivenBy(), users=(world.user("nurse"),)), widens=False
    )
    assert world.verdict(world.grant("doctor", "nurse", {MEDICAL: (1, 0)})) is Reason.NOT_PERMITTED


def test_somebody_without_participation_is_no_reader() -> None:
    world = keyed()
    world.person("stranger")
    assert world.verdict(world.grant("doctor", "stranger", {MEDICAL: (1, 0)})) is Reason.WRONG_RECIPIENT


def test_a_participation_of_somebody_else_is_not_the_readers_capacity() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    other = world.participation("doctor")
    assert other is not None
    assert altered(world, "doctor", body, {"reader_capacity": other}) is Reason.WRONG_RECIPIENT


def test_a_newcomer_without_history_is_not_given_what_was_sealed_before_they_came() -> None:
    world = keyed()
    world.wait()
    world.join("second", "H1", "clinic")
    assert world.verdict(world.grant("doctor", "second", {MEDICAL: (1, 0)})) is Reason.NOT_YET


def test_a_newcomer_with_a_horizon_is_given_what_began_after_it() -> None:
    world = keyed()
    world.wait()
    world.join("second", "H1", "clinic", history_from_ms=world.now_ms - MINUTE_MS)
    assert world.verdict(world.grant("doctor", "second", {MEDICAL: (1, 0)})) is None


def test_the_person_is_given_everything_the_table_permits() -> None:
    world = keyed()
    world.wait()
    world.account("person")
    assert world.verdict(world.grant("doctor", "person", {MEDICAL: (1, 0)})) is None
    assert world.opens("person", MEDICAL, 1)


def test_a_grant_after_its_last_instant_is_void() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    assert altered(world, "doctor", body, {"not_after_ms": world.now_ms}) is Reason.EXPIRED


def test_a_grant_to_a_superseded_generation_is_void() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    world.update("nurse", world.person("nurse").rotate_user_key(world.now_ms))
    changes: Mapping[str, JsonValue] = {"reader_head": world.person("nurse").head.to_json()}
    assert altered(world, "doctor", body, changes) is Reason.WRONG_EPOCH


def test_a_grant_that_names_an_older_head_of_its_reader_than_the_chain_has_seen_is_void() -> None:
    world = keyed()
    old = world.person("nurse").head
    world.update("nurse", world.person("nurse").rotate_user_key(world.now_ms))
    world.grant("doctor", "nurse", {MEDICAL: (1, 0)})
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    changes: Mapping[str, JsonValue] = {"reader_head": old.to_json(), "generation": 1}
    assert altered(world, "doctor", body, changes) is Reason.ROLLED_BACK


def test_a_grant_names_every_fact_that_its_decision_used() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    assert altered(world, "doctor", body, {"facts": []}) is Reason.UNKNOWN_REFERENCE


def test_a_grant_names_no_fact_that_is_not_in_the_chain() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    facts: JsonValue = sorted([*_texts(body["facts"]), seed32("invented").hex()])
    assert altered(world, "doctor", body, {"facts": facts}) is Reason.UNKNOWN_REFERENCE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"epoch": 2, "from_epoch": 2}, Reason.WRONG_EPOCH),
        ({"step": 1}, Reason.WRONG_STEP),
        ({"step": 1, "from_step": 1}, Reason.WRONG_STEP),
    ],
)
def test_a_grant_gives_the_current_epoch_and_step(changes: dict[str, JsonValue], reason: Reason) -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    sections = [{**item, **changes} for item in _objects(body["sections"])]
    assert altered(world, "doctor", body, {"sections": sections}) is reason


def test_a_stepping_grant_goes_forward_by_one_step_only() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: None}).body
    sections = [{**item, "step": 2, "from_step": 2} for item in _objects(body["sections"])]
    assert altered(world, "doctor", body, {"sections": sections}) is Reason.WRONG_STEP


def test_a_stepping_grant_hides_no_older_step() -> None:
    world = keyed()
    body = world.composed_grant("doctor", "nurse", {MEDICAL: None}).body
    sections = [{**item, "from_step": 0} for item in _objects(body["sections"])]
    assert altered(world, "doctor", body, {"sections": sections}) is Reason.WRONG_STEP


def test_a_void_section_of_a_grant_leaves_the_others_good() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL, "medication/2")
    statement = world.grant("doctor", "nurse", {MEDICAL: (1, 0), "medication/2": (1, 0)})
    assert world.verdict(statement) is None
    assert world.main.void_sections == {(statement.hash, "medication/2"): Reason.NOT_PERMITTED}
    assert world.opens("nurse", MEDICAL, 1)
    assert not world.opens("nurse", "medication/2", 1)


def test_a_frozen_account_is_boxed_nothing() -> None:
    world = keyed()
    nurse = world.person("nurse")
    closed = replace(
        nurse.chain, standings=(*nurse.chain.standings[:-1], replace(nurse.chain.standings[-1], frozen=True))
    )
    world.directory.users[nurse.user] = closed
    body = world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body
    assert altered(world, "doctor", body, {}) is Reason.CLOSED


# -- rotate and revoke -------------------------------------------------------------------------------------------------


def test_a_rotation_leaves_behind_who_is_no_longer_permitted() -> None:
    world = shared()
    world.leave("nurse")
    assert world.verdict(world.rotate("doctor", MEDICAL)) is None
    assert world.opens("doctor", MEDICAL, 2)
    assert not world.opens("nurse", MEDICAL, 2)


def test_a_rotation_that_leaves_out_a_permitted_reader_is_void() -> None:
    world = shared()
    body = world.composed_rotate("doctor", MEDICAL).body
    readers = [item for item in _objects(body["readers"]) if item["user"] != world.user("nurse")]
    assert altered(world, "doctor", body, {"readers": readers}) is Reason.WRONG_READERS


def test_a_rotation_that_keeps_somebody_who_left_is_void() -> None:
    world = shared()
    body = dict(world.composed_rotate("doctor", MEDICAL).body)
    world.leave("nurse")
    head = world.head("doctor")
    changes: dict[str, JsonValue] = {"seq": head.seq, "prev": head.prev}
    assert altered(world, "doctor", body, changes) is Reason.WRONG_READERS


def test_a_rotation_adds_nobody_who_did_not_hold_the_section() -> None:
    world = shared()
    world.join("second", "H1", "clinic")
    readers = {**world.access().next_readers([MEDICAL], {MEDICAL: world.main.section(MEDICAL)})}
    readers[world.user("second")] = [MEDICAL]
    composed = compose.compose_rotate(
        world.main, world.head("doctor"), {MEDICAL: seed32("k")}, {MEDICAL: world.list_head(MEDICAL)},
        readers=readers, chains=world.directory.users,
    )  # fmt: skip
    assert world.verdict(world.composed("doctor", composed)) is Reason.WRONG_READERS


def test_somebody_who_does_not_hold_the_section_does_not_rotate_it() -> None:
    world = keyed()
    assert world.verdict(world.rotate("nurse", MEDICAL)) is Reason.NOT_ENTITLED


def test_a_rotation_brings_every_section_that_its_author_owes() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL, "medical/1")
    world.grant("doctor", "nurse", {MEDICAL: (1, 0), "medical/1": (1, 0)})
    world.leave("nurse")
    assert world.verdict(world.rotate("doctor", MEDICAL)) is Reason.SECTION_OWED
    assert world.verdict(world.rotate("doctor", MEDICAL, "medical/1")) is None


def test_who_cannot_be_boxed_is_deferred_and_owed_a_grant() -> None:
    world = shared()
    nurse = world.user("nurse")
    assert world.verdict(world.rotate("doctor", MEDICAL, deferred={nurse: "frozen"})) is None
    state = world.main.section(MEDICAL)
    assert nurse not in state.readers
    assert state.deferred == {nurse: "frozen"}
    assert world.verdict(world.grant("doctor", "nurse", {MEDICAL: (1, 0)})) is None
    assert world.main.section(MEDICAL).deferred == {}


def test_who_rotates_does_not_defer_themselves() -> None:
    world = shared()
    statement = world.rotate("doctor", MEDICAL, deferred={world.user("doctor"): "frozen"})
    assert world.verdict(statement) is Reason.WRONG_READERS


def test_a_rotation_to_a_superseded_generation_is_void() -> None:
    world = shared()
    body = world.composed_rotate("doctor", MEDICAL).body
    world.update("nurse", world.person("nurse").rotate_user_key(world.now_ms))
    head = world.person("nurse").head.to_json()
    readers = [
        {**item, "head": head} if item["user"] == world.user("nurse") else item for item in _objects(body["readers"])
    ]
    assert altered(world, "doctor", body, {"readers": readers}) is Reason.WRONG_EPOCH


def test_any_member_leaves_a_reader_behind_and_the_next_rotation_does_it() -> None:
    world = shared()
    assert world.verdict(world.revoke("carer", "nurse", MEDICAL)) is None
    assert world.verdict(world.rotate("doctor", MEDICAL)) is None
    assert not world.opens("nurse", MEDICAL, 2)


def test_a_stranger_revokes_nobody() -> None:
    world = shared()
    world.attest("stranger", "H1", "clinic")
    assert world.verdict(world.revoke("stranger", "nurse", MEDICAL)) is Reason.NOT_ENTITLED


def test_somebody_who_holds_nothing_is_not_revoked() -> None:
    world = keyed()
    assert world.verdict(world.revoke("doctor", "nurse", MEDICAL)) is Reason.UNKNOWN_REFERENCE


def test_a_list_never_goes_back_between_epochs() -> None:
    world = shared()
    body = world.composed_rotate("doctor", MEDICAL).body
    longer = world.list_head(MEDICAL).append(seed32("entry").hex())
    sections = [{**item, "list": longer.to_json()} for item in _objects(body["sections"])]
    assert altered(world, "doctor", body, {"sections": sections}) is None
    body = world.composed_rotate("doctor", MEDICAL).body
    start: JsonValue = {"n": 0, "h": "0" * 64}
    sections = [{**item, "list": start} for item in _objects(body["sections"])]
    assert altered(world, "doctor", body, {"sections": sections}) is Reason.WRONG_LIST


def test_a_list_does_not_get_shorter_between_epochs() -> None:
    world = shared()
    longer = world.list_head(MEDICAL).append(seed32("entry").hex())
    for at, reason in ((longer.append(seed32("entry 2").hex()), None), (longer, Reason.WRONG_LIST)):
        body = world.composed_rotate("doctor", MEDICAL).body
        sections = [{**item, "list": at.to_json()} for item in _objects(body["sections"])]
        assert altered(world, "doctor", body, {"sections": sections}) is reason


def test_who_comes_back_still_holds_what_they_were_given_before() -> None:
    world = shared()
    world.revoke("doctor", "nurse", MEDICAL)
    world.rotate("doctor", MEDICAL)
    world.join("second", "H1", "clinic", history_from_ms=0)
    world.grant("doctor", "nurse", {MEDICAL: (2, 0)})
    assert world.verdict(world.grant("nurse", "second", {MEDICAL: (1, 0)})) is None
    assert world.opens("second", MEDICAL, 1)


def test_a_participation_that_ended_does_not_come_back_with_a_slow_clock() -> None:
    world = CaseWorld.team()
    world.join("locum", "H1", "clinic", until_ms=world.now_ms + 2 * MINUTE_MS)
    world.wait(3)
    world.inform()
    world.now_ms -= 2 * MINUTE_MS
    assert world.verdict(world.claim("locum", MEDICAL)) is Reason.NOT_ENTITLED


def test_nobody_is_made_a_doctor_by_whoever_adds_them() -> None:
    world = keyed()
    attestation = world.attest("assistant", "S1", "clinic")
    for changes in ({"capacity": capacity("H1", "clinic")}, {"user": world.user("carer")}):
        fact = Participation(
            user=world.user("assistant"), attestation=attestation, capacity=capacity("S1", "clinic"), regime="care",
            limb=1, start_ms=world.now_ms,
        )  # fmt: skip
        statement = world.fact("coordinator", replace(fact, **changes))
        assert world.verdict(statement) is Reason.NOT_TRUSTED


# -- freshness ---------------------------------------------------------------------------------------------------------

WIDENING: Mapping[str, Callable[[CaseWorld], Statement]] = {
    "claim": lambda world: world.claim("doctor", "medical/1"),
    "grant": lambda world: world.grant("doctor", "nurse", {MEDICAL: (1, 0)}),
    "rotate": lambda world: world.rotate("doctor", MEDICAL),
    "opening": lambda world: world.open_to("doctor", "nurse", seed32("entry").hex()),
    "fact": lambda world: world.inform(),
}


@pytest.mark.parametrize("kind", WIDENING)
@pytest.mark.parametrize(
    ("age_ms", "reason"),
    [(600_000, None), (600_001, Reason.STALE), (-120_000, None), (-120_001, Reason.NOT_YET)],
)
def test_a_widening_link_rests_on_a_head_at_most_ten_minutes_old(
    kind: str, age_ms: int, reason: Reason | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = keyed()
    world.wait(20)
    fresh = Fresh(7, seed32("root").hex(), world.now_ms - age_ms)
    monkeypatch.setattr(world, "fresh", lambda: fresh)
    assert world.verdict(WIDENING[kind](world)) is reason


def test_a_widening_link_without_a_head_proof_is_void() -> None:
    world = keyed()
    body = dict(world.composed_grant("doctor", "nurse", {MEDICAL: (1, 0)}).body)
    del body["fresh"]
    assert altered(world, "doctor", body, {}) is Reason.STALE


def test_a_narrowing_link_needs_no_head_proof() -> None:
    world = shared()
    world.wait(60)
    assert world.verdict(world.leave("nurse", by="carer")) is None


def test_a_narrowing_opposition_is_accepted_from_any_member() -> None:
    world = keyed()
    opposition = Opposition("all", world.now_ms, GivenBy(), spared=Except(rows=("H1",)))
    assert world.verdict(world.fact("carer", opposition, widens=False)) is None


# -- child protection --------------------------------------------------------------------------------------------------


def test_the_keys_of_child_protection_live_in_its_own_chain() -> None:
    world = CaseWorld.team()
    attestation = world.attest("evaluator", "C1", "ase")
    participation = Participation(
        user=world.user("evaluator"), attestation=attestation,
        capacity=world.directory.attestations[attestation].capacity, regime="child_protection", limb=0,
        start_ms=world.now_ms, until_ms=world.now_ms + DAY_MS,
    )  # fmt: skip
    state = world.class_create("child_protection")
    body = fact_body(participation, seed32("p")[:16])
    link = FactLink(world.head("coordinator", state=state), fact_hash(body))
    state = case_chain.extend(
        state, world.person("coordinator").sign(link.body()), body, world.directory, world.tables, main=world.main
    )
    section = "child_protection/2"
    for author, expected in (("doctor", Reason.NOT_PERMITTED), ("evaluator", None)):
        composed = compose.compose_claim(
            state, world.head(author, state=state), world.person(author).chain, {section: seed32("k")},
            {section: world.list_head(section)},
        )  # fmt: skip
        statement = world.person(author).sign(composed.body)
        state = case_chain.extend(state, statement, None, world.directory, world.tables, main=world.main)
        assert state.voids.get(statement.hash) is expected
    assert list(state.section(section).readers) == [world.user("evaluator")]


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    assert isinstance(value, list)
    return [dict(item) for item in value]


def _texts(value: JsonValue) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]
