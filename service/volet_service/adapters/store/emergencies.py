"""Emergencies in SQL: one row a declaration, one row a link that tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, func, insert, select

from volet_protocol.operator_roles import LogScope
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.watched import watched_emergencies
from volet_service.application.emergency_records import Declared
from volet_service.application.records import StoredLink

_COLUMNS = tuple(t.emergency.c[name] for name in Declared.__dataclass_fields__)


class EmergencyRows:
    """Declarations of all cases, counted inside the writing transaction: two at once cannot both be the last."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: Declared, link: str) -> None:
        """Remember an emergency and the link that declared it."""
        self._connection.execute(insert(t.emergency), asdict(record))
        self.follow(record.fact, link)

    def follow(self, emergency: str, link: str) -> None:
        """Remember a link that gives the reason, the end or the review of an emergency."""
        self._connection.execute(insert(t.emergency_link), {"emergency": emergency, "link": link})

    def find(self, emergency: str) -> Declared | None:
        """Return an emergency by the hash of its fact."""
        row = self._connection.execute(select(*_COLUMNS).where(t.emergency.c.fact == emergency)).mappings().first()
        return None if row is None else Declared(**row)

    def count_of_user(self, user: str, after_ms: int) -> int:
        """Return how many this user declared after an instant, in any case."""
        return self._count(t.emergency.c.user == user, after_ms)

    def count_of_structure(self, structure: str, after_ms: int) -> int:
        """Return how many were declared for this structure after an instant, by whomever, in any case."""
        return self._count(t.emergency.c.structure == structure, after_ms)

    def _count(self, whose: ColumnElement[bool], after_ms: int) -> int:
        recent = t.emergency.c.recorded_ms > after_ms
        return int(self._connection.execute(select(func.count()).where(whose & recent)).scalar_one())

    def newest(self, scope: LogScope, limit: int) -> list[Declared]:
        """Return the newest emergencies that a scope covers, the newest first."""
        query = select(*_COLUMNS).where(watched_emergencies(scope))
        rows = self._connection.execute(query.order_by(t.emergency.c.leaf.desc()).limit(limit))
        return [Declared(**row) for row in rows.mappings()]

    def links(self, emergencies: Sequence[str]) -> dict[str, list[StoredLink]]:
        """Return the links that tell of each of these emergencies, in the order of their leaves."""
        joined = t.emergency_link.join(t.link, t.link.c.hash == t.emergency_link.c.link).outerjoin(
            t.fact_body, t.fact_body.c.link == t.link.c.hash
        )
        query = (
            select(t.emergency_link.c.emergency, t.link, t.fact_body.c.body)
            .select_from(joined)
            .where(t.emergency_link.c.emergency.in_(emergencies))
            .order_by(t.link.c.leaf, t.link.c.seq)
        )
        found: dict[str, list[StoredLink]] = {emergency: [] for emergency in emergencies}
        for row in self._connection.execute(query):
            found[row.emergency].append(StoredLink(row.seq, row.hash, row.statement, row.body, row.leaf))
        return found
