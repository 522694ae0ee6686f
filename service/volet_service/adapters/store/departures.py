"""Ends of attestations in SQL, and what was held in memory of what they end."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select

from volet_protocol import statements
from volet_protocol.capacities import Attestation
from volet_protocol.departures import AttestationEnd, ended
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.live import Live
from volet_service.application.departure_ports import StoredEnd
from volet_service.application.live_ports import Moved


class DepartureRows:
    """Ends, read and written inside the transaction that acts."""

    def __init__(self, connection: Connection, live: Live, origin: str) -> None:
        self._connection = connection
        self._live = live
        self._origin = origin

    def of(self, user: str) -> list[StoredEnd]:
        """Return the ends about a user, the first one first."""
        c = t.attestation_end.c
        rows = self._connection.execute(select(t.attestation_end).where(c.user == user).order_by(c.leaf))
        return [
            StoredEnd(
                AttestationEnd.read(statements.parse(row.statement), self._origin), bytes(row.statement), int(row.leaf)
            )
            for row in rows
        ]

    def add(self, record: StoredEnd) -> None:
        """Store an end, and end the sessions in what it ends."""
        end = record.end
        self._connection.execute(
            insert(t.attestation_end),
            {"id": end.id, "user": end.user, "statement": record.statement, "leaf": record.leaf},
        )
        rows = self._connection.execute(select(t.attestation).where(t.attestation.c.user == end.user))
        for row in rows:
            held = Attestation.read(statements.parse(row.statement), self._origin)
            known = self._live.attestations.get(held.id)
            if end.ends(held) and known is not None:
                left = replace(known, attestation=ended(known.attestation, [end]))
                self._live.change(self._live.attestations, held.id, left)
            if end.ends(held):
                self._end_sessions(held.id)

    def left(self, held: Attestation) -> Attestation:
        """Return an attestation as the ends about its user leave it."""
        return ended(held, [one.end for one in self.of(held.user)])

    def _end_sessions(self, capacity: str) -> None:
        c = t.session.c
        for row in self._connection.execute(select(t.session).where(c.capacity == capacity)):
            self._live.move(Moved.SESSION, row.user, row.token_hash)
        self._connection.execute(delete(t.session).where(c.capacity == capacity))
