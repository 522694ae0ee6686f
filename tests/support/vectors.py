"""The one strict loader of `tests/vectors/*.json`: an unknown key, operation or outcome fails the run.

A runner names its operations and gets back cases to parametrise with:

    OPERATIONS = {"parse": Operation(parse, frozenset({"text"}))}
    @pytest.mark.parametrize("vector", load("note", OPERATIONS), ids=str)
    def test_note_vector(vector: Vector) -> None:
        vector.check()

`input.op` names the operation; the other keys of `input` are exactly those the operation declares. The operation
returns the object that `output` must equal (or None where the vector states no output).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import pytest

from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields

FOLDER = Path(__file__).resolve().parent.parent / "vectors"
OK = "ok"
_OUTCOMES = frozenset({OK, *(reason.value for reason in Reason)})

Run: TypeAlias = Callable[[Fields], JsonObject | None]


@dataclass(frozen=True)
class Operation:
    """A function under test, the input keys it requires and those it may be given."""

    run: Run
    required: frozenset[str]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Vector:
    """One case: `check` runs it and fails on any other outcome or output than the one stated."""

    name: str
    operation: Operation
    input: dict[str, JsonValue]
    outcome: str
    output: dict[str, JsonValue] | None

    def __str__(self) -> str:
        return self.name

    def check(self) -> None:
        fields = Fields(self.input, self.name)
        if self.outcome != OK:
            with pytest.raises(ProtocolError) as caught:
                self.operation.run(fields)
            assert caught.value.reason.value == self.outcome, str(caught.value)
            return
        output = self.operation.run(fields)
        fields.done()
        if self.output is not None or output is not None:
            assert _plain(output) == self.output


def load(format_: str, operations: Mapping[str, Operation]) -> list[Vector]:
    """Read `tests/vectors/<format>.json`; every operation must be used, so a renamed one cannot go untested."""
    document = _object(json.loads((FOLDER / f"{format_}.json").read_text("utf-8"), object_pairs_hook=_unique), format_)
    _keys(document, {"format", "spec", "cases"}, set(), format_)
    assert document["format"] == format_, f"{format_}: format names {document['format']}"
    assert isinstance(document["cases"], list), format_
    vectors = [_case(_object(case, format_), format_, operations) for case in document["cases"]]
    names = [vector.name for vector in vectors]
    assert len(set(names)) == len(names), f"{format_}: two cases of one name"
    used = {id(vector.operation) for vector in vectors}
    unused = [name for name, operation in operations.items() if id(operation) not in used]
    assert not unused, f"{format_}: no case for {unused}"
    return vectors


def _case(case: dict[str, JsonValue], format_: str, operations: Mapping[str, Operation]) -> Vector:
    what = f"{format_}: {case.get('name')}"
    _keys(case, {"name", "input", "outcome"}, {"output"}, what)
    name, outcome = case["name"], case["outcome"]
    assert isinstance(name, str), what
    assert isinstance(outcome, str), what
    assert outcome in _OUTCOMES, f"{what}: unknown outcome {outcome}"
    given = _object(case["input"], what)
    op = given.pop("op", None)
    assert isinstance(op, str), f"{what}: no operation"
    assert op in operations, f"{what}: unknown operation {op}"
    _keys(given, set(operations[op].required), set(operations[op].optional), what)
    output = _object(case["output"], what) if "output" in case else None
    assert output is None or outcome == OK, f"{what}: a refusal has no output"
    return Vector(name, operations[op], given, outcome, output)


def _keys(value: Mapping[str, object], required: set[str], optional: set[str], what: str) -> None:
    missing, unknown = required - value.keys(), value.keys() - required - optional
    assert not missing, f"{what}: missing {sorted(missing)}"
    assert not unknown, f"{what}: unknown {sorted(unknown)}"


def _object(value: object, what: str) -> dict[str, JsonValue]:
    assert isinstance(value, dict), what
    return cast("dict[str, JsonValue]", value)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    assert len(result) == len(pairs), f"duplicate key among {[key for key, _ in pairs]}"
    return result


def _plain(value: object) -> object:
    """Compare lists and tuples, dicts and mappings, alike."""
    return json.loads(json.dumps(value))
