"""Is any act of a case missing from what the hub showed? Judged with the keys of its tags (docs/spec/log.md, T1-T12).

1. Each leaf shown bears the tag of the number that its view claims; one whose content was erased, of some number.
2. No number has two leaves, neither among those shown nor in the log.
3. Each number below the highest was shown.
4. None of the next 64 numbers stands in the log: an act at the end was not left out either. Where a key was re-drawn,
   this holds for the end of its period too.
5. An act without content was erased: a leaf of the log says so.

Pure: keys, shown leaves and the log's own leaves in, findings out. Who found something keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.completeness import BEYOND, LogKey, check_tags
from volet_protocol.erasures import Tombstones
from volet_protocol.hashing import same, sha256
from volet_protocol.leaf import Leaf, tag
from volet_protocol.log_positions import text_of
from volet_protocol.places import MAIN


@unique
class Flaw(StrEnum):
    """What is wrong with the acts of a class."""

    NO_KEY = "no-key"
    WRONG_KEY = "wrong-key"
    FALSE_TAG = "false-tag"
    TWICE = "twice"
    WITHHELD = "withheld"
    NO_TOMBSTONE = "no-tombstone"


_SAID = {
    Flaw.NO_KEY: Said("la clé qui permet de compter n'a pas été remise", "the key to count with was not handed over"),
    Flaw.WRONG_KEY: Said(
        "la clé remise n'est pas celle que le dossier annonçait à son ouverture",
        "the key handed over is not the one that the case announced when it was opened",
    ),
    Flaw.FALSE_TAG: Said("une inscription porte une marque fausse", "a leaf bears a false tag"),
    Flaw.TWICE: Said("deux inscriptions portent le même numéro", "two leaves bear one number"),
    Flaw.WITHHELD: Said("un acte inscrit au journal n'a pas été montré", "an act of the log was not shown"),
    Flaw.NO_TOMBSTONE: Said(
        "un acte est dit effacé, mais le journal ne le dit pas",
        "an act is said to be erased, but the log does not say so",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One flaw: in which class, of which number of an act, at which indexes of the log, as far as known."""

    flaw: Flaw
    class_: str | None = None
    number: int | None = None
    indexes: tuple[int, ...] = ()

    def said(self) -> Said:
        """Return the sentence for a person."""
        which = "" if self.number is None else f" (n° {self.number})"
        where = "".join(f", journal n° {text_of(index)}" for index in self.indexes)
        said = _SAID[self.flaw]
        return Said(f"{said.fr[0].upper()}{said.fr[1:]}{which}{where}.", f"{said.en.capitalize()}{which}{where}.")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the finding for a machine and for evidence."""
        optional: dict[str, JsonValue | None] = {"class": self.class_, "number": self.number}
        known = {name: value for name, value in optional.items() if value is not None}
        return {"flaw": self.flaw.value, "indexes": list(self.indexes), **known}


@dataclass(frozen=True)
class ShownLeaf:
    """A verified leaf that was shown: class and number as its view says, None where its content was erased."""

    index: int
    leaf: Leaf
    class_: str | None
    number: int | None


Keys = Mapping[str, Sequence[LogKey]]


def check_key(keys: Keys, log_key_hash: str) -> list[Finding]:
    """Compare the first key of `main` with the hash signed in the case's creation; no other key has one signed."""
    first = next((one.key for one in keys.get(MAIN, ()) if one.first == 0), None)
    wrong = first is not None and not same(sha256(first), bytes.fromhex(log_key_hash))
    return [Finding(Flaw.WRONG_KEY, MAIN)] if wrong else []


def check_periods(keys: Keys, *, whole: bool) -> list[Finding]:
    """Refuse periods out of order, and to the person herself (`whole`) a count that does not begin at 0.

    Who represents her is handed the periods of their own mandate only: what was before is not theirs to count.
    """
    found: list[Finding] = []
    for class_, periods in sorted(keys.items()):
        firsts = [one.first for one in periods]
        if not firsts or firsts != sorted(set(firsts)) or (whole and firsts[0] != 0) or periods[-1].key is None:
            found.append(Finding(Flaw.NO_KEY, class_))
    return found


def check_shown(keys: Keys, shown: Sequence[ShownLeaf], log: Mapping[int, bytes]) -> list[Finding]:
    """Return what is wrong with the leaves shown, against the leaves of all logs up to the last one shown."""
    leaves = {position: Leaf.parse(leaf) for position, leaf in log.items()}
    tags = {position: leaf.tag for position, leaf in leaves.items()}
    tombstones = Tombstones.of(leaves.values())
    found = [Finding(Flaw.NO_KEY, class_) for class_ in sorted({one.class_ for one in shown if one.class_} - set(keys))]
    erased = [one for one in shown if one.class_ is None]
    untold = [one.index for one in erased if not tombstones.covers(one.index, one.leaf.type)]
    found += [Finding(Flaw.NO_TOMBSTONE, indexes=(index,)) for index in untold]
    over = 0
    for class_, periods in sorted(keys.items()):
        mine = [one for one in shown if one.class_ == class_ and (one.number or 0) >= periods[0].first]
        ends = [*(one.first for one in periods[1:]), max((one.number or 0 for one in mine), default=-1) + 1]
        for period, end in zip(periods, ends, strict=True):
            last = period is periods[-1]
            held = [one for one in mine if (one.number or 0) >= period.first and (last or (one.number or 0) < end)]
            if period.key is None:
                over += end - period.first - len({one.number for one in held})
                continue
            found += _period(_Period(class_, period.key, period.first, None if last else end), held, erased, tags)
    if all(periods[0].first == 0 for periods in keys.values()) and len(erased) != over:
        # A leaf without content and without a tag of this case is not of this case, or its tag is false.
        found += [Finding(Flaw.FALSE_TAG, indexes=(one.index,)) for one in erased] or [Finding(Flaw.WITHHELD)]
    return found


@dataclass(frozen=True)
class _Period:
    """What one key tags: the numbers of a class from `first` on, to `end` (excluded) where the next key begins."""

    class_: str
    key: bytes
    first: int
    end: int | None


def _period(
    period: _Period, held: Sequence[ShownLeaf], erased: list[ShownLeaf], tags: Mapping[int, bytes]
) -> list[Finding]:  # fmt: skip
    """Judge the leaves of one period; those of `erased` that bear one of its tags are taken out of the list."""
    found: list[Finding] = []
    numbers: dict[int, set[int]] = {}
    for one in held:
        number = one.number or 0
        numbers.setdefault(number, set()).add(one.index)
        if not same(tag(period.key, number), one.leaf.tag):
            found.append(Finding(Flaw.FALSE_TAG, period.class_, number, (one.index,)))
    highest = max(numbers, default=period.first - 1)
    end = highest + 1 + BEYOND + len(erased) if period.end is None else period.end
    known = {tag(period.key, number): number for number in range(period.first, end)}
    for one in [one for one in erased if one.leaf.tag in known]:
        numbers.setdefault(known[one.leaf.tag], set()).add(one.index)
        erased.remove(one)
    return found + _numbers(period, numbers, tags)


def _numbers(period: _Period, numbers: Mapping[int, set[int]], tags: Mapping[int, bytes]) -> list[Finding]:
    count = max(numbers, default=period.first - 1) + 1 if period.end is None else period.end
    in_log = check_tags(period.key, count, tags.values(), period.first)
    twice = {number for number, indexes in numbers.items() if len(indexes) > 1} | set(in_log.repeated)
    withheld = {number for number in range(period.first, count) if number not in numbers} | set(in_log.untold)

    def places(number: int) -> tuple[int, ...]:
        wanted = tag(period.key, number)
        return tuple(sorted({*numbers.get(number, ()), *(i for i, one in tags.items() if one == wanted)}))

    return [
        *(Finding(Flaw.TWICE, period.class_, number, places(number)) for number in sorted(twice)),
        *(Finding(Flaw.WITHHELD, period.class_, number, places(number)) for number in sorted(withheld)),
    ]
