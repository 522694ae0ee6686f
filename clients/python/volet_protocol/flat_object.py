"""Canonical bytes of an object whose fields are known beforehand: what the log writes at each act.

The same bytes as `canonical.encode`, in a quarter of its time: keys are spelled and sorted once, and an object that
was written before stands in another as it was written. Whatever is out of the ordinary (another script, a character
to escape, a number out of bounds) is left to `canonical.encode`, which writes or refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any

from volet_protocol.canonical import MAX_DEPTH, MAX_INTEGER, JsonObject, JsonValue, is_plain_ascii

# Combinations of fields that are there: an act of the log has one or two.
_MOST_SHAPES = 512


class Written(dict[str, JsonValue]):
    """An object with the canonical text it was written as. It is not changed any more."""

    __slots__ = ("text",)

    def __init__(self, value: JsonObject, text: str) -> None:
        super().__init__(value)
        self.text = text

    @property
    def stands_in_another(self) -> bool:
        """Whether an object that holds this one is surely not too deep; a list of numbers may say no without need."""
        return self.text.count("{") + self.text.count("[") < MAX_DEPTH


@dataclass(frozen=True)
class _Shape:
    """How objects are written whose fields are there, or absent, in one way; the numbers are places in the values."""

    template: str
    take: Callable[[Sequence[Any]], tuple[Any, ...]]
    strings: Callable[[Sequence[Any]], tuple[str, ...]]
    numbers: tuple[int, ...]
    flags: tuple[int, ...]
    lists: tuple[int, ...]
    held: tuple[int, ...]


class FlatForm:
    """The fields of one kind of object: strings, integers, true, lists of strings, and what is `Written`."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names))
        # An act fills the same fields each time: what follows from that is found once.
        self._shape_of = lru_cache(maxsize=_MOST_SHAPES)(self._shape)

    def write(self, values: Sequence[Any]) -> bytes | None:
        """Return the bytes of the object with these values, None where a field is absent, in the order of `names`.

        Returns None when `canonical.encode` must judge it.
        """
        shape = self._shape_of(*map(type, values))
        if shape is None:
            return None
        for at in shape.numbers:
            if not 0 <= values[at] <= MAX_INTEGER:
                return None
        filled, strings = list(values), shape.strings(values)
        for at in shape.flags:
            filled[at] = "true" if values[at] else "false"
        for at in shape.lists:
            strings += values[at]
            filled[at] = '["' + '","'.join(values[at]) + '"]' if values[at] else "[]"
        for at in shape.held:
            if not values[at].stands_in_another:
                return None
            filled[at] = values[at].text
        # What was written before was judged then: only what is new is looked through.
        if not is_plain_ascii("".join(strings), 0):
            return None
        return (shape.template % shape.take(filled)).encode("utf-8")

    def _shape(self, *kinds: type) -> _Shape | None:
        """Return how values of these types are written, None for a type that is left to `canonical.encode`."""
        if not set(kinds) <= {NoneType, str, int, bool, tuple, Written}:
            return None
        pieces = [
            f'"{name}":"%s"' if kind is str else f'"{name}":%s'
            for name, kind in zip(self.names, kinds, strict=True)
            if kind is not NoneType
        ]
        at = {kind: tuple(n for n, one in enumerate(kinds) if one is kind) for kind in (str, int, bool, tuple, Written)}
        present = tuple(n for n, kind in enumerate(kinds) if kind is not NoneType)
        return _Shape(
            "{" + ",".join(pieces) + "}", _taker(present), _taker(at[str]), at[int], at[bool], at[tuple], at[Written]
        )


def _taker(places: tuple[int, ...]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return what takes these places of a sequence; `itemgetter` gives a tuple from two on."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[place] for place in places)
