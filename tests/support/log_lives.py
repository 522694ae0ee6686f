"""Any order of appending, releasing, withdrawing, erasing, ending a term, dying, another process, a clock that steps,
replacing the key and restoring leaves one true log.

Played against the real store, on either database. The oracle is a list: every leaf that was acknowledged, which of them
still say something, and every checkpoint, share and receipt that ever left. What holds after each step, by the numbers
of the invariants that the log is built for, and which test holds what a store alone cannot show:

 1  indexes without gap, head = number of leaves             here
 2  a leaf before each share, none above its withdrawal      here; whole hub: test_kill.py, test_write_faults.py
 3  one root a size, no note before its commit               here; test_high_water.py
 4  the naive root is the root signed; tiles                 here; test_tiles.py
 5  receipts verify for ever                                 here
 6  numbers without gap, each tag once                       here; withheld or doubled: test_log_operator.py
 7  what was erased is nowhere, its tombstone in the tree    here; files and backups: test_erasure.py, test_retention.py
 8  nothing is signed on an older state                      here; clients: test_client_lying_hub.py
 9  nothing acknowledged is lost                             here; each single write: test_write_faults.py
10  a witness never goes back                                test_witness_stateful.py, test_file_faults.py
11  a full queue and mute clients are bounded                test_bad_input.py, test_hub_bounds.py
12  no identifier in what is public                          here; everything: test_canary.py
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, event, text

from support.databases import CHOICE, POSTGRESQL, SQLITE, Image, open_disk
from support.hub import HandClock, make_folder
from support.identities import seed32
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.completeness import check_tags
from volet_protocol.erasures import ErasureAuthority, ErasureReason, Tombstones
from volet_protocol.keys import SigningKey
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.merkle import CompactRange, inclusion_plan, leaf_hash
from volet_protocol.note_keys import NoteSigner
from volet_protocol.places import MAIN
from volet_protocol.proof import TlogProof
from volet_service.adapters.backups import DATABASE, DAY_MS, back_up_database
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log import MOST_BEHIND_MS, LogAppender
from volet_service.adapters.store.log_check import AlteredLog, check_log
from volet_service.adapters.store.policies import PoliciesInForce, SourceTable
from volet_service.adapters.store.proof_rows import resolve_plan
from volet_service.adapters.store.signed_tree import SignedTree
from volet_service.adapters.store.unit_of_work import SqlUnitOfWork, Writer
from volet_service.application.end_retention import end_retention
from volet_service.application.erase_record import EraseRecord, erase_record
from volet_service.application.ports import UnitOfWork, Work
from volet_service.bootstrap.one_history import ShownHistory
from volet_service.domain.errors import NotFound, Refusal
from volet_service.domain.leaves import LeafContent
from volet_service.domain.retention import RETAINED, RetentionPolicy
from volet_service.resources import shipped_table

CASE, KEY = "ab" * 32, seed32("log key")
ENTRIES = tuple(number * 64 for number in "123")
SHARE = b"a server share, thirty-two bytes"
CANARY = "canary-of-an-identity"
ACTS = {LeafType.LOG, LeafType.ACT, LeafType.FACT}


def look(uow: UnitOfWork, /) -> int:
    who = IdentityPayload(auth_level=CANARY)
    return uow.log.append(LeafContent(ViewPayload("log-look", uow.now_ms), who, CASE, MAIN))


def open_case(uow: UnitOfWork, /) -> None:
    assert isinstance(uow, SqlUnitOfWork)
    uow.log.add_case(CASE, MAIN, KEY)


def open_readings(uow: UnitOfWork, /) -> None:
    """What use cases decide by: whether an entry may be read, in the transaction that decides."""
    tx = transaction(uow)
    tx.execute(text("CREATE TABLE reading (entry TEXT PRIMARY KEY, open INTEGER)"))
    for entry in ENTRIES:
        tx.execute(text("INSERT INTO reading VALUES (:entry, 1)"), {"entry": entry})
        uow.shares.put(entry, {"body": SHARE})


def release(entry: str, uow: UnitOfWork, /) -> tuple[int, bytes]:
    """Hand out a share, as a release does: asked in the batch, answered after its commit."""
    (open_,) = transaction(uow).execute(text("SELECT open FROM reading WHERE entry = :entry"), {"entry": entry}).one()
    shares = uow.shares.get([entry], "body")
    if not open_:
        raise NotFound
    view = ViewPayload(
        "release", uow.now_ms, part="body", intent="open", purpose="care", compartment="medical", level=1,
        entries=(entry,),
    )  # fmt: skip
    return uow.log.append(LeafContent(view, IdentityPayload(auth_level=CANARY), CASE, MAIN)), shares[entry]


def withdraw(entry: str, uow: UnitOfWork, /) -> int:
    """End the reading of an entry."""
    transaction(uow).execute(text("UPDATE reading SET open = 0 WHERE entry = :entry"), {"entry": entry})
    uow.shares.destroy_after_commit(entry)
    return uow.log.append(LeafContent(ViewPayload("fact", uow.now_ms), IdentityPayload(auth_level=CANARY), CASE, MAIN))


def transaction(uow: UnitOfWork) -> Connection:
    assert isinstance(uow, SqlUnitOfWork)
    assert uow.log.connection is not None
    return uow.log.connection


@dataclass
class Fault:
    """Breaks the connection at the n-th statement of a batch."""

    error: type[Exception]
    left: int = 0

    def __call__(self, *_event: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.error("disk I/O error")


@dataclass(frozen=True)
class Kept:
    """An older state of the database: how many leaves it had, and how it comes back."""

    leaves: int
    put_back: Callable[[], object]


class LogLives(RuleBasedStateMachine):
    """One log through everything that an operator, a crash and a year do to it."""

    kind = SQLITE
    broken: type[Exception] = sqlite3.OperationalError

    @initialize()
    def begin(self) -> None:
        self.place = Path(tempfile.mkdtemp())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(CHOICE, self.kind)
            made = make_folder(self.place / "hub")
        self.settings, self.clock, self.fault = made, HandClock(), Fault(self.broken)
        first = read_log_key(made.path(made.log_key))
        self.signers: tuple[NoteSigner, ...] = (first,)
        self.all_keys = [first.vkey]
        self.water = HighWater(made.path(made.high_water))
        self.payloads = Sealer.of_file(made.path(made.payload_key))
        self.readers = open_database(made.store).readers()
        self.told: list[int] = []
        self.gone: set[int] = set()
        self.notes: dict[int, str] = {}
        self.backups: list[Kept] = []
        self.receipts: dict[int, tuple[bytes, str]] = {}
        self.released: list[tuple[str, int]] = []
        self.withdrawn: dict[str, int] = {}
        self.start()
        assert self.batch(open_case)
        assert self.batch(open_readings)

    def start(self) -> None:
        made, table = self.settings, shipped_table()
        check_log(self.readers, self.signers, self.payloads)
        self.shown().check()
        log = LogAppender(self.signers[0], self.payloads, os.urandom, self.water.keep, self.signers[1:])
        shares = ShareStore(made.path(made.shares), Sealer.of_file(made.path(made.share_key)))
        policies = PoliciesInForce(SourceTable(table, b""), table, self.payloads)
        # Nothing keeps a second one out: what holds without any lock is the point.
        engine = open_database(made.store).writer(alone=False)
        event.listen(engine, "before_cursor_execute", self.fault)
        self.writer = Writer(engine, log, shares, clock=self.clock, origin=made.origin, policies=policies)
        self.writer.load()

    def another_process(self) -> Writer:
        """A second writer on the same files, which no lock kept out."""
        mine, fault = self.writer, self.fault
        self.fault = Fault(self.broken)
        self.start()
        other, self.writer, self.fault = self.writer, mine, fault
        return other

    def verifier(self) -> LogVerifier:
        policy = "".join(f"log {vkey}\n" for vkey in self.all_keys) + "quorum none\n"
        return LogVerifier.configured(self.signers[0].name, self.all_keys[0], policy)

    def shown(self) -> ShownHistory:
        return ShownHistory(self.verifier(), SignedTree(self.readers), self.water)

    def batch(self, *works: Work[object], fault: int = 0, writer: Writer | None = None) -> list[object] | None:
        """Run one batch as the sequencer does; None when it was not acknowledged, None for each use case refused."""
        self.clock.at_ms += 1_000
        self.fault.left = fault
        writer = writer or self.writer
        try:
            writer.begin()
            answers = [writer.run(work) for work in works]
            writer.commit()
        except Refusal:
            self.fault.left = 0
            writer.abort()
            return None
        self.fault.left = 0
        found: list[object] = []
        for answer in answers:
            try:
                found.append(answer())
            except Refusal:
                found.append(None)
        return found

    def took(self, *indexes: object) -> None:
        """Note leaves that were acknowledged, each with the receipt that its caller got."""
        for one in indexes:
            index = int(str(one))
            self.told.append(index)
            tree = SignedTree(self.readers)
            with self.readers.connect() as connection:
                size = tree.size()
                hashes = resolve_plan(connection, inclusion_plan(index, size), 0)
                (leaf,) = connection.execute(text("SELECT leaf FROM log_entry WHERE idx = :i"), {"i": index}).one()
            self.receipts[index] = leaf, TlogProof(index, tuple(hashes), tree.note(size)).format()

    @rule(count=st.integers(1, 4), fault=st.integers(0, 30))
    def append(self, count: int, fault: int) -> None:
        self.took(*(self.batch(*[look] * count, fault=fault) or ()))

    @rule(data=st.data(), fault=st.integers(0, 30))
    def read_and_withdraw_in_one_batch(self, data: st.DataObject, fault: int) -> None:
        acts = data.draw(st.lists(st.tuples(st.booleans(), st.sampled_from(ENTRIES)), min_size=1, max_size=4))
        works: list[Work[object]] = [partial(withdraw if ends else release, entry) for ends, entry in acts]
        for (ends, entry), done in zip(acts, self.batch(*works, fault=fault) or (), strict=False):
            if ends:
                self.took(done)
                self.withdrawn.setdefault(entry, self.told[-1])
            elif done is None:
                assert entry in self.withdrawn
            else:
                assert isinstance(done, tuple)
                index, share = done
                assert share == SHARE
                self.took(index)
                self.released.append((entry, index))

    @rule()
    def another_process_writes_too(self) -> None:
        other = self.another_process()
        self.took(*(self.batch(look, writer=other) or ()))
        # Ours does not know: what it would sign is another tree of the same size. It is refused, and reads again.
        assert self.batch(look) is None
        self.took(*(self.batch(look) or ()))
        assert self.batch(look, writer=other) is None
        other.close()

    @rule(back_ms=st.sampled_from([500, 1_000, 2_001, 10_000, 3_600_000]))
    @precondition(lambda self: self.told)
    def the_clock_steps_back(self, back_ms: int) -> None:
        now_ms = self.clock.at_ms
        # A batch moves it on by a second.
        self.clock.at_ms = self.writer.log.state.last_ts_ms - back_ms - 1_000
        done = self.batch(look)
        assert (done is None) == (back_ms > MOST_BEHIND_MS)
        self.took(*(done or ()))
        self.clock.at_ms = now_ms + 1_000

    @rule(data=st.data(), fault=st.integers(0, 30))
    @precondition(lambda self: self.told)
    def erase(self, data: st.DataObject, fault: int) -> None:
        index = data.draw(st.sampled_from(self.told))
        command = EraseRecord(index, ErasureReason.PERSON_ASKED, ErasureAuthority.DATA_PROTECTION_OFFICER)
        (done,) = self.batch(partial(erase_record, command), fault=fault) or (None,)
        assert done is None or index not in self.gone
        self.gone |= {index} if done is not None else set()

    @rule()
    def a_year_goes_by(self) -> None:
        # Facts stay as long as the case: a term ends looks and releases.
        ended = {index for index, (leaf, _) in self.receipts.items() if Leaf.parse(leaf).type in RETAINED}
        self.clock.at_ms += 400 * DAY_MS
        assert self.batch(partial(end_retention, RetentionPolicy.default())) is not None
        self.gone |= ended

    @rule(count=st.integers(0, 3))
    def die_in_a_batch(self, count: int) -> None:
        self.writer.begin()
        for _ in range(count):
            self.writer.run(look)
        self.writer.close()
        self.water.close()
        self.start()

    @rule()
    def replace_the_key(self) -> None:
        following = NoteSigner(self.signers[0].name, SigningKey(os.urandom(32)))
        self.writer.close()
        self.all_keys.append(following.vkey)
        self.signers = (self.signers[0], following)
        self.start()
        self.took(*(self.batch(look) or ()))
        self.writer.close()
        self.signers = (following,)
        self.start()

    @rule()
    def back_up(self) -> None:
        self.clock.at_ms += 1_000
        self.backups.append(self.kept())

    def kept(self) -> Kept:
        made = self.settings
        backup = back_up_database(
            made.path(made.database), made.path(made.blobs), self.place / "backups", self.clock.at_ms
        )  # fmt: skip
        return Kept(backup.leaves, partial(shutil.copy, backup.folder / DATABASE, made.path(made.database)))

    @rule(data=st.data())
    @precondition(lambda self: self.backups)
    def restore_an_older_database(self, data: st.DataObject) -> None:
        backup, size = data.draw(st.sampled_from(self.backups)), self.writer.log.state.size
        self.writer.close()
        self.readers.dispose()
        newest = Image(self.settings.folder)
        newest.clear()
        backup.put_back()
        try:
            self.shown().check()
            older = False
        except AlteredLog:
            older = True
        assert older == (backup.leaves < size)
        self.readers.dispose()
        newest.put_back()
        self.start()

    @invariant()
    def the_log_is_one_true_log(self) -> None:
        if not hasattr(self, "writer"):
            return
        with open_disk(self.settings.folder) as disk:
            rows = disk.all("SELECT idx, leaf FROM log_entry ORDER BY idx")
            ((head,),) = disk.all("SELECT size FROM log_head")
            signed = disk.all("SELECT size, root, note FROM log_checkpoint ORDER BY size")
            opened = {row[0] for row in disk.all("SELECT idx FROM log_payload WHERE sealed IS NOT NULL")}
        assert [index for index, _ in rows] == list(range(head))
        tree, roots = CompactRange(), [CompactRange().root()]
        for _, leaf in rows:
            tree.append(leaf_hash(leaf))
            roots.append(tree.root())
        verifier = self.verifier()
        for size, root, note in signed:
            # What left once is never signed again in another form, and verifies for ever.
            assert self.notes.setdefault(size, note) == note
            assert root == roots[size] == verifier.open(note).root
        assert set(self.notes) == {size for size, _, _ in signed}
        leaves = [Leaf.parse(leaf) for _, leaf in rows]
        assert [leaf.ts_ms for leaf in leaves] == sorted(leaf.ts_ms for leaf in leaves)
        self.acts_are_whole(leaves, opened)
        public = [
            CANARY.encode(),
            *(form for entry in (CASE, *ENTRIES) for form in (entry.encode(), bytes.fromhex(entry))),
        ]
        assert not any(word in leaf for _, leaf in rows for word in public)
        for index, (leaf, proof) in self.receipts.items():
            assert rows[index] == (index, leaf)
            TlogProof.parse(proof).verify(verifier, leaf)
        assert all(index < self.withdrawn.get(entry, index + 1) for entry, index in self.released)

    def acts_are_whole(self, leaves: list[Leaf], opened: set[int]) -> None:
        """No acknowledged act is lost or doubled; what lost its content is said by the log, and nothing else did."""
        assert {index for index, leaf in enumerate(leaves) if leaf.type in ACTS} == set(self.told)
        assert len(set(self.told)) == len(self.told)
        tags = [leaf.tag for leaf in leaves if leaf.tag != bytes(32)]
        assert check_tags(KEY, len(tags), tags).complete
        said = Tombstones.of(leaves)
        for index in self.told:
            assert (index in opened) == (index not in self.gone)
            assert said.covers(index, leaves[index].type) == (index in self.gone)

    def teardown(self) -> None:
        if hasattr(self, "writer"):
            self.writer.close()
            self.water.close()
            self.readers.dispose()
            shutil.rmtree(self.place)


class PostgresLogLives(LogLives):
    """The same on PostgreSQL, whose databases are copied by the server."""

    kind = POSTGRESQL
    broken = psycopg.OperationalError

    def kept(self) -> Kept:
        size = self.writer.log.state.size
        self.writer.close()
        self.water.close()
        self.readers.dispose()
        image = Image(self.settings.folder)
        self.start()
        return Kept(size, image.put_back)
