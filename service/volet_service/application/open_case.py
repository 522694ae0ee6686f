"""Open a case: its `main` chain and its three hidden classes at once, so that no class says anything by existing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_protocol import case_chain
from volet_protocol.case_links import CaseCreate, ClassCreate
from volet_protocol.case_state import CaseChain
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import same, sha256
from volet_protocol.link_reading import read_link
from volet_protocol.log_payload import ViewPayload
from volet_protocol.places import CLASSES, MAIN
from volet_protocol.statements import HeadRef, Preamble, UnverifiedStatement
from volet_service.application.append_links import check_given
from volet_service.application.authorship import check_author, is_author
from volet_service.application.callers import Caller
from volet_service.application.chain_links import NewLink, extend_case
from volet_service.application.decisions import check_named
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import StoredLink
from volet_service.domain.errors import IdempotencyMismatch, Invalid
from volet_service.domain.leaves import LeafContent, by_statement

LOG_KEY_SIZE = 32


@dataclass(frozen=True)
class OpenCase:
    """Links of `main`, its creation first; the creation of each hidden class; 32-byte log keys by class."""

    main: Sequence[NewLink]
    classes: Sequence[UnverifiedStatement]
    log_keys: Mapping[str, bytes]
    caller: Caller
    window_ms: int


@dataclass(frozen=True)
class CaseOpened:
    """The case, class to (chain, head), and the leaf of its creation."""

    case: str
    classes: Mapping[str, tuple[str, HeadRef]]
    leaf: int


def open_case(command: OpenCase, policy: Policy, uow: UnitOfWork, /) -> CaseOpened:
    """Create the case. The same creation again, by the same device, has the same answer."""
    create = command.main[0].statement
    link = CaseCreate.read(create)
    known = uow.cases.classes(create.hash)
    # Of somebody else's case nothing is said, not even that it exists: its author is not the caller (below).
    if known and is_author(command.caller, link.preamble):
        return _again(command, create, known, uow)
    if set(command.log_keys) != set(CLASSES) or any(len(key) != LOG_KEY_SIZE for key in command.log_keys.values()):
        raise Invalid("log_keys: 32 bytes for each class")
    if not same(sha256(command.log_keys[MAIN]), bytes.fromhex(link.log_key_hash)):
        raise ProtocolError(Reason.WRONG_HASH, "log key of main")
    check_author(uow, command.caller, create, link.preamble, command.window_ms)
    check_named(policy, link.policy)
    main = case_chain.start_case(create, uow.users, policy.tables)
    leaf = _store(main, create, link.preamble, command, uow)
    _hidden(command, main, uow)
    state = main
    uow.cases.add_user(main.case, MAIN, command.caller.user)
    for new in command.main[1:]:
        head = read_link(new.statement).head
        check_author(uow, command.caller, new.statement, head.preamble, command.window_ms)
        check_named(policy, head.policy)
        state = extend_case(state, new, policy.tables, uow)
        check_given(command.caller, new.fact, uow.now_ms)
    return CaseOpened(create.hash, _heads(create.hash, uow), leaf)


def _hidden(command: OpenCase, main: CaseChain, uow: UnitOfWork) -> None:
    found: set[str] = set()
    for statement in command.classes:
        link = ClassCreate.read(statement)
        check_author(uow, command.caller, statement, link.preamble, command.window_ms)
        state = case_chain.start_class(statement, main, uow.users)
        found.add(state.class_)
        _store(state, statement, link.preamble, command, uow)
    if found != set(CLASSES) - {MAIN}:
        raise Invalid("classes: each hidden class once")


def _store(
    state: CaseChain, statement: UnverifiedStatement, preamble: Preamble, command: OpenCase, uow: UnitOfWork
) -> int:
    # The keys of the tags first: the leaf of the creation is number 0 of its class.
    uow.cases.register(state, command.log_keys[state.class_])
    content = LeafContent(ViewPayload("case", uow.now_ms), by_statement(statement, preamble), state.case, state.class_)
    leaf = uow.log.append(content)
    uow.cases.append(state, StoredLink(0, statement.hash, statement.to_bytes(), None, leaf))
    return leaf


def _again(command: OpenCase, create: UnverifiedStatement, known: Mapping[str, str], uow: UnitOfWork) -> CaseOpened:
    first = uow.cases.link(known[MAIN], 0)
    if first is None or first.statement != create.to_bytes():
        raise IdempotencyMismatch("case")
    for new in command.main[1:]:
        link = uow.cases.link(known[MAIN], read_link(new.statement).head.seq)
        if link is None or link.hash != new.statement.hash:
            raise IdempotencyMismatch("case")
    return CaseOpened(create.hash, _heads(create.hash, uow), first.leaf)


def _heads(case: str, uow: UnitOfWork) -> dict[str, tuple[str, HeadRef]]:
    heads: dict[str, tuple[str, HeadRef]] = {}
    for class_, chain in uow.cases.classes(case).items():
        head = uow.head("case", chain)
        if head is not None:
            heads[class_] = (chain, head)
    return heads
