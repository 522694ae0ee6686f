"""Where the hub's rows are: a SQLite file, or a database of a PostgreSQL server. What is above acts alike on both."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Engine


class UnfitDatabase(Exception):  # noqa: N818 -- the sentence is for the operator
    """This hub cannot work on that database."""


class Database(Protocol):
    """What differs between the two."""

    @property
    def name(self) -> str:
        """Name it in a sentence; never with a password."""
        ...

    def create(self) -> None:
        """Make an empty one where the hub can; raise `UnfitDatabase` where an operator of the server has to."""
        ...

    def check(self) -> None:
        """Raise `UnfitDatabase` when it is not there, or would lose what it says it has written."""
        ...

    def writer(self, *, alone: bool = True) -> Engine:
        """Return the engine whose single connection belongs to the sequencer's thread.

        `alone`: as long as that connection stands, no other process has one; connecting raises `InUse` otherwise.
        """
        ...

    def readers(self) -> Engine:
        """Return the engine of threads that only read committed state."""
        ...

    def check_scrub(self) -> None:
        """Raise `UnfitDatabase` when `scrub` would leave what was erased: asked before anything is erased."""
        ...

    def scrub(self) -> None:
        """Give back to the disk what erased rows held; nobody else is connected."""
        ...
