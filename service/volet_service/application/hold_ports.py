"""What holding an account asks of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Hold:
    """The last hold of an account: since when (ms), and when a sign-in ended it; None while it lasts.

    `registrar` is the key of who asked for it; None where the number of a recovery sheet did.
    """

    user: str
    since_ms: int
    lifted_ms: int | None
    registrar: bytes | None


class Holds(Protocol):
    """Held accounts, and the numbers by which they are held."""

    def of(self, user: str) -> Hold | None:
        """Return the last hold of an account, ended or not."""
        ...

    def in_force(self, user: str) -> Hold | None:
        """Return the hold that lasts, None where there is none."""
        ...

    def put(self, user: str, since_ms: int, registrar: bytes | None) -> None:
        """Hold an account from an instant on, by a registrar or by the number of its sheet (None)."""
        ...

    def lift(self, user: str, at_ms: int) -> None:
        """End the hold of an account."""
        ...

    def keep_number(self, user: str, number_hash: str) -> None:
        """Keep the hash of a user's number in the place of the one before."""
        ...

    def users_of(self, number_hash: str) -> list[str]:
        """Return those whose number has this hash."""
        ...
