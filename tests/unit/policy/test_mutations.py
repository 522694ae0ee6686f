"""One wrong character anywhere it matters in policy.csv: refused at load or build, or some scenario turns red.

The closed set of edits, for each cell of the columns `effect`, `action`, `row` and `compartment`: leave out each
character, and put each character of the column's own codes, or a separator, in place of each and between any two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

import pytest

from support.policy_story import POLICIES
from volet_protocol.access import decide
from volet_protocol.case_facts import CaseFacts
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Question
from volet_service.adapters.policy import loader
from volet_service.adapters.policy.build import build
from volet_service.adapters.policy.coverage import check_coverage
from volet_service.adapters.policy.loader import COLUMNS, Line, PolicySource
from volet_service.domain.policy_codes import PolicyError
from volet_service.entrypoints.scenarios import document
from volet_service.entrypoints.scenarios.document import Scenario
from volet_service.entrypoints.scenarios.running import differences
from volet_service.entrypoints.scenarios.world import World

MUTATED = ("effect", "action", "row", "compartment")
SEPARATORS = '|*-,;" _\n'
LINES = (POLICIES / "policy.csv").read_text("utf-8").splitlines()
SOURCE = loader.load(POLICIES)
VOCABULARY = loader.vocabulary(SOURCE.families)


def cells(line: str) -> list[str]:
    """The cells of a line up to the compartment: none of these columns is ever quoted."""
    found = line.split(",")[: COLUMNS.index("compartment") + 1]
    assert not any('"' in cell for cell in found)
    return found


def alphabet(column: str) -> str:
    position = COLUMNS.index(column)
    own = {character for line in LINES[1:] for character in cells(line)[position]}
    return "".join(sorted(own | set(SEPARATORS)))


def edits(cell: str, characters: str) -> Iterator[str]:
    for position in range(len(cell) + 1):
        before, after = cell[:position], cell[position:]
        if after:
            yield before + after[1:]
        for character in characters:
            yield before + character + after
            if after and after[0] != character:
                yield before + character + after[1:]


def mutants(line: str, column: str) -> Iterator[str]:
    position, start = COLUMNS.index(column), cells(line)
    rest = line[len(",".join(start)) :]
    for edited in sorted(set(edits(start[position], alphabet(column)))):
        yield ",".join([*start[:position], edited, *start[position + 1 :]]) + rest


@lru_cache(maxsize=1)
def scenarios() -> list[tuple[Scenario, CaseFacts, Question]]:
    worlds = [
        (scenario, World(scenario))
        for path in sorted((POLICIES.parent / "tests" / "scenarios").glob("*.yaml"))
        for scenario in document.load(path)
    ]
    return [(scenario, world.facts(), world.question()) for scenario, world in worlds]


def red(table: PolicyTable) -> bool:
    return any(
        list(differences(decide(table, facts, question), scenario.expect)) for scenario, facts, question in scenarios()
    )


def accepted(lines: str) -> list[Line]:
    try:
        return list(loader.read_lines("\n".join([LINES[0], lines, ""]), VOCABULARY))
    except PolicyError:
        return []


def survives(source: PolicySource) -> bool:
    """Tell whether nothing notices: it builds, and every scenario stays green."""
    try:
        check_coverage(source)
        data = build(source)
    except PolicyError:
        return False
    return not red(PolicyTable.load(data))


def in_place_of(number: int, lines: list[Line]) -> PolicySource:
    return replace(SOURCE, lines=(*SOURCE.lines[:number], *lines, *SOURCE.lines[number + 1 :]))


@pytest.mark.slow
@pytest.mark.parametrize("column", MUTATED)
def test_no_single_character_of_the_policy_can_be_wrong_unnoticed(column: str) -> None:
    tried, loadable, survivors = 0, 0, []
    for number, line in enumerate(LINES[1:]):
        for mutant in mutants(line, column):
            tried += 1
            lines = accepted(mutant)
            if lines:
                loadable += 1
                if survives(in_place_of(number, lines)):
                    survivors.append(mutant)
    assert survivors == []
    assert tried > 5_000
    assert loadable < tried / 20


def left_out(position: int) -> Callable[[list[str]], list[str]]:
    return lambda found: [*found[:position], *found[position + 1 :]]


def doubled(position: int) -> Callable[[list[str]], list[str]]:
    return lambda found: [*found[: position + 1], *found[position:]]


def empty_before(position: int) -> Callable[[list[str]], list[str]]:
    return lambda found: [*found[:position], "", *found[position:]]


ARITIES: Mapping[str, Callable[[int], Callable[[list[str]], list[str]]]] = {
    "left out": left_out, "doubled": doubled, "empty": empty_before,
}  # fmt: skip


@pytest.mark.parametrize("kind", ARITIES)
def test_a_column_more_or_less_is_refused_on_every_line(kind: str) -> None:
    for line in LINES[1:]:
        found = cells(line)
        rest = line[len(",".join(found)) :]
        for position in range(len(found)):
            assert not accepted(",".join(ARITIES[kind](position)(found)) + rest), line
        assert not accepted(f"{line},")
        assert not accepted(f",{line}")
    with pytest.raises(PolicyError, match="head"):
        list(loader.read_lines("\n".join([f"{LINES[0]},more", LINES[1], ""]), VOCABULARY))


def test_a_line_doubled_or_blank_is_refused_wherever_it_stands() -> None:
    for number in range(1, len(LINES)):
        for inserted in (LINES[number], ""):
            with pytest.raises(PolicyError):
                list(loader.read_lines("\n".join([LINES[0], LINES[number], inserted, ""]), VOCABULARY))


@pytest.mark.parametrize("number", range(0, len(SOURCE.lines), 7))
def test_a_line_that_is_not_there_is_missed(number: int) -> None:
    assert not survives(in_place_of(number, []))


def test_a_mutant_is_really_tried() -> None:
    assert accepted(LINES[1])
    assert survives(SOURCE)
    assert red(PolicyTable.load(build(SOURCE).replace(b'"effect":"permit"', b'"effect":"deny"')))
