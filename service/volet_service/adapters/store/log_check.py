"""Before the hub signs anything: is the log on the disk the one it last signed? (log formats section 7.1).

Read once, at start, from the first leaf to the last; about a second for 200,000 leaves. Whoever edits, drops or adds a
row below the triggers, puts an older head back, or brings another key makes it fail. What such a hub served would
fail at every client; so it serves nothing, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, func, select

from volet_protocol.checkpoint import Checkpoint
from volet_protocol.errors import ProtocolError
from volet_protocol.log_positions import SPAN, base_of
from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.note import Note
from volet_protocol.note_keys import NoteSigner
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.closed_logs import closed_logs, current_base
from volet_service.adapters.store.log_payloads import select_records
from volet_service.adapters.store.unit_of_work import translated


class AlteredLog(Exception):  # noqa: N818 -- the sentence is for the operator
    """The log on the disk is not the one that was signed."""


def check_log(engine: Engine, signers: Sequence[NoteSigner], payloads: Sealer) -> None:
    """Raise `AlteredLog` when leaves, tree, head and last checkpoint do not agree, `LooseKey` for another key."""
    with translated(), engine.connect() as connection:
        heads = connection.execute(select(t.log_head)).all()
        if len(heads) != 1:
            raise AlteredLog("the database has no head of the log")
        for one in closed_logs(connection):
            old = _tree(connection, base_of(one.log))
            if old.size != one.size or not _is_tree(one.note, Checkpoint(one.origin, old.size, old.root())):
                raise AlteredLog(f"the closed log {one.origin} is not the tree it ended with")
        base = current_base(connection)
        tree = _tree(connection, base)
        head = heads[0]
        if tree.size != head.size or b"".join(tree.hashes) != head.compact_range:
            raise AlteredLog(f"the log holds {tree.size} leaves; its head is not the tree it last signed")
        _check_signed(connection, tree, base, signers)
        _check_sealed(connection, payloads)


def _tree(connection: Connection, base: int) -> CompactRange:
    c = t.log_entry.c
    tree = CompactRange()
    within = (c.idx >= base) & (c.idx < base + SPAN)
    for row in connection.execute(select(c.idx, c.leaf_hash, c.leaf).where(within).order_by(c.idx)):
        if row.idx != base + tree.size:
            raise AlteredLog(f"leaf {tree.size} of the log is missing")
        if leaf_hash(row.leaf) != row.leaf_hash:
            raise AlteredLog(f"leaf {tree.size} of the log was altered")
        tree.append(row.leaf_hash)
    return tree


def _check_signed(connection: Connection, tree: CompactRange, base: int, signers: Sequence[NoteSigner]) -> None:
    c = t.log_checkpoint.c
    newest = select(c.size, c.note).where(c.size > base).order_by(c.size.desc()).limit(1)
    last = connection.execute(newest).first()
    signed = last.size - base if last else 0
    if signed != tree.size:
        raise AlteredLog(f"the log signed a tree of {signed} leaves and holds {tree.size}")
    if last is not None and not _signed_by_us(last.note, Checkpoint(signers[0].name, tree.size, tree.root()), signers):
        raise AlteredLog("the last checkpoint is not this tree under this key")


def _signed_by_us(note: str, tree: Checkpoint, signers: Sequence[NoteSigner]) -> bool:
    """Tell whether one of our keys signed exactly this tree: while keys overlap, one line may be of before."""
    try:
        parsed = Note.parse(note.encode("utf-8"))
        return parsed.text == tree.to_text() and bool(parsed.verify([signer.verifier for signer in signers]))
    except ProtocolError:
        return False


def _is_tree(note: str, tree: Checkpoint) -> bool:
    try:
        return Note.parse(note.encode("utf-8")).text == tree.to_text()
    except ProtocolError:
        return False


def _check_sealed(connection: Connection, payloads: Sealer) -> None:
    p = t.log_payload.c
    newest = connection.execute(select(func.max(p.idx)).where(p.sealed.is_not(None))).scalar()
    if newest is not None:
        select_records(connection, payloads, t.log_entry.c.idx == newest, 1)
