"""How a case begins, and which policy table judges its links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.cases import CaseWorld
from support.identities import START_MS, seed32
from support.small_table import CELLS, STANDING, small_table
from volet_protocol import case_chain
from volet_protocol.active_tables import EARLY_MS, OVERLAP_MS, ActiveTables, Period
from volet_protocol.case_links import CaseCreate
from volet_protocol.errors import ProtocolError, Reason

OLD, NEW = small_table(), small_table({**CELLS, "H3": {"medical": "1"}}, STANDING)
SECOND_MS = START_MS + 3_600_000


def tables() -> ActiveTables:
    return ActiveTables(
        {one.hash: one for one in (OLD, NEW)}, [Period(OLD.hash, START_MS), Period(NEW.hash, SECOND_MS)]
    )


def started(world: CaseWorld, author: str = "coordinator", **changes: object) -> Reason | None:
    """Why a case that its author creates with these fields does not start."""
    create = CaseCreate(
        preamble=world.person(author).preamble(world.now_ms), salt=bytes(16), kind="care", structure="dac",
        capacity=world.capacities[author], policy=world.table.hash, controller="Département du Val",
        log_key_hash=seed32("log key").hex(), episode=seed32("episode").hex(),
    )  # fmt: skip
    statement = world.person(author).sign(replace(create, **changes).body())  # type: ignore[arg-type]
    try:
        case_chain.start_case(statement, world.directory, world.tables)
    except ProtocolError as error:
        return error.reason
    return None


def test_a_case_starts_with_its_creators_attested_capacity() -> None:
    assert started(CaseWorld.team()) is None


def test_nobody_opens_a_case_with_somebody_elses_attestation() -> None:
    world = CaseWorld.team()
    assert started(world, capacity=world.capacities["doctor"]) is Reason.NOT_ENTITLED


def test_nobody_opens_a_case_with_an_attestation_that_ran_out() -> None:
    world = CaseWorld.team()
    world.wait(minutes=400 * 24 * 60)
    assert started(world) is Reason.EXPIRED


def test_nobody_opens_a_case_with_an_attestation_that_was_not_served() -> None:
    assert started(CaseWorld.team(), capacity=seed32("no attestation").hex()) is Reason.UNKNOWN_REFERENCE


def test_a_row_that_coordinates_nothing_opens_no_case() -> None:
    world = CaseWorld.team()
    world.attest("desk", "S11", "ccas")
    assert started(world, "desk") is Reason.NOT_ENTITLED


def test_a_case_starts_under_an_active_table() -> None:
    assert started(CaseWorld.team(), policy=seed32("no table").hex()) is Reason.WRONG_POLICY


def test_a_hidden_class_of_another_case_is_refused() -> None:
    world, other = CaseWorld.team(), CaseWorld.team()
    other.main = replace(other.main, case=seed32("other case").hex())
    other.class_create("minor_secret")
    statement = other.sent["minor_secret"][0].statement
    with pytest.raises(ProtocolError) as caught:
        case_chain.start_class(statement, replace(world.main, case=seed32("this case").hex()), world.directory)
    assert caught.value.reason is Reason.WRONG_CASE


@pytest.mark.parametrize(
    ("at_ms", "active"),
    [
        (START_MS - EARLY_MS - 1, ()),
        (START_MS - EARLY_MS, (OLD,)),
        (START_MS, (OLD,)),
        (SECOND_MS - EARLY_MS - 1, (OLD,)),
        (SECOND_MS - EARLY_MS, (OLD, NEW)),
        (SECOND_MS, (OLD, NEW)),
        (SECOND_MS + OVERLAP_MS - 1, (OLD, NEW)),
        (SECOND_MS + OVERLAP_MS, (NEW,)),
    ],
)
def test_a_table_counts_while_it_is_active_and_ten_minutes_after(at_ms: int, active: tuple[object, ...]) -> None:
    found = tables()
    assert [table for table in found.values() if found.active(table.hash, at_ms)] == list(active)


def test_a_link_is_judged_by_the_table_it_names_if_that_one_was_active() -> None:
    world = CaseWorld.team()
    world.tables = tables()
    assert world.verdict(world.claim("doctor", "medical/2")) is None
    world.wait(minutes=120)
    assert world.verdict(world.claim("doctor", "medical/1")) is Reason.WRONG_POLICY
    world.table = NEW
    assert world.verdict(world.claim("doctor", "medical/1")) is None


def test_a_later_table_voids_no_older_link() -> None:
    world = CaseWorld.team()
    world.tables = tables()
    world.claim("doctor", "medical/2")
    world.wait(minutes=120)
    world.table = NEW
    world.claim("doctor", "medical/1")
    assert world.main.voids == {}
