"""Searches of the national directory: the rarest word leads, the others are looked up for each of its lines.

Every typed word stands for the words of the extract that begin with it; where too few lines fit, also for those that
are one slip away. A word that names a profession keeps the lines of that profession. Nothing is scanned: each step
reads a range of an index, and the leading one is bounded, so that the slowest question costs what a bound costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, exists, select

from volet_protocol.extract_lines import read_line
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.directory_rows import extract_in_force
from volet_service.adapters.store.directory_tree import prove_lines
from volet_service.adapters.store.unit_of_work import translated
from volet_service.application.directory_ports import ExtractInForce, FoundLine, FoundLines
from volet_service.domain.errors import Invalid, NotFound
from volet_service.domain.folded_words import LONGEST, SHORTEST_PREFIX, folded, one_slip, shortened
from volet_service.domain.professions import NationalCodes

T = TypeVar("T")
MOST_LINES: Final = 20
MOST_TYPED: Final = 8
# Words that one typed word may stand for; lines of the leading word that are looked at.
_MOST_WORDS, _MOST_LED = 24, 4000
_SHORTEST_PROFESSION: Final = 4


@dataclass(frozen=True)
class _Meant:
    """A typed word, and the words of the extract that it may stand for, with the number of their lines."""

    typed: str
    words: dict[str, int]


class SqlDirectory:
    """Reads committed lines on connections of its own, beside the sequencer."""

    def __init__(self, engine: Engine, codes: NationalCodes) -> None:
        self._engine = engine
        self._professions = _by_word(codes)

    async def search(self, typed: str) -> FoundLines:
        """Return the lines that fit what was typed; raise `Invalid` where it names a profession alone, or nothing."""
        words = folded(typed)[:MOST_TYPED]
        return await self._read(lambda connection: self._search(connection, words))

    async def lines_of(self, national_id: str) -> FoundLines:
        """Return the lines of one national id, none where the extract does not name it."""

        def find(connection: Connection) -> FoundLines:
            within = _in_force(connection)
            c = t.directory_line.c
            query = select(c.n).where(c.extract == within.number, c.national_id == national_id).order_by(c.n)
            return _shown(connection, within, list(connection.execute(query.limit(MOST_LINES + 1)).scalars()), (), ())

        return await self._read(find)

    async def _read(self, read: Callable[[Connection], T]) -> T:
        def run() -> T:
            with translated(), self._engine.connect() as connection:
                return read(connection)

        return await asyncio.to_thread(run)

    def _search(self, connection: Connection, typed: Sequence[str]) -> FoundLines:
        within = _in_force(connection)
        practised: set[str] | None = None
        others: list[str] = []
        for word in typed:
            codes = self._codes(word)
            if codes:
                practised = codes if practised is None else practised & codes
            else:
                others.append(word)
        if not others:
            raise Invalid("a name, a structure or a place is needed")
        meant = [_meant(connection, within.number, word) for word in others]
        numbers = _fitting(connection, within.number, meant, practised)
        if len(numbers) <= MOST_LINES:
            # Few or none: what was typed may have slips.
            meant = [_with_slips(connection, within.number, one) for one in meant]
            numbers = list(dict.fromkeys([*numbers, *_fitting(connection, within.number, meant, practised)]))
        ignored = tuple(one.typed for one in meant if not one.words)
        return _shown(connection, within, numbers[: MOST_LINES * 3], others, ignored)

    def _codes(self, typed: str) -> set[str]:
        """Return the professions that a typed word names: by its beginning, or by an ending of its own (« -ère »)."""
        if len(typed) < _SHORTEST_PROFESSION:
            return set()
        return {
            code
            for word, codes in self._professions.items()
            if word.startswith(typed) or (len(word) > SHORTEST_PREFIX * 2 and typed.startswith(word))
            for code in codes
        }


def _by_word(codes: NationalCodes) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, label in codes.labels():
        for word in folded(label):
            found.setdefault(word, set()).add(code)
    return found


def _in_force(connection: Connection) -> ExtractInForce:
    found = extract_in_force(connection)
    if found is None:
        raise NotFound
    return found


def _meant(connection: Connection, extract: int, typed: str) -> _Meant:
    c = t.directory_vocabulary.c
    # Behind all that begins alike, in the order of any locale where z is the last letter: words are a to z and 0 to 9.
    end = typed + "z" * LONGEST if len(typed) >= SHORTEST_PREFIX else typed
    query = select(c.word, c.lines).where(c.extract == extract, c.word >= typed, c.word <= end)
    rows = connection.execute(query.order_by(c.lines.desc()).limit(_MOST_WORDS)).all()
    found = {row.word: row.lines for row in rows}
    whole = connection.execute(select(c.lines).where(c.extract == extract, c.word == typed)).scalar()
    return _Meant(typed, found if whole is None else {typed: whole, **found})


def _with_slips(connection: Connection, extract: int, meant: _Meant) -> _Meant:
    c, v = t.directory_slip.c, t.directory_vocabulary.c
    query = (
        select(v.word, v.lines)
        .where(c.extract == extract, c.left.in_(sorted(shortened(meant.typed))))
        .where(v.extract == extract, v.word == c.word)
        .distinct()
    )
    near = {row.word: row.lines for row in connection.execute(query) if one_slip(meant.typed, row.word)}
    likely = sorted(near.items(), key=lambda one: -one[1])[:_MOST_WORDS]
    return _Meant(meant.typed, {**dict(likely), **meant.words})


def _fitting(
    connection: Connection, extract: int, meant: Sequence[_Meant], practised: set[str] | None
) -> list[int]:  # fmt: skip
    """Return numbers of lines that have a word of each; a typed word that stands for none is left out."""
    known = sorted((one for one in meant if one.words), key=lambda one: sum(one.words.values()))
    if not known:
        return []
    c = t.directory_word.c
    led = select(c.n).where(c.extract == extract, c.word.in_(sorted(known[0].words)))
    if practised is not None:
        led = led.where(c.practised.in_(sorted(practised)))
    led_by = led.limit(_MOST_LED).subquery()
    query = select(led_by.c.n)
    for one in known[1:]:
        other = t.directory_word.alias()
        query = query.where(
            exists().where(
                other.c.extract == extract, other.c.word.in_(sorted(one.words)), other.c.n == led_by.c.n
            )
        )  # fmt: skip
    return list(dict.fromkeys(connection.execute(query.limit(MOST_LINES * 3)).scalars()))


def _shown(
    connection: Connection, within: ExtractInForce, numbers: Sequence[int], typed: Sequence[str],
    ignored: tuple[str, ...],
) -> FoundLines:  # fmt: skip
    """Return the lines with their proofs, those whose name was typed in full first."""
    c = t.directory_line.c
    rows = connection.execute(select(c.n, c.line).where(c.extract == within.number, c.n.in_(numbers)))
    texts: dict[int, str] = {row.n: row.line for row in rows}

    def rank(n: int) -> tuple[int, tuple[str, ...], int]:
        name = folded(read_line(texts[n]).name)
        return -len({*typed}.intersection(name)), name, n

    chosen = sorted(texts, key=rank)[:MOST_LINES]
    proofs = prove_lines(connection, within.number, within.extract.lines, chosen)
    lines = tuple(FoundLine(n, texts[n], proof) for n, proof in zip(chosen, proofs, strict=True))
    return FoundLines(within, lines, len(numbers) > len(lines), ignored)
