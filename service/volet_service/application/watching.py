"""Who watches over the log, and how far: role and scope as a registrar attested them, asked at every look (F18).

The scope is kept twice: SQL shows nothing beyond it, and what SQL showed is asked again against the case's own first
link. What is beyond it answers like what does not exist (I6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.capacities import Attestation, Capacity, check_roles_apart, has_duty
from volet_protocol.case_links import CaseCreate
from volet_protocol.encodings import is_hash
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_requests import Request
from volet_protocol.leaf import Leaf
from volet_protocol.log_payload import ViewPayload
from volet_protocol.log_request import AUDIT
from volet_protocol.operator_roles import Duty, LogScope
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.statements import parse
from volet_service.application.callers import Caller
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import LogRecord
from volet_service.application.visibility import Viewer, capacity_of, view_case
from volet_service.domain.errors import Denied, NotFound


@dataclass(frozen=True)
class Watch:
    """Somebody who watches now: in which capacity, over which part of the log."""

    capacity: Capacity
    scope: LogScope

    def look(self, uow: UnitOfWork) -> ViewPayload:
        """Return what the leaf of a look says: the role, never the name."""
        held = self.capacity
        return ViewPayload(
            "log-look", uow.now_ms, purpose=AUDIT, row=held.row, structure=held.structure, role=held.role
        )


def watch_of(uow: UnitOfWork, user: str, attestation: str | None, duty: Duty) -> Watch:
    """Return who watches; raise `Denied` for anybody whose role does not have this duty now."""
    found = None if attestation is None else uow.users.attestation(attestation)
    if found is not None and found.user != user:
        raise ProtocolError(Reason.NOT_ENTITLED, "attestation of somebody else")
    if found is None or not has_duty(found.capacity, duty) or found.scope is None:
        raise Denied("the log is for who watches over it, within what their role allows")
    found.check_at(uow.now_ms)
    check_apart(found, uow)
    return Watch(found.capacity, found.scope)


def check_apart(attestation: Attestation, uow: UnitOfWork) -> None:
    """Refuse a role to who also operates the hub, under whichever account of theirs: not-entitled."""
    users = uow.users.of_same_subject(attestation.user)
    held = (one.attestation for user in users for one in uow.users.attestations(user))
    check_roles_apart(attestation, [one for one in held if one.id != attestation.id])


def covers_case(uow: UnitOfWork, scope: LogScope, case: str) -> bool:
    """Tell whether a case exists and is within a scope, by what its first link says."""
    chain = uow.cases.classes(case).get(MAIN)
    first = None if chain is None else uow.cases.link(chain, 0)
    return first is not None and scope.covers(case, CaseCreate.read(parse(first.statement)).controller)


def check_covers(uow: UnitOfWork, scope: LogScope, case: str) -> None:
    """Raise `NotFound` for a case beyond a scope, as for one that does not exist."""
    if not covers_case(uow, scope, case):
        raise NotFound


def view_reviewing(uow: UnitOfWork, caller: Caller, case: str, emergency: str, table: PolicyTable) -> Viewer:
    """Return the view of an auditor who reviews an emergency of their scope, of the one chain that holds it.

    Raises `NotFound` for anybody else who does not stand in the case, and for an emergency beyond the scope.
    """
    capacity = capacity_of(uow, caller.user, caller.capacity)
    main = uow.cases.chain(case, MAIN) if is_hash(case) else None
    if main is None or not has_duty(capacity, Duty.REVIEW_EMERGENCIES):
        return view_case(uow, caller, case, table)
    scope = watch_of(uow, caller.user, caller.capacity, Duty.REVIEW_EMERGENCIES).scope
    found = uow.emergencies.find(emergency)
    if found is None or found.case != case or not scope.covers_time(found.recorded_ms):
        raise NotFound
    check_covers(uow, scope, case)
    return Viewer(caller, capacity, case, main, table, uow.now_ms)


def view_answering(uow: UnitOfWork, caller: Caller, case: str, request: str, table: PolicyTable) -> Viewer:
    """Return the view of a data protection officer who answers a request of their scope, of the chain that holds it.

    Raises `NotFound` for anybody else who does not stand in the case, and for a request beyond the scope.
    """
    capacity = capacity_of(uow, caller.user, caller.capacity)
    main = uow.cases.chain(case, MAIN) if is_hash(case) else None
    if main is None or not has_duty(capacity, Duty.ANSWER_REQUESTS):
        return view_case(uow, caller, case, table)
    scope = watch_of(uow, caller.user, caller.capacity, Duty.ANSWER_REQUESTS).scope
    asked = next((record for record in main.facts.of(Request) if record.hash == request), None)
    if asked is None or not scope.covers_time(asked.recorded_ms):
        raise NotFound
    check_covers(uow, scope, case)
    return Viewer(caller, capacity, case, main, table, uow.now_ms)


def within(uow: UnitOfWork, scope: LogScope, records: Iterable[LogRecord]) -> list[LogRecord]:
    """Return the records that a scope covers: cases, dates, and the rules in force, by which each is judged."""
    known: dict[str, bool] = {}
    found: list[LogRecord] = []
    for record in records:
        if record.case is not None and record.case not in known:
            known[record.case] = covers_case(uow, scope, record.case)
        covered = scope.whole if record.case is None else known[record.case]
        if _states_rules(record) or (covered and scope.covers_time(Leaf.parse(record.leaf).ts_ms)):
            found.append(record)
    return found


def _states_rules(record: LogRecord) -> bool:
    return record.view is not None and ViewPayload.read(canonical.decode(record.view)).act == "policy"
