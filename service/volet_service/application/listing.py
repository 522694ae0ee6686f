"""Which entries of a list somebody may know of, and how many, asked of the rules once for entries that are alike.

The store sorts the entries of a list by everything that a decision looks at (`Looking`); the rules answer for one of
each kind; the store then shows and counts the kinds that may be known. A list of ten thousand entries costs as many
decisions as it has kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from volet_protocol.case_state import CaseChain
from volet_protocol.masks import ANNOUNCEMENT_MS
from volet_protocol.places import MASKED, REPORT, Place
from volet_protocol.release_decision import Asked
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import Alike, Looking
from volet_service.application.release_rules import rule
from volet_service.domain.errors import NotFound


@dataclass(frozen=True)
class Known:
    """A kind of entries that may be known of, and whether the rules let their titles be opened now."""

    kind: Alike
    readable: bool


def looking_of(asked: Asked, state: CaseChain, now_ms: int) -> Looking:
    """Return what sorts entries for one asker: their own horizons, and the entries that facts or openings name."""
    horizons = {now_ms - ANNOUNCEMENT_MS + 1}
    for record in state.facts.participations_of(asked.user):
        horizons.add(record.fact.start_ms)
        if record.fact.history_from_ms is not None:
            horizons.add(record.fact.history_from_ms)
    opened = {item.id for opening in state.openings.values() for item in opening.link.entries}
    return Looking(asked.user, now_ms, tuple(sorted(horizons)), tuple(sorted(state.facts.singled_out | opened)))


def known_of(  # noqa: PLR0917 -- the list, who asks of what state, which part of it
    list_: str, asked: Asked, state: CaseChain, uow: UnitOfWork, after: int, until: int, since_ms: int = 0
) -> list[Known]:
    """Return the kinds of entries with after < n <= until that may be known of."""
    looking = looking_of(asked, state, uow.now_ms)
    kinds = uow.faces.alike(list_, looking, after, until, since_ms)
    found: list[Known] = []
    for kind, one in zip(kinds, uow.entries.at(list_, [kind.n for kind in kinds]), strict=True):
        ruled = rule(asked, one, state, uow)
        if not ruled.decision.hidden:
            found.append(Known(kind, ruled.permitted))
    return found


def shown_in(list_: str, asked: Asked, state: CaseChain, uow: UnitOfWork, after: int, until: int) -> Sequence[int]:  # noqa: PLR0917 -- as above
    """Return the indexes with after < n <= until of the entries that may be known of, in order."""
    kinds = [known.kind for known in known_of(list_, asked, state, uow, after, until)]
    return uow.faces.shown(list_, looking_of(asked, state, uow.now_ms), kinds, after, until)


def check_list_known(list_: str, place: Place, asked: Asked, state: CaseChain, uow: UnitOfWork) -> None:
    """Refuse a list of masked entries, or a report, of which the asker may know none.

    Its length alone would say that something is hidden; an empty one is refused alike.
    """
    if place.kind not in {MASKED, REPORT}:
        return
    looked = replace(asked, part="title", purpose="")
    if not known_of(list_, looked, state, uow, 0, uow.entries.head(list_).n):
        raise NotFound
