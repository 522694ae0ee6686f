"""A decision from the table, beside what the policy engine takes for one of the questions inside it."""

from __future__ import annotations

from bench.figures import Figure, Size, cpu, each_cpu
from support.policy_story import COORD, DAY, POLICIES, T0, shipped, team
from volet_protocol.access import Question, decide
from volet_protocol.policy_table import PolicyTable
from volet_service.adapters.policy.build import Engine, build
from volet_service.adapters.policy.loader import CODES, load

_CODES = {"action": "read", "relation": "team", "reach": "within", "cover": "cross"}
_TIMES = 300


def measure(size: Size) -> list[Figure]:
    """The coordinator reads the synthesis: the same question on both sides."""
    facts, loaded = team().facts, shipped()
    question = Question("read", COORD.user, COORD.capacity, "medical", 1, None, T0 + DAY, via="any")
    assert decide(loaded, facts, question).permitted
    times = min(_TIMES, size.entries)
    deciding = each_cpu(lambda: decide(loaded, facts, question), size.rounds, times)
    source = load(POLICIES)
    engine = Engine(source)
    codes = {name: code for name, code in _CODES.items() if name in CODES}
    enforcing = each_cpu(lambda: engine.decide("standing", codes), size.rounds, min(times, 20))
    data = (POLICIES / "table.json").read_bytes()
    figures = [
        Figure("one decision from facts and table", deciding * 1e6, "us"),
        Figure("  one question of it asked of the policy engine", enforcing * 1e6, "us"),
        Figure("  the engine takes, times the decision", enforcing / deciding, "x"),
        Figure("policy table loaded", cpu(lambda: PolicyTable.load(data)) * 1000, "ms"),
    ]
    if size.rebuild:
        figures.append(Figure("policy table built by the engine", cpu(lambda: build(source)), "s"))
    return figures
