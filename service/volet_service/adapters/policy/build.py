"""The table, built from `policies/`: the engine answers every closed question once, on one thread.

Casbin is the only author of an effect. Our own reading of the lines is used for the explanation (the engine names no
line on a deny) and must agree with the engine on every question, or the build stops.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

import casbin

from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.policy_table import AFTER_CONSENT, DENY, KEYS, PERMIT, WITH_NOTICE, Outcome
from volet_protocol.vocabulary import COMPARTMENTS
from volet_service.adapters.policy.coverage import check_coverage
from volet_service.adapters.policy.loader import ANY, CODES, UNUSED, Family, Line, PolicySource
from volet_service.domain.policy_codes import PolicyError

_NO_LINE = Outcome(DENY, ("R1",), hidden=True)


def build(source: PolicySource) -> bytes:
    """Return the canonical bytes of the table; raise `PolicyError` on a dead line, a silence or a disagreement."""
    check_coverage(source)
    engine = Engine(source)
    answers: dict[tuple[str, ...], Outcome] = {}
    for family in source.families:
        for key, outcome in _answers(engine, family):
            if key in answers:
                raise PolicyError(f"vocabularies.json: the question {'/'.join(key)} is asked twice")
            answers[key] = outcome
    return _to_bytes(source, answers)


class _Enforcer(Protocol):
    """What is used of the engine."""

    def enforce(self, *question: str) -> bool: ...

    def add_policy(self, *line: str) -> bool: ...


class Engine:
    """The policy engine over one source; not for use by several threads.

    One enforcer for each table and relation, with the lines that can match there: the matcher asks for both, and the
    engine's time is proportional to the lines it holds.
    """

    def __init__(self, source: PolicySource) -> None:
        self._source = source
        self._enforcers: dict[tuple[str, str], _Enforcer] = {}
        self._lines: dict[str, list[Line]] = {}
        for line in source.lines:
            self._lines.setdefault(line.table, []).append(line)

    def decide(self, table: str, codes: Mapping[str, str]) -> tuple[bool, list[Line]]:
        """Return what the engine says of one question, and the lines that speak of it."""
        question = {name: codes.get(name, UNUSED) for name in CODES}
        enforcer = self._enforcer(table, question["relation"])
        allowed = enforcer.enforce(table, *(question[name] for name in CODES))
        lines = [line for line in self._lines.get(table, []) if line.matches(question)]
        denies = [line for line in lines if not line.allows]
        if allowed != (bool(lines) and not denies):
            raise PolicyError(f"the engine and the lines disagree on {table}/{'/'.join(question.values())}")
        return allowed, denies or lines

    def _enforcer(self, table: str, relation: str) -> _Enforcer:
        if (table, relation) not in self._enforcers:
            model = casbin.Enforcer.new_model(text=self._source.model)
            enforcer = cast("_Enforcer", casbin.Enforcer(model))
            for line in self._lines.get(table, []):
                if ANY in line.codes["relation"] or relation in line.codes["relation"]:
                    _add(enforcer, line)
            self._enforcers[table, relation] = enforcer
        return self._enforcers[table, relation]


def _add(enforcer: _Enforcer, line: Line) -> None:
    effect = "allow" if line.allows else "deny"
    for number, codes in enumerate(itertools.product(*(line.codes[name] for name in CODES))):
        if not enforcer.add_policy(f"{line.id}/{number}", effect, line.table, *codes):
            raise PolicyError(f"policy.csv: the engine refused {line.id}")


def _answers(engine: Engine, family: Family) -> Iterator[tuple[tuple[str, ...], Outcome]]:
    names = KEYS[family.table]
    asked: dict[tuple[str, ...], tuple[bool, list[Line]]] = {}
    for codes in itertools.product(*(family.columns[name] for name in names)):
        asked[codes] = engine.decide(family.table, dict(zip(names, codes, strict=True)))
    for codes, (allowed, lines) in asked.items():
        yield (family.table, *codes), _outcome(PERMIT if allowed else _effect(family, asked, codes), lines)


def _effect(family: Family, asked: Mapping[tuple[str, ...], tuple[bool, list[Line]]], codes: tuple[str, ...]) -> str:
    """Return the effect of a question that is denied: the same one is asked with the one missing fact supplied."""
    cover = codes[-1]
    for supplies, effect in ((family.notice_supplies, WITH_NOTICE), (family.consent_supplies, AFTER_CONSENT)):
        if cover in supplies and asked[*codes[:-1], supplies[cover]][0]:
            return effect
    return DENY


def _outcome(effect: str, lines: list[Line]) -> Outcome:
    if not lines:
        return _NO_LINE
    return Outcome(
        effect=effect,
        rules=_union(line.rules for line in lines),
        obligations=_union(line.obligations for line in lines),
        hidden=effect == DENY and any(line.hidden for line in lines),
        lines=tuple(line.id for line in lines),
    )


def _union(lists: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _to_bytes(source: PolicySource, answers: Mapping[tuple[str, ...], Outcome]) -> bytes:
    outcomes = sorted(set(answers.values()), key=lambda outcome: (outcome.lines, outcome.effect))
    numbers = {outcome: number for number, outcome in enumerate(outcomes)}
    tables: dict[str, JsonValue] = {
        table: [[*key[1:], numbers[outcome]] for key, outcome in sorted(answers.items()) if key[0] == table]
        for table in KEYS
    }
    rows: list[JsonValue] = []
    for row in source.matrix:
        cells: dict[str, JsonValue] = {part: row.cells[part] for part in COMPARTMENTS}
        value: dict[str, JsonValue] = {"row": row.row, "account": row.account, "cells": cells}
        if row.category is not None:
            value["category"] = row.category
        rows.append(value)
    return canonical.encode(
        {
            "v": 1,
            "type": "policy-table",
            "rows": rows,
            "outcomes": [_outcome_json(outcome) for outcome in outcomes],
            "tables": tables,
        }
    )


def _outcome_json(outcome: Outcome) -> JsonValue:
    value: dict[str, JsonValue] = {
        "effect": outcome.effect,
        "rules": list(outcome.rules),
        "lines": list(outcome.lines),
    }
    if outcome.obligations:
        value["obligations"] = list(outcome.obligations)
    if outcome.hidden:
        value["hidden"] = True
    return value
