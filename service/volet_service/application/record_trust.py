"""Record that a trust bundle came into force: an administrator's act, with the controllers' signed words beside it."""

from __future__ import annotations

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.cosigned import UnverifiedCosigned
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def record_trust(signed: UnverifiedCosigned, uow: UnitOfWork, /) -> int:
    """Append the leaf; return its index."""
    bundle = canonical.decode(signed.to_bytes())
    act: JsonObject = {"type": "trust-bundle", "bundle": bundle, "hash": signed.hash, "time_ms": uow.now_ms}
    who = IdentityPayload(request=act, request_hash=sha256(canonical.encode(act)).hex())
    return uow.log.append(LeafContent(ViewPayload("admin", uow.now_ms), who))
