"""Open the next log of a hub whose database was restored from a backup (docs/spec/log.md, N1-N8).

One transaction ends the old log as the database holds it, starts the next one with `restart` and the incident, and
erases again what the old log is known to have erased since: a backup brings erased data back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.checkpoint import Checkpoint, SignedCheckpoint
from volet_protocol.erasures import ErasureAuthority, ErasureReason, retained_type
from volet_protocol.hashing import sha256
from volet_protocol.leaf import Erasure
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.erase_record import EraseRecord, erase_record
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


@dataclass(frozen=True)
class OpenNewLog:
    """The incident, a code; the newest checkpoint that anybody saw; how many leaves of it the database holds.

    `tombstones` are those of the leaves that the database does not hold, as far as `known` leaves of the old log are.
    """

    incident: str
    shown: SignedCheckpoint
    held: int
    tombstones: Sequence[Erasure]
    known: int


@dataclass(frozen=True)
class NewLogOpened:
    """How many leaves nobody holds any more, and how many erasures were made again."""

    lost: int
    erased: int


def open_new_log(command: OpenNewLog, uow: UnitOfWork, /) -> NewLogOpened:
    """End the log that is written and open the next one."""
    uow.log.open_next(restart_hash(command.shown), command.shown.note)
    lost = max(0, command.shown.size - command.held)
    act: JsonObject = {
        "type": "new-log", "incident": command.incident, "after": command.shown.origin, "shown": command.shown.size,
        "held": command.held, "known": command.known, "time_ms": uow.now_ms,
    }  # fmt: skip
    who = IdentityPayload(request=act, request_hash=sha256(canonical.encode(act)).hex())
    uow.log.append(LeafContent(ViewPayload("admin", uow.now_ms, count=lost or None), who))
    erased = sum(_erase_again(tombstone, uow) for tombstone in command.tombstones)
    uow.publish_heads()
    return NewLogOpened(lost, erased)


def restart_hash(checkpoint: Checkpoint) -> bytes:
    """Return what a `restart` leaf names: the text of a checkpoint, which is one whatever lines stand under it."""
    return sha256(checkpoint.to_text().encode("utf-8"))


def _erase_again(tombstone: Erasure, uow: UnitOfWork) -> bool:
    """Carry out an erasure of the old log where the restored database brought its object back."""
    type_ = retained_type(tombstone)
    if type_ is not None:
        if not uow.erasures.standing_below(type_, tombstone.index):
            return False
        act: JsonObject = {
            "type": "retention", "class": type_.name.lower(), "below": tombstone.index, "time_ms": uow.now_ms,
        }  # fmt: skip
        who = IdentityPayload(request=act, request_hash=sha256(canonical.encode(act)).hex())
        uow.log.append(LeafContent(ViewPayload("erase", uow.now_ms), who, erased=tombstone))
        uow.erasures.forget_below(type_, tombstone.index, uow.now_ms)
        return True
    place = uow.erasures.place(tombstone.index)
    if place is None or place.erased:
        return False
    entry = uow.erasures.entry_of(tombstone.index)
    reason, authority = ErasureReason(tombstone.reason), ErasureAuthority(tombstone.authority)
    erase_record(EraseRecord(tombstone.index if entry is None else entry, reason, authority), uow)
    return True
