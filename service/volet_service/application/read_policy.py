"""The rules in force and those that were: public, so that anybody judges any link by the table that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.canonical import JsonObject
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.domain.errors import NotFound


@dataclass(frozen=True)
class InForce:
    """The table that decides, and the controllers' statement that put it into force, if there is one."""

    data: bytes
    hash: str
    activation: JsonObject | None


def read_policy(policy: Policy, _uow: UnitOfWork, /) -> InForce:
    """Return the table in force."""
    return InForce(policy.data, policy.active.hash, policy.activation)


def read_activations(uow: UnitOfWork, /) -> Sequence[int]:
    """Return the leaves of every activation, oldest first."""
    return [record.leaf for record in uow.tables.history if record.activation is not None]


def read_table(hash_: str, uow: UnitOfWork, /) -> bytes:
    """Return the bytes of a table that is or was in force; raise `NotFound`."""
    for record in uow.tables.history:
        if record.table == hash_:
            return record.data
    raise NotFound
