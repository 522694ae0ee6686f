"""What a decision needs to know of a stored entry."""

from __future__ import annotations

from volet_protocol.case_state import CaseChain
from volet_protocol.masks import kind_of
from volet_protocol.openings import opened_to
from volet_protocol.places import EXCHANGE
from volet_protocol.questions import EntryMeta
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredEntry


def entry_meta(stored: StoredEntry, state: CaseChain, uow: UnitOfWork, *, opened: bool = False) -> EntryMeta:
    """Return the entry as the policy sees it.

    `named` holds whom it was sent to: the readers of a named entry, the members of its exchange. With `opened`, also
    whom it is open to now.
    """
    header = stored.entry.header
    author = header.preamble.user
    named = {reader.user for reader in header.named}
    if header.place.kind == EXCHANGE:
        exchange = uow.exchanges.chain(header.place.name)
        if exchange is not None:
            named |= set(exchange.readers.get(header.epoch or 0, ()))
    if opened:
        named |= opened_to(state, header.id, uow.now_ms)
    category: int | None = None
    if header.capacity is not None:
        category = uow.users.attestation(header.capacity).capacity.category
    return EntryMeta(
        id=header.id,
        author=author,
        author_category=category,
        written_ms=header.preamble.time_ms,
        compartment=header.compartment,
        level=header.level,
        mask=header.mask,
        kind=kind_of(header.mask),
        passages=bool(header.passages),
        mask_until_ms=header.mask_until_ms,
        named=frozenset(named),
    )
