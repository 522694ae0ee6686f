"""Who had opened an entry before its author took it back: the author is told (F19).

Nothing is released once an entry is taken back, so what the log says then stays true. Nobody hidden is named: an entry
is released to who stands in `main` alone, and whoever stands in it is served who else does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.masks import log_class
from volet_protocol.sealing import BODY
from volet_service.application.callers import Caller
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import LogRecord, StoredEntry
from volet_service.application.visibility import view_case
from volet_service.domain.errors import NotFound

_PAGE = 500
# What a device fetches by itself, or to be searched later, is not yet seen by anybody (F8).
_SEEN = frozenset({"open", "print", "export"})


@dataclass(frozen=True)
class OpenedBefore:
    """The nearest that a reader came to an entry: which part was released to them, for which intent, first when."""

    user: str
    part: str
    intent: str
    time_ms: int


def opened_before(entry: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> list[OpenedBefore]:
    """Return one line for each reader of an entry of the caller's that was taken back, the earliest first."""
    stored = uow.entries.get(entry)
    if stored is None or stored.take_back is None or stored.entry.header.preamble.user != caller.user:
        return []
    try:
        view_case(uow, caller, stored.entry.header.case, policy.active)
    except NotFound:
        # Who left the case since is told of nobody in it.
        return []
    nearest: dict[str, OpenedBefore] = {}
    for one in _released(stored, uow):
        before = nearest.get(one.user)
        if before is None or _nearness(one) > _nearness(before):
            nearest[one.user] = one
    return sorted(nearest.values(), key=lambda one: (one.time_ms, one.user))


def _nearness(one: OpenedBefore) -> tuple[bool, bool]:
    return one.part == BODY, one.intent in _SEEN


def _released(stored: StoredEntry, uow: UnitOfWork) -> Iterator[OpenedBefore]:
    """Yield the releases of an entry to others than its author, in the order of each class of the log."""
    header, end = stored.entry.header, stored.take_back_leaf or 0
    # A result stands in another class once it is announced.
    for class_ in sorted({log_class(header.place.kind, mask, header.class_) for mask in (header.mask, None)}):
        after = stored.leaf
        # Above the leaf that took it back nothing is released any more.
        while after < end and (records := uow.log.records(header.case, class_, after, _PAGE)):
            after = records[-1].index
            yield from (one for record in records for one in _release_of(record, stored))


def _release_of(record: LogRecord, stored: StoredEntry) -> Iterator[OpenedBefore]:
    if record.view is None or record.identity is None:
        return
    view = ViewPayload.read(canonical.decode(record.view))
    if view.act != "release" or stored.entry.id not in view.entries:
        return
    user = IdentityPayload.read(canonical.decode(record.identity)).user
    if user is not None and user != stored.entry.header.preamble.user:
        yield OpenedBefore(user, view.part or "", view.intent or "", view.time_ms)
