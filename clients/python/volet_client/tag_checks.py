"""Is any act of a case missing from what the hub showed? Judged with the keys of its tags (docs/spec/log.md, T1-T8).

1. Each leaf shown bears the tag of the number that its view claims; one whose content was erased, of some number.
2. No number has two leaves, neither among those shown nor in the log.
3. Each number below the highest was shown.
4. None of the next 64 numbers stands in the log: an act at the end was not left out either.
5. An act without content was erased: a leaf of the log says so.

Pure: keys, shown leaves and the log's own leaves in, findings out. Who found something keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.completeness import BEYOND, check_tags
from volet_protocol.erasures import Tombstones
from volet_protocol.hashing import same, sha256
from volet_protocol.leaf import Leaf, tag
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
        where = "".join(f", journal n° {index}" for index in self.indexes)
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


def check_key(keys: Mapping[str, bytes], log_key_hash: str) -> list[Finding]:
    """Compare the key of `main` with the hash signed in the case's creation; no other class signs one."""
    wrong = MAIN in keys and not same(sha256(keys[MAIN]), bytes.fromhex(log_key_hash))
    return [Finding(Flaw.WRONG_KEY, MAIN)] if wrong else []


def check_shown(keys: Mapping[str, bytes], shown: Sequence[ShownLeaf], log: Sequence[bytes]) -> list[Finding]:
    """Return what is wrong with the leaves shown, against the log's leaves from 0 up to the last one shown."""
    leaves = [Leaf.parse(leaf) for leaf in log]
    tags, tombstones = [leaf.tag for leaf in leaves], Tombstones.of(leaves)
    found = [Finding(Flaw.NO_KEY, class_) for class_ in sorted({one.class_ for one in shown if one.class_} - set(keys))]
    erased = [one for one in shown if one.class_ is None]
    untold = [one.index for one in erased if not tombstones.covers(one.index, one.leaf.type)]
    found += [Finding(Flaw.NO_TOMBSTONE, indexes=(index,)) for index in untold]
    for class_, key in sorted(keys.items()):
        mine = [one for one in shown if one.class_ == class_]
        numbers: dict[int, set[int]] = {}
        for one in mine:
            number = one.number or 0
            numbers.setdefault(number, set()).add(one.index)
            if not same(tag(key, number), one.leaf.tag):
                found.append(Finding(Flaw.FALSE_TAG, class_, number, (one.index,)))
        highest = max(numbers, default=-1)
        known = {tag(key, number): number for number in range(highest + 1 + BEYOND + len(erased))}
        for one in [one for one in erased if one.leaf.tag in known]:
            numbers.setdefault(known[one.leaf.tag], set()).add(one.index)
            erased.remove(one)
        found += _numbers(class_, key, numbers, tags)
    # A leaf without content and without a tag of this case is not of this case, or its tag is false.
    return [*found, *(Finding(Flaw.FALSE_TAG, indexes=(one.index,)) for one in erased)]


def _numbers(class_: str, key: bytes, numbers: Mapping[int, set[int]], tags: Sequence[bytes]) -> list[Finding]:
    count = max(numbers, default=-1) + 1
    in_log = check_tags(key, count, tags)
    twice = {number for number, indexes in numbers.items() if len(indexes) > 1} | set(in_log.repeated)
    withheld = {number for number in range(count) if number not in numbers} | set(in_log.untold)

    def places(number: int) -> tuple[int, ...]:
        wanted = tag(key, number)
        return tuple(sorted({*numbers.get(number, ()), *(i for i, one in enumerate(tags) if one == wanted)}))

    return [
        *(Finding(Flaw.TWICE, class_, number, places(number)) for number in sorted(twice)),
        *(Finding(Flaw.WITHHELD, class_, number, places(number)) for number in sorted(withheld)),
    ]
