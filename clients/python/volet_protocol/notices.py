"""Whether a notice covers a question: codes of the table's `cover` column (R13, R15, R23, R25, R26, P7)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from volet_protocol import powers
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_notices import Information, Notice, NoticeLine, To, ToFunction, ToUser
from volet_protocol.questions import Missing

SAME, CROSS, DEFERRED = "same", "cross", "cross_deferred"
GENERAL_MISSING, CROSS_MISSING = "general_missing", "cross_missing"
OTHER_IDENTITY, UNCOVERED = "cross_identity", "cross_uncovered"
GENERAL = "general"


@dataclass(frozen=True)
class Cover:
    """A code, the hashes of the facts it rests on, and what is missing when it does not cover."""

    code: str
    facts: tuple[str, ...] = ()
    missing: Missing | None = None


@dataclass(frozen=True)
class Reader:
    """Whom the information would reach."""

    user: str
    capacity: Capacity


def notice_cover(  # noqa: PLR0917 - the question, in the order of the law: when, what, to whom
    facts: CaseFacts, at_ms: int, asked: Information, entry: str | None, from_category: int | None, reader: Reader
) -> Cover:
    """Return how notices in force at `at_ms` cover information of an author category reaching a reader.

    `from_category` None = written by the person or a representative: no category is crossed.
    """
    capacity = reader.capacity

    def given(*keys: Hashable) -> tuple[Record[Notice], ...]:
        return tuple([record for record in facts.under(Notice, _told, *keys) if record.fact.given_ms <= at_ms])

    if from_category is None or from_category == capacity.category:
        general = given(GENERAL)
        if general:
            return Cover(SAME, (general[0].hash,))
        return Cover(GENERAL_MISSING, (), Missing("notice", GENERAL))
    # The entry by itself, and whatever the compartment holds.
    what = [(from_category, asked.compartment, asked.level, one) for one in ({None, entry})]
    reached = [
        (from_category, capacity.row, capacity.structure),
        (from_category, reader.user, capacity.category),
    ]
    told = given(*((*to, *one) for to in reached for one in what))
    if told:
        return Cover(CROSS, (told[0].hash,))
    code = CROSS_MISSING
    if given(*((capacity.category, *one) for one in what)):
        code = OTHER_IDENTITY
    elif given(*reached):
        code = UNCOVERED
    return Cover(code, (), _missing(asked, from_category, reader))


def _told(notice: Notice) -> Iterator[Hashable]:
    """Yield the keys of a notice: who was named, which category was to know what, and who was to know what."""
    for line in notice.lines:
        if line.kind == GENERAL or line.to is None or line.from_category is None:
            yield GENERAL
            continue
        to: tuple[Hashable, ...]
        if isinstance(line.to, ToUser):
            to = (line.from_category, line.to.user, line.to.category)
        else:
            to = (line.from_category, line.to.row, line.to.structure)
        yield to
        for what in _about(line, line.from_category):
            yield (*to, *what)
            if isinstance(line.to, ToUser):
                yield (line.to.category, *what)


def _about(line: NoticeLine, from_category: int) -> Iterator[tuple[Hashable, ...]]:
    for item in line.information:
        for level in range(1, item.level + 1):
            for entry in (None,) if line.entries is None else line.entries:
                yield from_category, item.compartment, level, entry


def _missing(asked: Information, from_category: int, reader: Reader) -> Missing:
    to: list[To] = [ToFunction(reader.capacity.row, reader.capacity.structure)]
    if reader.capacity.category is not None:
        to.append(ToUser(reader.user, reader.capacity.category))
    return Missing("notice", "cross_category", (asked,), from_category, tuple(to))


def deferred(facts: CaseFacts, at_ms: int, cover: Cover) -> Cover:
    """Return a missing notice across categories as deferred while nobody can be told (R24; rules.md section 4).

    The person is unable to express their will and nobody represents them in matters of the person: they are informed
    as soon as their state allows. The general notice is no part of R24.
    """
    if cover.code not in {CROSS_MISSING, OTHER_IDENTITY, UNCOVERED} or facts.ability(at_ms) != "unable":
        return cover
    told = powers.who_consents(facts, at_ms)
    return cover if told.mandate is not None else Cover(DEFERRED, cover.facts)
