"""Whether a notice covers a question: codes of the table's `cover` column (R13, R15, R23, R25, R26, P7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_notices import Information, Notice, NoticeLine, To, ToFunction, ToUser
from volet_protocol.questions import Missing

SAME, CROSS = "same", "cross"
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
    given = [record for record in facts.of(Notice) if record.fact.given_ms <= at_ms]
    if from_category is None or from_category == reader.capacity.category:
        for record in given:
            if any(line.kind == GENERAL for line in record.fact.lines):
                return Cover(SAME, (record.hash,))
        return Cover(GENERAL_MISSING, (), Missing("notice", GENERAL))
    code = CROSS_MISSING
    for record in given:
        for line in _crossing(record.fact, from_category):
            covers = _covers(line, asked, entry)
            reaches = line.to is not None and _reaches(line.to, reader)
            if covers and reaches:
                return Cover(CROSS, (record.hash,))
            if covers and isinstance(line.to, ToUser) and line.to.category == reader.capacity.category:
                code = OTHER_IDENTITY
            elif reaches and code == CROSS_MISSING:
                code = UNCOVERED
    return Cover(code, (), _missing(asked, from_category, reader))


def _crossing(notice: Notice, from_category: int) -> Iterator[NoticeLine]:
    return (line for line in notice.lines if line.kind != GENERAL and line.from_category == from_category)


def _covers(line: NoticeLine, asked: Information, entry: str | None) -> bool:
    named = any(item.covers(asked.compartment, asked.level) for item in line.information)
    return named and (line.entries is None or entry in line.entries)


def _reaches(to: To, reader: Reader) -> bool:
    capacity = reader.capacity
    if isinstance(to, ToUser):
        return to.user == reader.user and to.category == capacity.category
    return (to.row, to.structure) == (capacity.row, capacity.structure)


def _missing(asked: Information, from_category: int, reader: Reader) -> Missing:
    to: list[To] = [ToFunction(reader.capacity.row, reader.capacity.structure)]
    if reader.capacity.category is not None:
        to.append(ToUser(reader.user, reader.capacity.category))
    return Missing("notice", "cross_category", (asked,), from_category, tuple(to))
