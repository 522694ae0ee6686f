"""A case of a large, old file: 50 participations, 100 consents, thousands of entries; and as many others as asked.

Everything is drawn from a fixed seed, so that two runs ask the same questions.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from support.policy_story import COORD, DAY, EPISODE, HOUR, PERSON, T0, Actor, Story, crossing, named, professional
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import (
    Consent,
    ConsentWithdrawal,
    DeliveredNotice,
    Information,
    Notice,
    NoticeLine,
    Opposition,
    Recipients,
)
from volet_protocol.fact_people import Participation, Person
from volet_protocol.questions import EntryMeta, Question
from volet_protocol.vocabulary import COMPARTMENTS

PARTICIPATIONS: Final = 50
CONSENTS: Final = 100
NOW: Final = T0 + 30 * DAY
_KINDS: Final = (("H1", 1, "G15:10"), ("H2", 1, "G15:60"), ("S1", 2, "R94:41"), ("S2", 2, "R95:93"), ("S13", 2, None))
_ORDINARY: Final = tuple(part for part in COMPARTMENTS if part != "child_protection")
_IN_A_CASE: Final = 50


@dataclass(frozen=True)
class LargeCase:
    """The facts, who takes part in the team and outside it, and the entries as a decision sees them."""

    facts: CaseFacts
    team: tuple[Actor, ...]
    outside: tuple[Actor, ...]
    entries: tuple[EntryMeta, ...]

    def questions(self, actors: tuple[Actor, ...], count: int, *, whole: bool = False) -> list[Question]:
        """Reads of entries (or of whole sections) by those actors, drawn evenly."""
        draw = random.Random(count)  # noqa: S311 - the same questions at each run
        asked: list[Question] = []
        for _ in range(count):
            actor, entry = draw.choice(actors), draw.choice(self.entries)
            asked.append(
                Question(
                    "read", actor.user, actor.capacity, entry.compartment, entry.level, None if whole else entry,
                    NOW + len(asked), via="any",
                )
            )  # fmt: skip
        return asked


def large_case(entries: int, consents: int = CONSENTS) -> LargeCase:
    """Build it through `record_fact`, one fact after the other, as a chain does."""
    draw = random.Random(entries)  # noqa: S311 - as above
    story = Story()
    story.add(COORD)
    story.apply(Person("QUAL", PERSON.user), COORD)
    people = [
        professional(f"member {number}", row, category, f"structure-{number % 7}", code)
        for number in range(PARTICIPATIONS - 1)
        for row, category, code in (_KINDS[number % len(_KINDS)],)
    ]
    for number, one in enumerate(people):
        story.add(one, limb=number % 2)
    team = (COORD, *(one for number, one in enumerate(people) if number % 2))
    outside = tuple(one for number, one in enumerate(people) if not number % 2)
    lines = [NoticeLine("general")]
    for reader in team:
        category = reader.capacity.category if reader.capacity else None
        lines += [crossing(part, 2, 2 if category == 1 else 1, reader) for part in _ORDINARY[:6]]
    story.apply(Notice(tuple(lines), T0, "oral"), COORD)
    for number in range(5):
        blocked = professional(f"refused {number}", "S5", 2, "elsewhere")
        story.apply(Opposition("professional", T0, GivenBy(), users=(blocked.user,)), COORD)
    for number in range(consents):
        given = story.apply(_consent(draw, outside, number), COORD, T0 + 2 * HOUR)
        if number % 5 == 0:
            story.apply(ConsentWithdrawal(given, T0 + DAY), COORD, T0 + DAY)
    metas = tuple(_entry(draw, number, (*team, *outside)) for number in range(entries))
    return LargeCase(story.facts, team, outside, metas)


def _consent(draw: random.Random, outside: tuple[Actor, ...], number: int) -> Consent:
    actor = draw.choice(outside)
    assert actor.capacity is not None
    by_profession = number % 4 == 0 and actor.capacity.profession is not None
    return Consent(
        kind="share_outside_team",
        decision="refused" if number % 10 == 3 else "given",
        information=tuple(Information(part, draw.choice((1, 2))) for part in draw.sample(_ORDINARY, 3)),
        recipients=Recipients(professions=(actor.capacity.profession or "",), structures=(actor.capacity.structure,))
        if by_profession
        else Recipients(users=(actor.user,)),
        given_by=GivenBy(),
        given_ms=T0 + 2 * HOUR,
        means="oral",
        notice=DeliveredNotice(named("notice text"), T0 + HOUR),
        episode=EPISODE,
    )


def _entry(draw: random.Random, number: int, authors: tuple[Actor, ...]) -> EntryMeta:
    author = draw.choice(authors)
    mask = draw.choice(("withheld_by_author", "third_party")) if number % 20 == 0 else None
    return EntryMeta(
        named(f"entry {number}"), author.user, author.capacity.category if author.capacity else None,
        T0 + draw.randrange(1, 29 * DAY), draw.choice(_ORDINARY), draw.choice((1, 2)), mask=mask,
    )  # fmt: skip


def other_cases(users: int) -> list[CaseFacts]:
    """As many more users as asked, fifty to a case, each taking part in theirs."""
    found: list[CaseFacts] = []
    for first in range(0, users, _IN_A_CASE):
        facts = CaseFacts.start(named(f"case {first}"), "care", "dac-y", T0, COORD.user, COORD.capacity)
        for number in range(first, min(first + _IN_A_CASE, users)):
            row, category, code = _KINDS[number % len(_KINDS)]
            one = professional(f"user {number}", row, category, "elsewhere", code)
            assert one.capacity is not None
            fact = Participation(one.user, named("attestation"), one.capacity, "care", 1, T0)
            facts = facts.with_record(Record(fact, named(f"fact {number}"), number, COORD.author, T0))
        found.append(facts)
    return found
