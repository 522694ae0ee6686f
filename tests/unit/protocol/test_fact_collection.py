"""What was collected off line and recorded later: both times stand, effect comes from the position alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.cases import EPISODE, CaseWorld
from support.identities import seed32
from volet_protocol.capacities import DAY_MS
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_collection import LATE_AFTER_MS, check_collected, collected_ms, is_late, late_reason
from volet_protocol.fact_notices import (
    Consent,
    ConsentWithdrawal,
    DeliveredNotice,
    Information,
    Notice,
    NoticeLine,
    Opposition,
    OppositionEnd,
    Recipients,
)
from volet_protocol.fact_people import ParticipationEnd
from volet_protocol.fact_powers import MinorSecret, MinorSecretEnd
from volet_protocol.facts import Fact

NOW_MS = 10 * DAY_MS
GENERAL = (NoticeLine("general"),)


def consent(given_ms: int, decision: str = "given", late: str | None = None) -> Consent:
    return Consent(
        "share_outside_team", decision, (Information("medical", 2),), Recipients(rows=("H2",)), GivenBy(), given_ms,
        notice=DeliveredNotice(seed32("text").hex(), given_ms), episode=EPISODE, late=late,
    )  # fmt: skip


def notice(given_ms: int, late: str | None = None) -> Notice:
    return Notice(GENERAL, given_ms, "paper", late)


def test_a_notice_from_the_car_counts_up_to_72_hours_and_not_a_millisecond_longer() -> None:
    check_collected(notice(NOW_MS - LATE_AFTER_MS), NOW_MS)
    with pytest.raises(ProtocolError) as caught:
        check_collected(notice(NOW_MS - LATE_AFTER_MS - 1), NOW_MS)
    assert caught.value.reason is Reason.STALE


def test_a_reason_lets_a_late_consent_in_and_marks_it() -> None:
    late = consent(NOW_MS - 5 * DAY_MS, late="paper_received_late")
    check_collected(late, NOW_MS)
    assert is_late(late, NOW_MS)
    assert late_reason(late) == "paper_received_late"


@pytest.mark.parametrize(
    "fact",
    [
        consent(0, "refused"),
        ConsentWithdrawal(seed32("consent").hex(), 0, "phone"),
        Opposition("all", 0, GivenBy()),
        MinorSecret((seed32("entry").hex(),), "L1111-5", 0),
    ],
)
def test_a_word_that_narrows_is_never_refused_for_having_waited(fact: Fact) -> None:
    check_collected(fact, NOW_MS)
    assert is_late(fact, NOW_MS)


@pytest.mark.parametrize(
    "fact", [OppositionEnd(seed32("opposition").hex(), 0), MinorSecretEnd(seed32("secret").hex(), 0), consent(0)]
)
def test_a_word_that_widens_again_waits_no_longer_than_72_hours_without_a_reason(fact: Fact) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_collected(fact, NOW_MS)
    assert caught.value.reason is Reason.STALE


@pytest.mark.parametrize("fact", [notice(NOW_MS + 120_001), consent(NOW_MS + 120_001, "refused")])
def test_nobody_was_informed_nor_answered_tomorrow(fact: Fact) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_collected(fact, NOW_MS)
    assert caught.value.reason is Reason.NOT_YET


def test_a_fact_that_is_nobodys_words_has_no_time_of_collection() -> None:
    end = ParticipationEnd(seed32("participation").hex(), 0)
    check_collected(end, NOW_MS)
    assert (collected_ms(end), late_reason(end), is_late(end, NOW_MS)) == (None, None, False)


def test_a_link_with_a_late_notice_is_void_and_tells_why() -> None:
    world = CaseWorld.team()
    late = notice(world.now_ms - LATE_AFTER_MS - 1)
    assert world.verdict(world.fact("nurse", late)) is Reason.STALE
    assert world.verdict(world.fact("nurse", replace(late, late="no_network"))) is None


def test_a_consent_collected_yesterday_opens_nothing_before_the_position_it_was_recorded_at() -> None:
    world = CaseWorld.team()
    before = world.main
    statement = world.fact("nurse", consent(world.now_ms - DAY_MS))
    assert world.verdict(statement) is None
    assert before.facts.of(Consent) == ()
    (record,) = world.main.facts.of(Consent)
    assert (record.fact.given_ms, record.recorded_ms) == (world.now_ms - DAY_MS, world.now_ms)


def test_a_withdrawal_of_last_week_is_recorded_without_a_reason() -> None:
    world = CaseWorld.team()
    given = world.fact("nurse", consent(world.now_ms))
    world.wait()
    withdrawal = ConsentWithdrawal(str(given.body["fact"]), world.now_ms - 7 * DAY_MS, "phone")
    assert world.verdict(world.fact("nurse", withdrawal, widens=False)) is None
