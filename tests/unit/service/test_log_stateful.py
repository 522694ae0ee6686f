"""Any order of appending, erasing, ending a term, dying, replacing the key and restoring leaves one true log.

Played against the real store in files. The oracle is a list: every leaf that was acknowledged, which of them still say
something, and every checkpoint and receipt that ever left.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event

from support.databases import open_disk
from support.hub import HandClock, make_folder
from support.identities import seed32
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.completeness import check_tags
from volet_protocol.erasures import ErasureAuthority, ErasureReason, Tombstones
from volet_protocol.keys import SigningKey
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.note_keys import NoteSigner
from volet_protocol.places import MAIN
from volet_service.adapters.backups import DATABASE, DAY_MS, Backup, back_up_database
from volet_service.adapters.high_water import HighWater
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log import LogAppender
from volet_service.adapters.store.log_check import AlteredLog, check_log
from volet_service.adapters.store.policies import PoliciesInForce, SourceTable
from volet_service.adapters.store.signed_tree import SignedTree
from volet_service.adapters.store.unit_of_work import SqlUnitOfWork, Writer
from volet_service.application.end_retention import end_retention
from volet_service.application.erase_record import EraseRecord, erase_record
from volet_service.application.ports import UnitOfWork, Work
from volet_service.bootstrap.one_history import ShownHistory
from volet_service.domain.errors import Refusal
from volet_service.domain.leaves import LeafContent
from volet_service.domain.retention import RetentionPolicy
from volet_service.resources import shipped_table

CASE, KEY = "ab" * 32, seed32("log key")
CANARY = "canary-of-an-identity"


def look(uow: UnitOfWork, /) -> int:
    who = IdentityPayload(auth_level=CANARY)
    return uow.log.append(LeafContent(ViewPayload("log-look", uow.now_ms), who, CASE, MAIN))


def open_case(uow: UnitOfWork, /) -> None:
    assert isinstance(uow, SqlUnitOfWork)
    uow.log.add_case(CASE, MAIN, KEY)


class Fault:
    """Breaks the connection at the n-th statement of a batch."""

    left = 0

    def __call__(self, *_event: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise sqlite3.OperationalError("disk I/O error")


class LogLives(RuleBasedStateMachine):
    """One log through everything that an operator, a crash and a year do to it."""

    @initialize()
    def begin(self) -> None:
        self.place = Path(tempfile.mkdtemp())
        made = make_folder(self.place / "hub")
        self.settings, self.clock, self.fault = made, HandClock(), Fault()
        first = read_log_key(made.path(made.log_key))
        self.signers: tuple[NoteSigner, ...] = (first,)
        self.all_keys = [first.vkey]
        self.water = HighWater(made.path(made.high_water))
        self.payloads = Sealer.of_file(made.path(made.payload_key))
        self.readers = open_database(made.store).readers()
        self.told: list[int] = []
        self.gone: set[int] = set()
        self.notes: dict[int, str] = {}
        self.backups: list[Backup] = []
        self.start()
        assert self.batch(open_case)

    def start(self) -> None:
        made, table = self.settings, shipped_table()
        check_log(self.readers, self.signers, self.payloads)
        self.shown().check()
        log = LogAppender(self.signers[0], self.payloads, os.urandom, self.water.keep, self.signers[1:])
        shares = ShareStore(made.path(made.shares), Sealer.of_file(made.path(made.share_key)))
        policies = PoliciesInForce(SourceTable(table, b""), table, self.payloads)
        engine = open_database(made.store).writer()
        event.listen(engine, "before_cursor_execute", self.fault)
        self.writer = Writer(engine, log, shares, clock=self.clock, origin=made.origin, policies=policies)
        self.writer.load()

    def verifier(self) -> LogVerifier:
        policy = "".join(f"log {vkey}\n" for vkey in self.all_keys) + "quorum none\n"
        return LogVerifier.configured(self.signers[0].name, self.all_keys[0], policy)

    def shown(self) -> ShownHistory:
        return ShownHistory(self.verifier(), SignedTree(self.readers), self.water)

    def batch(self, *works: Work[object], fault: int = 0) -> list[object] | None:
        """Run one batch as the sequencer does; None when it was not acknowledged."""
        self.clock.at_ms += 1_000
        self.fault.left = fault
        try:
            self.writer.begin()
            answers = [self.writer.run(work) for work in works]
            self.writer.commit()
            self.fault.left = 0
            return [answer() for answer in answers]
        except Refusal:
            self.fault.left = 0
            self.writer.abort()
            return None

    @rule(count=st.integers(1, 4), fault=st.integers(0, 30))
    def append(self, count: int, fault: int) -> None:
        done = self.batch(*[look] * count, fault=fault)
        self.told += [int(str(index)) for index in done or ()]

    @rule(data=st.data(), fault=st.integers(0, 30))
    @precondition(lambda self: self.told)
    def erase(self, data: st.DataObject, fault: int) -> None:
        index = data.draw(st.sampled_from(self.told))
        command = EraseRecord(index, ErasureReason.PERSON_ASKED, ErasureAuthority.DATA_PROTECTION_OFFICER)
        done = self.batch(partial(erase_record, command), fault=fault)
        assert done is None or index not in self.gone
        self.gone |= {index} if done is not None else set()

    @rule()
    def a_year_goes_by(self) -> None:
        old = {index for index in self.told if index not in self.gone}
        self.clock.at_ms += 400 * DAY_MS
        assert self.batch(partial(end_retention, RetentionPolicy.default())) is not None
        self.gone |= old

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
        self.told += [int(str(index)) for index in self.batch(look) or ()]
        self.writer.close()
        self.signers = (following,)
        self.start()

    @rule()
    def back_up(self) -> None:
        self.clock.at_ms += 1_000
        made = self.settings
        store = self.place / "backups"
        self.backups.append(
            back_up_database(made.path(made.database), made.path(made.blobs), store, self.clock.at_ms)
        )  # fmt: skip

    @rule(data=st.data())
    @precondition(lambda self: self.backups)
    def restore_an_older_database(self, data: st.DataObject) -> None:
        backup, database = data.draw(st.sampled_from(self.backups)), self.settings.path(self.settings.database)
        size = self.writer.log.state.size
        self.writer.close()
        self.readers.dispose()
        kept = database.with_name("newest")
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.move(database, kept)
        shutil.copy(backup.folder / DATABASE, database)
        try:
            self.shown().check()
            older = False
        except AlteredLog:
            older = True
        assert older == (backup.leaves < size)
        self.readers.dispose()
        for left in database.parent.glob("hub.sqlite*"):
            left.unlink()
        shutil.move(kept, database)
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
        self.acts_are_whole(leaves, opened)
        assert not any(CANARY.encode() in leaf for _, leaf in rows)

    def acts_are_whole(self, leaves: list[Leaf], opened: set[int]) -> None:
        """No acknowledged act is lost or doubled; what lost its content is said by the log, and nothing else did."""
        assert set(self.told) <= {index for index, leaf in enumerate(leaves) if leaf.type is LeafType.LOG}
        assert sum(leaf.type is LeafType.LOG for leaf in leaves) == len(set(self.told)) == len(self.told)
        tags = [leaf.tag for leaf in leaves if leaf.tag != bytes(32)]
        assert check_tags(KEY, len(tags), tags).complete
        said = Tombstones.of(leaves)
        for index in self.told:
            assert (index in opened) == (index not in self.gone)
            assert said.covers(index, LeafType.LOG) == (index in self.gone)

    def teardown(self) -> None:
        if hasattr(self, "writer"):
            self.writer.close()
            self.water.close()
            self.readers.dispose()
            shutil.rmtree(self.place)


LogLives.TestCase.settings = settings(
    max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLogLives = LogLives.TestCase
