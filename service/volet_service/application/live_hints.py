"""Who is told that something moved: exactly those who would find it moved if they asked (I6).

Asked inside a transaction, of the newest state, as every decision is: whoever does not stand in a case any more is told
of nothing in it, once told that they left; what is hidden from somebody moves nothing for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from volet_protocol.errors import ProtocolError
from volet_protocol.places import EXCHANGE, MAIN
from volet_protocol.release_decision import Asked
from volet_service.application.callers import Caller
from volet_service.application.live_ports import Change, Moved
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import StoredEntry
from volet_service.application.release_rules import rule
from volet_service.application.visibility import Viewer, chain_of_place, view_case, view_class
from volet_service.domain.errors import NotFound, Refusal


@dataclass(frozen=True)
class Watcher:
    """Somebody who listens, and the cases in which they stood when they were last told."""

    caller: Caller
    standing: frozenset[str]


@dataclass(frozen=True)
class Told:
    """What one watcher is told: case and class of what moved for them, and where they stand now."""

    hints: tuple[tuple[str, str], ...]
    standing: frozenset[str]


@dataclass
class _Case:
    classes: set[str] = field(default_factory=set[str])
    entries: set[str] = field(default_factory=set[str])
    exchanges: set[str] = field(default_factory=set[str])


def standing_of(caller: Caller, policy: Policy, uow: UnitOfWork, /) -> frozenset[str]:
    """Return the cases in which somebody stands now."""
    return frozenset(case for case in uow.cases.of_user(caller.user) if _view(case, caller, policy, uow) is not None)


def who_is_told(
    changes: Iterable[Change], watchers: Sequence[Watcher], policy: Policy, uow: UnitOfWork, /
) -> list[Told]:
    """Return for each watcher, in their order, what they are told of these changes."""
    moved = _by_case(changes)
    hints: list[list[tuple[str, str]]] = [[] for _ in watchers]
    standing = [set(one.standing) for one in watchers]
    for case, what in sorted(moved.items()):
        users = uow.cases.users(case)
        entries = uow.entries.many(sorted(what.entries))
        for at, one in enumerate(watchers):
            if one.caller.user not in users and case not in standing[at]:
                continue
            viewer = _view(case, one.caller, policy, uow)
            if viewer is None:
                if case in standing[at]:
                    # They find out by asking anyway: their list of cases is one shorter.
                    standing[at].discard(case)
                    hints[at].append((case, MAIN))
                continue
            standing[at].add(case)
            hints[at] += [(case, class_) for class_ in sorted(_classes(what, entries, viewer, uow))]
    return [Told(tuple(found), frozenset(now)) for found, now in zip(hints, standing, strict=True)]


def _by_case(changes: Iterable[Change]) -> Mapping[str, _Case]:
    found: dict[str, _Case] = {}
    for change in changes:
        if change.moved is Moved.CHAIN:
            found.setdefault(change.of, _Case()).classes.add(change.id)
        elif change.moved is Moved.ENTRY:
            found.setdefault(change.of, _Case()).entries.add(change.id)
        elif change.moved is Moved.EXCHANGE:
            found.setdefault(change.of, _Case()).exchanges.add(change.id)
    return found


def _view(case: str, caller: Caller, policy: Policy, uow: UnitOfWork) -> Viewer | None:
    try:
        return view_case(uow, caller, case, policy.active)
    except (Refusal, ProtocolError):
        # A capacity that has ended speaks for nobody.
        return None


def _classes(what: _Case, entries: Mapping[str, StoredEntry], viewer: Viewer, uow: UnitOfWork) -> set[str]:
    found = {class_ for class_ in what.classes if _is_served(class_, viewer, uow)}
    own = set(uow.exchanges.of_user(viewer.caller.user)) if what.exchanges or _exchanged(entries) else set[str]()
    for id_ in what.exchanges & own:
        state = uow.exchanges.chain(id_)
        if state is not None and _is_served(state.class_, viewer, uow):
            found.add(state.class_)
    for stored in entries.values():
        header = stored.entry.header
        if header.class_ not in found and _knows(stored, own, viewer, uow):
            found.add(header.class_)
    return found


def _exchanged(entries: Mapping[str, StoredEntry]) -> bool:
    return any(stored.entry.header.place.kind == EXCHANGE for stored in entries.values())


def _is_served(class_: str, viewer: Viewer, uow: UnitOfWork) -> bool:
    try:
        view_class(uow, viewer, class_)
    except NotFound:
        return False
    return True


def _knows(stored: StoredEntry, own: set[str], viewer: Viewer, uow: UnitOfWork) -> bool:
    """Tell whether an entry is listed to this viewer as more than a gap."""
    place = stored.entry.header.place
    if place.kind == EXCHANGE and place.name not in own:
        return False
    try:
        state = chain_of_place(uow, viewer, place)
    except NotFound:
        return False
    asked = Asked(viewer.caller.user, viewer.capacity, "title", "", viewer.table)
    return not rule(asked, stored, state, uow).decision.hidden
