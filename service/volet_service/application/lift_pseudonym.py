"""Say which person stands behind an account that acted in a case: to who watches over the log, with a reason (F18).

What is handed out is what an identity provider signed. The look is a leaf of that case: the person reads of it in their
own accesses, the data protection officer finds it, with its reason, among the pseudonyms lifted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.encodings import to_base64url
from volet_protocol.log_request import LogRequest
from volet_protocol.operator_roles import Duty
from volet_protocol.places import MAIN
from volet_service.application.authorship import check_author, check_tree
from volet_service.application.ports import UnitOfWork
from volet_service.application.read_access_log import LookAtLog
from volet_service.application.records import Answered, BindingRecord
from volet_service.application.watching import check_covers, watch_of
from volet_service.domain.errors import IdempotencyMismatch, Invalid, NotFound
from volet_service.domain.leaves import LeafContent, by_statement


@dataclass(frozen=True)
class Lifted:
    """The identities bound to the account, the leaf of this look, the size of the tree that the reader has seen."""

    bindings: Sequence[BindingRecord]
    leaf: int
    since: int


def lift_pseudonym(command: LookAtLog, uow: UnitOfWork, /) -> Lifted:
    """Decide, log the look, and return the identities. `NotFound` beyond the scope and for who never acted there."""
    asked = LogRequest.read(command.statement)
    check_author(uow, command.caller, command.statement, asked.preamble, command.window_ms)
    check_tree(asked.checkpoint, uow)
    watch = watch_of(uow, asked.preamble.user, asked.capacity, Duty.LIFT)
    if asked.case is None or asked.user is None:
        raise Invalid("user: whose pseudonym is lifted, in which case")
    check_covers(uow, watch.scope, asked.case)
    if not uow.cases.has_acted(asked.case, asked.user):
        raise NotFound
    bindings, request_id = uow.users.bindings(asked.user), to_base64url(asked.request_id)
    before = uow.requests.find(command.caller.device, request_id)
    if before is not None:
        if before.hash != command.statement.hash:
            raise IdempotencyMismatch("request_id")
        return Lifted(bindings, before.leaf, asked.checkpoint.size)
    who = by_statement(command.statement, asked.preamble, row=watch.capacity.row)
    leaf = uow.log.append(LeafContent(watch.look(uow), who, asked.case, MAIN))
    uow.requests.add(command.caller.device, request_id, Answered(command.statement.hash, leaf, canonical.encode({})))
    return Lifted(bindings, leaf, asked.checkpoint.size)
