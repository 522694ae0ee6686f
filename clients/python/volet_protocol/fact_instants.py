"""The instants at which what the facts of a case say can change.

Between two of them every comparison of an instant of a fact with the instant asked about comes out alike, so what was
folded for one question of that moment holds for the next (docs/spec/facts.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency

_INSTANT = "_ms"


def instants_of(fact: object) -> Iterator[int]:
    """Yield every instant that a fact states, or that follows from what it states, in ms; in no order."""
    yield from _stated(fact)
    if isinstance(fact, Emergency):
        # P5: over after this, whatever it says of itself.
        yield fact.opened_ms + EMERGENCY_MAX_MS


def _stated(value: object) -> Iterator[int]:
    if not is_dataclass(value):
        return
    for one in fields(value):
        inner: object = getattr(value, one.name)
        if isinstance(inner, int):
            if one.name.endswith(_INSTANT):
                yield inner
        elif isinstance(inner, tuple):
            for item in inner:  # pyright: ignore[reportUnknownVariableType] -- a field of any fact
                yield from _stated(item)  # pyright: ignore[reportUnknownArgumentType] -- as above
        else:
            yield from _stated(inner)


def moments(facts: Iterable[object]) -> list[int]:
    """Return all the instants of some facts, in order, each once."""
    return sorted({instant for fact in facts for instant in instants_of(fact)})
