"""The instants at which what the facts of a case say can change, and the entries that they name.

Between two of them every comparison of an instant of a fact with the instant asked about comes out alike, so what was
folded for one question of that moment holds for the next (docs/spec/facts.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import cast

from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency

_INSTANT = "_ms"
_ENTRIES = frozenset({"entry", "entries"})


def instants_of(fact: object) -> Iterator[int]:
    """Yield every instant that a fact states, or that follows from what it states, in ms; in no order."""
    yield from _stated(fact)
    if isinstance(fact, Emergency):
        # P5: over after this, whatever it says of itself.
        yield fact.opened_ms + EMERGENCY_MAX_MS


def entries_of(fact: object) -> Iterator[str]:
    """Yield the ids of the entries that a fact names."""
    for name, value in _named(fact):
        if name in _ENTRIES and isinstance(value, str):
            yield value


def _stated(fact: object) -> Iterator[int]:
    for name, value in _named(fact):
        if name.endswith(_INSTANT) and isinstance(value, int):
            yield value


def _named(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield every value that a fact holds, however deep, with the name of its field."""
    if isinstance(value, tuple):
        for item in cast("tuple[object, ...]", value):
            yield from _named(item, name)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _named(getattr(value, one.name), one.name)
    else:
        yield name, value


def moments(facts: Iterable[object]) -> list[int]:
    """Return all the instants of some facts, in order, each once."""
    return sorted({instant for fact in facts for instant in instants_of(fact)})
