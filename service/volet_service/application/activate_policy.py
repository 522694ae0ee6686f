"""Put a decision table into force: the log says so once for each table and activation, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import TableInForce
from volet_service.domain.leaves import LeafContent


@dataclass(frozen=True)
class ActivatePolicy:
    """The table of this start; `activation` is the hash of the controllers' statement, None without one."""

    policy: Policy
    activation: str | None


def activate_policy(command: ActivatePolicy, uow: UnitOfWork, /) -> int | None:
    """Log which table decides from now on, by whose word; None when the log says it already."""
    table, policy = command.policy.active.hash, command.policy
    if uow.tables.known(table, command.activation):
        return None
    who = IdentityPayload(request_hash=command.activation, request=policy.activation)
    leaf = uow.log.append(LeafContent(ViewPayload("policy", uow.now_ms, policy=table), who))
    uow.tables.add(TableInForce(table, command.activation, policy.data, uow.now_ms, leaf))
    return leaf
