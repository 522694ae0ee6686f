"""What the rules look at of each entry, in columns: which entries are alike, how many, and which are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, insert, literal, or_, select, update

from volet_service.adapters.store import tables as t
from volet_service.application.records import Alike, Looking, StoredEntry

_f = t.entry_face.c


class FaceRows:
    """Faces of entries, by list and index."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, stored: StoredEntry, category: int | None) -> None:
        """Remember an entry as the rules will look at it; `category` is its author's."""
        header = stored.entry.header
        row = {
            "list": header.list, "n": stored.n, "entry": header.id, "user": header.preamble.user,
            "section": f"{header.compartment}/{header.level}", "category": category, "mask": header.mask,
            "mask_until_ms": header.mask_until_ms, "passages": int(bool(header.passages)), "epoch": header.epoch,
            "written_ms": header.preamble.time_ms, "deposit_ms": stored.deposit_ms, "taken_back": 0,
        }  # fmt: skip
        self._connection.execute(insert(t.entry_face), row)

    def take_back(self, entry: str) -> None:
        """Mark an entry as taken back: it is counted no more."""
        self._connection.execute(update(t.entry_face).where(_f.entry == entry).values(taken_back=1))

    def alike(self, list_: str, looking: Looking, after: int, until: int, since_ms: int) -> list[Alike]:
        """Return the kinds of entries with after < n <= until, each once: one entry of it, how many, how many new."""
        standing = case((_f.taken_back == 0, 1), else_=0)
        new = case(((_f.taken_back == 0) & (_f.deposit_ms > since_ms), 1), else_=0)
        named = [part.label(f"k{n}") for n, part in enumerate(_key(looking))]
        # Grouped by name: to PostgreSQL an expression with parameters is never the same one twice.
        faces = select(_f.n, standing.label("standing"), new.label("new"), *named)
        face = faces.where(_within(list_, after, until)).subquery().c
        key = [face[part.name] for part in named]
        query = (
            select(func.min(face.n), func.sum(face.standing), func.sum(face.new), *key)
            .group_by(*key)
            .order_by(func.min(face.n))
        )
        found: list[Alike] = []
        for row in self._connection.execute(query):
            one, standing_, new_, *codes = tuple[Any, ...](row)
            found.append(Alike(one, standing_, new_, tuple(codes)))
        return found

    def shown(self, list_: str, looking: Looking, kinds: Collection[Alike], after: int, until: int) -> list[int]:
        """Return the indexes with after < n <= until of entries of these kinds, in order."""
        key = _key(looking)
        # One that facts or openings name by itself is a kind of its own: by its id, for there may be thousands.
        alone = [str(kind.key[0]) for kind in kinds if kind.key[0]]
        together = [
            and_(*(part.is_not_distinct_from(value) for part, value in zip(key, kind.key, strict=True)))
            for kind in kinds
            if not kind.key[0]
        ]
        if not alone and not together:
            return []
        query = select(_f.n).where(_within(list_, after, until) & or_(_f.entry.in_(alone), *together)).order_by(_f.n)
        return list(self._connection.execute(query).scalars())


def _within(list_: str, after: int, until: int) -> ColumnElement[bool]:
    return (_f.list == list_) & (_f.n > after) & (_f.n <= until)


def _key(looking: Looking) -> Sequence[ColumnElement[Any]]:
    """Return everything by which two entries of a list may be answered differently to one who looks."""
    boxed = exists().where((t.box.c.owner == _f.entry) & (t.box.c.user == looking.user))
    age: ColumnElement[Any] = literal(0)
    for instant in looking.instants:
        age = age + _yes(_f.written_ms < instant)
    return (
        case((_f.entry.in_(looking.apart), _f.entry), else_=""),
        _yes(_f.user == looking.user), _yes(boxed), _f.section, _f.category, _f.mask,
        _yes(_f.mask_until_ms <= looking.at_ms), _f.passages, _f.epoch, age,
    )  # fmt: skip


def _yes(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return cast("ColumnElement[Any]", case((condition, 1), else_=0))
