"""Look at the access log: a person at their own case, views only; who watches at their scope; anybody at themselves.

Of themselves they are shown what was released to their own devices. Each look is a leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from volet_protocol import canonical
from volet_protocol.access import decide
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Capacity
from volet_protocol.emergencies import START, STOP
from volet_protocol.encodings import to_base64url
from volet_protocol.link_reading import read_link
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_request import AUDIT, OWN_RELEASES, LogRequest
from volet_protocol.operator_roles import Duty
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import Question
from volet_protocol.statements import UnverifiedStatement, from_json
from volet_service.application.authorship import check_author, check_tree
from volet_service.application.callers import Caller
from volet_service.application.decisions import refusal_of
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import Answered, LogRecord
from volet_service.application.visibility import Viewer, capacity_of, view_case, view_class
from volet_service.application.watching import Watch, check_covers, watch_of, within
from volet_service.domain.errors import IdempotencyMismatch, Invalid, NotFound
from volet_service.domain.leaves import LeafContent, by_statement

MOST_RECORDS = 500
# Acts whose link names a fact: without its body nothing after it could be judged.
_STATING = frozenset({"fact", START, STOP})


@dataclass(frozen=True)
class LookAtLog:
    """The signed request."""

    statement: UnverifiedStatement
    caller: Caller
    window_ms: int


@dataclass(frozen=True)
class LogShown:
    """Records in order; `identities` tells that who acted may be shown too.

    `leaf` is the leaf of this look, `since` the size of the tree that the reader has seen. `facts` are the bodies that
    an auditor needs to ask each decision again, by index: codes and ids, as the links beside them name by hash.
    """

    records: Sequence[LogRecord]
    identities: bool
    leaf: int
    since: int
    facts: Mapping[int, JsonObject] = field(default_factory=dict[int, JsonObject])


def read_access_log(command: LookAtLog, policy: Policy, uow: UnitOfWork, /) -> LogShown:
    """Decide, log the look, and return at most `MOST_RECORDS` records from the asked range."""
    asked = LogRequest.read(command.statement)
    check_author(uow, command.caller, command.statement, asked.preamble, command.window_ms)
    check_tree(asked.checkpoint, uow)
    capacity = capacity_of(uow, command.caller.user, asked.capacity)
    watch = _watch(asked, uow) if asked.purpose == AUDIT else None
    classes = _own_classes(asked, command.caller, policy, uow) if asked.case is not None and watch is None else []
    request_id = to_base64url(asked.request_id)
    before = uow.requests.find(command.caller.device, request_id)
    if before is not None and before.hash != command.statement.hash:
        raise IdempotencyMismatch("request_id")
    after = (asked.from_ or 0) - 1
    found = [one for class_ in classes for one in uow.log.records(asked.case or "", class_, after, MOST_RECORDS)]
    if watch is not None:
        found = within(uow, watch.scope, uow.log.watched(watch.scope, asked.case, after, MOST_RECORDS))
    elif asked.purpose == OWN_RELEASES:
        devices = uow.users.user(command.caller.user).devices
        found = uow.log.released_to(devices, after, MOST_RECORDS)
    records = sorted((r for r in found if asked.to is None or r.index < asked.to), key=lambda record: record.index)
    if before is not None:
        again = [r for r in records if r.index < before.leaf][:MOST_RECORDS]
        return _shown(again, watch, asked, before.leaf, uow)
    view = watch.look(uow) if watch is not None else _own_look(asked, capacity, uow)
    who = by_statement(command.statement, asked.preamble, row=view.row)
    leaf = uow.log.append(LeafContent(view, who, asked.case, MAIN if asked.case else None))
    uow.requests.add(command.caller.device, request_id, Answered(command.statement.hash, leaf, canonical.encode({})))
    shown = records[:MOST_RECORDS]
    return _shown(shown, watch, asked, leaf, uow)


def _shown(
    records: Sequence[LogRecord], watch: Watch | None, asked: LogRequest, leaf: int, uow: UnitOfWork
) -> LogShown:
    # One's own signed request is no news to who signed it: it tells which case.
    identities = watch is not None or asked.purpose == OWN_RELEASES
    return LogShown(records, identities, leaf, asked.checkpoint.size, {} if watch is None else _facts(records, uow))


def _facts(records: Sequence[LogRecord], uow: UnitOfWork) -> dict[int, JsonObject]:
    """Return the bodies of the facts that these records state, without those that were erased."""
    found: dict[int, JsonObject] = {}
    for record in records:
        statement = _stated(record)
        if statement is None:
            continue
        head = read_link(statement).head
        chain = uow.cases.classes(head.case).get(head.class_, "")
        link = uow.cases.link(chain, head.seq)
        if link is not None and link.hash == statement.hash and link.fact is not None:
            found[record.index] = canonical.decode(link.fact)
    return found


def _stated(record: LogRecord) -> UnverifiedStatement | None:
    """Return the link that a record of a fact holds. What controllers signed together is no statement of a user."""
    if record.view is None or record.identity is None:
        return None
    request = IdentityPayload.read(canonical.decode(record.identity)).request
    if request is None or ViewPayload.read(canonical.decode(record.view)).act not in _STATING:
        return None
    statement = from_json(request)
    return statement if statement.type == "fact" else None


def _own_look(asked: LogRequest, capacity: Capacity | None, uow: UnitOfWork) -> ViewPayload:
    row, structure = (None, None) if capacity is None else (capacity.row, capacity.structure)
    return ViewPayload("log-look", uow.now_ms, purpose=asked.purpose, row=row, structure=structure)


def _watch(asked: LogRequest, uow: UnitOfWork) -> Watch:
    """Return who watches; a case looked up beyond their scope is like one that does not exist."""
    duty = Duty.READ_LOG if asked.case is None else Duty.LIFT
    watch = watch_of(uow, asked.preamble.user, asked.capacity, duty)
    if asked.user is not None:
        raise Invalid("user: asked apart")
    if asked.case is not None:
        check_covers(uow, watch.scope, asked.case)
    return watch


def _own_classes(asked: LogRequest, caller: Caller, policy: Policy, uow: UnitOfWork) -> list[str]:
    viewer = view_case(uow, caller, asked.case or "", policy.active)
    capacity = capacity_of(uow, caller.user, asked.capacity)
    return [*served_classes(replace(viewer, capacity=capacity), asked.purpose, uow)]


def served_classes(viewer: Viewer, purpose: str, uow: UnitOfWork) -> list[str]:
    """Return the classes whose records a member of a case may see; raise the refusal of who may see none."""
    question = Question(
        action="read_log", user=viewer.caller.user, capacity=viewer.capacity, compartment="identity", level=1,
        entry=None, at_ms=viewer.at_ms, via="any", purpose=purpose,
    )  # fmt: skip
    decision = decide(viewer.table, viewer.main.facts, question)
    if decision.effect != PERMIT:
        raise refusal_of(decision, question)
    served: list[str] = []
    for class_ in uow.cases.classes(viewer.case):
        try:
            view_class(uow, viewer, class_)
        except NotFound:
            continue
        served.append(class_)
    return served
