"""Invitations in SQL: one row each, written inside the transaction that takes its link or gives its box."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, insert, select, update

from volet_service.adapters.store import tables as t
from volet_service.application.invitation_ports import StoredInvitation

_COLUMNS = tuple(t.invitation.c[name] for name in StoredInvitation.__dataclass_fields__)


class InvitationRows:
    """Invitations of all cases, counted inside the writing transaction: two at once cannot both be the first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: StoredInvitation) -> None:
        """Remember an invitation that a chain took."""
        self._connection.execute(insert(t.invitation), asdict(record))

    def find(self, fact: str) -> StoredInvitation | None:
        """Return an invitation by the hash of its fact."""
        row = self._connection.execute(select(*_COLUMNS).where(t.invitation.c.fact == fact)).mappings().first()
        return None if row is None else StoredInvitation(**row)

    def living(self, at_ms: int) -> list[StoredInvitation]:
        """Return those that do not end before an instant, by the hash of their fact."""
        c = t.invitation.c
        rows = self._connection.execute(select(*_COLUMNS).where(c.expires_ms > at_ms).order_by(c.fact))
        return [StoredInvitation(**row) for row in rows.mappings()]

    def released(self, fact: str, user: str, leaf: int) -> None:
        """Remember to whom the box was given, and the leaf that says so."""
        given = update(t.invitation).where(t.invitation.c.fact == fact)
        self._connection.execute(given.values(released_to=user, leaf=leaf))

    def count_wrong(self, fact: str) -> None:
        """Count one more wrong proof."""
        c = t.invitation.c
        self._connection.execute(update(t.invitation).where(c.fact == fact).values(wrong=c.wrong + 1))
