"""Erase one record of the log, or one entry, by a decision: a tombstone takes the place of what it said.

One transaction appends the `erase` leaf (index, reason, authority) and deletes openings, payloads and, of an entry, the
server shares. The leaf, its proofs and its number in the case stay: who counts sees a tombstone, never a hole.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import is_hash
from volet_protocol.erasures import ErasureAuthority, ErasureReason, code_of
from volet_protocol.hashing import sha256
from volet_protocol.leaf import Erasure, Leaf, LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.ports import UnitOfWork
from volet_service.domain.errors import Invalid, NotFound
from volet_service.domain.leaves import LeafContent

# Backups of the share store are destroyed after this long (protocol 9.4): then it is erased everywhere.
BACKUPS_MS = 7 * 24 * 3_600_000
# Acts whose records the hub itself needs, to know which rules were in force; they name nobody.
_KEPT = frozenset({"policy"})


@dataclass(frozen=True)
class EraseRecord:
    """What was decided: the record of a leaf, or an entry by its id; why, and by whose right."""

    target: int | str
    reason: ErasureReason
    authority: ErasureAuthority


@dataclass(frozen=True)
class Erased:
    """The leaf of the erasure, the leaf it erased, and when the last backup of it is gone, in milliseconds."""

    leaf: int
    index: int
    everywhere_ms: int


def erase_record(command: EraseRecord, uow: UnitOfWork, /) -> Erased:
    """Forget, and append the leaf that says so.

    Raises `NotFound` for a leaf that commits to nothing or an unknown entry; `Invalid` for what was erased before, the
    record of an erasure, and an entry named by the leaf of its deposit.
    """
    entry = _entry(command, uow)
    index = command.target if isinstance(command.target, int) else _deposit(command.target, uow)
    place, record = uow.erasures.place(index), uow.log.record(index)
    if place is None or record is None:
        raise NotFound
    if place.erased:
        raise Invalid("this record was erased before")
    if Leaf.parse(record.leaf).type is LeafType.ERASE:
        raise Invalid("the record of an erasure stays")
    if record.view is None or ViewPayload.read(canonical.decode(record.view)).act in _KEPT:
        raise Invalid("the hub needs this record to know its rules")
    everywhere = uow.now_ms + BACKUPS_MS
    act: dict[str, JsonValue] = {
        "type": "erase", "index": index, "reason": code_of(command.reason), "authority": code_of(command.authority),
        "time_ms": uow.now_ms, "everywhere_ms": everywhere,
    }  # fmt: skip
    who = IdentityPayload(request=act, request_hash=sha256(canonical.encode(act)).hex())
    view = ViewPayload("erase", uow.now_ms, entries=() if entry is None else (entry,))
    gone = Erasure(index, command.reason, command.authority)
    leaf = uow.log.append(LeafContent(view, who, place.case, place.class_, erased=gone))
    uow.erasures.forget(index, uow.now_ms)
    if entry is not None:
        uow.entries.erase(entry, leaf)
        uow.faces.take_back(entry)
        uow.shares.destroy_after_commit(entry)
    return Erased(leaf, index, everywhere)


def _entry(command: EraseRecord, uow: UnitOfWork) -> str | None:
    if isinstance(command.target, str):
        return command.target
    if uow.erasures.entry_of(command.target) is not None:
        # The tombstone of a deposit says that the entry is gone: half of it would be a lie.
        raise Invalid("this leaf is the deposit of an entry: erase the entry")
    return None


def _deposit(entry: str, uow: UnitOfWork) -> int:
    stored = uow.entries.get(entry) if is_hash(entry) else None
    if stored is None:
        raise NotFound
    return stored.leaf
