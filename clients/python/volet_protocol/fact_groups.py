"""Records of facts under the keys by which decisions look for them.

A file of ten years holds hundreds of notices and consents, and a decision rests on one or two of them. Groups are made
when they are first asked for; the state after one more fact takes them over, with that fact added.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

# Of a fact alone, without looking at anything else: what it gave once is remembered. Always the same object.
Keys: TypeAlias = Callable[[Any], Iterable[Hashable]]
# Of `case_facts.Record`, which rests on this module.
_Records: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class _Grouped:
    """Places in `records`, in order, under each key."""

    records: _Records
    places: Mapping[Hashable, tuple[int, ...]]


class FactGroups:
    """The groups of one state of the facts."""

    def __init__(self, known: dict[Keys, _Grouped] | None = None) -> None:
        self._known = {} if known is None else known

    def under(self, records: _Records, keys: Keys, asked: Iterable[Hashable]) -> _Records:
        """Return those of `records`, all of one type, that stand under one of the keys asked: each once, in order."""
        known = self._known.get(keys)
        # Never what was made of other records, whoever copied the state.
        if known is None or known.records is not records:
            # Two threads may both come here; they make the same.
            known = self._known[keys] = _grouped(records, keys)
        places = known.places
        found = [some for key in asked if (some := places.get(key))]
        if not found:
            return ()
        chosen = found[0] if len(found) == 1 else sorted({place for some in found for place in some})
        return tuple([records[place] for place in chosen])

    def after(self, before: _Records, records: _Records) -> FactGroups:
        """Return the groups of the state in which `records`, one longer, replaced `before`.

        They are moved: a chain keeps the state at each of its links, and all but the newest are hardly asked again.
        """
        known, self._known = self._known, {}
        for keys, grouped in list(known.items()):
            if grouped.records is before and before:
                new, place = records[-1], len(before)
                added = {key: (*grouped.places.get(key, ()), place) for key in keys(new.fact)}
                known[keys] = _Grouped(records, {**grouped.places, **added})
        return FactGroups(known)


def _grouped(records: _Records, keys: Keys) -> _Grouped:
    found: dict[Hashable, list[int]] = {}
    for place, record in enumerate(records):
        for key in dict.fromkeys(keys(record.fact)):
            found.setdefault(key, []).append(place)
    return _Grouped(records, {key: tuple(places) for key, places in found.items()})
