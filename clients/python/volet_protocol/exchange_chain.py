"""An exchange's chain: who takes part in each epoch (docs/spec/exchanges.md, protocol 10.1).

1. The list of recipients is fixed; another list is another epoch, boxed to it without the older keys.
2. Every link is judged by the facts of `main` at the head it names: the author may send, each member may receive.
3. A creation that is not in order starts nothing: it raises. A change by somebody not entitled is void and stays.
4. Whoever is in the list and may no longer receive, or has a newer key, is a debt: change the list before writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from volet_protocol import linked_cases
from volet_protocol.active_tables import active_table
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import CaseChain, Directory
from volet_protocol.directory import can_be_boxed, generation_at
from volet_protocol.entitlement import CLOCK_MS, FRESH_MS
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate, ExchangeEpoch
from volet_protocol.opening_links import UserRecipient
from volet_protocol.places import CHILD_PROTECTION, MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.section_access import Standing, may_receive, may_send, standing_in, standings
from volet_protocol.statements import HeadRef, UnverifiedStatement
from volet_protocol.user_chain import verify_statement


@dataclass(frozen=True)
class ExchangeChain:
    """A verified exchange: what it is about, its members, its epoch, the head of `main` it was last judged by."""

    hub: str
    case: str
    exchange: str
    compartment: str
    level: int
    head: HeadRef
    time_ms: int
    main_head: HeadRef
    class_head: HeadRef | None
    members: tuple[UserRecipient, ...]
    epoch: int
    commitments: Mapping[int, bytes]
    # Of every epoch: who was boxed, and for which generation. Entries of an epoch are its members' only.
    readers: Mapping[int, Mapping[str, int]]
    user_heads: Mapping[str, int]
    voids: Mapping[str, Reason] = field(default_factory=dict[str, Reason])

    @property
    def class_(self) -> str:
        """The visibility class whose facts judge the exchange."""
        return CHILD_PROTECTION if self.compartment == CHILD_PROTECTION else MAIN

    def is_member(self, user: str) -> bool:
        """Tell whether a user is in the current list."""
        return any(member.user == user for member in self.members)

    def could_read(self, user: str, epoch: int) -> bool:
        """Tell whether a user was boxed the key of an epoch."""
        return user in self.readers.get(epoch, {})


def start_exchange(
    create: UnverifiedStatement, state: CaseChain, directory: Directory, tables: Mapping[str, PolicyTable]
) -> ExchangeChain:
    """Return the chain of a new exchange, or raise why it may not start.

    `state` is the newest known state of the class that judges it: `main`, or child protection for that compartment.
    """
    link = ExchangeCreate.read(create)
    common = link.common
    verify_statement(directory.user(common.preamble.user), create)
    if common.case != state.case or common.preamble.hub != state.hub:
        raise ProtocolError(Reason.WRONG_CASE, "exchange-create")
    chain = ExchangeChain(
        hub=state.hub,
        case=state.case,
        exchange=create.hash,
        compartment=link.compartment,
        level=link.level,
        head=HeadRef(0, create.hash),
        time_ms=common.preamble.time_ms,
        main_head=common.main_head,
        class_head=common.class_head,
        members=(),
        epoch=0,
        commitments={},
        readers={},
        user_heads={},
    )
    reason = _judge(chain, common, state, directory, tables)
    if reason is not None:
        raise ProtocolError(reason, "exchange-create")
    return _with_epoch(chain, common, chain.head)


def extend_exchange(
    chain: ExchangeChain,
    statement: UnverifiedStatement,
    state: CaseChain,
    directory: Directory,
    tables: Mapping[str, PolicyTable],
) -> ExchangeChain:
    """Return the chain after a change of list: in force, or kept as void. Raises what is the server's fault."""
    link = ExchangeChange.read(statement)
    common, head = link.common, HeadRef(link.seq, statement.hash)
    _check_place(chain, link)
    verify_statement(directory.user(common.preamble.user), statement)
    reason = Reason.NOT_ENTITLED if not chain.is_member(common.preamble.user) else None
    if common.epoch != chain.epoch + 1:
        reason = Reason.WRONG_EPOCH
    reason = reason or _judge(chain, common, state, directory, tables)
    if reason is not None:
        seen = {common.preamble.user: common.preamble.user_head.seq}
        return replace(
            chain,
            head=head,
            voids={**chain.voids, statement.hash: reason},
            user_heads={**chain.user_heads, **seen},
        )
    return _with_epoch(chain, common, head)


def exchange_debt(
    chain: ExchangeChain, facts: CaseFacts, table: PolicyTable, at_ms: int, directory: Directory
) -> list[str]:
    """Return the members, in order, whom the current key must no longer be for: a change of list is owed.

    What they may receive is asked of the other members as senders, by whom the list was made: not of every author who
    could write in that part, most of whom are not in it.
    """
    boxed = chain.readers[chain.epoch]
    return [
        member.user
        for member in chain.members
        if not _may_stay(facts, table, chain, member, at_ms)
        or directory.user(member.user).generation > boxed[member.user]
    ]


def _may_stay(facts: CaseFacts, table: PolicyTable, chain: ExchangeChain, member: UserRecipient, at_ms: int) -> bool:
    senders = [
        standing
        for other in chain.members
        if other.user != member.user
        for standing in standings(facts, other.user, at_ms)
        if standing.participation == other.capacity
    ]
    asked: list[Standing | None] = [*senders] or [None]
    return any(_may_receive(facts, table, chain, member, at_ms=at_ms, sender=sender) for sender in asked)


def _check_place(chain: ExchangeChain, link: ExchangeChange) -> None:
    preamble = link.common.preamble
    if preamble.hub != chain.hub:
        raise ProtocolError(Reason.WRONG_HUB, "exchange-change")
    if link.common.case != chain.case:
        raise ProtocolError(Reason.WRONG_CASE, "exchange-change")
    if link.exchange != chain.exchange:
        raise ProtocolError(Reason.WRONG_CHAIN, "exchange-change")
    if link.seq != chain.head.seq + 1:
        raise ProtocolError(Reason.WRONG_SEQUENCE, "exchange-change")
    if link.prev != chain.head.hash:
        raise ProtocolError(Reason.WRONG_HASH, "exchange-change")
    if preamble.user_head.seq < chain.user_heads.get(preamble.user, 0):
        raise ProtocolError(Reason.ROLLED_BACK, "exchange-change: user_head goes back")


def _judge(
    chain: ExchangeChain,
    common: ExchangeEpoch,
    state: CaseChain,
    directory: Directory,
    tables: Mapping[str, PolicyTable],
) -> Reason | None:
    at_ms = max(common.preamble.time_ms, chain.time_ms)
    facts = _facts(chain, common, state)
    if facts is None:
        return Reason.ROLLED_BACK
    if common.fresh.time_ms < at_ms - FRESH_MS:
        return Reason.STALE
    if common.fresh.time_ms > common.preamble.time_ms + CLOCK_MS:
        return Reason.NOT_YET
    table = active_table(tables, common.policy, at_ms)
    if table is None:
        return Reason.WRONG_POLICY
    if chain.epoch == 0 and linked_cases.is_closed(facts, at_ms):
        return Reason.CLOSED
    return _judge_people(chain, common, facts, table, directory)


def _facts(chain: ExchangeChain, common: ExchangeEpoch, state: CaseChain) -> CaseFacts | None:
    """Return the facts at the heads a link names; None when they are older than those of an earlier link."""
    if state.class_ != chain.class_ or state.case != chain.case:
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, "an exchange is judged beside the chain of its class")
    if common.main_head.seq < chain.main_head.seq:
        return None
    if chain.class_head is None:
        return state.positions.at(common.main_head).facts
    if common.class_head is None or common.class_head.seq < chain.class_head.seq:
        return None
    return state.positions.at(common.class_head).facts


def _judge_people(
    chain: ExchangeChain, common: ExchangeEpoch, facts: CaseFacts, table: PolicyTable, directory: Directory
) -> Reason | None:
    at_ms = max(common.preamble.time_ms, chain.time_ms)
    author = common.preamble.user
    sender = _author_standing(common, facts, directory, at_ms)
    if sender is None or author not in [member.user for member in common.members]:
        return Reason.NOT_ENTITLED
    if not may_send(facts, table, sender, chain.compartment, chain.level, at_ms=at_ms):
        return Reason.NOT_PERMITTED
    for member, box in zip(common.members, common.boxes, strict=True):
        if member.user != author and not _may_receive(facts, table, chain, member, at_ms=at_ms, sender=sender):
            return Reason.WRONG_RECIPIENT
        if box.head.seq < chain.user_heads.get(box.user, 0):
            return Reason.ROLLED_BACK
        user = directory.user(box.user)
        if generation_at(user, box.head)[0] != box.generation:
            return Reason.WRONG_EPOCH
        if not can_be_boxed(user, box.head):
            return Reason.CLOSED
    return None


def _author_standing(common: ExchangeEpoch, facts: CaseFacts, directory: Directory, at_ms: int) -> Standing | None:
    capacity: Capacity | None = None
    if common.capacity is not None:
        attestation = directory.attestation(common.capacity)
        if attestation.user != common.preamble.user or not attestation.from_ms <= at_ms < attestation.until_ms:
            return None
        capacity = attestation.capacity
    return standing_in(standings(facts, common.preamble.user, at_ms), capacity)


def _may_receive(
    facts: CaseFacts,
    table: PolicyTable,
    chain: ExchangeChain,
    member: UserRecipient,
    *,
    at_ms: int,
    sender: Standing | None = None,
) -> bool:
    return any(
        standing.participation == member.capacity
        and may_receive(facts, table, standing, chain.compartment, chain.level, at_ms=at_ms, sender=sender)
        for standing in standings(facts, member.user, at_ms)
    )


def _with_epoch(chain: ExchangeChain, common: ExchangeEpoch, head: HeadRef) -> ExchangeChain:
    preamble = common.preamble
    heads = {preamble.user: preamble.user_head.seq}
    for box in common.boxes:
        heads[box.user] = max(box.head.seq, heads.get(box.user, 0))
    return replace(
        chain,
        head=head,
        time_ms=max(preamble.time_ms, chain.time_ms),
        main_head=common.main_head,
        class_head=common.class_head,
        members=common.members,
        epoch=common.epoch,
        commitments={**chain.commitments, common.epoch: common.commit},
        readers={**chain.readers, common.epoch: {box.user: box.generation for box in common.boxes}},
        user_heads={**chain.user_heads, **heads},
    )
