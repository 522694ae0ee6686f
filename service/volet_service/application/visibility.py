"""What a caller may know of a case. Whatever they may not know of is answered exactly like what does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from volet_protocol.access import decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import CaseChain
from volet_protocol.departures import without_departed
from volet_protocol.encodings import is_hash
from volet_protocol.entry_list import list_id
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_people import Participation
from volet_protocol.fact_standings import same_capacity
from volet_protocol.places import (
    CHILD_PROTECTION,
    CLASSES,
    EXCHANGE,
    MAIN,
    MASKED,
    REPORT,
    SECTION,
    SECTIONS,
    Place,
    class_of,
)
from volet_protocol.policy_table import DENY, PolicyTable
from volet_protocol.questions import Decision, Question
from volet_protocol.section_access import is_member
from volet_service.application.callers import Caller
from volet_service.application.emergency_rules import is_calling
from volet_service.application.ports import UnitOfWork
from volet_service.domain.errors import NotFound


@dataclass(frozen=True)
class Viewer:
    """A caller who stands in a case, in the capacity of their session (None: the person or a representative)."""

    caller: Caller
    capacity: Capacity | None
    case: str
    main: CaseChain
    table: PolicyTable
    at_ms: int

    def asks(self, action: str, facts: CaseFacts, compartment: str, level: int) -> Decision:
        """Return the decision about the whole of a section."""
        question = Question(
            action=action, user=self.caller.user, capacity=self.capacity, compartment=compartment, level=level,
            entry=None, at_ms=self.at_ms, via="any",
        )  # fmt: skip
        return decide(self.table, facts, question)


def view_case(uow: UnitOfWork, caller: Caller, case: str, table: PolicyTable) -> Viewer:
    """Return the caller's view of a case; raise `NotFound` for who does not stand in it now."""
    main = uow.cases.chain(case, MAIN) if is_hash(case) else None
    # By a structure that they left they stand in no case, whatever else they are attested.
    facts = None if main is None else without_departed(main.facts, [caller.user], uow.users, uow.now_ms)
    if main is None or facts is None or not _stands(facts, caller.user, uow.now_ms):
        raise NotFound
    return Viewer(caller, capacity_of(uow, caller.user, caller.capacity), case, main, table, uow.now_ms)


def view_declaring(uow: UnitOfWork, caller: Caller, case: str, table: PolicyTable) -> Viewer:
    """Return the view of a health professional who declares an emergency, in the case or from outside (P5).

    Raises `NotFound` for anybody else who does not stand in it.
    """
    capacity = capacity_of(uow, caller.user, caller.capacity)
    main = uow.cases.chain(case, MAIN) if is_hash(case) else None
    if main is None or capacity is None or capacity.category != 1:
        return view_case(uow, caller, case, table)
    return Viewer(caller, capacity, case, main, table, uow.now_ms)


def _stands(facts: CaseFacts, user: str, at_ms: int) -> bool:
    """Whoever opened a case stands in it until the first participation is recorded, or nobody could record it."""
    if is_member(facts, user, at_ms) or is_calling(facts, user, at_ms):
        return True
    return facts.opener.user == user and not facts.of(Participation)


def capacity_of(uow: UnitOfWork, user: str, attestation: str | None) -> Capacity | None:
    """Return the capacity that an attestation gives this user now.

    Raises `ProtocolError`: not-entitled for somebody else's attestation, expired, not-yet, unknown-reference.
    """
    if attestation is None:
        return None
    found = uow.users.attestation(attestation)
    if found.user != user:
        raise ProtocolError(Reason.NOT_ENTITLED, "attestation of somebody else")
    found.check_at(uow.now_ms)
    return found.capacity


def participation_of(uow: UnitOfWork, case: str, user: str, capacity: Capacity) -> str | None:
    """Return the participation in force in which a user acts: what lets the person see a name of their own team."""
    main = uow.cases.chain(case, MAIN)
    found = () if main is None else main.facts.participations_of(user, uow.now_ms)
    return next((record.hash for record in found if same_capacity(record.fact.capacity, capacity)), None)


def view_class(uow: UnitOfWork, viewer: Viewer, class_: str) -> CaseChain:
    """Return the chain of a class the caller is served; raise `NotFound` for any other.

    A hidden class always exists and says nothing by existing. Child protection is served to whom the table lets list
    one of its sections; the other hidden classes to who takes part in them.
    """
    if class_ == MAIN:
        return viewer.main
    state = uow.cases.chain(viewer.case, class_) if class_ in CLASSES else None
    if state is None:
        raise NotFound
    if class_ == CHILD_PROTECTION:
        visible = any(
            viewer.asks("list", state.facts, CHILD_PROTECTION, level).effect != DENY for level in (1, 2)
        )  # fmt: skip
    else:
        own = {fact.fact for fact in state.own_facts}
        visible = any(getattr(fact, "user", None) == viewer.caller.user for fact in own)
    if not visible:
        raise NotFound
    return state


@lru_cache(maxsize=1024)
def _places(case: str) -> dict[str, Place]:
    found = (Place(kind, section) for kind in (SECTION, MASKED) for section in SECTIONS)
    return {list_id(case, str(place)): place for place in found}


def place_of(uow: UnitOfWork, viewer: Viewer, list_: str) -> Place:
    """Return the place of a list of this case that the caller may know of; raise `NotFound`."""
    place = _places(viewer.case).get(list_)
    if place is not None:
        return place
    for exchange in _own_exchanges(uow, viewer):
        candidate = Place(EXCHANGE, exchange)
        if list_id(viewer.case, str(candidate)) == list_:
            return candidate
    known = uow.entries.place(list_)
    if known is not None and known[0] == viewer.case and known[2].startswith(f"{REPORT}:"):
        # Whether the caller may know of it is asked of its entries (`check_list_known`).
        return Place.parse(known[2])
    raise NotFound


def _own_exchanges(uow: UnitOfWork, viewer: Viewer) -> Iterator[str]:
    for exchange in uow.exchanges.of_user(viewer.caller.user):
        state = uow.exchanges.chain(exchange)
        if state is not None and state.case == viewer.case:
            yield exchange


def chain_of_place(uow: UnitOfWork, viewer: Viewer, place: Place) -> CaseChain:
    """Return the chain whose facts and keys govern a place; raise `NotFound` where the caller may not know.

    A report of danger is judged by `main`: who writes one is not served the class that hides it (R36).
    """
    if place.kind in {EXCHANGE, REPORT}:
        return viewer.main
    return view_class(uow, viewer, class_of(place.name))
