"""Release: decide each entry, log once, hand out server shares and small ciphertext.

The decision, the leaf and the reading of the shares happen in one transaction of the sequencer; the answer leaves
after its commit. So no share precedes its leaf, and no release stands above the index of what revokes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from volet_protocol import canonical
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_header import EntryHeader
from volet_protocol.fields import Fields
from volet_protocol.log_payload import ViewPayload
from volet_protocol.release import ReleasedItem, ReleaseRequest, shares_hash
from volet_protocol.release_decision import Asked, Ruled, rule_export
from volet_protocol.statements import UnverifiedStatement
from volet_service.application.authorship import check_author, check_tree
from volet_service.application.callers import Caller, check_recent
from volet_service.application.decisions import check_named, refusal_of
from volet_service.application.entry_meta import logged_in
from volet_service.application.listing import check_list_known
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import Answered, StoredEntry
from volet_service.application.release_rules import rule
from volet_service.application.visibility import capacity_of, chain_of_place, participation_of, place_of, view_case
from volet_service.domain.errors import FactsChanged, IdempotencyMismatch, Invalid, NotFound, Refusal, VersionConflict
from volet_service.domain.leaves import LeafContent, by_statement
from volet_service.domain.step_up import INTENTS


@dataclass(frozen=True)
class Release:
    """The reader's signed request."""

    statement: UnverifiedStatement
    caller: Caller
    window_ms: int


@dataclass(frozen=True)
class Released:
    """What leaves once the leaf is committed, and since which tree the receipt must be consistent."""

    items: Sequence[ReleasedItem]
    leaf: int
    since: int


def release_entries(command: Release, policy: Policy, uow: UnitOfWork, /) -> Released:
    """Decide and log one request; the same request again has the same answer and no second leaf."""
    asked = ReleaseRequest.read(command.statement)
    viewer = view_case(uow, command.caller, asked.case, policy.active)
    check_author(uow, command.caller, command.statement, asked.preamble, command.window_ms)
    check_named(policy, asked.policy)
    table = policy.active
    place = place_of(uow, viewer, asked.list)
    state = chain_of_place(uow, viewer, place)
    question = Asked(
        command.caller.user, capacity_of(uow, asked.preamble.user, asked.capacity), asked.part, asked.purpose, table
    )
    check_list_known(asked.list, place, question, state, uow)
    check_tree(asked.checkpoint, uow)
    entries = _entries(asked, uow)
    ruled = [
        (stored, rule_export(rule(question, stored, state, uow), asked.to, state.facts, table)) for stored in entries
    ]
    request_id = to_base64url(asked.request_id)
    before = uow.requests.find(command.caller.device, request_id)
    if before is not None:
        return _again(before, command.statement, asked, ruled, uow)
    chosen = _choose(command, asked, ruled, state.class_, uow)
    if asked.intent in INTENTS:
        check_recent(command.caller, uow.now_ms)
    items = _items(asked, chosen, uow)
    handed = {item.id for item in items}
    leaf = _log(
        command, asked, [one for one in chosen if one[0].entry.id in handed], items, class_=state.class_, uow=uow
    )
    answer = canonical.encode({"ids": [item.id for item in items], "part": asked.part})
    uow.requests.add(command.caller.device, request_id, Answered(command.statement.hash, leaf, answer))
    return Released(items, leaf, asked.checkpoint.size)


def _entries(asked: ReleaseRequest, uow: UnitOfWork) -> list[StoredEntry]:
    if asked.range is not None:
        if uow.entries.point(asked.list, asked.range.to) != asked.range.h:
            raise VersionConflict("range", {"list": uow.entries.head(asked.list).to_json()})
        return uow.entries.page(asked.list, asked.range.from_ - 1, asked.range.to)
    found = uow.entries.many(asked.ids)
    if any(id_ not in found or found[id_].entry.header.list != asked.list for id_ in asked.ids):
        raise NotFound
    return [found[id_] for id_ in asked.ids]


def _choose(
    command: Release, asked: ReleaseRequest, ruled: Sequence[tuple[StoredEntry, Ruled]], class_: str, uow: UnitOfWork
) -> list[tuple[StoredEntry, Ruled]]:  # fmt: skip
    """Of a range, what is permitted; of named ids, all or nothing, so that a refusal is never silent."""
    permitted = [(stored, by) for stored, by in ruled if by.permitted]
    refused = [(stored, by) for stored, by in ruled if not by.permitted]
    if refused and (asked.ids or not permitted):
        hidden = next((item for item in refused if item[1].decision.hidden), None)
        first = hidden or refused[0]
        refusal = refusal_of(first[1].decision, first[1].question)
        if hidden is None:
            _log_refusal(command, asked, first, refusal, class_=class_, uow=uow)
        raise refusal
    if not permitted:
        raise NotFound
    apart = [logged_in(stored, class_, uow) for stored, _ in permitted]
    if len(set(apart)) > 1 and asked.ids:
        # One leaf tells of one class (protocol 6.6): the asker names them class by class.
        raise Invalid("entries of two classes in one release")
    return [one for one, logged in zip(permitted, apart, strict=True) if logged == apart[0]]


def _items(asked: ReleaseRequest, chosen: Sequence[tuple[StoredEntry, Ruled]], uow: UnitOfWork) -> list[ReleasedItem]:
    ids = [stored.entry.id for stored, _ in chosen if not stored.gone]
    shares = uow.shares.get(ids, asked.part)
    inline = uow.entries.inline(ids, asked.part)
    items = [ReleasedItem(id_, asked.part, shares[id_], inline.get(id_)) for id_ in ids if id_ in shares]
    if not items:
        # Everything asked for was taken back: nothing leaves, nothing is logged as released.
        raise NotFound
    return items


def _log(
    command: Release, asked: ReleaseRequest, chosen: Sequence[tuple[StoredEntry, Ruled]],
    items: Sequence[ReleasedItem], *, class_: str, uow: UnitOfWork,
) -> int:  # fmt: skip
    header, logged = chosen[0][0].entry.header, logged_in(chosen[0][0], class_, uow)
    rules = sorted({rule_ for _, by in chosen for rule_ in by.decision.rules})
    view = replace(
        _view("release", asked, tuple(rules), uow, header), entries=tuple(item.id for item in items),
        emergency=any(by.emergency for _, by in chosen),
    )  # fmt: skip
    facts = tuple(sorted({fact for _, by in chosen for fact in by.decision.facts}))
    who = by_statement(command.statement, asked.preamble, row=view.row, shares_hash=shares_hash(items))
    return uow.log.append(LeafContent(view, replace(who, facts=facts), asked.case, logged))


def _view(act: str, asked: ReleaseRequest, rules: tuple[str, ...], uow: UnitOfWork, header: EntryHeader) -> ViewPayload:
    user, capacity = asked.preamble.user, capacity_of(uow, asked.preamble.user, asked.capacity)
    return ViewPayload(
        act, uow.now_ms, compartment=header.compartment, level=header.level, part=asked.part, intent=asked.intent,
        purpose=asked.purpose, rules=rules, policy=asked.policy, row=capacity.row if capacity else None,
        category=capacity.category if capacity else None, structure=capacity.structure if capacity else None,
        participation=None if capacity is None else participation_of(uow, asked.case, user, capacity),
        to=None if asked.to is None else asked.to.row,
    )  # fmt: skip


def _log_refusal(
    command: Release, asked: ReleaseRequest, refused: tuple[StoredEntry, Ruled], refusal: Refusal, *, class_: str,
    uow: UnitOfWork,
) -> None:  # fmt: skip
    stored, by = refused
    header = stored.entry.header
    view = _view("refusal", asked, by.decision.rules, uow, header)
    who = by_statement(command.statement, asked.preamble, row=view.row, refusal=refusal.problem.value)
    uow.record_refusal(LeafContent(view, who, asked.case, logged_in(stored, class_, uow)))


def _again(
    before: Answered, statement: UnverifiedStatement, asked: ReleaseRequest,
    ruled: Sequence[tuple[StoredEntry, Ruled]], uow: UnitOfWork,
) -> Released:  # fmt: skip
    if before.hash != statement.hash:
        raise IdempotencyMismatch("request_id")
    ids = set(released_ids(before))
    chosen = [(stored, by) for stored, by in ruled if stored.entry.id in ids]
    # What was withdrawn since is not handed out a second time, although it was once.
    if any(not by.permitted for _, by in chosen):
        raise FactsChanged("request answered before the facts changed")
    return Released(_items(asked, chosen, uow), before.leaf, asked.checkpoint.size)


def released_ids(answered: Answered) -> list[str]:
    """Return the entries that an earlier answer released."""
    return Fields(canonical.decode(answered.answer), "answer").hashes("ids")
