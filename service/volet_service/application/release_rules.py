"""May this caller have this part of this entry now? Asked at each release, listing and look."""

from __future__ import annotations

from volet_protocol.case_state import CaseChain
from volet_protocol.release_decision import Asked, Ruled, rule_release
from volet_service.application.entry_meta import entry_meta
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredEntry


def rule(asked: Asked, stored: StoredEntry, state: CaseChain, uow: UnitOfWork) -> Ruled:
    """Return the decision by standing, or by an opening that is in force."""
    return rule_release(asked, entry_meta(stored, state, uow), stored.entry.header.place.kind, state, uow.now_ms)
