"""Record that the log's key was replaced: an administrator's act, in a leaf that both keys sign."""

from __future__ import annotations

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def record_log_key(old: str, new: str, uow: UnitOfWork, /) -> int:
    """Append the leaf; both keys as the log's policy writes them. Return its index."""
    act: JsonObject = {"type": "log-key", "old": old, "new": new, "time_ms": uow.now_ms}
    who = IdentityPayload(request=act, request_hash=sha256(canonical.encode(act)).hex())
    return uow.log.append(LeafContent(ViewPayload("admin", uow.now_ms), who))
