"""What a committed batch says to those who listen: which things moved, never what they hold (docs/spec/live.md).

Ids alone: a process that serves sockets reads what they stand for from the database, so that the same words can come
from another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Protocol


class Moved(Enum):
    """What a change is about; `of` and `id` of the change say which one."""

    CHAIN = auto()
    """A class of the case `of`: its name is `id`."""
    ENTRY = auto()
    """An entry of the case `of`: deposited, taken back."""
    EXCHANGE = auto()
    """The links of an exchange of the case `of`."""
    RULES = auto()
    """Another table decides: anything may be served otherwise."""
    SESSION = auto()
    """The session whose token hash is `id` ended; `of` is its user."""
    DEVICE = auto()
    """Every session of the device `id` of the user `of` ended."""


class Change(NamedTuple):
    """One thing that a use case moved."""

    moved: Moved
    of: str
    id: str


class Hints(Protocol):
    """Told of each batch once it is committed."""

    def committed(self, changes: Sequence[Change]) -> None:
        """Take what moved, from whichever thread; raises nothing, since the batch is done."""
        ...


@dataclass(frozen=True)
class LiveLimits:
    """Bounds on sockets: numbers of them, of hints that wait for one, of batches that can be resumed from; ms."""

    per_user: int
    per_address: int
    in_all: int
    waiting: int
    kept: int
    beat_ms: int
