"""What a fact may name of masked entries: a fact stands in a chain that those from whom they are hidden are served.

Entries are not in the chain, so only the hub, and whoever is served the entry, can tell (docs/spec/facts.md, M1 to M3).
"""

from __future__ import annotations

from collections.abc import Iterable

from volet_protocol.case_state import CaseChain
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_masks import MaskEnd
from volet_protocol.fact_meetings import Conference
from volet_protocol.fact_notices import Notice
from volet_protocol.facts import Fact
from volet_protocol.masks import BEFORE_ANNOUNCEMENT
from volet_protocol.shields import held_back
from volet_service.application.entry_meta import entry_meta
from volet_service.application.ports import UnitOfWork

SKEW_MS = 120_000


def check_masked_entries(facts: Iterable[Fact | None], author: str, state: CaseChain, uow: UnitOfWork) -> None:
    """Refuse (not-entitled) what would tell of a masked entry before its author may let it be known.

    The end of a mask counts from its author alone, for a result that waits, and not for a day to come. Whatever else
    one names is answered alike, an entry that never was included: the refusal tells nothing.
    """
    for fact in facts:
        if isinstance(fact, MaskEnd):
            stored = uow.entries.get(fact.entry)
            header = None if stored is None else stored.entry.header
            mine = header is not None and (header.case, header.preamble.user) == (state.case, author)
            waits = header is not None and header.mask == BEFORE_ANNOUNCEMENT
            if not (mine and waits and fact.at_ms <= uow.now_ms + SKEW_MS):
                raise ProtocolError(Reason.NOT_ENTITLED, "end of a mask")
        named = _named(fact)
        for stored in uow.entries.many(named).values() if named else ():
            ours = stored.entry.header.case == state.case
            if ours and held_back(state.facts, entry_meta(stored, state, uow), uow.now_ms):
                raise ProtocolError(Reason.NOT_ENTITLED, "a fact that names a masked entry")


def _named(fact: Fact | None) -> list[str]:
    match fact:
        case Notice():
            return [id_ for line in fact.lines for id_ in line.entries or ()]
        case Conference():
            return list(fact.entries)
        case _:
            return []
