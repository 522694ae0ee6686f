"""Take an entry back: its author asks, its server shares are destroyed; who had opened it stays in the log."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.encodings import is_hash
from volet_protocol.erasures import ErasureAuthority, ErasureReason
from volet_protocol.leaf import Erasure
from volet_protocol.log_payload import ViewPayload
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.take_back import TakeBack
from volet_service.application.authorship import check_author, is_author
from volet_service.application.callers import Caller
from volet_service.application.entry_meta import logged_in
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.visibility import view_case
from volet_service.domain.errors import IdempotencyMismatch, NotFound
from volet_service.domain.leaves import LeafContent, by_statement


@dataclass(frozen=True)
class TakeBackEntry:
    """The author's statement about one of their entries."""

    id: str
    statement: UnverifiedStatement
    caller: Caller
    window_ms: int


def take_back_entry(command: TakeBackEntry, policy: Policy, uow: UnitOfWork, /) -> int:
    """Mark the entry and destroy its shares after the commit; return the index of the leaf."""
    stored = uow.entries.get(command.id) if is_hash(command.id) else None
    if stored is None or stored.entry.header.preamble.user != command.caller.user:
        raise NotFound
    take_back = TakeBack.read(command.statement)
    take_back.check(stored.entry)
    mine = is_author(command.caller, take_back.preamble)
    if mine and stored.take_back is not None and stored.take_back_leaf is not None:
        if stored.take_back != command.statement.to_bytes():
            raise IdempotencyMismatch("entry already taken back")
        return stored.take_back_leaf
    header = stored.entry.header
    view_case(uow, command.caller, header.case, policy.active)
    check_author(uow, command.caller, command.statement, take_back.preamble, command.window_ms)
    view = ViewPayload(
        "take-back", uow.now_ms, compartment=header.compartment, level=header.level, entries=(command.id,)
    )  # fmt: skip
    who = by_statement(command.statement, take_back.preamble)
    logged = logged_in(stored, header.class_, uow)
    gone = Erasure(stored.leaf, ErasureReason.TAKEN_BACK, ErasureAuthority.AUTHOR)
    leaf = uow.log.append(LeafContent(view, who, header.case, logged, erased=gone))
    uow.entries.take_back(stored, command.statement.to_bytes(), leaf)
    uow.faces.take_back(command.id)
    uow.shares.destroy_after_commit(command.id)
    return leaf
