"""What the person still has to be told about a team: the lines that the table asks for and no notice in force has.

Asked of the same engine that decides releases: each member, each part of the case, as if every line proposed so far had
been recorded. A function in a structure is named rather than somebody, so that whoever replaces them is covered
(R26), and a newcomer whose function is covered adds no line (F4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from volet_protocol.access import decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.fact_notices import Information, Notice, NoticeLine, To, ToFunction
from volet_protocol.fact_people import Participation
from volet_protocol.facts import Fact
from volet_protocol.places import SECTIONS
from volet_protocol.policy_table import WITH_NOTICE, PolicyTable
from volet_protocol.questions import Missing, Question

GENERAL = "general"
# A section is written by at most two categories, and the general information comes first.
_LINES_A_SECTION = 4


@dataclass(frozen=True)
class Reader:
    """Somebody who takes part, or is about to, in one capacity."""

    user: str
    capacity: Capacity


def supposing(facts: CaseFacts, fact: Fact, name: str, author: FactAuthor, at_ms: int) -> CaseFacts:
    """Return the facts as if one more had been recorded; `name` stands for its hash."""
    return facts.with_record(Record(fact, name, 0, author, at_ms))


def readers_of(facts: CaseFacts, at_ms: int) -> tuple[Reader, ...]:
    """Return everybody who takes part at an instant, in the order in which they came."""
    found: dict[Reader, None] = {}
    for record in facts.of(Participation):
        if facts.in_force(record, at_ms):
            found.setdefault(Reader(record.fact.user, record.fact.capacity))
    return tuple(found)


def missing_lines(
    table: PolicyTable, facts: CaseFacts, readers: Iterable[Reader], at_ms: int
) -> tuple[NoticeLine, ...]:
    """Return the lines to tell the person so that these readers may read what their function allows; maybe none."""
    lines: list[NoticeLine] = []
    for reader in readers:
        for section in SECTIONS:
            for _ in range(_LINES_A_SECTION):
                line = _missing_line(table, facts, reader, section, at_ms)
                if line is None:
                    break
                author = FactAuthor(reader.user, reader.capacity)
                facts = supposing(facts, Notice((line,), at_ms, "oral"), f"line {len(lines)}", author, at_ms)
                lines.append(line)
    return _merged(lines)


def _missing_line(table: PolicyTable, facts: CaseFacts, reader: Reader, section: str, at_ms: int) -> NoticeLine | None:
    compartment, _, level = section.partition("/")
    question = Question(
        action="read", user=reader.user, capacity=reader.capacity, compartment=compartment, level=int(level),
        entry=None, at_ms=at_ms,
    )  # fmt: skip
    decision = decide(table, facts, question)
    if decision.effect != WITH_NOTICE or decision.missing is None:
        return None
    return line_of(decision.missing)


def line_of(missing: Missing) -> NoticeLine | None:
    """Return the line that a decision asks for, to a function wherever it may be one; None for what is no notice."""
    if missing.what != "notice":
        return None
    if missing.kind == GENERAL:
        return NoticeLine(GENERAL)
    to: To | None = next((to for to in missing.to if isinstance(to, ToFunction)), None)
    if to is None:
        to = next(iter(missing.to), None)
    return NoticeLine(missing.kind, missing.information, missing.from_category, to)


def _merged(lines: Sequence[NoticeLine]) -> tuple[NoticeLine, ...]:
    """Return the lines with one for each origin and recipient: every part once, at its highest level."""
    merged: dict[tuple[str, int | None, To | None], NoticeLine] = {}
    for line in lines:
        key = (line.kind, line.from_category, line.to)
        held = merged.get(key)
        levels: dict[str, int] = {}
        for item in (*(held.information if held else ()), *line.information):
            levels[item.compartment] = max(item.level, levels.get(item.compartment, 0))
        information = tuple(Information(compartment, level) for compartment, level in levels.items())
        merged[key] = replace(line, information=information)
    return tuple(merged.values())
