"""Decisions from the table and the facts of a large case, beside what the policy engine takes for one question."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import casbin

from bench.figures import Figure, Size, cpu, each_cpu
from support.large_case import CONSENTS, PARTICIPATIONS, LargeCase, large_case, other_cases
from support.policy_story import POLICIES, shipped
from volet_protocol.access import decide
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Question
from volet_service.adapters.policy.build import Engine, build
from volet_service.adapters.policy.built import check_built
from volet_service.adapters.policy.loader import CODES, UNUSED, PolicySource, load

_CODES = {"action": "read", "relation": "team", "reach": "within", "cover": "cross"}
_QUESTIONS = 300
_FEW = 10
_FROM_TABLE_US, _FROM_FACTS_US, _BUILD_S, _LOAD_MS = 1, 30, 10, 50


def measure(size: Size) -> list[Figure]:
    """Table and engine first, then the case: alone, and with a hundred thousand users of other cases in memory."""
    source, table = load(POLICIES), shipped()
    engine = Engine(source)
    codes = {name: code for name, code in _CODES.items() if name in CODES}
    times = min(size.entries * 100, 100_000)
    asked = each_cpu(lambda: table.ask("standing", "read", "team", "within", "cross"), size.rounds, times)
    enforcing = each_cpu(lambda: engine.decide("standing", codes), size.rounds, min(size.entries, 20))
    enforcer = _plain(source)
    question = ("standing", *(codes.get(name, UNUSED) for name in CODES))
    plain = cpu(lambda: enforcer.enforce(*question))
    figures = [
        Figure("one decision from the table", asked * 1e6, "us", _FROM_TABLE_US),
        Figure("  the same asked of the engine, with the lines of that relation only", enforcing * 1e6, "us"),
        Figure("  the same asked by plain `enforce`, with all lines", plain * 1e6, "us"),
        Figure("  plain `enforce` takes, times the table", plain / asked, "x"),
    ]
    case = large_case(size.entries * 10)
    others = other_cases(_FEW)
    few = _deciding(case, size, f"{_FEW} other users")
    others += other_cases(size.users)
    many = _deciding(case, size, f"{size.users:,} other users in {len(others):,} cases")
    whole = case.questions(case.team, _count(size), whole=True)
    figures += [
        *few, *many,
        Figure("  asked of whole sections, of both categories", _each(case, whole, size) * 1e6, "us", _FROM_FACTS_US),
        Figure("  plain `enforce` takes, times a decision with facts", plain * 1e6 / few[0].measured, "x"),
    ]  # fmt: skip
    return figures + _table(size)


def _plain(source: PolicySource) -> Any:  # noqa: ANN401 - the engine has no types
    """The policy engine as its documentation uses it: one enforcer that holds every line."""
    enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=source.model))
    for line in source.lines:
        for number, codes in enumerate(itertools.product(*(line.codes[name] for name in CODES))):
            enforcer.add_policy(f"{line.id}/{number}", "allow" if line.allows else "deny", line.table, *codes)
    return enforcer


def _deciding(case: LargeCase, size: Size, users: str) -> list[Figure]:
    what = f"{PARTICIPATIONS} participations, {CONSENTS} consents, {len(case.entries):,} entries, {users}"
    inside = _each(case, case.questions(case.team, _count(size)), size) * 1e6
    outside = _each(case, case.questions(case.outside, _count(size)), size) * 1e6
    return [
        Figure(f"one decision with facts: {what}", inside, "us", _FROM_FACTS_US),
        Figure("  outside the team, by consent", outside, "us", _FROM_FACTS_US),
    ]


def _count(size: Size) -> int:
    return min(_QUESTIONS, size.entries)


def _each(case: LargeCase, questions: list[Question], size: Size) -> float:
    """The median, over rounds, of what one of many different questions takes."""
    table, facts = shipped(), case.facts

    def ask() -> None:
        for question in questions:
            decide(table, facts, question)

    return each_cpu(ask, size.rounds, 1) / len(questions)


def _table(size: Size) -> list[Figure]:
    data = (POLICIES / "table.json").read_bytes()
    if not size.rebuild:
        return [Figure("policy table read", cpu(lambda: PolicyTable.load(data)) * 1000, "ms", _LOAD_MS)]
    source = load(POLICIES)
    building = cpu(lambda: build(source))
    with tempfile.TemporaryDirectory() as folder:
        remembered = Path(folder)

        def start() -> None:
            check_built(POLICIES, data, remembered)
            PolicyTable.load(data)

        start()
        loading = cpu(start)
    return [
        Figure("policy table built by the engine", building, "s", _BUILD_S),
        Figure("policy table loaded once built, its sources compared", loading * 1000, "ms", _LOAD_MS),
    ]
