"""Which files of the web client this hub serves, said in the log before the first of them is served."""

from __future__ import annotations

from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.web_manifest import WebManifest
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def publish_web(manifest: WebManifest, uow: UnitOfWork) -> int:
    """Append the leaf of a version, at each start: from here on, this is what browsers get. Return its index."""
    who = IdentityPayload(request=manifest.to_json(), request_hash=manifest.hash)
    return uow.log.append(LeafContent(ViewPayload("web-version", uow.now_ms), who))
