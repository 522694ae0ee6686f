"""Put an extract of the national directory in force: what professions rest on from here on (protocol 5.3)."""

from __future__ import annotations

from volet_protocol.extract_lines import Extract
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def put_extract_in_force(number: int, uow: UnitOfWork, /) -> Extract:
    """Append the leaf that names the extract and let searches read it, both or neither; return what the leaf states."""
    extract = uow.extracts.read(number, uow.now_ms)
    who = IdentityPayload(request=extract.to_json(), request_hash=extract.hash)
    leaf = uow.log.append(LeafContent(ViewPayload("admin", uow.now_ms, count=extract.lines), who))
    uow.extracts.put_in_force(number, extract, leaf)
    return extract
