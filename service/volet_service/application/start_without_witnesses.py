"""Record that an operator started the hub although too few witnesses said which history they saw."""

from __future__ import annotations

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def start_without_witnesses(reason: str, uow: UnitOfWork) -> int:
    """Append the leaf of an administrator's act; `reason` is a code. Return its index."""
    act: JsonObject = {"type": "start-without-witnesses", "reason": reason, "time_ms": uow.now_ms}
    who = IdentityPayload(request=act, request_hash=sha256(canonical.encode(act)).hex())
    return uow.log.append(LeafContent(ViewPayload("admin", uow.now_ms), who))
