"""Who looked, as a person reads it: few lines, the odd ones first (F8, F17). Pure: verified acts in, an order out.

An act is odd when a professional looks for the first time or at night, in an emergency, when something leaves on paper
or as a file, or when it was recorded late. What was opened on a screen is counted apart from what was handed to a
device: one that prepares for a day without network receives much that nobody looks at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

from volet_client.audit import Access
from volet_protocol.capacities import DAY_MS
from volet_protocol.log_payload import ViewPayload

READ, REFUSED = "release", "refusal"
OPENED = frozenset({"open"})
DELIVERED = frozenset({"sync", "search", "offline"})
TAKEN_OUT = frozenset({"print", "export"})
# Who first looked longer ago than this is no longer news.
NEW_FOR_MS = 30 * DAY_MS
NIGHT_FROM, NIGHT_UNTIL = 21, 6
_EMERGENCIES = frozenset({"emergency-start", "emergency-stop"})
LocalTime = Callable[[int], dt.datetime]


@unique
class Odd(StrEnum):
    """Why an act stands before the others."""

    EMERGENCY = "emergency"
    TAKEN_OUT = "taken-out"
    NIGHT = "night"
    NEW = "new"
    LATE = "late"


@dataclass(frozen=True)
class Reader:
    """Who looked, as far as the person may know: a participation, else a function in a structure, else a user."""

    participation: str | None = None
    row: str | None = None
    structure: str | None = None
    user: str | None = None


@dataclass(frozen=True)
class Group:
    """The consultations of one reader in one week that begins on `monday`; `last` is the newest, for the words."""

    reader: Reader
    monday: dt.date
    opened: int
    delivered: int
    taken_out: int
    purposes: tuple[str, ...]
    last: Access

    @property
    def count(self) -> int:
        """How many consultations."""
        return self.opened + self.delivered + self.taken_out


@dataclass(frozen=True)
class Reading:
    """The acts of a case in the order in which they are read: the odd ones, newest first, then weeks by reader."""

    odd: tuple[tuple[Access, tuple[Odd, ...]], ...]
    groups: tuple[Group, ...]
    opened: int
    delivered: int
    taken_out: int
    refused: int


def reading(acts: Sequence[Access], now_ms: int, local: LocalTime) -> Reading:
    """Return what to show of the acts; `local` gives the time of day where the person is, `now_ms` the present."""
    known = [(act, act.view) for act in acts if act.view is not None]
    first: dict[Reader, int] = {}
    for act, view in known:
        if view.act == READ:
            first.setdefault(reader_of(act, view), act.index)
    odd = [(act, _odd(act, view, first, now_ms=now_ms, local=local)) for act, view in known]
    reads = [(act, view) for act, view in known if view.act == READ]
    return Reading(
        odd=tuple(one for one in reversed(odd) if one[1]),
        groups=_groups(reads, local),
        opened=_count((view for _, view in reads), OPENED),
        delivered=_count((view for _, view in reads), DELIVERED),
        taken_out=_count((view for _, view in reads), TAKEN_OUT),
        refused=sum(view.act == REFUSED for _, view in known),
    )


def reader_of(act: Access, view: ViewPayload) -> Reader:
    """Return who looked: with the identity where it is shown, which is to an auditor."""
    user = None if act.identity is None else act.identity.user
    return Reader(view.participation, view.row, view.structure, user)


def _odd(
    act: Access, view: ViewPayload, first: dict[Reader, int], *, now_ms: int, local: LocalTime
) -> tuple[Odd, ...]:  # fmt: skip
    found: list[Odd] = []
    if view.emergency or view.act in _EMERGENCIES:
        found.append(Odd.EMERGENCY)
    if view.to is not None or (view.act == READ and view.intent in TAKEN_OUT):
        found.append(Odd.TAKEN_OUT)
    hour = local(act.time_ms).hour
    # At home any hour is one's own, and the first look of the person, or of who represents her, is no news to her.
    by_professional = view.row is not None
    looks = view.act == READ and view.intent in OPENED | TAKEN_OUT
    if by_professional and looks and not NIGHT_UNTIL <= hour < NIGHT_FROM:
        found.append(Odd.NIGHT)
    news = by_professional and now_ms - act.time_ms < NEW_FOR_MS
    if view.act == READ and news and first.get(reader_of(act, view)) == act.index:
        found.append(Odd.NEW)
    if view.late is not None:
        found.append(Odd.LATE)
    return tuple(found)


def _groups(reads: Sequence[tuple[Access, ViewPayload]], local: LocalTime) -> tuple[Group, ...]:
    held: dict[tuple[dt.date, Reader], list[tuple[Access, ViewPayload]]] = {}
    for act, view in reads:
        day = local(act.time_ms).date()
        held.setdefault((day - dt.timedelta(days=day.weekday()), reader_of(act, view)), []).append((act, view))
    groups = [_group(reader, monday, ones) for (monday, reader), ones in held.items()]
    return tuple(sorted(groups, key=lambda group: (group.monday, group.last.index), reverse=True))


def _group(reader: Reader, monday: dt.date, ones: Sequence[tuple[Access, ViewPayload]]) -> Group:
    views = [view for _, view in ones]
    return Group(
        reader, monday, _count(views, OPENED), _count(views, DELIVERED), _count(views, TAKEN_OUT),
        tuple(sorted({view.purpose for view in views if view.purpose is not None})), ones[-1][0],
    )  # fmt: skip


def _count(views: Iterable[ViewPayload], intents: frozenset[str]) -> int:
    return sum(view.intent in intents for view in views)
