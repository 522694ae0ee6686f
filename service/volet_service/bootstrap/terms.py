"""Reads how long records are kept: `retention.json` of the hub's folder, 12 months for everything without it."""

from __future__ import annotations

from volet_service.domain.retention import RetentionPolicy
from volet_service.settings import Settings


def read_terms(settings: Settings) -> RetentionPolicy:
    """Return the policy; raise `ProtocolError` for a file that is not one."""
    path = settings.path(settings.retention)
    return RetentionPolicy.read(path.read_bytes()) if path.is_file() else RetentionPolicy.default()
