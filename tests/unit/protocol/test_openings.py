"""Openings: one entry put before a named recipient, judged when made and again at each release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from support.cases import MINUTE_MS, CaseWorld
from support.identities import seed32
from volet_protocol import compose, key_boxes, openings
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Opposition
from volet_protocol.masks import ANNOUNCEMENT_MS, MASKS
from volet_protocol.opening_links import FunctionRecipient, OpeningLink, UserRecipient
from volet_protocol.questions import EntryMeta
from volet_protocol.statements import Statement

ENTRY = seed32("entry").hex()
OTHER = seed32("other entry").hex()
MEDICAL = "medical/2"


def keyed() -> CaseWorld:
    world = CaseWorld.team()
    world.claim("doctor", MEDICAL)
    return world


def entry(world: CaseWorld, author: str = "doctor", **changes: object) -> EntryMeta:
    meta = EntryMeta(ENTRY, world.user(author), 1, world.now_ms, "medical", 2)
    return replace(meta, **changes)  # type: ignore[arg-type]


def opened(world: CaseWorld, author: str = "doctor", to: str = "nurse", until_ms: int | None = None) -> Statement:
    return world.open_to(author, to, ENTRY, until_ms=until_ms)


def made(world: CaseWorld, statement: Statement, *entries: EntryMeta) -> Reason | None:
    """Why the entries of an opening make it one that nobody honours."""
    link = OpeningLink.read(statement)
    author = next(name for name, person in world.people.items() if person.user == link.head.preamble.user)
    return _refusal(
        lambda: openings.check_made(
            world.main, link, world.capacity(author), entries, table=world.table, at_ms=world.now_ms
        )
    )


def released(
    world: CaseWorld, statement: Statement, meta: EntryMeta, part: str = "body", to: str = "nurse"
) -> Reason | None:
    return _refusal(
        lambda: openings.check_release(
            world.main, statement.hash, meta, part, world.user(to), table=world.table, at_ms=world.now_ms
        )
    )


def _refusal(check: Callable[[], object]) -> Reason | None:
    try:
        check()
    except ProtocolError as error:
        return error.reason
    return None


# -- when made ---------------------------------------------------------------------------------------------------------


def test_a_reader_opens_an_entry_to_a_colleague_who_gets_its_shares() -> None:
    world = keyed()
    recipient = UserRecipient(world.user("nurse"), world.participation("nurse"))
    composed = world.composed_opening("doctor", recipient, [ENTRY], ["nurse"])
    statement = world.composed("doctor", composed)
    assert world.verdict(statement) is None
    nurse = world.person("nurse")
    shares = key_boxes.open_opening_box(
        world.main, statement, composed.boxes[nurse.user], nurse.user_key, user=nurse.user
    )
    assert shares[ENTRY, "body"] == seed32(f"share {ENTRY} body")
    assert made(world, statement, entry(world)) is None


def test_an_opening_by_a_stranger_is_void() -> None:
    world = keyed()
    world.attest("stranger", "H1", "clinic")
    assert world.verdict(opened(world, author="stranger")) is Reason.NOT_ENTITLED


def test_an_opening_that_is_over_when_made_is_void() -> None:
    world = keyed()
    assert world.verdict(opened(world, until_ms=world.now_ms)) is Reason.EXPIRED


def test_an_opening_boxed_to_somebody_else_than_its_recipient_is_void() -> None:
    world = keyed()
    recipient = UserRecipient(world.user("nurse"), world.participation("nurse"))
    statement = world.composed("doctor", world.composed_opening("doctor", recipient, [ENTRY], ["carer"]))
    assert world.verdict(statement) is Reason.WRONG_RECIPIENT


def test_an_opening_to_somebody_who_does_not_take_part_is_void() -> None:
    world = keyed()
    world.person("stranger")
    assert world.verdict(opened(world, to="stranger")) is Reason.WRONG_RECIPIENT


def test_an_opening_to_a_function_reaches_who_holds_it_in_that_structure_only() -> None:
    world = keyed()
    recipient = FunctionRecipient("H2", "clinic")
    good = world.composed("doctor", world.composed_opening("doctor", recipient, [ENTRY], ["nurse"]))
    assert world.verdict(good) is None
    bad = world.composed("doctor", world.composed_opening("doctor", recipient, [ENTRY], ["carer"]))
    assert world.verdict(bad) is Reason.WRONG_RECIPIENT


def test_an_opening_that_rests_on_an_unknown_fact_is_void() -> None:
    world = keyed()
    recipient = UserRecipient(world.user("nurse"), world.participation("nurse"))
    body = world.composed_opening("doctor", recipient, [ENTRY], ["nurse"]).body
    statement = world.add("doctor", {**body, "basis": [seed32("unknown").hex()]})
    assert world.verdict(statement) is Reason.UNKNOWN_REFERENCE


def test_an_opening_of_an_entry_nobody_knows_is_refused() -> None:
    world = keyed()
    assert made(world, opened(world)) is Reason.UNKNOWN_REFERENCE


def test_who_may_not_read_an_entry_does_not_open_it() -> None:
    world = keyed()
    assert made(world, opened(world, author="carer"), entry(world)) is Reason.NOT_ENTITLED


def test_what_was_received_through_an_opening_is_not_opened_again() -> None:
    world = keyed()
    received = entry(world, named=frozenset({world.user("carer")}))
    assert made(world, opened(world, author="carer"), received) is Reason.NOT_ENTITLED


def test_being_named_once_is_no_right_to_name_others() -> None:
    world = keyed()
    received = entry(
        world, "carer", author_category=2, compartment="transmissions", named=frozenset({world.user("doctor")})
    )
    assert made(world, opened(world, author="doctor"), received) is Reason.NOT_ENTITLED
    assert made(world, opened(world, author="doctor"), replace(received, author_category=1)) is None


@pytest.mark.parametrize("mask", sorted(MASKS))
def test_a_masked_entry_is_opened_by_nobody_since_the_link_would_name_it(mask: str) -> None:
    world = keyed()
    masked = entry(world, mask=mask)
    assert made(world, opened(world, author="doctor"), masked) is Reason.NOT_ENTITLED
    others = replace(masked, author=world.user("coordinator"))
    assert made(world, opened(world, author="nurse", to="doctor"), others) is Reason.NOT_ENTITLED


def test_a_result_that_was_announced_is_opened_by_its_author_only_and_not_a_moment_before() -> None:
    world = keyed()
    written_ms = world.now_ms - ANNOUNCEMENT_MS
    announced = entry(world, mask="before_announcement", written_ms=written_ms)
    assert made(world, opened(world, author="doctor"), announced) is None
    waiting = replace(announced, written_ms=written_ms + 1)
    assert made(world, opened(world, author="doctor"), waiting) is Reason.NOT_ENTITLED
    others = replace(announced, author=world.user("coordinator"))
    assert made(world, opened(world, author="nurse", to="doctor"), others) is Reason.NOT_ENTITLED


def test_a_recipient_whom_the_rules_refuse_is_opened_nothing() -> None:
    world = keyed()
    assert made(world, opened(world, to="carer"), entry(world)) is Reason.NOT_PERMITTED


# -- at each release ---------------------------------------------------------------------------------------------------


def test_an_opening_in_force_lets_its_recipient_have_the_part_it_names() -> None:
    world = keyed()
    statement = opened(world)
    assert released(world, statement, entry(world)) is None
    assert openings.opened_to(world.main, ENTRY, world.now_ms) == {world.user("nurse")}


def test_an_opening_serves_nobody_else_and_nothing_else() -> None:
    world = keyed()
    statement = opened(world)
    assert released(world, statement, entry(world), to="carer") is Reason.WRONG_RECIPIENT
    assert released(world, statement, entry(world, id=OTHER)) is Reason.WRONG_PART


def test_a_closed_opening_serves_no_longer() -> None:
    world = keyed()
    statement = opened(world)
    assert world.verdict(world.close("carer", statement.hash)) is None
    assert released(world, statement, entry(world)) is Reason.CLOSED
    assert openings.opened_to(world.main, ENTRY, world.now_ms) == frozenset()


def test_an_opening_ends_at_its_last_instant() -> None:
    world = keyed()
    statement = opened(world, until_ms=world.now_ms + MINUTE_MS)
    world.wait()
    assert released(world, statement, entry(world)) is Reason.EXPIRED
    assert openings.opened_to(world.main, ENTRY, world.now_ms) == frozenset()


def test_an_opening_ends_with_its_recipients_participation() -> None:
    world = keyed()
    statement = opened(world)
    world.leave("nurse")
    assert released(world, statement, entry(world)) is Reason.WRONG_RECIPIENT


def test_an_opening_outlives_its_openers_participation() -> None:
    world = keyed()
    statement = opened(world)
    world.leave("doctor")
    assert released(world, statement, entry(world)) is None


def test_an_opposition_after_the_opening_stops_the_next_release() -> None:
    world = keyed()
    statement = opened(world)
    world.fact("carer", Opposition("professional", world.now_ms, GivenBy(), users=(world.user("nurse"),)), widens=False)
    assert released(world, statement, entry(world)) is Reason.NOT_PERMITTED


def test_an_unknown_opening_serves_nothing() -> None:
    world = keyed()
    statement = opened(world)
    world.main = replace(world.main, openings={})
    assert released(world, statement, entry(world)) is Reason.UNKNOWN_REFERENCE


def test_an_opening_is_closed_once() -> None:
    world = keyed()
    statement = opened(world)
    world.close("nurse", statement.hash)
    assert world.verdict(world.close("nurse", statement.hash)) is Reason.ALREADY
    assert world.verdict(world.close("nurse", seed32("no opening").hex())) is Reason.UNKNOWN_REFERENCE


def test_a_stranger_closes_nothing() -> None:
    world = keyed()
    statement = opened(world)
    world.attest("stranger", "H1", "clinic")
    assert world.verdict(world.close("stranger", statement.hash)) is Reason.NOT_ENTITLED


def test_the_box_of_an_opening_holds_exactly_the_shares_it_names() -> None:
    world = keyed()
    recipient = UserRecipient(world.user("nurse"), world.participation("nurse"))
    link = OpeningLink.read(world.composed("doctor", world.composed_opening("doctor", recipient, [ENTRY], ["nurse"])))
    with pytest.raises(ProtocolError) as caught:
        compose.compose_opening(link, {(ENTRY, "body"): seed32("share")}, {})
    assert caught.value.reason is Reason.WRONG_PART
