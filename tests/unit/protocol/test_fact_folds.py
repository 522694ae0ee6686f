"""What is remembered of the facts answers like the facts themselves, whoever asked before and whenever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.large_case import NOW, LargeCase, large_case
from support.policy_story import COORD, DAY, HOUR, IDE, KINE, MO, PERSON, T0, Story, agreement, report, shipped, team
from volet_protocol.access import Question, decide
from volet_protocol.case_facts import CaseFacts
from volet_protocol.consents import GIVEN, REFUSED, SHARE, Recipient, consent_cover
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_groups import FactGroups
from volet_protocol.fact_instants import moments
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Information, Opposition
from volet_protocol.fact_people import Participation, ParticipationEnd
from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency

LEVELS = (1, 2)


@pytest.fixture(scope="module")
def large() -> LargeCase:
    return large_case(60)


def forgetful(facts: CaseFacts) -> CaseFacts:
    """The same facts, of which nobody was asked anything yet."""
    return replace(facts, _groups=FactGroups())


def test_a_remembered_fold_holds_at_every_instant_of_the_facts_and_beside_it() -> None:
    story = team()
    given = story.apply(agreement(until_ms=T0 + 5 * DAY), PERSON, T0 + 2 * HOUR)
    story.apply(ConsentWithdrawal(given, T0 + 3 * DAY), IDE, T0 + 3 * DAY)
    story.apply(Opposition("professional", T0 + DAY, GivenBy(), users=(MO.user,), until_ms=T0 + 2 * DAY), PERSON)
    kine = story.facts.participations_of(KINE.user)[0].hash
    story.apply(ParticipationEnd(kine, T0 + 4 * DAY), COORD)
    entries = [report(MO), report(COORD, 1, "plan")]
    instants = moments(record.fact for records in story.facts.records.values() for record in records)
    for at_ms in sorted({one + beside for one in instants for beside in (-1, 0, 1)}, reverse=True):
        for actor in (COORD, MO, KINE, IDE, PERSON):
            for entry in entries:
                for asked in (entry, None):
                    question = Question(
                        "read", actor.user, actor.capacity, entry.compartment, entry.level, asked, at_ms, via="any"
                    )
                    fresh = decide(shipped(), forgetful(story.facts), question)
                    assert decide(shipped(), story.facts, question) == fresh


def test_one_more_fact_is_effective_at_once_whatever_was_asked_before() -> None:
    story = team()

    def allowed() -> bool:
        return story.ask(IDE, "read", "medical", 2, entry=report(MO)).permitted

    assert not allowed()
    given = story.apply(agreement(T0), PERSON)
    assert allowed()
    before = story.facts
    story.apply(ConsentWithdrawal(given, T0 + 1), IDE, T0 + 1)
    assert not allowed()
    # The state before it is asked too, by whoever judges a link of that time.
    story.facts = before
    assert allowed()


def test_a_state_given_other_records_does_not_answer_from_the_former_ones() -> None:
    facts = team().facts
    assert facts.participations_of(MO.user)
    emptied = replace(facts, records={**facts.records, Participation.type: facts.records[Participation.type][:1]})
    assert not emptied.participations_of(MO.user)


def test_records_found_by_several_keys_come_once_and_in_the_order_of_the_chain() -> None:
    story = Story()
    hashes = [story.add(actor) for actor in (COORD, MO, KINE, IDE)]

    found = story.facts.under(Participation, _rows, "H4", "H2", "H1")
    assert [record.hash for record in found] == hashes


def _rows(fact: Participation) -> tuple[str, ...]:
    return (fact.capacity.row, f"H{fact.limb}")


def test_a_consent_is_found_exactly_when_it_names_what_is_asked(large: LargeCase) -> None:
    facts, seen = large.facts, set[str]()
    for actor in large.outside:
        recipient = Recipient(actor.user, actor.capacity)
        for entry in large.entries:
            asked = Information(entry.compartment, entry.level)
            naming = [
                record
                for record in facts.of(Consent)
                if any(item.covers(asked.compartment, asked.level) for item in record.fact.information)
                and recipient.named_by(record.fact.recipients)
                and facts.ended_at(record.hash) > NOW
            ]
            given = any(record.fact.decision == GIVEN for record in naming)
            refused = any(record.fact.decision == REFUSED for record in naming)
            code = consent_cover(facts, NOW, SHARE, asked, entry.id, recipient).code
            assert (code == GIVEN) == (given and not refused)
            assert (code == REFUSED) == refused
            seen.add(code)
    assert seen >= {GIVEN, REFUSED}


def test_an_entry_that_a_consent_names_is_not_answered_like_its_section() -> None:
    story, entry = team(), report(MO)
    story.apply(agreement(T0, entries=(entry.id,)), PERSON)
    other = replace(entry, id=report(COORD, 1, "plan").id)
    assert story.ask(IDE, "read", "medical", 2, entry=entry).permitted
    assert not story.ask(IDE, "read", "medical", 2, entry=other).permitted
    assert not story.ask(IDE, "read", "medical", 2).permitted


def test_an_emergency_that_says_more_than_a_day_has_a_moment_at_its_first_day() -> None:
    fact = Emergency(MO.user, "H1", "samsah", T0, T0 + 3 * DAY)
    assert moments([fact]) == [T0, T0 + EMERGENCY_MAX_MS, T0 + 3 * DAY]


def test_instants_stand_in_the_moments_however_deep_in_a_fact() -> None:
    consent = agreement(T0 + 2 * HOUR, until_ms=T0 + DAY)
    assert moments([consent]) == [T0 + HOUR, T0 + 2 * HOUR, T0 + DAY]
