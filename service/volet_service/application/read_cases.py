"""What a caller is served of cases: which ones, the links of a class, the entries of a list, one entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from volet_protocol import canonical
from volet_protocol.case_facts import CaseFacts
from volet_protocol.encodings import is_hash
from volet_protocol.entry_list import EntryListHead
from volet_protocol.fact_gesture import without
from volet_protocol.places import CLASSES, MAIN
from volet_protocol.policy_table import PERMIT
from volet_protocol.release_decision import Asked
from volet_protocol.section_access import is_member
from volet_protocol.statements import HeadRef
from volet_service.application.callers import Caller
from volet_service.application.decisions import refusal_of
from volet_service.application.emergency_rules import is_calling, is_served
from volet_service.application.invitations import view_invited
from volet_service.application.listing import check_list_known, shown_in
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import StoredEntry, StoredLink
from volet_service.application.release_rules import rule
from volet_service.application.visibility import Viewer, chain_of_place, place_of, view_case, view_class
from volet_service.domain.errors import NotFound

MOST_ENTRIES = 500


@dataclass(frozen=True)
class CaseSummary:
    """A case as its members find it: class to (chain, head), for the classes they are served."""

    case: str
    classes: Mapping[str, tuple[str, HeadRef]]


@dataclass(frozen=True)
class ChainLinks:
    """Links after a position, and the caller's boxes by link hash."""

    chain: str
    links: Sequence[StoredLink]
    boxes: Mapping[str, bytes]


@dataclass(frozen=True)
class ListedEntry:
    """An index of a list: the entry, or its hash alone where the caller may not know more."""

    n: int
    hash: str
    entry: StoredEntry | None
    box: bytes | None


@dataclass(frozen=True)
class ListPage:
    """Indexes after `start`, in order."""

    start: EntryListHead
    entries: Sequence[ListedEntry]


def list_cases(caller: Caller, policy: Policy, uow: UnitOfWork, /) -> list[CaseSummary]:
    """Return the cases in which the caller stands now."""
    found: list[CaseSummary] = []
    for case in uow.cases.of_user(caller.user):
        try:
            viewer = view_case(uow, caller, case, policy.active)
        except NotFound:
            continue
        found.append(CaseSummary(case, _classes(viewer, uow)))
    return found


def _classes(viewer: Viewer, uow: UnitOfWork) -> dict[str, tuple[str, HeadRef]]:
    served: dict[str, tuple[str, HeadRef]] = {}
    for class_ in CLASSES:
        try:
            state = view_class(uow, viewer, class_)
        except NotFound:
            continue
        served[class_] = (state.chain, state.head)
    return served


def read_chain(case: str, class_: str, after: int, *, caller: Caller, policy: Policy, uow: UnitOfWork) -> ChainLinks:
    """Return the links of a class that the caller is served, each with the box that is theirs."""
    viewer = _view_chain(case, class_, caller, policy, uow)
    state = view_class(uow, viewer, class_)
    links = uow.cases.links(state.chain, after)
    if not is_member(viewer.main.facts, caller.user, uow.now_ms) and is_calling(state.facts, caller.user, uow.now_ms):
        links = [_served_to_caller(link, state.facts, caller.user) for link in links]
    return ChainLinks(state.chain, links, uow.boxes.of_user([link.hash for link in links], caller.user))


def _view_chain(case: str, class_: str, caller: Caller, policy: Policy, uow: UnitOfWork) -> Viewer:
    """Return the view of who stands in the case, or of whom an open invitation names: of its open chain alone."""
    try:
        return view_case(uow, caller, case, policy.active)
    except NotFound:
        if class_ != MAIN:
            raise
        return view_invited(uow, caller, case, policy.active)


def _served_to_caller(link: StoredLink, facts: CaseFacts, user: str) -> StoredLink:
    """Return a link as an emergency shows it: notices, consents and the rest stay with the team."""
    if link.fact is None:
        return link
    served = without(canonical.decode(link.fact), lambda body: not is_served(body, facts, user))
    return replace(link, fact=None if served is None else canonical.encode(served))


def read_list(case: str, list_: str, after: int, *, caller: Caller, policy: Policy, uow: UnitOfWork) -> ListPage:
    """Return a page of a list. An entry the caller may not know of keeps its index, as a gap."""
    viewer = view_case(uow, caller, case, policy.active)
    place = place_of(uow, viewer, list_)
    state = chain_of_place(uow, viewer, place)
    asked = Asked(caller.user, viewer.capacity, "title", "", policy.active)
    check_list_known(list_, place, asked, state, uow)
    head = uow.entries.head(list_)
    h = uow.entries.point(list_, after)
    if h is None:
        raise NotFound
    until = min(head.n, after + MOST_ENTRIES)
    shown = {stored.n: stored for stored in uow.entries.at(list_, shown_in(list_, asked, state, uow, after, until))}
    boxes = uow.boxes.of_user([stored.entry.id for stored in shown.values()], caller.user)
    listed: list[ListedEntry] = []
    for n, hash_ in uow.entries.hashes(list_, after, until):
        known = shown.get(n)
        listed.append(ListedEntry(n, hash_, known, None if known is None else boxes.get(known.entry.id)))
    return ListPage(EntryListHead(after, h), listed)


def know_list(list_: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> None:
    """Refuse (`NotFound`) unless it is a list, empty or not, that the caller may know of in a case where they stand."""
    for case in uow.cases.of_user(caller.user):
        try:
            viewer = view_case(uow, caller, case, policy.active)
            place = place_of(uow, viewer, list_)
            state = chain_of_place(uow, viewer, place)
            asked = Asked(caller.user, viewer.capacity, "title", "", policy.active)
            check_list_known(list_, place, asked, state, uow)
        except NotFound:
            continue
        return
    raise NotFound


def read_entry(id: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> tuple[StoredEntry, bytes | None]:  # noqa: A002 -- the glossary's word
    """Return an entry's statement and the caller's box, decided as a release of its title is."""
    stored = uow.entries.get(id) if is_hash(id) else None
    if stored is None:
        raise NotFound
    header = stored.entry.header
    viewer = view_case(uow, caller, header.case, policy.active)
    state = chain_of_place(uow, viewer, header.place)
    parts = ("title", "body")
    ruled = [rule(Asked(caller.user, viewer.capacity, part, "", policy.active), stored, state, uow) for part in parts]
    best = next((one for one in ruled if one.decision.effect == PERMIT), ruled[0])
    if best.decision.effect != PERMIT:
        raise refusal_of(best.decision, best.question)
    box = uow.boxes.of_user([id], caller.user).get(id)
    return stored, box


def may_stream(entry: str, part: str, request_id: str, *, caller: Caller, policy: Policy, uow: UnitOfWork) -> str:
    """Return the blob of a part that a release of this device covered and that is still permitted."""
    answered = uow.requests.find(caller.device, request_id)
    stored = uow.entries.get(entry) if is_hash(entry) else None
    if answered is None or stored is None or stored.gone:
        raise NotFound
    if entry.encode() not in answered.answer or f'"{part}"'.encode() not in answered.answer:
        raise NotFound
    viewer = view_case(uow, caller, stored.entry.header.case, policy.active)
    state = chain_of_place(uow, viewer, stored.entry.header.place)
    ruled = rule(Asked(caller.user, viewer.capacity, part, "", policy.active), stored, state, uow)
    where = uow.entries.part(entry, part)
    if not ruled.permitted or where is None or where.blob is None:
        raise NotFound
    return where.blob
