"""What a hub's log says was done, read from its database with the hub's own key."""

from __future__ import annotations

from support.hub import LiveHub
from volet_protocol.canonical import decode
from volet_protocol.log_payload import ViewPayload
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log_payloads import select_records
from volet_service.adapters.store.tables import log_entry


def acts(hub: LiveHub) -> list[str]:
    """The act of each leaf that tells one, in order."""
    settings = hub.settings
    engine = open_database(settings.store).readers()
    with engine.connect() as connection:
        records = select_records(
            connection, Sealer.of_file(settings.path(settings.payload_key)), log_entry.c.idx >= 0, 10_000
        )
    engine.dispose()
    return [ViewPayload.read(decode(record.view)).act for record in records if record.view is not None]
