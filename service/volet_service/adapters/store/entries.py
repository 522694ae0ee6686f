"""Entries, their lists, their parts, boxes, and the requests that were answered, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, insert, select, update

from volet_protocol import statements
from volet_protocol.entry import read_entry
from volet_protocol.entry_list import EntryListHead
from volet_protocol.statements import HeadRef
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.live import Live
from volet_service.adapters.store.prepared import RowsInto
from volet_service.adapters.store.users import move_head
from volet_service.application.live_ports import Moved
from volet_service.application.records import Answered, StoredEntry, StoredPart
from volet_service.domain.errors import VersionConflict

_FIND_REQUEST = select(t.request).where(
    (t.request.c.device == bindparam("of_device")) & (t.request.c.id == bindparam("of_id"))
)
_REQUESTS = RowsInto(t.request, "device", "id", "hash", "leaf", "answer")


def existing_entries(engine: Engine, ids: Sequence[str]) -> set[str]:
    """Return which of these ids are entries."""
    with engine.connect() as connection:
        return set(connection.execute(select(t.entry.c.id).where(t.entry.c.id.in_(ids))).scalars())


class EntryRows:
    """Entries in the order of their lists."""

    def __init__(self, connection: Connection, live: Live) -> None:
        self._connection = connection
        self._live = live

    def head(self, list_: str) -> EntryListHead:
        """Return the head of a list; of an unknown one, the empty head."""
        known = self._live.lists.get(list_)
        if known is not None:
            return known
        c = t.entry_list.c
        row = self._connection.execute(select(c.n, c.h).where(c.list == list_)).first()
        head = EntryListHead.start(list_) if row is None else EntryListHead(row.n, row.h)
        return self._live.lists.keep(list_, head)

    def point(self, list_: str, n: int) -> str | None:
        """Return h(n); None beyond the end."""
        if n == 0:
            return EntryListHead.start(list_).h
        c = t.entry.c
        return self._connection.execute(select(c.h).where((c.list == list_) & (c.n == n))).scalar()

    def place(self, list_: str) -> tuple[str, str, str] | None:
        """Return (case, class, place) of a list that holds entries."""
        c = t.entry_list.c
        row = self._connection.execute(select(c.case, c["class"], c.place).where(c.list == list_)).first()
        return None if row is None else (row[0], row[1], row[2])

    def lists_of(self, case: str, kind: str) -> list[tuple[str, str]]:
        """Return (list, place) of the lists of a case whose place is of that kind, in the order of their ids."""
        c = t.entry_list.c
        where = (c.case == case) & c.place.startswith(f"{kind}:", autoescape=True)
        return [
            (row[0], row[1]) for row in self._connection.execute(select(c.list, c.place).where(where).order_by(c.list))
        ]

    def get(self, id: str) -> StoredEntry | None:  # noqa: A002 -- the glossary's word
        """Return an entry."""
        found = self._select(t.entry.c.id == id)
        return found[0] if found else None

    def many(self, ids: Sequence[str]) -> dict[str, StoredEntry]:
        """Return the entries that exist among these ids."""
        return {stored.entry.id: stored for stored in self._select(t.entry.c.id.in_(ids))}

    def page(self, list_: str, after: int, until: int) -> list[StoredEntry]:
        """Return the entries with after < n <= until, in order."""
        c = t.entry.c
        return self._select((c.list == list_) & (c.n > after) & (c.n <= until))

    def at(self, list_: str, indexes: Sequence[int]) -> list[StoredEntry]:
        """Return the entries at these indexes of a list, in order."""
        c = t.entry.c
        return self._select((c.list == list_) & c.n.in_(indexes)) if indexes else []

    def hashes(self, list_: str, after: int, until: int) -> list[tuple[int, str]]:
        """Return index and statement hash of the entries with after < n <= until, in order."""
        c = t.entry.c
        where = (c.list == list_) & (c.n > after) & (c.n <= until)
        return [(row[0], row[1]) for row in self._connection.execute(select(c.n, c.hash).where(where).order_by(c.n))]

    def add(self, entry: StoredEntry, parts: Iterable[StoredPart]) -> None:
        """Append an entry to its list, and move the list's head."""
        header = entry.entry.header
        list_ = header.list
        self._connection.execute(
            insert(t.entry),
            {"id": header.id, "list": list_, "n": entry.n, "h": entry.h, "case": header.case, "class": header.class_,
             "user": header.preamble.user, "device": entry.device, "hash": entry.entry.hash,
             "statement": entry.statement, "deposit_ms": entry.deposit_ms, "leaf": entry.leaf},
        )  # fmt: skip
        self._connection.execute(insert(t.entry_part), [{"entry": header.id, **asdict(part)} for part in parts])
        c = t.entry_list.c
        moved = self._connection.execute(update(t.entry_list).where(c.list == list_).values(n=entry.n, h=entry.h))
        if not moved.rowcount:
            row = {"list": list_, "case": header.case, "class": header.class_, "place": str(header.place)}
            self._connection.execute(insert(t.entry_list), {**row, "n": entry.n, "h": entry.h})
        self._live.change(self._live.lists, list_, EntryListHead(entry.n, entry.h))
        move_head(self._connection, self._live, "list", list_, HeadRef(entry.n, entry.h))
        self._live.move(Moved.ENTRY, header.case, header.id)

    def take_back(self, entry: StoredEntry, statement: bytes, leaf: int) -> None:
        """Mark an entry as taken back."""
        id_, values = entry.entry.id, {"take_back": statement, "take_back_leaf": leaf}
        self._connection.execute(update(t.entry).where(t.entry.c.id == id_).values(values))
        self._live.move(Moved.ENTRY, entry.entry.header.case, id_)

    def erase(self, id: str, leaf: int) -> None:  # noqa: A002 -- the glossary's word
        """Mark an entry as erased by a decision."""
        self._connection.execute(update(t.entry).where(t.entry.c.id == id).values(erase_leaf=leaf))

    def part(self, id: str, part: str) -> StoredPart | None:  # noqa: A002 -- the glossary's word
        """Return where a part is."""
        c = t.entry_part.c
        row = self._connection.execute(select(t.entry_part).where((c.entry == id) & (c.part == part))).first()
        return None if row is None else StoredPart(row.part, row.size, row.inline, row.blob)

    def inline(self, ids: Sequence[str], part: str) -> dict[str, bytes]:
        """Return the ciphertext of those parts that stand in their row."""
        c = t.entry_part.c
        rows = self._connection.execute(select(c.entry, c.inline).where(c.entry.in_(ids) & (c.part == part)))
        return {row.entry: row.inline for row in rows if row.inline is not None}

    def _select(self, where: ColumnElement[bool]) -> list[StoredEntry]:
        rows = self._connection.execute(select(t.entry).where(where).order_by(t.entry.c.n))
        return [
            StoredEntry(
                read_entry(statements.parse(row.statement)), row.statement, row.n, row.h, row.device, row.deposit_ms,
                row.leaf, row.take_back, row.take_back_leaf, row.erase_leaf,
            )
            for row in rows
        ]  # fmt: skip


class BoxRows:
    """HPKE boxes by owner and user."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, owner: str, boxes: Mapping[str, bytes]) -> None:
        """Store the boxes of one owner."""
        if boxes:
            rows = [{"owner": owner, "user": user, "box": box} for user, box in boxes.items()]
            self._connection.execute(insert(t.box), rows)

    def of_user(self, owners: Sequence[str], user: str) -> dict[str, bytes]:
        """Return owner to box, for one user."""
        c = t.box.c
        found: dict[str, bytes] = {}
        # SQLite bounds the parameters of one statement.
        for start in range(0, len(owners), 500):
            some = owners[start : start + 500]
            rows = self._connection.execute(select(c.owner, c.box).where((c.user == user) & c.owner.in_(some)))
            found |= {row.owner: row.box for row in rows}
        return found


class RequestRows:
    """Requests that were answered, by device and id; kept for ever. Those of a batch wait in memory for its end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pending: dict[tuple[str, str], Answered] = {}

    def find(self, device: str, id: str) -> Answered | None:  # noqa: A002 -- the glossary's word
        """Return the earlier answer."""
        waiting = self._pending.get((device, id))
        if waiting is not None:
            return waiting
        row = self._connection.execute(_FIND_REQUEST, {"of_device": device, "of_id": id}).first()
        return None if row is None else Answered(row.hash, row.leaf, row.answer)

    def add(self, device: str, id: str, answered: Answered) -> None:  # noqa: A002 -- the glossary's word
        """Remember an answer; the caller has looked for an earlier one."""
        if (device, id) in self._pending:
            raise VersionConflict("a request answered in this batch")
        self._pending[device, id] = answered

    def mark(self) -> int:
        """Return where to roll back to."""
        return len(self._pending)

    def rollback(self, mark: int) -> None:
        """Take back what a refused use case remembered."""
        while len(self._pending) > mark:
            self._pending.popitem()

    def flush(self) -> None:
        """Write what the batch remembered."""
        rows = [(*key, one.hash, one.leaf, one.answer) for key, one in self._pending.items()]
        _REQUESTS.write(self._connection, rows)
        self._pending.clear()
