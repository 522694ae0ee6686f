"""A case's chain: what only a lying server could have let through raises; what a member had no right to do is void."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.cases import CaseWorld
from support.identities import seed32
from volet_protocol import case_chain
from volet_protocol.case_links import FactLink
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_people import Participation, ParticipationEnd, Person
from volet_protocol.facts import fact_body, fact_hash
from volet_protocol.key_links import RevokeLink
from volet_protocol.link_reading import read_link
from volet_protocol.statements import UnverifiedStatement


def extend(world: CaseWorld, statement: UnverifiedStatement, body: dict[str, object] | None = None) -> None:
    case_chain.extend(world.main, statement, body, world.directory, world.tables)  # type: ignore[arg-type]


def refused(world: CaseWorld, statement: UnverifiedStatement, body: dict[str, object] | None = None) -> Reason:
    with pytest.raises(ProtocolError) as caught:
        extend(world, statement, body)
    return caught.value.reason


def person_link(world: CaseWorld, author: str = "coordinator", **changes: object) -> UnverifiedStatement:
    """A harmless fact link with some common fields changed."""
    body = fact_body(Person("VALI"), seed32("person")[:16])
    head = replace(world.head(author), **changes)  # type: ignore[arg-type]
    return world.person(author).sign(FactLink(head, fact_hash(body)).body())


def test_the_case_id_is_the_hash_of_its_first_link() -> None:
    world = CaseWorld.team()
    assert world.main.case == world.main.chain == world.sent["main"][0].statement.hash


def test_a_link_after_another_link_than_the_newest_is_refused() -> None:
    world = CaseWorld.team()
    assert refused(world, person_link(world, prev=seed32("elsewhere").hex())) is Reason.WRONG_HASH


def test_a_gap_in_the_sequence_is_refused() -> None:
    world = CaseWorld.team()
    assert refused(world, person_link(world, seq=world.main.head.seq + 2)) is Reason.WRONG_SEQUENCE


def test_a_link_of_another_case_is_refused() -> None:
    world = CaseWorld.team()
    assert refused(world, person_link(world, case=seed32("other case").hex())) is Reason.WRONG_CASE


def test_a_link_of_another_hub_is_refused() -> None:
    world = CaseWorld.team()
    preamble = replace(world.person("coordinator").preamble(world.now_ms), hub="https://elsewhere.example")
    assert refused(world, person_link(world, preamble=preamble)) is Reason.WRONG_HUB


def test_a_link_of_a_hidden_class_is_refused_in_main() -> None:
    world = CaseWorld.team()
    link = person_link(world, class_="minor_secret", main_head=world.main.head)
    assert refused(world, link) is Reason.WRONG_CHAIN


def test_an_altered_signature_is_refused() -> None:
    world = CaseWorld.team()
    link = person_link(world)
    altered = UnverifiedStatement(
        link.body, bytes([link.signature[0]]) + bytes([link.signature[1] ^ 1]) + link.signature[2:]
    )
    assert refused(world, altered) is Reason.BAD_SIGNATURE


def test_a_link_signed_by_somebody_else_in_the_authors_name_is_refused() -> None:
    world = CaseWorld.team()
    body = person_link(world).body
    assert refused(world, world.person("nurse").sign(body)) is Reason.BAD_SIGNATURE


def test_the_loser_of_a_race_is_refused_and_nothing_of_theirs_stays() -> None:
    world = CaseWorld.team()
    late = world.person("nurse").sign(
        RevokeLink(world.head("nurse", widens=False), world.user("doctor"), ()).body()
        | {"sections": [{"section": "medical/2", "list": world.list_head("medical/2").to_json()}]}
    )
    world.claim("doctor", "medical/2")
    assert refused(world, late) is Reason.WRONG_SEQUENCE


def test_a_user_head_that_goes_back_is_refused() -> None:
    world = CaseWorld.team()
    before = world.person("coordinator")
    world.update("coordinator", before.rotate_user_key(world.now_ms))
    world.fact("coordinator", Person("VALI"))
    older = before.preamble(world.now_ms)
    assert refused(world, person_link(world, preamble=older)) is Reason.ROLLED_BACK


def test_a_fact_body_that_is_not_the_one_named_is_refused() -> None:
    world = CaseWorld.team()
    other = fact_body(Person("QUAL"), seed32("person")[:16])
    assert refused(world, person_link(world), dict(other)) is Reason.WRONG_HASH


def test_a_fact_whose_body_was_erased_leaves_the_chain_valid_and_stops_what_widens() -> None:
    world = CaseWorld.team()
    extended = case_chain.extend(world.main, person_link(world), None, world.directory, world.tables)
    world.main = extended
    assert len(extended.missing) == 1
    with pytest.raises(ProtocolError) as caught:
        world.claim("doctor", "medical/2")
    assert caught.value.reason is Reason.UNKNOWN_REFERENCE


def test_a_statement_of_another_kind_is_no_link() -> None:
    world = CaseWorld.team()
    assert refused(world, world.sent["main"][0].statement) is Reason.WRONG_TYPE


def test_a_fact_by_somebody_not_listed_for_it_is_void_and_stays() -> None:
    world = CaseWorld.team()
    body = fact_body(Person("VALI", user=world.user("stranger")), seed32("x")[:16])
    before = world.main.head.seq
    statement = world.add("carer", FactLink(world.head("carer"), fact_hash(body)).body(), body)
    assert world.verdict(statement) is Reason.NOT_ENTITLED
    assert world.main.head.seq == before + 1
    assert world.user("stranger") not in world.main.facts.person_users


def test_a_fact_by_a_stranger_is_void() -> None:
    world = CaseWorld.team()
    world.attest("stranger", "H1", "clinic")
    statement = world.fact("stranger", Person("VALI"))
    assert world.verdict(statement) is Reason.NOT_ENTITLED


def test_a_fact_signed_with_the_attestation_of_another_is_void() -> None:
    world = CaseWorld.team()
    world.capacities["carer"] = world.capacities["coordinator"]
    assert world.verdict(world.fact("carer", Person("VALI"))) is Reason.WRONG_AUTHOR


def test_an_attestation_that_ran_out_no_longer_counts() -> None:
    world = CaseWorld.team()
    world.wait(minutes=400 * 24 * 60)
    assert world.verdict(world.fact("coordinator", Person("VALI"))) is Reason.EXPIRED


def test_a_table_that_is_not_active_makes_a_link_void() -> None:
    world = CaseWorld.team()
    link = person_link(world, policy=seed32("another table").hex())
    verdict = case_chain.judge(world.main, link, None, world.directory, world.tables)
    assert verdict.reason is Reason.WRONG_POLICY


def test_who_left_cannot_reach_back_to_when_they_took_part() -> None:
    world = CaseWorld.team()
    world.wait(minutes=60)
    world.leave("nurse")
    world.now_ms -= 30 * 60_000
    statement = world.fact("nurse", Person("VALI"), widens=False)
    assert world.verdict(statement) is not None


def test_a_void_link_does_not_move_time() -> None:
    world = CaseWorld.team()
    time_ms = world.main.time_ms
    world.attest("stranger", "H1", "clinic")
    world.wait(minutes=10)
    world.fact("stranger", Person("VALI"))
    assert world.main.time_ms == time_ms


def test_leaving_a_case_oneself_needs_no_capacity_any_more() -> None:
    world = CaseWorld.team()
    record = world.main.facts.participations_of(world.user("nurse"), world.now_ms)[0]
    world.capacities.pop("nurse")
    statement = world.fact("nurse", ParticipationEnd(record.hash, world.now_ms), widens=False)
    assert world.verdict(statement) is None
    assert world.main.facts.participations_of(world.user("nurse"), world.now_ms) == ()


def test_every_earlier_state_stays_usable() -> None:
    world = CaseWorld.team()
    before = world.main
    world.claim("doctor", "medical/2")
    assert before.section("medical/2").epoch == 0
    assert world.main.section("medical/2").epoch == 1
    assert before.positions.holds(before.head)
    assert not before.positions.holds(world.main.head)


def test_a_long_chain_keeps_every_position() -> None:
    world = CaseWorld.team()
    for _ in range(70):
        world.fact("coordinator", Person("VALI"))
    assert len(world.main.positions) == world.main.head.seq + 1
    assert world.main.positions.at(world.main.head).hash == world.main.head.hash
    with pytest.raises(ProtocolError) as caught:
        world.main.positions.at(replace(world.main.head, seq=3))
    assert caught.value.reason is Reason.FORKED


# -- list positions ----------------------------------------------------------------------------------------------------


def test_an_epoch_is_accepted_only_at_the_newest_position_of_its_list() -> None:
    world = CaseWorld.team()
    statement = world.claim("doctor", "medical/2")
    newest = world.list_head("medical/2")
    case_chain.check_lists(statement, {"medical/2": newest})
    with pytest.raises(ProtocolError) as caught:
        case_chain.check_lists(statement, {"medical/2": newest.append(seed32("entry").hex())})
    assert caught.value.reason is Reason.WRONG_LIST


def test_the_end_of_a_participation_keeps_its_list_positions() -> None:
    world = CaseWorld.team()
    world.claim("doctor", "medical/2")
    record = world.main.facts.participations_of(world.user("nurse"), world.now_ms)[0]
    statement = world.fact(
        "coordinator", ParticipationEnd(record.hash, world.now_ms), widens=False, lists=["medical/2"]
    )
    link = read_link(statement)
    assert isinstance(link, FactLink)
    assert world.main.fact_lists[link.fact] == {"medical/2": world.list_head("medical/2")}


# -- hidden classes ----------------------------------------------------------------------------------------------------


def hidden(world: CaseWorld) -> tuple[case_chain.CaseChain, Participation]:
    attestation = world.attest("evaluator", "C1", "ase")
    capacity = world.directory.attestations[attestation].capacity
    participation = Participation(
        user=world.user("evaluator"), attestation=attestation, capacity=capacity, regime="child_protection", limb=0,
        start_ms=world.now_ms,
    )  # fmt: skip
    return world.class_create("child_protection"), participation


def test_a_hidden_class_is_created_by_the_creator_of_the_case_only() -> None:
    world = CaseWorld.team()
    with pytest.raises(ProtocolError) as caught:
        world.class_create("minor_secret", author="doctor")
    assert caught.value.reason is Reason.WRONG_AUTHOR


def test_a_fact_of_a_hidden_class_counts_there_and_never_in_main() -> None:
    world = CaseWorld.team()
    state, participation = hidden(world)
    body = fact_body(participation, seed32("p")[:16])
    link = FactLink(world.head("coordinator", state=state), fact_hash(body))
    statement = world.person("coordinator").sign(link.body())
    state = case_chain.extend(state, statement, body, world.directory, world.tables, main=world.main)
    assert state.voids == {}
    assert state.facts.participations_of(world.user("evaluator"), world.now_ms)
    assert not world.main.facts.participations_of(world.user("evaluator"), world.now_ms)


def test_a_hidden_fact_follows_main_at_the_head_that_a_later_link_names() -> None:
    world = CaseWorld.team()
    state, participation = hidden(world)
    body = fact_body(participation, seed32("p")[:16])
    link = FactLink(world.head("coordinator", state=state), fact_hash(body))
    state = case_chain.extend(
        state, world.person("coordinator").sign(link.body()), body, world.directory, world.tables, main=world.main
    )
    world.join("second", "H1", "clinic")
    later = fact_body(Person("VALI"), seed32("q")[:16])
    link = FactLink(world.head("coordinator", state=state), fact_hash(later))
    statement = world.person("coordinator").sign(link.body())
    state = case_chain.extend(state, statement, later, world.directory, world.tables, main=world.main)
    assert state.main_head == world.main.head
    assert state.facts.participations_of(world.user("evaluator"), world.now_ms)
    assert state.facts.participations_of(world.user("second"), world.now_ms)


def test_a_hidden_link_that_names_an_older_main_than_before_widens_nothing() -> None:
    world = CaseWorld.team()
    older = world.main.head
    state = world.class_create("third_party_hidden")
    world.join("second", "H1", "clinic")
    for main_head, expected in ((world.main.head, None), (older, Reason.ROLLED_BACK)):
        body = fact_body(Person("VALI"), world.draw("salt")[:16])
        link = FactLink(replace(world.head("coordinator", state=state), main_head=main_head), fact_hash(body))
        statement = world.person("coordinator").sign(link.body())
        state = case_chain.extend(state, statement, body, world.directory, world.tables, main=world.main)
        assert state.voids.get(statement.hash) is expected
        assert state.main_head == world.main.head


def test_a_hidden_link_is_not_judged_without_the_main_it_names() -> None:
    world = CaseWorld.team()
    state = world.class_create("third_party_hidden")
    body = fact_body(Person("VALI"), seed32("q")[:16])
    statement = world.person("coordinator").sign(
        FactLink(world.head("coordinator", state=state), fact_hash(body)).body()
    )
    with pytest.raises(ProtocolError) as caught:
        case_chain.extend(state, statement, body, world.directory, world.tables)
    assert caught.value.reason is Reason.UNKNOWN_REFERENCE
