"""Held accounts in SQL: one row an account, and one for its number."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from volet_service.adapters.store import tables as t
from volet_service.application.hold_ports import Hold


class HoldRows:
    """Held accounts, read and written inside the transaction that acts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, user: str) -> Hold | None:
        """Return the last hold of an account, ended or not."""
        row = self._connection.execute(select(t.account_hold).where(t.account_hold.c.user == user)).mappings().first()
        return None if row is None else Hold(**row)

    def in_force(self, user: str) -> Hold | None:
        """Return the hold that lasts, None where there is none."""
        last = self.of(user)
        return last if last is not None and last.lifted_ms is None else None

    def put(self, user: str, since_ms: int, registrar: bytes | None) -> None:
        """Hold an account from an instant on."""
        self._connection.execute(delete(t.account_hold).where(t.account_hold.c.user == user))
        self._connection.execute(insert(t.account_hold), {
            "user": user, "since_ms": since_ms, "lifted_ms": None, "registrar": registrar,
        })  # fmt: skip

    def lift(self, user: str, at_ms: int) -> None:
        """End the hold of an account."""
        c = t.account_hold.c
        self._connection.execute(update(t.account_hold).where(c.user == user).values(lifted_ms=at_ms))

    def keep_number(self, user: str, number_hash: str) -> None:
        """Keep the hash of a user's number in the place of the one before."""
        self._connection.execute(delete(t.hold_number).where(t.hold_number.c.user == user))
        self._connection.execute(insert(t.hold_number), {"user": user, "number_hash": number_hash})

    def users_of(self, number_hash: str) -> list[str]:
        """Return those whose number has this hash."""
        c = t.hold_number.c
        return list(
            self._connection.execute(select(c.user).where(c.number_hash == number_hash).order_by(c.user)).scalars()
        )
