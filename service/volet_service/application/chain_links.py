"""What every new link of a case has in common: judged, refused when it would be void, logged, stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from volet_protocol import canonical, case_chain
from volet_protocol.active_tables import active_table
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Capacity
from volet_protocol.case_chain import check_lists
from volet_protocol.case_links import FactLink, Fresh, LinkHead
from volet_protocol.case_state import CaseChain
from volet_protocol.entry_list import EntryListHead, list_id
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_collection import first_late
from volet_protocol.fact_gesture import parts_of, read_facts
from volet_protocol.hashing import sha256
from volet_protocol.key_links import ClaimLink, GrantLink, RotateLink, Target
from volet_protocol.link_reading import Link, read_link
from volet_protocol.log_payload import ViewPayload
from volet_protocol.opening_links import OpeningLink
from volet_protocol.openings import check_made
from volet_protocol.places import MAIN, SECTION, SECTIONS, Place
from volet_protocol.policy_table import PolicyTable
from volet_protocol.statements import UnverifiedStatement
from volet_service.application import emergency_rules, invitations
from volet_service.application.entry_meta import entry_meta
from volet_service.application.linked_case_rules import check_linked
from volet_service.application.masked_entry_rules import check_masked_entries
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredLink
from volet_service.domain.errors import Denied, Invalid, VersionConflict
from volet_service.domain.leaves import LeafContent, by_statement


@dataclass(frozen=True)
class NewLink:
    """A link as it arrives: statement, body of its fact, boxes by user."""

    statement: UnverifiedStatement
    fact: JsonObject | None
    boxes: Mapping[str, bytes]


def extend_case(state: CaseChain, new: NewLink, tables: Mapping[str, PolicyTable], uow: UnitOfWork) -> CaseChain:
    """Judge one link against the newest state, store it with its boxes and its leaf; return the next state.

    A link that its author was not entitled to make would stay in the chain as void and taint what it touched: the hub
    does not take it, so that an honest mistake leaves no trace.
    """
    link = read_link(new.statement)
    head = link.head
    if head.seq != state.head.seq + 1 or head.prev != state.head.hash:
        raise VersionConflict("case chain", {"head": state.head.to_json()})
    if (new.fact is not None) != (new.statement.type == "fact"):
        raise Invalid("the body of a fact stands beside a fact, and only there")
    _check_boxes(link, new)
    check_fresh(head.fresh, uow)
    check_lists(new.statement, newest_lists(state.case, uow))
    main = None if state.class_ == MAIN else uow.cases.chain(state.case, MAIN)
    after = case_chain.extend(state, new.statement, new.fact, uow.users, tables, main=main)
    if after.missing - state.missing:
        raise Invalid("the body of every fact of a gesture stands beside it")
    void = after.voids.get(new.statement.hash)
    sections = {section: reason for (hash_, section), reason in after.void_sections.items() if hash_ == after.head.hash}
    if void is not None or sections:
        reason = void or next(iter(sections.values()))
        raise Denied(f"{new.statement.type} would be void", {"reason": reason.value, "sections": sorted(sections)})
    check_linked(state, after, uow)
    if new.fact is not None:
        check_masked_entries((fact for _, fact in read_facts(new.fact)), head.preamble.user, after, uow)
    capacity = _capacity(head, uow)
    if isinstance(link, OpeningLink):
        _check_opening(after, link, capacity, tables, uow)
    emergency = emergency_rules.recorded(state, after)
    act, urgent = emergency_rules.act_of(link, state, emergency, new.statement.type, fact=new.fact)
    late = None if new.fact is None else first_late((fact for _, fact in read_facts(new.fact)), after.time_ms)
    view = ViewPayload(
        act, uow.now_ms, policy=head.policy, emergency=urgent,
        late=late[1] if late else None, collected_ms=late[0] if late else None,
        row=capacity.row if capacity else None, category=capacity.category if capacity else None,
        structure=capacity.structure if capacity else None,
        entries=tuple(item.id for item in link.entries) if isinstance(link, OpeningLink) else (),
    )  # fmt: skip
    row = capacity.row if capacity else None
    content = LeafContent(view, by_statement(new.statement, head.preamble, row=row), state.case, state.class_)
    if emergency is not None:
        table = _table(tables, head, uow)
        emergency_rules.check_declared(emergency, after, content, table=table, uow=uow)
    leaf = uow.log.append(content)
    body = None if new.fact is None else canonical.encode(new.fact)
    if body is not None and len(body) > canonical.DEFAULT_LIMIT:
        # Stored, it could not be read back: the case would be closed for everybody.
        raise ProtocolError(Reason.TOO_LARGE, "fact")
    uow.cases.append(after, StoredLink(head.seq, new.statement.hash, new.statement.to_bytes(), body, leaf))
    uow.boxes.put(new.statement.hash, new.boxes)
    emergency_rules.remember(emergency, state.case, new.statement.hash, leaf, fact=new.fact, uow=uow)
    invitations.remember(state.case, new.statement.hash, new.fact, uow)
    for user in _users(new.fact):
        uow.cases.add_user(state.case, state.class_, user)
    return after


def newest_lists(case: str, uow: UnitOfWork) -> dict[str, EntryListHead]:
    """Return the head of the list of each section of a case."""
    return {section: uow.entries.head(list_id(case, str(Place(SECTION, section)))) for section in SECTIONS}


def check_fresh(fresh: Fresh | None, uow: UnitOfWork) -> None:
    """Refuse a `fresh` that names no checkpoint of this log; its age is judged by the chain."""
    if fresh is None:
        return
    signed = uow.log.checkpoint(fresh.size)
    if signed is None or signed[0].hex() != fresh.root or fresh.time_ms > signed[1]:
        raise ProtocolError(Reason.BAD_PROOF, "fresh")


def targets_of(link: Link) -> Iterable[Target]:
    """Return whom the boxes of a link are for."""
    match link:
        case ClaimLink() | GrantLink():
            return (link.target,)
        case RotateLink():
            return link.targets
        case OpeningLink():
            return link.boxes
        case _:
            return ()


def check_target_boxes(targets: Iterable[Target], boxes: Mapping[str, bytes]) -> None:
    """Refuse boxes other than exactly those that the link names by hash."""
    _check_named({target.user: target.box for target in targets}, boxes)


def _check_named(named: Mapping[str, str], boxes: Mapping[str, bytes]) -> None:
    if {user: sha256(box).hex() for user, box in boxes.items()} != named:
        raise ProtocolError(Reason.BAD_BOX, "boxes beside a link are not those it names")


def _check_boxes(link: Link, new: NewLink) -> None:
    """Refuse other boxes than those named. That of an invitation is for a code: it travels under its fact's hash."""
    if isinstance(link, FactLink):
        _check_named(invitations.boxes_named(new.fact), new.boxes)
    else:
        check_target_boxes(targets_of(link), new.boxes)


def _capacity(head: LinkHead, uow: UnitOfWork) -> Capacity | None:
    return None if head.capacity is None else uow.users.attestation(head.capacity).capacity


def _table(tables: Mapping[str, PolicyTable], head: LinkHead, uow: UnitOfWork) -> PolicyTable:
    table = active_table(tables, head.policy, uow.now_ms)
    if table is None:
        raise ProtocolError(Reason.WRONG_POLICY, "link")
    return table


def _check_opening(
    state: CaseChain, link: OpeningLink, capacity: Capacity | None, tables: Mapping[str, PolicyTable], uow: UnitOfWork
) -> None:
    emergency_rules.check_started(link, state, uow)
    table = _table(tables, link.head, uow)
    stored = uow.entries.many([item.id for item in link.entries])
    metas = [
        entry_meta(found, state, uow)
        for found in stored.values()
        if found.entry.header.case == state.case and not found.gone
    ]
    check_made(state, link, capacity, metas, table=table, at_ms=uow.now_ms)


def _users(fact: JsonObject | None) -> list[str]:
    """Return the users whom the facts of a link give a standing: they may then find the case."""
    names = ("user", "holder", "designated")
    bodies = [] if fact is None else [part.body for part in parts_of(fact) if part.body is not None]
    found = [body[name] for body in bodies for name in names if name in body]
    return [user for user in found if isinstance(user, str)]
