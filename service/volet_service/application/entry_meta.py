"""What a decision needs to know of a stored entry, and in the log of which class the acts on it stand."""

from __future__ import annotations

from dataclasses import replace

from volet_protocol.case_state import CaseChain
from volet_protocol.masks import BEFORE_ANNOUNCEMENT, log_class
from volet_protocol.openings import opened_to
from volet_protocol.places import EXCHANGE, MAIN
from volet_protocol.questions import EntryMeta
from volet_protocol.release_decision import meta_of
from volet_protocol.shields import held_back
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredEntry


def entry_meta(stored: StoredEntry, state: CaseChain, uow: UnitOfWork, *, opened: bool = False) -> EntryMeta:
    """Return the entry as the policy sees it.

    `named` holds whom it was sent to: the readers of a named entry, the members of its exchange. With `opened`, also
    whom it is open to now.
    """
    header = stored.entry.header
    exchange = uow.exchanges.chain(header.place.name) if header.place.kind == EXCHANGE else None
    category: int | None = None
    if header.capacity is not None:
        category = uow.users.attestation(header.capacity).capacity.category
    meta = meta_of(header, category, {} if exchange is None else exchange.readers)
    if opened:
        return replace(meta, named=meta.named | opened_to(state, header.id, uow.now_ms))
    return meta


def logged_in(stored: StoredEntry, class_: str, uow: UnitOfWork) -> str:
    """Return the class whose log holds an act on an entry; a result that was announced is no longer kept apart.

    `class_` is that of the chain that judges the entry.
    """
    header, mask = stored.entry.header, stored.entry.header.mask
    state = uow.cases.chain(header.case, MAIN) if mask == BEFORE_ANNOUNCEMENT else None
    if state is not None and not held_back(state.facts, entry_meta(stored, state, uow), uow.now_ms):
        mask = None
    return log_class(header.place.kind, mask, class_)
