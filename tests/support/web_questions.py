"""Drawn questions with the Python package's answers, for the web client's decision to be compared with.

Printed as JSON by `PYTHONPATH=tests python -m support.web_questions SITUATIONS`, which `clients/web/tests/policy` runs:
the tables, then each case with what was asked of it under which table, and what was answered. Facts and questions are
in the shape that the web client holds them in, not in the form they are signed in.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import cast

from support.oracle_cedar import matrix
from support.oracle_draw import Draw, Raw
from support.oracle_facts import facts_of, question_of
from support.oracle_focus import focused
from support.oracle_outbound import Situations, invitation_of, sending_of
from support.policy_story import POLICIES
from volet_protocol.access import decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.facts import Fact
from volet_protocol.narrowing import Cell, narrow
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import EntryMeta, Party, Question

SEED = 20_261_122
_TWICE = tuple((what, level) for what in ("read", "write", "send", "receive") for level in (1, 2))
_ONCE = (
    "list", "claim", "grant", "rotate", "break_glass", "read_log", "export_log", "read_content_from_log",
    "withdraw_consent", "open_account", "keep_active", "consent_person", "consent_own", "consent_stand_in", "peek",
)  # fmt: skip
_NARROWED = (
    Cell("H1", "plan", "1w", "here"), Cell("H2", "medical", "x", "here"), Cell("S1", "plan", "x", "there"),
    Cell("S5", "plan", "1", "here"),
)  # fmt: skip
_OTHER = Party("other", Capacity("H1", 1, "G15:10", None, "here", ("L1110-4",)))


def main(count: int) -> None:
    """Print `count` situations of reading and acting, and a third as many that leave the hub or enter the list."""
    data = (POLICIES / "table.json").read_bytes()
    tables = [data, narrow(data, _NARROWED)]
    loaded = [PolicyTable.load(one) for one in tables]
    cases = [_case(loaded, facts, asked) for facts, asked in _situations(count)]
    printed = {"narrowed": _plain(_NARROWED), "tables": [one.decode() for one in tables], "cases": cases}
    sys.stdout.write(json.dumps(printed))


def _situations(count: int) -> Iterator[tuple[CaseFacts, list[Question]]]:
    categories = {row: int(line["category"]) for row, line in matrix().items() if line["category"]}
    draw, chance = Draw(SEED, categories), random.Random(SEED)  # noqa: S311 - drawn again alike
    for _ in range(count):
        raw = draw.raw()
        raw = focused(raw, chance) if chance.random() < 0.35 else raw
        yield facts_of(raw), list(_asked(raw))
    outside = Situations(SEED)
    for _ in range(count // 6):
        for facts, question in (sending_of(outside.sending()), invitation_of(outside.invited())):
            yield facts, [question]


def _asked(raw: Raw) -> Iterator[Question]:
    for what, level in _TWICE:
        yield question_of(raw, what, level)
    for what in _ONCE:
        yield question_of(raw, what, 0 if what == "list" else 1)
    for what in ("exchange", "invite"):
        yield replace(question_of(raw, what, 1), recipients=(_OTHER, Party("guest", row="O8")))
    yield replace(question_of(raw, "read", 1), compartment="elsewhere")


def _case(tables: list[PolicyTable], facts: CaseFacts, asked: list[Question]) -> dict[str, object]:
    return {
        "kind": facts.kind,
        "records": [_plain(record) for records in facts.records.values() for record in records],
        "asked": [
            [place, _plain(question), _plain(decide(table, facts, question))]
            for place, table in enumerate(tables)
            for question in asked
        ],
    }


def _plain(value: object) -> object:
    """Return a value as the web client holds it: fields in camelCase, what is None left out, sets in order."""
    if isinstance(value, EntryMeta):
        own = {one.name: getattr(value, one.name) for one in fields(value) if one.name not in {"mask", "other_masks"}}
        return _object({**own, "masks": value.masks})
    if is_dataclass(value):
        type_ = {"type": value.type} if isinstance(value, Fact) else {}
        return _object({**type_, **{one.name: getattr(value, one.name) for one in fields(value)}})
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    return value


def _object(value: Mapping[str, object]) -> dict[str, object]:
    return {_camel(name): _plain(item) for name, item in value.items() if item is not None}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


if __name__ == "__main__":
    main(int(sys.argv[1]))
