"""What was collected earlier and no longer fits: what the person has said since, what somebody else has done since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.policy_story import COORD, PERSON, T0, Story, team
from volet_client.facts_rebasing import misfit
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import (
    Consent,
    ConsentWithdrawal,
    DeliveredNotice,
    Information,
    Opposition,
    OppositionEnd,
    Recipients,
)
from volet_protocol.fact_people import EpisodeEnd

HOUR_MS = 3_600_000
NOW_MS = T0 + 10 * HOUR_MS


def consent(story: Story, given_ms: int = T0 + HOUR_MS, decision: str = "given") -> Consent:
    episode = story.facts.records["episode"][0].fact
    return Consent(
        "share_outside_team", decision, (Information("medical", 2),), Recipients(rows=("H2",)), GivenBy(), given_ms,
        notice=DeliveredNotice("0" * 64, given_ms), episode=episode.episode,  # type: ignore[union-attr]  # of its type
    )  # fmt: skip


def test_a_consent_still_fits_when_nothing_was_said_since() -> None:
    story = team()
    assert misfit(story.facts, consent(story), NOW_MS) is None


@pytest.mark.parametrize(
    "against",
    [
        Opposition("all", T0 + 2 * HOUR_MS, GivenBy()),
        Opposition("compartment", T0 + 2 * HOUR_MS, GivenBy(), compartments=("medical",)),
        Opposition("row", T0 + 2 * HOUR_MS, GivenBy(), rows=("H2",)),
    ],
    ids=lambda fact: str(fact.scope),
)
def test_a_later_opposition_about_the_same_keeps_an_older_consent_out(against: Opposition) -> None:
    story = team()
    story.apply(against, PERSON, T0 + 2 * HOUR_MS)
    assert misfit(story.facts, consent(story), NOW_MS) is not None


def test_an_opposition_about_something_else_or_from_before_keeps_nothing_out() -> None:
    story = team()
    story.apply(Opposition("compartment", T0 + 2 * HOUR_MS, GivenBy(), compartments=("budget",)), PERSON, T0)
    story.apply(Opposition("all", T0, GivenBy()), PERSON, T0)
    assert misfit(story.facts, consent(story), NOW_MS) is None


def test_a_later_refusal_or_withdrawal_keeps_an_older_consent_out() -> None:
    story = team()
    story.apply(consent(story, T0 + 2 * HOUR_MS, "refused"), PERSON, T0 + 2 * HOUR_MS)
    assert misfit(story.facts, consent(story), NOW_MS) is not None
    other = team()
    given = other.apply(consent(other, T0), PERSON, T0)
    other.apply(ConsentWithdrawal(given, T0 + 2 * HOUR_MS), PERSON, T0 + 2 * HOUR_MS)
    assert misfit(other.facts, consent(other), NOW_MS) is not None
    assert misfit(other.facts, consent(other, T0 + 3 * HOUR_MS), NOW_MS) is None


def test_a_consent_for_care_that_has_ended_is_kept_out() -> None:
    story = team()
    fact = consent(story)
    story.apply(EpisodeEnd(str(fact.episode), T0 + 2 * HOUR_MS), COORD, T0 + 2 * HOUR_MS)
    found = misfit(story.facts, fact, NOW_MS)
    assert found is not None
    assert "terminée" in found.why.fr


def test_the_second_of_two_consents_that_replace_the_same_one_is_kept_out() -> None:
    story = team()
    first = story.apply(consent(story, T0), PERSON, T0)
    story.apply(replace(consent(story, T0 + HOUR_MS), supersedes=first), PERSON, T0 + HOUR_MS)
    assert misfit(story.facts, replace(consent(story), supersedes=first), NOW_MS) is not None


def test_what_somebody_else_ended_meanwhile_is_done() -> None:
    story = team()
    opposition = story.apply(Opposition("all", T0, GivenBy()), PERSON, T0)
    story.apply(OppositionEnd(opposition, T0 + HOUR_MS), PERSON, T0 + HOUR_MS)
    found = misfit(story.facts, OppositionEnd(opposition, T0 + 2 * HOUR_MS), NOW_MS)
    assert found is not None
    assert found.done
    assert misfit(story.facts, Opposition("all", T0, GivenBy()), NOW_MS) is None
