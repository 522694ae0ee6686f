"""Deposit an entry: header against the newest state of its case, ciphertext and shares against what the author signed.

Refused before anything is written: an epoch or step that is not the section's newest, a rotation owed at this
instant, a list position that is not of this list, another case or class, a decision other than a permit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.case_state import CaseChain
from volet_protocol.debts import debt
from volet_protocol.entry import UnverifiedEntry
from volet_protocol.entry_header import EntryHeader
from volet_protocol.entry_list import EntryListHead
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_chain import exchange_debt
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import ViewPayload
from volet_protocol.masks import check_set_by, log_class
from volet_protocol.places import EXCHANGE, MASKED, REPORT, SECTION
from volet_protocol.policy_table import PolicyTable
from volet_protocol.release_decision import Asked, rule_write
from volet_protocol.sealing import BODY, PARTS, TITLE
from volet_service.application.authorship import check_author
from volet_service.application.callers import Caller
from volet_service.application.decisions import check_named, refusal_of
from volet_service.application.entry_meta import entry_meta
from volet_service.application.linked_case_rules import check_writable
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import StoredEntry, StoredPart
from volet_service.application.visibility import capacity_of, chain_of_place, view_case
from volet_service.domain.errors import (
    EpochStale,
    IdempotencyMismatch,
    Invalid,
    NotFound,
    RotationOwed,
    VersionConflict,
    WrongCase,
)
from volet_service.domain.leaves import LeafContent, by_statement


@dataclass(frozen=True)
class Ciphertext:
    """A part as it arrived: root over its chunks, size, and where it is."""

    root: str
    size: int
    inline: bytes | None
    blob: str | None


@dataclass(frozen=True)
class PostEntry:
    """An entry with both parts, both server shares and the boxes of a named one."""

    entry: UnverifiedEntry
    parts: Mapping[str, Ciphertext]
    shares: Mapping[str, bytes]
    boxes: Mapping[str, bytes]
    caller: Caller
    window_ms: int


@dataclass(frozen=True)
class EntryPosted:
    """Where the entry stands, and its leaf."""

    id: str
    head: EntryListHead
    leaf: int


def post_entry(command: PostEntry, policy: Policy, uow: UnitOfWork, /) -> EntryPosted:
    """Deposit. The same entry again has the same answer; another statement under its id is refused."""
    entry, header = command.entry, command.entry.header
    known = uow.entries.get(entry.id)
    if known is not None and known.device == command.caller.device:
        if known.statement != entry.statement.to_bytes():
            raise IdempotencyMismatch("entry")
        return EntryPosted(entry.id, EntryListHead(known.n, known.h), known.leaf)
    viewer = view_case(uow, command.caller, header.case, policy.active)
    check_author(uow, command.caller, entry.statement, header.preamble, command.window_ms)
    _check_parts(command)
    state = chain_of_place(uow, viewer, header.place)
    if header.place.kind != REPORT:
        check_writable(viewer.main, uow.now_ms)
    table = _table(header, state, policy)
    head = _check_position(header, state, uow)
    if header.place.kind == EXCHANGE:
        _check_exchange(header, state, table, uow)
    elif header.place.kind == REPORT:
        _check_report(header, head.n, uow)
    elif header.form == SECTION:
        _check_epoch(header, state, table, uow)
    stored = StoredEntry(
        entry, entry.statement.to_bytes(), head.n + 1, head.append(entry.hash).h, command.caller.device, uow.now_ms,
        uow.log.position(uow.log.size),
    )  # fmt: skip
    rules = _decide(stored, state, table, uow)
    capacity = capacity_of(uow, header.preamble.user, header.capacity)
    category = None if capacity is None else capacity.category
    check_set_by(header.mask, category, minor=viewer.main.facts.is_minor(uow.now_ms))
    view = ViewPayload(
        "deposit", uow.now_ms, compartment=header.compartment, level=header.level, entries=(entry.id,),
        row=capacity.row if capacity else None, category=capacity.category if capacity else None,
        structure=capacity.structure if capacity else None, rules=rules, policy=header.policy,
    )  # fmt: skip
    who = by_statement(entry.statement, header.preamble, row=view.row)
    logged = log_class(header.place.kind, header.mask, state.class_)
    uow.log.append(LeafContent(view, who, header.case, logged))
    uow.entries.add(stored, [StoredPart(p, c.size, c.inline, c.blob) for p, c in command.parts.items()])
    uow.faces.add(stored, category)
    uow.boxes.put(entry.id, command.boxes)
    uow.shares.put(entry.id, command.shares)
    return EntryPosted(entry.id, EntryListHead(stored.n, stored.h), stored.leaf)


def _check_parts(command: PostEntry) -> None:
    if set(command.shares) != set(PARTS) or set(command.parts) != set(PARTS):
        raise Invalid("shares: title and body")
    entry = command.entry
    for part in (TITLE, BODY):
        entry.check_share(part, command.shares[part])
        if command.parts[part].root != entry.seals[part].root:
            raise ProtocolError(Reason.BAD_CIPHERTEXT, f"{part} is not the ciphertext that was signed")
    named = {reader.user: reader.box for reader in entry.header.named}
    if {user: sha256(box).hex() for user, box in command.boxes.items()} != named:
        raise ProtocolError(Reason.BAD_BOX, "boxes are not those the header names")


def _table(header: EntryHeader, state: CaseChain, policy: Policy) -> PolicyTable:
    if header.class_ != state.class_ and header.place.kind != REPORT:
        raise WrongCase("class of the entry")
    check_named(policy, header.policy)
    return policy.active


def _check_position(header: EntryHeader, state: CaseChain, uow: UnitOfWork) -> EntryListHead:
    """`case_head` and `seen` are of this case and this list; being behind is normal, another history is not."""
    if not state.positions.holds(header.case_head):
        raise VersionConflict("case_head", {"head": state.head.to_json()})
    head = uow.entries.head(header.list)
    if uow.entries.point(header.list, header.seen.n) != header.seen.h:
        # Where a list of masked entries stands is not for every author of one.
        where: dict[str, JsonValue] = {} if header.place.kind in {MASKED, REPORT} else {"list": head.to_json()}
        raise VersionConflict("seen", {**where, "reason": Reason.WRONG_LIST.value})
    return head


def _check_epoch(header: EntryHeader, state: CaseChain, table: PolicyTable, uow: UnitOfWork) -> None:
    section = header.place.name
    keys = state.section(section)
    if (header.epoch, header.step) != (keys.epoch, keys.step):
        raise EpochStale(f"section {section}", {"epoch": keys.epoch, "step": keys.step})
    due = debt(state, section, table, uow.now_ms, uow.users)
    if due.owed:
        raise RotationOwed(f"section {section}")


def _check_exchange(header: EntryHeader, state: CaseChain, table: PolicyTable, uow: UnitOfWork) -> None:
    exchange = uow.exchanges.chain(header.place.name)
    if exchange is None or exchange.case != header.case:
        raise WrongCase("exchange of the entry")
    if header.epoch != exchange.epoch:
        raise EpochStale("exchange", {"epoch": exchange.epoch})
    if not exchange.is_member(header.preamble.user):
        raise ProtocolError(Reason.NOT_PERMITTED, "entry in an exchange of others")
    if (exchange.compartment, exchange.level) != (header.compartment, header.level):
        raise WrongCase("compartment of the exchange")
    if exchange_debt(exchange, state.facts, table, uow.now_ms, uow.users):
        raise RotationOwed("exchange")


def _check_report(header: EntryHeader, length: int, uow: UnitOfWork) -> None:
    """Only those whom a report names write on in it, and only its author names more (F21)."""
    if not length:
        return
    opened = uow.entries.page(header.list, 0, 1)[0].entry.header
    knows = {opened.preamble.user, *(reader.user for reader in opened.named)}
    if header.preamble.user not in knows or opened.case != header.case:
        raise NotFound
    if header.preamble.user != opened.preamble.user and not knows.issuperset(one.user for one in header.named):
        raise ProtocolError(Reason.WRONG_READERS, "entry of a report: only its author names more readers")
    if (opened.compartment, opened.mask) != (header.compartment, header.mask):
        raise WrongCase("compartment of the report")


def _decide(stored: StoredEntry, state: CaseChain, table: PolicyTable, uow: UnitOfWork) -> tuple[str, ...]:
    header = stored.entry.header
    capacity = capacity_of(uow, header.preamble.user, header.capacity)
    asked = Asked(header.preamble.user, capacity, "", "", table)
    ruled = rule_write(asked, entry_meta(stored, state, uow), header.place.kind, state, uow.now_ms, number=stored.n)
    if not ruled.permitted:
        raise refusal_of(ruled.decision, ruled.question)
    return ruled.decision.rules
