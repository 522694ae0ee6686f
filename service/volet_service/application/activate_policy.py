"""Put a decision table into force: logged before anything is decided by it, and at once for everybody.

The controllers' statement says which table; the log says since when. Nothing that was decided before is touched: what
readers lost becomes a debt of their sections, which the next writer rotates away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.activation import PolicyActivation, UnverifiedActivation
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.policy_table import PolicyTable
from volet_protocol.trust_bundle import TrustBundle
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import TableInForce
from volet_service.domain.errors import Invalid
from volet_service.domain.leaves import LeafContent


@dataclass(frozen=True)
class ActivatePolicy:
    """A table, and the controllers' statement that activates it; None: it is the ceiling itself."""

    data: bytes
    activation: UnverifiedActivation | None


@dataclass(frozen=True)
class PolicyActivated:
    """Which table decides, and the leaf that says since when."""

    table: str
    leaf: int


def activate_policy(
    command: ActivatePolicy, trust: TrustBundle, ceiling: PolicyTable, uow: UnitOfWork, /
) -> PolicyActivated:
    """Put a table into force; what is in force already has the same answer and no second leaf.

    Raises what `checked` raises.
    """
    table, activation = sha256(command.data).hex(), command.activation
    hash_ = None if activation is None else activation.content.hash
    known = next((one for one in uow.tables.history if (one.table, one.activation) == (table, hash_)), None)
    if known is not None:
        if activation is not None:
            activation.signed.require(trust.controllers)
        return PolicyActivated(table, known.leaf)
    if activation is not None:
        checked(activation, command.data, trust, ceiling, uow.tables.history, now_ms=uow.now_ms)
    elif uow.tables.history:
        raise Invalid("a table that was in force before comes back only by an activation")
    statement = None if activation is None else canonical.decode(activation.signed.to_bytes())
    who = IdentityPayload(request_hash=hash_, request=statement)
    leaf = uow.log.append(LeafContent(ViewPayload("policy", uow.now_ms, policy=table), who))
    uow.tables.add(TableInForce(table, hash_, command.data, uow.now_ms, leaf, statement))
    return PolicyActivated(table, leaf)


def checked(
    activation: UnverifiedActivation,
    data: bytes,
    trust: TrustBundle,
    ceiling: PolicyTable,
    history: Sequence[TableInForce],
    *,
    now_ms: int,
) -> PolicyActivation:
    """Return the activation if it may follow what is in force.

    Raises `ProtocolError`: not-trusted, bad-signature, wrong-hub, wrong-hash (another table, or not the statement
    before), rolled-back (an older version, or the same one), time-backwards, not-yet, policy-too-wide.
    """
    activation.signed.require(trust.controllers)
    verified = activation.verify(trust, newest(history))
    if sha256(data).hex() != verified.table:
        raise ProtocolError(Reason.WRONG_HASH, f"policy-activation activates the table {verified.table[:16]}")
    if verified.from_ms > now_ms:
        raise ProtocolError(Reason.NOT_YET, f"policy-activation activates the table only from {verified.from_ms} on")
    check_ceiling(PolicyTable.load(data), ceiling)
    return verified


def newest(history: Sequence[TableInForce]) -> PolicyActivation | None:
    """Return the newest activation of a history, None when only the ceiling was in force."""
    last = history[-1] if history else None
    if last is None or last.statement is None:
        return None
    return PolicyActivation.read(canonical.encode(last.statement)).content


def check_ceiling(table: PolicyTable, ceiling: PolicyTable) -> None:
    """Refuse a table that is wider than the ceiling anywhere: policy-too-wide, with the first place."""
    wider = table.wider_than(ceiling)
    if wider:
        raise ProtocolError(Reason.POLICY_TOO_WIDE, f"policy wider than the ceiling of the trust bundle: {wider[0]}")
