"""Bodies of facts, and who may make which."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from support.policy_story import (
    ASS,
    COORD,
    DAY,
    EPISODE,
    HOUR,
    IDE,
    INF,
    MO,
    PERSON,
    POLICIES,
    STRANGER,
    T0,
    Actor,
    Story,
    agreement,
    named,
    professional,
    team,
)
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_entitlement import record_fact
from volet_protocol.fact_notices import (
    Consent,
    ConsentWithdrawal,
    Information,
    Notice,
    NoticeLine,
    Opposition,
    OppositionEnd,
    Recipients,
)
from volet_protocol.fact_people import Death, Participation, ParticipationEnd, Person, Referent
from volet_protocol.fact_powers import Ability, Designation, Emergency, Mandate, MinorSecret, MinorSecretEnd
from volet_protocol.fact_rules import FACT_RULES
from volet_protocol.facts import FACT_TYPES, Fact, fact_body, fact_hash, read_fact

SALT = bytes(16)
DAUGHTER = Actor(named("daughter"))
MANDATE = Mandate("tutelle", DAUGHTER.user, ("person",), "representation", T0)
PARTICIPATION = Participation(
    STRANGER.user, named("attestation"), STRANGER.capacity, "care", 1, T0  # type: ignore[arg-type]  # a professional
)  # fmt: skip
OPPOSITION = Opposition("professional", T0, GivenBy(), users=(ASS.user,))
EMERGENCY = Emergency(MO.user, "H1", "samsah", T0, T0 + DAY)


def refused(story: Story, fact: Fact, by: Actor, reason: Reason, at_ms: int = T0 + DAY) -> None:
    before = story.facts
    with pytest.raises(ProtocolError) as caught:
        story.apply(fact, by, at_ms)
    assert caught.value.reason is reason, str(caught.value)
    assert story.facts is before


def test_every_type_has_a_rule_and_a_line_in_facts_csv() -> None:
    with (POLICIES / "facts.csv").open(encoding="utf-8") as file:
        types = {line["type"] for line in csv.DictReader(file)}
    assert types == set(FACT_RULES) == FACT_TYPES


@pytest.mark.parametrize(
    "fact",
    [
        Person("QUAL", PERSON.user, T0), PARTICIPATION, ParticipationEnd(named("p"), T0), agreement(),
        ConsentWithdrawal(named("c"), T0), OPPOSITION, OppositionEnd(named("o"), T0), MANDATE, Death(T0), EMERGENCY,
        Ability("unable", T0), MinorSecret((named("e"),), "L1111-5", T0), MinorSecretEnd(named("s"), T0),
        Designation("mdph_medical", MO.user, T0), Referent(named("p"), T0),
        Notice((NoticeLine("general"),), T0, "falc"),
    ],
    ids=lambda fact: str(fact.type),
)  # fmt: skip
def test_a_fact_reads_back_and_its_hash_moves_with_each_field(fact: Fact) -> None:
    body = fact_body(fact, SALT)
    assert read_fact(body) == fact
    assert fact_hash(body) != fact_hash(fact_body(fact, b"1" * 16))
    with pytest.raises(ProtocolError):
        read_fact({**body, "word": "a"})
    for field in body:
        with pytest.raises(ProtocolError):
            read_fact({name: value for name, value in body.items() if name != field} | {"x": 1})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"v": 2}, Reason.WRONG_VERSION),
        ({"type": "decree"}, Reason.WRONG_TYPE),
        ({"salt": "AA"}, Reason.MALFORMED),
        ({"annex": "zz"}, Reason.MALFORMED),
        ({"kind": "share"}, Reason.MALFORMED),
        ({"recipients": {}}, Reason.MALFORMED),
        ({"recipients": {"rows": ["H9"]}}, Reason.MALFORMED),
        ({"recipients": {"categories": [3]}}, Reason.MALFORMED),
        ({"information": []}, Reason.MALFORMED),
        ({"information": [{"compartment": "medical", "level": 2}]}, Reason.MISSING_FIELD),
        ({"given_by": {"person": False}}, Reason.MALFORMED),
        ({"given_by": {"person": True, "mandate": named("m")}}, Reason.UNKNOWN_FIELD),
        ({"notice": {"hash": named("n"), "delivered_ms": T0 + 9 * DAY}}, Reason.NOT_YET),
    ],
)
def test_a_consent_out_of_shape_is_refused(change: dict[str, object], reason: Reason) -> None:
    body = {**fact_body(agreement(), SALT), **change}
    with pytest.raises(ProtocolError) as caught:
        read_fact(body)  # type: ignore[arg-type]  # on purpose out of shape
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "fact",
    [
        replace(agreement(), notice=None),
        replace(agreement(), episode=None),
        Notice((NoticeLine("cross_category"),), T0, "oral"),
        Notice((NoticeLine("general", (Information("medical", 1),)),), T0, "oral"),
        Notice((), T0, "oral"),
        replace(OPPOSITION, scope="all"),
        replace(OPPOSITION, users=()),
        replace(PARTICIPATION, limb=2),
        replace(PARTICIPATION, until_ms=T0),
        replace(EMERGENCY, until_ms=T0 + DAY + 1),
    ],
)
def test_a_contradiction_is_refused_before_it_is_signed(fact: Fact) -> None:
    with pytest.raises(ProtocolError):
        fact_body(fact, SALT)


# -- who may ---------------------------------------------------------------------------------------------------------


def test_a_stranger_makes_no_fact_at_all() -> None:
    story = team()
    for fact in (PARTICIPATION, OPPOSITION, agreement(), Notice((NoticeLine("general"),), T0, "oral"), Death(T0)):
        refused(story, fact, STRANGER, Reason.NOT_ENTITLED)


def test_nobody_adds_themself_to_a_case() -> None:
    refused(team(), PARTICIPATION, STRANGER, Reason.NOT_ENTITLED)


def test_a_member_who_does_not_follow_the_case_adds_nobody_but_reports_and_narrows() -> None:
    story = team()
    refused(story, PARTICIPATION, INF, Reason.NOT_ENTITLED)
    story.apply(OPPOSITION, INF, T0 + DAY)
    mine = story.facts.participations_of(ASS.user)[0]
    story.apply(ParticipationEnd(mine.hash, T0 + DAY), INF, T0 + DAY)
    assert story.facts.participations_of(ASS.user, T0 + DAY) == ()


def test_another_capacity_of_a_member_is_not_a_member() -> None:
    story = team()
    refused(story, OPPOSITION, Actor(INF.user, IDE.capacity), Reason.NOT_ENTITLED)


def test_a_member_who_left_makes_no_fact_any_more_but_the_leaving_itself() -> None:
    story = team()
    mine = story.facts.participations_of(INF.user)[0]
    story.apply(ParticipationEnd(mine.hash, T0 + HOUR), INF, T0 + HOUR)
    refused(story, OPPOSITION, INF, Reason.NOT_ENTITLED)
    story.apply(ParticipationEnd(mine.hash, T0 + 2 * HOUR), INF, T0 + 2 * HOUR)
    assert story.facts.participation_end(mine) == T0 + HOUR


def test_an_opener_who_left_is_no_opener_any_more() -> None:
    story = team()
    mine = story.facts.participations_of(COORD.user)[0]
    story.apply(ParticipationEnd(mine.hash, T0 + HOUR), COORD, T0 + HOUR)
    refused(story, PARTICIPATION, COORD, Reason.NOT_ENTITLED)


def test_an_end_of_what_does_not_exist_is_refused() -> None:
    story = team()
    refused(story, ParticipationEnd(named("nothing"), T0), COORD, Reason.UNKNOWN_REFERENCE)
    refused(story, ConsentWithdrawal(named("nothing"), T0), PERSON, Reason.UNKNOWN_REFERENCE)
    refused(story, replace(agreement(), episode=named("other")), PERSON, Reason.UNKNOWN_REFERENCE)
    refused(story, replace(agreement(), supersedes=named("other")), PERSON, Reason.UNKNOWN_REFERENCE)
    refused(story, Referent(named("nothing"), T0), COORD, Reason.UNKNOWN_REFERENCE)


def test_the_same_fact_twice_is_refused() -> None:
    story = team()
    record: Record[Consent]
    name = story.apply(agreement(), PERSON, T0 + DAY)
    record = story.facts.of(Consent)[0]
    with pytest.raises(ProtocolError) as caught:
        record_fact(story.facts, record.fact, name, 99, PERSON.author, T0 + DAY)
    assert caught.value.reason is Reason.ALREADY


def test_what_the_person_signed_only_the_person_supersedes() -> None:
    story = team()
    refusal = Consent(
        "share_outside_team", "refused", (Information("medical", 2),), Recipients(rows=("H2",)), GivenBy(), T0 + HOUR
    )
    name = story.apply(refusal, PERSON, T0 + HOUR)
    later = replace(agreement(), supersedes=name)
    refused(story, later, ASS, Reason.NOT_ENTITLED)
    story.apply(later, PERSON, T0 + 3 * HOUR)
    assert story.ask(IDE, "read", "medical", 2).permitted


def test_a_refusal_signed_by_the_person_is_taken_back_by_nobody_else() -> None:
    story = team()
    story.apply(agreement(), PERSON, T0 + 2 * HOUR)
    name = story.apply(replace(agreement(), decision="refused"), PERSON, T0 + 2 * HOUR)
    for author in (INF, ASS, COORD):
        refused(story, ConsentWithdrawal(name, T0 + DAY, "oral"), author, Reason.NOT_ENTITLED)
    assert not story.ask(IDE, "read", "medical", 2, at_ms=T0 + 2 * HOUR).permitted
    story.apply(ConsentWithdrawal(name, T0 + 3 * HOUR), PERSON, T0 + 3 * HOUR)
    assert story.ask(IDE, "read", "medical", 2).permitted


def test_an_opposition_signed_by_the_person_is_not_lifted_by_a_professional() -> None:
    story = team()
    name = story.apply(OPPOSITION, PERSON, T0 + HOUR)
    refused(story, OppositionEnd(name, T0 + DAY), COORD, Reason.NOT_ENTITLED)
    story.apply(OppositionEnd(name, T0 + 2 * HOUR), PERSON, T0 + 2 * HOUR)


def test_a_withdrawal_is_accepted_from_any_member_even_of_what_the_person_signed() -> None:
    story = team()
    name = story.apply(agreement(), PERSON, T0 + 2 * HOUR)
    story.apply(ConsentWithdrawal(name, T0 + 3 * HOUR, "oral"), INF, T0 + 3 * HOUR)
    assert not story.ask(IDE, "read", "medical", 2).permitted


def test_nobody_records_a_mandate_of_their_own_nor_as_a_plain_member() -> None:
    story = team()
    refused(story, replace(MANDATE, holder=COORD.user), COORD, Reason.NOT_ENTITLED)
    refused(story, MANDATE, INF, Reason.NOT_ENTITLED)
    story.apply(MANDATE, COORD, T0)


def test_a_representative_does_not_sign_the_persons_word() -> None:
    story = team()
    name = story.apply(MANDATE, COORD, T0)
    refused(story, agreement(), DAUGHTER, Reason.NOT_ENTITLED)
    story.apply(agreement(given_by=GivenBy(name)), DAUGHTER, T0 + DAY)
    refused(story, agreement(given_by=GivenBy(name), means="oral"), PERSON, Reason.NOT_ENTITLED)
    other = story.apply(replace(MANDATE, holder=named("son")), COORD, T0)
    refused(story, agreement(given_by=GivenBy(other)), DAUGHTER, Reason.NOT_ENTITLED)


def test_a_mandate_on_property_gives_no_word_for_the_person() -> None:
    story = team()
    name = story.apply(replace(MANDATE, domains=("property",)), COORD, T0)
    refused(story, agreement(given_by=GivenBy(name)), DAUGHTER, Reason.NOT_ENTITLED)


def test_an_emergency_is_declared_by_its_own_health_professional() -> None:
    story = team()
    caller = professional("dr-night", "H1", 1, "samu")
    mine = Emergency(caller.user, "H1", "samu", T0 + HOUR, T0 + DAY)
    story.apply(mine, caller, T0 + HOUR)
    assert story.ask(caller, "read", "medical", 2, via="emergency", at_ms=T0 + 2 * HOUR).permitted
    assert story.ask(caller, "read", "medical", 2, via="emergency", at_ms=T0 + DAY).denied
    refused(story, mine, MO, Reason.NOT_ENTITLED)
    refused(story, replace(mine, user=ASS.user, row="S1", structure="samsah"), ASS, Reason.NOT_ENTITLED)


def test_an_mdph_designation_is_made_by_a_team_doctor_only() -> None:
    refused(team(), Designation("mdph_medical", ASS.user, T0), COORD, Reason.NOT_ENTITLED)


def test_a_refusal_and_a_regained_ability_do_not_widen() -> None:
    facts = CaseFacts.start(named("case"), "care", "dac-y", T0, COORD.user, COORD.capacity, EPISODE)
    assert facts.is_widening(agreement())
    assert not facts.is_widening(replace(agreement(), decision="refused"))
    assert facts.is_widening(Ability("unable", T0))
    assert not facts.is_widening(Ability("able", T0))
    assert not facts.is_widening(OPPOSITION)
    assert facts.is_widening(OppositionEnd(named("o"), T0))
