"""Lines of the policy that no scenario exercises: rules nobody would miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from volet_protocol import situation
from volet_protocol.access import decide
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Question
from volet_protocol.vocabulary import COMPARTMENT_SET
from volet_service.entrypoints.scenarios.document import Scenario
from volet_service.entrypoints.scenarios.world import World


def exercised(table: PolicyTable, scenarios: Iterable[Scenario]) -> frozenset[str]:
    """Return the ids of the lines that gave some scenario its answer, or told its cell or its emergency set."""
    found: set[str] = set()
    for scenario in scenarios:
        world = World(scenario)
        facts, question = world.facts(), world.question()
        found.update(decide(table, facts, question).lines)
        row = situation.standing_of(facts, question).row
        if row is not None and table.row(row) is not None and question.compartment in COMPARTMENT_SET:
            found.update(_told(table, question, row))
    return frozenset(found)


def _told(table: PolicyTable, question: Question, row: str) -> Iterator[str]:
    level = str(question.level)
    if question.action == "break_glass" or question.via == "emergency":
        yield from table.ask("emergency", question.compartment, level).lines
    elif question.action in {"read", "write"}:
        yield from table.ask("cell", question.action, table.cell(row, question.compartment), level).lines
