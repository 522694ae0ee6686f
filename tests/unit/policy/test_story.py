"""What the story of one case must come out as (design: what ordinary use looks like)."""

from __future__ import annotations

import pytest

from support.policy_story import (
    ASS,
    AUDITOR,
    COORD,
    DAY,
    HOUR,
    IDE,
    INF,
    KINE,
    MO,
    PERSON,
    PSY,
    STRANGER,
    T0,
    Story,
    agreement,
    crossing,
    named,
    report,
    team,
)
from volet_protocol.access import Party
from volet_protocol.fact_notices import ConsentWithdrawal, Information, Notice, NoticeLine, ToUser
from volet_protocol.fact_people import ParticipationEnd
from volet_protocol.vocabulary import COMPARTMENTS


@pytest.mark.parametrize("section", ["medical/1", "medical/2", "medication/1", "medication/2"])
def test_the_doctor_claims_the_medical_sections_with_the_general_notice_alone(section: str) -> None:
    story = Story()
    story.add(COORD)
    story.add(MO)
    story.apply(Notice((NoticeLine("general"),), T0, "oral"), COORD)
    compartment, level = section.split("/")
    assert story.ask(MO, "claim", compartment, int(level)).permitted


def test_a_claim_of_transmissions_waits_for_the_notice_across_categories() -> None:
    story = Story()
    story.add(MO)
    story.apply(Notice((NoticeLine("general"),), T0, "oral"), MO)
    decision = story.ask(MO, "claim", "transmissions", 2)
    assert decision.effect == "permit_with_notice"
    assert decision.missing is not None
    assert (decision.missing.kind, decision.missing.from_category) == ("cross_category", 2)


def test_the_coordinator_reads_the_synthesis_under_the_team_notice() -> None:
    decision = team().ask(COORD, "read", "medical", 1)
    assert decision.permitted
    assert "R15" in decision.rules


def test_the_coordinator_is_refused_the_report_with_the_reason_shown() -> None:
    story = team()
    for entry in (None, report(MO)):
        decision = story.ask(COORD, "read", "medical", 2, entry=entry)
        assert decision.denied
        assert "P3" in decision.rules
        assert not decision.hidden
    assert story.ask(COORD, "claim", "medical", 2).denied
    assert story.ask(COORD, "grant", "medical", 2).denied


def test_opening_the_report_to_the_coordinator_waits_for_the_notice_that_names_it() -> None:
    story = team()
    asked = {"entry": report(MO), "sender": Party(MO.user, MO.capacity)}
    before = story.ask(COORD, "exchange_receive", "medical", 2, **asked)
    assert before.effect == "permit_with_notice"
    assert before.missing is not None
    assert before.missing.information == (Information("medical", 2),)
    line = NoticeLine("cross_category", (Information("medical", 2),), 1, ToUser(COORD.user, 2))
    told = story.apply(Notice((line,), T0 + HOUR, "oral"), MO)
    after = story.ask(COORD, "exchange_receive", "medical", 2, **asked)
    assert after.permitted
    assert told in after.facts
    opened = report(MO, named=frozenset({COORD.user}))
    assert story.ask(COORD, "read", "medical", 2, entry=opened).permitted
    assert story.ask(COORD, "read", "medical", 2).denied


def test_a_whole_exchange_is_refused_when_one_recipient_is() -> None:
    story = team()
    recipients = (Party(INF.user, INF.capacity), Party(STRANGER.user, STRANGER.capacity))
    assert story.ask(MO, "exchange", "medical", 2, entry=report(MO), recipients=recipients).denied
    assert story.ask(MO, "exchange", "medical", 2, entry=report(MO), recipients=recipients[:1]).permitted


def test_the_independent_nurse_waits_for_consent_then_reads_and_writes_then_is_refused() -> None:
    story = team()
    before = story.ask(IDE, "read", "medical", 2)
    assert before.effect == "permit_after_consent"
    assert before.missing is not None
    assert before.missing.kind == "share_outside_team"
    consent = story.apply(agreement(), PERSON, T0 + 2 * HOUR)
    for section in (("medical", 2), ("medical", 1), ("medication", 2)):
        assert story.ask(IDE, "read", *section).permitted
        assert story.ask(IDE, "claim", *section).permitted
    assert story.ask(IDE, "read", "social", 1).effect == "permit_after_consent"
    assert story.ask(KINE, "read", "medication", 2).denied
    story.apply(ConsentWithdrawal(consent, T0 + 3 * HOUR, "electronic"), PERSON, T0 + 3 * HOUR)
    assert story.ask(IDE, "read", "medical", 2).effect == "permit_after_consent"
    assert story.ask(IDE, "write", "medical", 2).effect == "permit_after_consent"
    assert story.ask(IDE, "read", "medical", 2, at_ms=T0 + 2 * HOUR + 1).permitted


def test_the_recognised_physiotherapist_reads_as_the_team_does() -> None:
    assert team().ask(KINE, "read", "medical", 1).permitted
    assert team().ask(KINE, "read", "medical", 2).denied


def test_the_person_reads_every_section_of_her_own_and_may_grant_it() -> None:
    story = team()
    for compartment in COMPARTMENTS:
        for level in (1, 2):
            decision = story.ask(PERSON, "read", compartment, level)
            assert decision.permitted == (compartment != "child_protection" or level == 1), compartment
            assert story.ask(PERSON, "grant", compartment, level).effect == decision.effect


def test_the_person_writes_only_where_the_part_is_hers_to_write() -> None:
    story = team()
    assert story.ask(PERSON, "claim", "expression", 2).permitted
    assert story.ask(PERSON, "claim", "medical", 2).denied


def test_the_auditor_and_the_stranger_read_nothing() -> None:
    story = team()
    for compartment in COMPARTMENTS:
        for level in (1, 2):
            assert story.ask(AUDITOR, "read", compartment, level).denied
            decision = story.ask(STRANGER, "read", compartment, level)
            assert decision.denied
            assert decision.hidden


def test_an_ended_participation_is_refused_on_the_next_request() -> None:
    story = team()
    entry = report(MO)
    assert story.ask(INF, "read", "medical", 2, entry=entry).permitted
    mine = story.facts.participations_of(INF.user)[0]
    story.apply(ParticipationEnd(mine.hash, T0 + 2 * HOUR), INF, T0 + 2 * HOUR)
    assert story.ask(INF, "read", "medical", 2, entry=entry).denied
    assert story.ask(INF, "read", "medical", 2, entry=entry, at_ms=T0 + 2 * HOUR - 1).permitted
    assert story.ask(INF, "read", "medical", 2, entry=entry, at_ms=T0 + 2 * HOUR).denied


def test_the_psychologist_and_the_social_worker_keep_to_their_ceilings() -> None:
    story = team()
    assert story.ask(PSY, "claim", "psychological", 2).permitted
    assert story.ask(MO, "read", "psychological", 2).denied
    assert story.ask(ASS, "claim", "social", 2).permitted
    assert story.ask(ASS, "read", "psychological", 1).denied
    assert story.ask(INF, "read", "psychological", 1).denied


def test_a_consent_recorded_by_its_only_beneficiary_opens_nothing_to_them() -> None:
    story = team()
    story.apply(agreement(means="oral"), IDE, T0 + 2 * HOUR)
    decision = story.ask(IDE, "read", "medical", 2)
    assert decision.effect == "permit_after_consent"
    other = team()
    other.apply(agreement(means="oral"), ASS, T0 + 2 * HOUR)
    assert other.ask(IDE, "read", "medical", 2).permitted


def test_the_end_of_the_episode_ends_the_consent_without_any_act() -> None:
    from volet_protocol.fact_people import EpisodeEnd  # noqa: PLC0415 - one test's word

    story = team()
    story.apply(agreement(), PERSON, T0 + 2 * HOUR)
    story.apply(EpisodeEnd(story.facts.records["episode"][0].hash, T0 + 4 * HOUR), COORD, T0 + 4 * HOUR)
    assert story.ask(IDE, "read", "medical", 2, at_ms=T0 + 4 * HOUR - 1).permitted
    assert story.ask(IDE, "read", "medical", 2).effect == "permit_after_consent"


def test_a_newcomer_reads_from_their_start_unless_history_was_granted() -> None:
    story = team()
    late = named("late nurse")
    nurse = type(INF)(late, INF.capacity)
    story.add(nurse, start_ms=T0 + 3 * HOUR)
    assert "P11" in story.ask(nurse, "read", "medical", 2, entry=report(MO)).rules
    assert story.ask(nurse, "read", "medical", 2, entry=report(MO, written_ms=T0 + 3 * HOUR)).permitted
    other = team()
    other.add(nurse, start_ms=T0 + 3 * HOUR, history_from_ms=T0)
    assert other.ask(nurse, "read", "medical", 2, entry=report(MO)).permitted


def test_one_notice_covers_a_successor_in_the_function_it_names() -> None:
    story = team()
    successor = type(COORD)(named("coord-2"), COORD.capacity)
    story.add(successor)
    assert story.ask(successor, "read", "medical", 1).permitted
    assert crossing("medical", 1, 1, COORD).to is not None
    assert story.ask(successor, "read", "medical", 1, at_ms=T0 - DAY).denied
