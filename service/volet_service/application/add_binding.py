"""Store a further binding of the caller: an ID token whose nonce opens to their user id."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.binding import Binding, verify_binding
from volet_protocol.capacities import subject_chain
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.trust_bundle import TrustBundle
from volet_service.application.callers import Caller
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import BindingRecord
from volet_service.domain.errors import NotFound
from volet_service.domain.leaves import LeafContent


@dataclass(frozen=True)
class AddBinding:
    """The binding as the client holds it."""

    user: str
    binding: Binding
    caller: Caller


def add_binding(command: AddBinding, trust: TrustBundle, uow: UnitOfWork, /) -> int:
    """Verify and store; return the index of the leaf. The same binding again has the same answer."""
    if command.user != command.caller.user:
        raise NotFound
    binding = command.binding
    known = uow.users.binding(command.user, binding.id_token)
    if known is not None and (known.iss, known.aud, known.random) == (binding.iss, binding.aud, binding.random):
        return known.leaf
    bound = verify_binding(binding, command.user, trust, uow.now_ms)
    who = IdentityPayload(user=command.user, device=command.caller.device)
    leaf = uow.log.append(LeafContent(ViewPayload("binding", uow.now_ms), who))
    record = BindingRecord(
        user=command.user, id_token=binding.id_token, iss=binding.iss, aud=binding.aud, random=binding.random,
        subject_chain=subject_chain(bound.iss, bound.sub), iat_ms=bound.iat_ms, recorded_ms=uow.now_ms, leaf=leaf,
    )  # fmt: skip
    uow.users.add_binding(record)
    return leaf
