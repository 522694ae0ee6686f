"""A user's chain and what stands behind it.

Links and attestations are for anybody with a session who knows the id: they name nobody. ID tokens are for the user
and for members of a common case (protocol 5.5); the boxes beside links are for the user's own devices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.encodings import is_hash
from volet_protocol.errors import ProtocolError
from volet_service.application.callers import Caller
from volet_service.application.departure_ports import StoredEnd
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.records import BindingRecord, StoredAttestation, UserLink
from volet_service.application.visibility import view_case
from volet_service.domain.errors import NotFound


@dataclass(frozen=True)
class UserRead:
    """What is served of a user."""

    links: Sequence[UserLink]
    own: bool
    bindings: Sequence[BindingRecord]
    attestations: Sequence[StoredAttestation]
    ends: Sequence[StoredEnd]


def read_user(user: str, caller: Caller, policy: Policy, uow: UnitOfWork, /) -> UserRead:
    """Return a user's links, attestations, and bindings where the caller may have them."""
    try:
        chain = uow.users.user(user if is_hash(user) else "")
    except ProtocolError:
        raise NotFound from None
    own = chain.user == caller.user
    bindings = uow.users.bindings(user) if own or _common_case(user, caller, policy, uow) else []
    return UserRead(uow.users.links(user), own, bindings, uow.users.attestations(user), uow.departures.of(user))


def _common_case(user: str, caller: Caller, policy: Policy, uow: UnitOfWork) -> bool:
    mine = set(uow.cases.of_user(caller.user))
    for case in uow.cases.of_user(user):
        if case not in mine:
            continue
        try:
            view_case(uow, caller, case, policy.active)
        except NotFound:
            continue
        return True
    return False
