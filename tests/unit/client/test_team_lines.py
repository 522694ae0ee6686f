"""Which lines the person still has to be told, by the shipped table: as many as it asks for, and not one more."""

from __future__ import annotations

from support.policy_story import ASS, COORD, DAY, IDE, INF, KINE, MO, T0, Actor, Story, professional, shipped
from volet_client.team_lines import GENERAL, Reader, line_of, missing_lines, readers_of
from volet_protocol.access import decide
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Information, Notice, NoticeLine, Opposition, ToFunction, ToUser
from volet_protocol.places import SECTIONS
from volet_protocol.policy_table import WITH_NOTICE
from volet_protocol.questions import Missing, Question

NOW = T0 + DAY


def started(*actors: Actor, limb: int = 1) -> Story:
    story = Story()
    story.add(COORD)
    for actor in actors:
        story.add(actor, limb=limb)
    return story


def missing(story: Story) -> tuple[NoticeLine, ...]:
    return missing_lines(shipped(), story.facts, readers_of(story.facts, NOW), NOW)


def waiting(story: Story, *actors: Actor) -> list[tuple[str, str]]:
    """Return who still meets a missing notice, and where."""
    found: list[tuple[str, str]] = []
    for actor in (COORD, *actors):
        for section in SECTIONS:
            part, _, level = section.partition("/")
            question = Question("read", actor.user, actor.capacity, part, int(level), None, NOW)
            if decide(shipped(), story.facts, question).effect == WITH_NOTICE:
                found.append((actor.user, section))
    return found


def test_once_the_lines_are_told_nobody_of_the_team_meets_a_missing_notice() -> None:
    story = started(MO, INF, ASS)
    lines = missing(story)
    assert waiting(story, MO, INF, ASS)
    story.apply(Notice(lines, T0, "oral"), COORD)
    assert waiting(story, MO, INF, ASS) == []
    assert missing(story) == ()


def test_there_is_one_line_for_each_origin_and_function_and_one_general_line() -> None:
    lines = missing(started(MO, INF, ASS))
    assert [line.kind for line in lines].count(GENERAL) == 1
    keys = [(line.from_category, line.to) for line in lines]
    assert len(set(keys)) == len(keys)


def test_lines_name_functions_so_that_a_colleague_of_the_same_service_adds_nothing() -> None:
    story = started(MO, INF, ASS)
    lines = missing(story)
    assert all(line.to is None or isinstance(line.to, ToFunction) for line in lines)
    story.apply(Notice(lines, T0, "oral"), COORD)
    story.add(professional("inf-2", "H2", 1, "samsah", "G15:60"))
    assert missing(story) == ()


def test_the_same_function_in_another_structure_is_told_again() -> None:
    story = started(MO, INF, ASS)
    story.apply(Notice(missing(story), T0, "oral"), COORD)
    story.add(KINE, limb=2)
    assert {line.to for line in missing(story)} == {ToFunction("H4", "cabinet-k")}


def test_no_line_says_more_than_the_function_may_read() -> None:
    story = started(ASS)
    told = {item for line in missing(story) if line.to == ToFunction("S1", "samsah") for item in line.information}
    assert Information("medical", 1) in told
    assert Information("medical", 2) not in told


def test_nothing_is_proposed_for_who_waits_for_a_consent() -> None:
    story = started(MO, IDE, limb=0)
    assert all(line.to not in {ToFunction("H2", "cabinet-l"), ToFunction("H1", "samsah")} for line in missing(story))


def test_nothing_is_proposed_for_whom_the_person_opposed() -> None:
    story = started(INF)
    story.apply(Opposition("professional", T0, GivenBy(), users=(INF.user,)), COORD)
    assert all(line.to != ToFunction("H2", "samsah") for line in missing(story))


def test_nothing_is_proposed_for_who_has_left() -> None:
    story = started()
    story.add(INF, until_ms=T0 + 1)
    assert Reader(INF.user, INF.capacity) not in readers_of(story.facts, NOW)  # type: ignore[arg-type]  # a professional has one


def test_where_no_function_can_be_named_the_line_names_the_user() -> None:
    asked = Missing("notice", "cross_category", (Information("medical", 1),), 1, (ToUser("ab" * 32, 2),))
    line = line_of(asked)
    assert line is not None
    assert line.to == ToUser("ab" * 32, 2)


def test_what_waits_for_a_consent_is_no_line_of_a_notice() -> None:
    assert line_of(Missing("consent", "share_outside_team")) is None
