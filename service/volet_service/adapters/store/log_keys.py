"""Numbers and keys of the acts of each case: read once, moved in memory, written once a batch.

A key tags the acts of one period of a case and class. It is drawn anew with the first act after a mandate ended or the
person came of age, and in a new log: whoever held the key of before recognises no later leaf (docs/spec/log.md, T9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from volet_protocol.completeness import LogKey
from volet_protocol.leaf import TagKey
from volet_protocol.log_positions import log_of
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.prepared import ChangesOf
from volet_service.application.records import LogKeyPeriod

KEY_SIZE = 32
# Cases whose tag key stays in memory.
MOST_CASES = 20_000
# Built once: SQLAlchemy takes longer to build a statement than SQLite to run it.
_OF_CASE = (t.log_case.c.case == bindparam("of_case")) & (t.log_case.c["class"] == bindparam("of_class"))
_READ_CASE = select(t.log_case).where(_OF_CASE)
_NEXT = ChangesOf(t.log_case, ["next_seq"], ["case", "class"])
Case = tuple[str, str]


@dataclass(frozen=True)
class Period:
    """Since which number, at which position of the log and since when (milliseconds) a key tags the acts."""

    key: TagKey
    first: int
    position: int
    from_ms: int


@dataclass
class Numbers:
    """The period of a case and class that is running, and the number that its next act takes."""

    period: Period
    next: int

    def tag(self) -> bytes:
        """Return the tag of the next act."""
        return self.period.key.tag(self.next)


class CaseNumbers:
    """What this writer alone moves: as long as the log's head is where it left it, so are they."""

    def __init__(self, sealer: Sealer, random: Callable[[int], bytes]) -> None:
        self._sealer = sealer
        self._random = random
        self._held: dict[Case, Numbers] = {}
        self._opened: list[Case] = []
        self._drawn: list[tuple[Numbers, Period]] = []

    def forget(self) -> None:
        """Forget everything: the disk says what is true."""
        self.begin()
        self._held.clear()

    def begin(self) -> None:
        """Start a batch."""
        self._opened.clear()
        self._drawn.clear()

    def committed(self) -> None:
        """End a batch that is on the disk."""
        self.begin()
        if len(self._held) > MOST_CASES:
            self._held.clear()

    def mark(self) -> tuple[int, int]:
        """Return where to roll back to."""
        return len(self._opened), len(self._drawn)

    def rollback(self, mark: tuple[int, int], taken: Iterable[Case | None]) -> None:
        """Give back the numbers that refused leaves took, the keys drawn and the cases opened since `mark`."""
        opened, drawn = mark
        for one in taken:
            if one is not None:
                self._held[one].next -= 1
        for numbers, before in reversed(self._drawn[drawn:]):
            numbers.period = before
        del self._drawn[drawn:]
        for case in self._opened[opened:]:
            self._held.pop(case, None)
        del self._opened[opened:]

    def add(self, connection: Connection, of: Case, key: bytes, *, position: int, now_ms: int) -> None:
        """Store the first key of a case and class."""
        row = {
            "case": of[0], "class": of[1], "log_key": self._sealer.seal(key, _place(of, 0)), "next_seq": 0, "first": 0,
            "position": position, "from_ms": now_ms,
        }  # fmt: skip
        connection.execute(insert(t.log_case), row)
        self._opened.append(of)

    def of(
        self, connection: Connection, of: Case, ends: Sequence[int], *, position: int, now_ms: int
    ) -> Numbers:  # fmt: skip
        """Return the numbers of a case and class; draw its next key when the one in use has to end.

        `ends` are the instants at which a power for the person ends; the next leaf stands at `position`.
        """
        found = self._held.get(of)
        if found is None:
            row = connection.execute(_READ_CASE, {"of_case": of[0], "of_class": of[1]}).one()
            key = TagKey(self._sealer.open(row.log_key, _place(of, row.first)))
            found = Numbers(Period(key, row.first, row.position, row.from_ms), row.next_seq)
            self._held[of] = found
        since = found.period.from_ms
        if log_of(found.period.position) != log_of(position) or any(since < end <= now_ms for end in ends):
            self._draw(connection, of, found, Period(TagKey(self._random(KEY_SIZE)), found.next, position, now_ms))
        return found

    def _draw(self, connection: Connection, of: Case, numbers: Numbers, new: Period) -> None:
        old = numbers.period
        if new.first > old.first:
            row = {
                "case": of[0], "class": of[1], "first": old.first, "position": old.position,
                "log_key": self._sealer.seal(old.key.raw, _place(of, old.first)), "from_ms": old.from_ms,
            }  # fmt: skip
            connection.execute(insert(t.log_key_past), row)
        values = {
            "log_key": self._sealer.seal(new.key.raw, _place(of, new.first)), "first": new.first,
            "position": new.position, "from_ms": new.from_ms,
        }  # fmt: skip
        connection.execute(update(t.log_case).where(_OF_CASE).values(**values), {"of_case": of[0], "of_class": of[1]})
        self._drawn.append((numbers, old))
        numbers.period = new

    def write(self, connection: Connection, numbered: Iterable[Case]) -> None:
        """Write the next number of each case of the batch."""
        _NEXT.write(connection, [(self._held[one].next, *one) for one in numbered])

    def periods(self, connection: Connection, of: Case, now: Period) -> list[LogKeyPeriod]:
        """Return every period of a case and class, oldest first; the newest is `now`."""
        c = t.log_key_past.c
        asked = select(t.log_key_past).where((c.case == of[0]) & (c["class"] == of[1])).order_by(c.first)
        rows = connection.execute(asked).all()
        ends = [*(row.from_ms for row in rows[1:]), now.from_ms]
        past = [
            LogKeyPeriod(LogKey(row.first, self._opened_key(of, row.first, row.log_key)), row.from_ms, end)
            for row, end in zip(rows, ends, strict=False)
        ]
        return [*past, LogKeyPeriod(LogKey(now.first, now.key.raw), now.from_ms, None)]

    def _opened_key(self, of: Case, first: int, sealed: bytes | None) -> bytes | None:
        return None if sealed is None else self._sealer.open(sealed, _place(of, first))


def destroy_unneeded(connection: Connection) -> int:
    """Destroy the keys of past periods in which no record has its opening any more; return how many."""
    c, p, now = t.log_key_past.c, t.log_payload.c, t.log_case.c
    destroyed = 0
    for row in connection.execute(select(c.case, c["class"], c.first, c.position).where(c.log_key.is_not(None))).all():
        of = (c.case == row[0]) & (c["class"] == row[1])
        later = select(c.position).where(of & (c.first > row.first))
        current = select(now.position).where((now.case == row[0]) & (now["class"] == row[1]))
        end = min(connection.execute(later.union(current)).scalars())
        within = (p.case == row[0]) & (p["class"] == row[1]) & (p.idx >= row.position) & (p.idx < end)
        if not connection.execute(select(exists().where(within & p.sealed.is_not(None)))).scalar_one():
            connection.execute(update(t.log_key_past).where(of & (c.first == row.first)).values(log_key=None))
            destroyed += 1
    return destroyed


def _place(of: Case, first: int) -> bytes:
    return f"log_case/{of[0]}/{of[1]}{f'/{first}' if first else ''}".encode()
