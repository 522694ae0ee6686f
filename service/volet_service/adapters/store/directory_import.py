"""The writing side of an import: batches of lines with the progress they stand for, then the words sorted.

A crash leaves whole batches: progress is a row of the same transaction. What is read here is seen by nobody until the
use case puts the extract in force. Words are sorted by the database, once: inserted in the order of the lines they
would touch every page of the index with every batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from volet_protocol.extract_lines import line_hash
from volet_protocol.merkle import HASH_SIZE, CompactRange
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.database import Database
from volet_service.adapters.store.directory_rows import Progress, State, extracts, forget, parts
from volet_service.adapters.store.directory_tree import STORED_FROM, node_id
from volet_service.adapters.store.prepared import RowsInto
from volet_service.domain.extract_reading import KeptLine
from volet_service.domain.folded_words import shortened

_WORDS_AT_ONCE = 5_000
_LINES = RowsInto(t.directory_line, "extract", "n", "national_id", "line")
_WORDS = RowsInto(t.directory_read_word, "extract", "n", "word", "practised")
_NODES = RowsInto(t.directory_node, "extract", "node", "hash")
_SLIPS = RowsInto(t.directory_slip, "extract", "left", "word")


class DirectoryImport:
    """The extract under way in a database that no hub writes; `close` gives the connection back."""

    def __init__(self, database: Database) -> None:
        self._engine: Engine = database.writer()
        # One connection from the first batch to the last: on PostgreSQL it holds the lock of the one who writes.
        self._connection = self._engine.connect()
        if self._connection.dialect.name == "sqlite":
            # The lines of two batches, and room to sort: the whole index never fits.
            self._connection.exec_driver_sql("PRAGMA cache_size=-32768")
            self._connection.exec_driver_sql("PRAGMA temp_store=FILE")
            self._connection.commit()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
        self._engine.dispose()

    def under_way(self) -> Progress | None:
        """Return the extract that an interrupted import left."""
        with self._connection.begin():
            found = extracts(self._connection)
        return next((one for one in found if one.state in {State.READING, State.READY}), None)

    def begin(self, place: int, prefix: str, *, test: bool, now_ms: int) -> Progress:
        """Start an extract behind the header, which ends at `place`; what another left under way is deleted."""
        self.forget(State.READING, State.READY)
        with self._connection.begin():
            newest = self._connection.execute(select(func.max(t.directory_extract.c.number))).scalar() or 0
            started = Progress(newest + 1, State.READING, place, prefix, 0, 0, 0, 0, b"", int(test), now_ms)
            self._connection.execute(insert(t.directory_extract), asdict(started))
        return started

    def add(self, before: Progress, kept: Sequence[KeptLine], after: Progress) -> Progress:
        """Store the lines of a batch and how far the file was read; return that progress with the tree over them."""
        number, tree = before.number, tree_of(before)
        lines = [(number, n, line.national_id, line.text) for n, line in enumerate(kept, before.lines)]
        words = [
            (number, n, word, line.practised) for n, line in enumerate(kept, before.lines) for word in line.words()
        ]
        nodes = [
            (number, node_id(node), hashed)
            for line in kept
            for node, hashed in tree.append(line_hash(line.text))
            if node.level >= STORED_FROM
        ]
        after = replace(after, lines=before.lines + len(kept), tree=b"".join(tree.hashes))
        with self._connection.begin():
            _LINES.write(self._connection, lines)
            _WORDS.write(self._connection, words)
            _NODES.write(self._connection, nodes)
            self._connection.execute(
                update(t.directory_extract).where(t.directory_extract.c.number == number).values(asdict(after))
            )
        return after

    def finish(self, read: Progress, file: str) -> Progress:
        """Sort the words, once every line is stored: one transaction, made again as a whole after a crash."""
        ready = replace(read, state=State.READY, file=file, root=tree_of(read).root().hex())
        with self._connection.begin():
            self._sort(read.number)
            for some in _slips(self._connection, read.number):
                _SLIPS.write(self._connection, some)
            table = t.directory_extract
            self._connection.execute(update(table).where(table.c.number == read.number).values(asdict(ready)))
        with self._connection.begin():
            if self._connection.dialect.name == "postgresql":
                self._connection.exec_driver_sql("ANALYZE")
        return ready

    def _sort(self, number: int) -> None:
        read, words = t.directory_read_word, t.directory_word
        sorted_rows = (
            select(read.c.extract, read.c.word, read.c.n, read.c.practised)
            .where(read.c.extract == number)
            .order_by(read.c.word, read.c.n)
        )
        self._connection.execute(
            insert(words).from_select(["extract", "word", "n", "practised"], sorted_rows, include_defaults=False)
        )
        # All of them: what another import left here went with it.
        self._connection.execute(delete(read))
        counted = (
            select(words.c.extract, words.c.word, func.count())
            .where(words.c.extract == number)
            .group_by(words.c.extract, words.c.word)
        )
        self._connection.execute(
            insert(t.directory_vocabulary).from_select(["extract", "word", "lines"], counted, include_defaults=False)
        )

    def forget(self, *states: State) -> None:
        """Delete the extracts in these states."""
        with self._connection.begin():
            gone = [one.number for one in extracts(self._connection) if one.state in states]
        for number in gone:
            for table in parts():
                with self._connection.begin():
                    forget(self._connection, table, number)


def tree_of(progress: Progress) -> CompactRange:
    """Return the tree over the lines kept so far."""
    kept = progress.tree
    return CompactRange(progress.lines, [kept[at : at + HASH_SIZE] for at in range(0, len(kept), HASH_SIZE)])


def _slips(connection: Connection, number: int) -> Iterator[list[tuple[object, ...]]]:
    """Yield rows of what is left of each word without one letter, some thousands at a time."""
    c = t.directory_vocabulary.c
    after = ""
    while True:
        query = select(c.word).where(c.extract == number, c.word > after).order_by(c.word).limit(_WORDS_AT_ONCE)
        words = list(connection.execute(query).scalars())
        if not words:
            return
        yield sorted((number, left, word) for word in words for left in shortened(word))
        after = words[-1]
