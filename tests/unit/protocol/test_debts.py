"""What is owed: readers to leave behind, boxes to renew, taints, and grants to those who may read."""

from __future__ import annotations

from support.cases import MINUTE_MS, CaseWorld
from support.identities import make_device
from volet_protocol import debts
from volet_protocol.debts import Debt
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Opposition, OppositionEnd

MEDICAL = "medical/2"


def shared() -> CaseWorld:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    world.grant("doctor", "nurse", {MEDICAL: (1, 0)})
    return world


def debt(world: CaseWorld, section: str = MEDICAL, at_ms: int | None = None) -> Debt:
    return debts.debt(world.main, section, world.table, world.now_ms if at_ms is None else at_ms, world.directory)


def test_a_section_whose_readers_are_all_permitted_owes_nothing() -> None:
    assert debt(shared()) == Debt()


def test_a_keyless_section_owes_nothing() -> None:
    assert debt(shared(), "plan/2") == Debt()


def test_the_end_of_a_participation_is_a_debt() -> None:
    world = shared()
    world.leave("nurse")
    assert debt(world).leaving == (world.user("nurse"),)


def test_a_participation_that_ends_by_itself_is_a_debt_from_that_instant_without_any_act() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    until_ms = world.now_ms + 60 * MINUTE_MS
    world.join("locum", "H1", "clinic", until_ms=until_ms)
    world.grant("doctor", "locum", {MEDICAL: (1, 0)})
    assert not debt(world, at_ms=until_ms - 1).owed
    assert debt(world, at_ms=until_ms).leaving == (world.user("locum"),)


def test_an_opposition_is_a_debt_and_its_end_is_not() -> None:
    world = shared()
    opposition = Opposition("professional", world.now_ms, GivenBy(), users=(world.user("nurse"),))
    statement = world.fact("coordinator", opposition, widens=False)
    assert debt(world).leaving == (world.user("nurse"),)
    world.wait()
    world.fact("coordinator", OppositionEnd(str(statement.body["fact"]), world.now_ms))
    assert not debt(world).owed


def test_a_new_generation_of_a_reader_is_a_debt_until_they_are_boxed_anew() -> None:
    world = shared()
    world.update("nurse", world.person("nurse").rotate_user_key(world.now_ms))
    assert debt(world).superseded == (world.user("nurse"),)
    assert debts.sections_owed(world.main, world.table, world.now_ms, world.directory, world.user("doctor")) == [
        MEDICAL
    ]
    world.rotate("doctor", MEDICAL)
    assert not debt(world).owed


def test_a_revoked_device_of_a_reader_is_a_debt() -> None:
    world = shared()
    second = make_device("second device", 9)
    world.update("nurse", world.person("nurse").add_device(second, world.now_ms))
    world.update("nurse", world.person("nurse").revoke_device(second.id, world.now_ms))
    assert debt(world).readers == (world.user("nurse"),)


def test_a_revocation_is_a_debt_until_the_rotation() -> None:
    world = shared()
    world.revoke("doctor", "nurse", MEDICAL)
    assert debt(world).leaving == (world.user("nurse"),)
    world.rotate("doctor", MEDICAL)
    assert not debt(world).owed


def test_a_debt_never_stops_reading_or_narrowing() -> None:
    world = shared()
    world.leave("nurse")
    assert world.opens("doctor", MEDICAL, 1)
    assert world.verdict(world.revoke("doctor", "nurse", MEDICAL)) is None


def test_who_does_not_hold_a_section_owes_nothing_for_it() -> None:
    world = shared()
    world.leave("nurse")
    assert debts.sections_owed(world.main, world.table, world.now_ms, world.directory, world.user("carer")) == []


def test_a_permitted_member_without_the_current_epoch_is_owed_a_grant() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    assert debts.owed_grants(world.main, MEDICAL, world.table, world.now_ms, world.directory) == [world.user("nurse")]


def test_the_person_is_owed_a_grant_of_what_is_theirs() -> None:
    world = shared()
    world.account("person")
    assert debts.owed_grants(world.main, MEDICAL, world.table, world.now_ms, world.directory) == [world.user("person")]


def test_nobody_is_owed_a_grant_of_a_keyless_section() -> None:
    world = CaseWorld.team()
    assert debts.owed_grants(world.main, MEDICAL, world.table, world.now_ms, world.directory) == []


def test_software_does_not_bring_back_who_was_revoked_by_name() -> None:
    world = shared()
    world.revoke("doctor", "nurse", MEDICAL)
    world.rotate("doctor", MEDICAL)
    assert debts.owed_grants(world.main, MEDICAL, world.table, world.now_ms, world.directory) == []
    assert world.verdict(world.grant("doctor", "nurse", {MEDICAL: None})) is None
    world.rotate("doctor", MEDICAL)
    assert world.opens("nurse", MEDICAL, 3)


def test_an_orphaned_section_waits_for_a_claim() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    assert not debts.may_be_claimed(world.main, MEDICAL, world.table, world.now_ms)
    world.leave("doctor")
    assert debts.may_be_claimed(world.main, MEDICAL, world.table, world.now_ms)


def test_a_section_with_one_reader_is_flagged() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    assert debts.single_reader(world.main) == [MEDICAL]
    world.grant("doctor", "nurse", {MEDICAL: (1, 0)})
    assert debts.single_reader(world.main) == []


def test_the_debts_of_a_case_are_listed_by_section() -> None:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL, "medical/1")
    world.grant("doctor", "nurse", {MEDICAL: (1, 0)})
    world.leave("nurse")
    assert list(debts.debts(world.main, world.table, world.now_ms, world.directory)) == [MEDICAL]
