"""Open an exchange, or change its list of members: a new epoch, boxed to the new list only."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.exchange_chain import ExchangeChain, extend_exchange, start_exchange
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate, ExchangeEpoch
from volet_protocol.log_payload import ViewPayload
from volet_protocol.places import CHILD_PROTECTION, MAIN
from volet_protocol.statements import HeadRef
from volet_service.application.authorship import check_author, is_author
from volet_service.application.callers import Caller
from volet_service.application.chain_links import NewLink, check_fresh, check_target_boxes
from volet_service.application.decisions import check_named
from volet_service.application.linked_case_rules import check_writable
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import StoredLink
from volet_service.application.visibility import capacity_of, view_case, view_class
from volet_service.domain.errors import Denied, IdempotencyMismatch, NotFound, VersionConflict, WrongCase
from volet_service.domain.leaves import LeafContent, by_statement


@dataclass(frozen=True)
class ExchangeCommand:
    """A link of an exchange. `exchange` is None for the first one."""

    exchange: str | None
    link: NewLink
    caller: Caller
    window_ms: int


@dataclass(frozen=True)
class ExchangeMoved:
    """The exchange, its head, and the leaf of the link."""

    exchange: str
    head: HeadRef
    leaf: int


def open_exchange(command: ExchangeCommand, policy: Policy, uow: UnitOfWork, /) -> ExchangeMoved:
    """Start an exchange. The same creation again, by the same device, has the same answer."""
    statement = command.link.statement
    create = ExchangeCreate.read(statement)
    viewer = view_case(uow, command.caller, create.common.case, policy.active)
    known = uow.exchanges.links(statement.hash, -1)
    if known and is_author(command.caller, create.common.preamble):
        return _again(command, known[0], uow)
    check_writable(viewer.main, uow.now_ms)
    check_author(uow, command.caller, statement, create.common.preamble, command.window_ms)
    check_named(policy, create.common.policy)
    _check(create.common, command, uow)
    class_ = CHILD_PROTECTION if create.compartment == CHILD_PROTECTION else MAIN
    state = start_exchange(statement, view_class(uow, viewer, class_), uow.users, policy.tables)
    return _store(state, create.common, command, 0, uow)


def append_exchange_links(command: ExchangeCommand, policy: Policy, uow: UnitOfWork, /) -> ExchangeMoved:
    """Change the list of members, by compare-and-set on the head. The author's own retry has the same answer."""
    statement = command.link.statement
    change = ExchangeChange.read(statement)
    state = uow.exchanges.chain(command.exchange or "")
    if state is None or not state.is_member(command.caller.user):
        raise NotFound
    viewer = view_case(uow, command.caller, state.case, policy.active)
    if change.exchange != state.exchange or change.common.case != state.case:
        raise WrongCase("exchange")
    known = [link for link in uow.exchanges.links(state.exchange, -1) if link.hash == statement.hash]
    if known and is_author(command.caller, change.common.preamble):
        return _again(command, known[0], uow)
    if change.seq != state.head.seq + 1 or change.prev != state.head.hash:
        raise VersionConflict("exchange", {"head": state.head.to_json()})
    check_author(uow, command.caller, statement, change.common.preamble, command.window_ms)
    check_named(policy, change.common.policy)
    _check(change.common, command, uow)
    after = extend_exchange(state, statement, view_class(uow, viewer, state.class_), uow.users, policy.tables)
    void = after.voids.get(statement.hash)
    if void is not None:
        raise Denied("exchange-change would be void", {"reason": void.value})
    return _store(after, change.common, command, change.seq, uow)


def _check(common: ExchangeEpoch, command: ExchangeCommand, uow: UnitOfWork) -> None:
    check_fresh(common.fresh, uow)
    check_target_boxes(common.boxes, command.link.boxes)


def _store(
    state: ExchangeChain, common: ExchangeEpoch, command: ExchangeCommand, seq: int, uow: UnitOfWork
) -> ExchangeMoved:
    statement = command.link.statement
    capacity = capacity_of(uow, common.preamble.user, common.capacity)
    view = ViewPayload(
        "exchange", uow.now_ms, compartment=state.compartment, level=state.level, policy=common.policy,
        row=capacity.row if capacity else None, category=capacity.category if capacity else None,
        structure=capacity.structure if capacity else None,
    )  # fmt: skip
    leaf = uow.log.append(
        LeafContent(view, by_statement(statement, common.preamble, row=view.row), state.case, state.class_)
    )
    uow.exchanges.append(state, StoredLink(seq, statement.hash, statement.to_bytes(), None, leaf))
    uow.boxes.put(statement.hash, command.link.boxes)
    return ExchangeMoved(state.exchange, state.head, leaf)


def _again(command: ExchangeCommand, known: StoredLink, uow: UnitOfWork) -> ExchangeMoved:
    statement = command.link.statement
    if known.statement != statement.to_bytes():
        raise IdempotencyMismatch("exchange")
    exchange = command.exchange or statement.hash
    head = uow.head("exchange", exchange)
    if head is None:
        raise NotFound
    return ExchangeMoved(exchange, head, known.leaf)
