"""Whose fingerprint phrase was compared by voice or face: kept encrypted in the profile (protocol 5.6 c).

A further chain of somebody known is granted nothing by software for 72 hours, because the hub could have made it. One
colleague who hears or sees the phrase ends that wait; the next sync then grants whatever table and facts permit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from volet_client.errors import UsageError
from volet_client.profile import CONFIRMATIONS, Profile
from volet_client.words import Said
from volet_protocol.errors import ProtocolError
from volet_protocol.fingerprint import check_phrase


class Confirmations:
    """Instants of confirmations by user id, in milliseconds."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._instants = dict(cast("Mapping[str, int]", profile.load(CONFIRMATIONS)))

    def of(self, user: str) -> tuple[int, ...]:
        """Return when this profile's user confirmed that chain: once, or never."""
        return (self._instants[user],) if user in self._instants else ()

    def confirm(self, user: str, typed: str, now_ms: int) -> None:
        """Remember that the phrase was compared; another phrase is refused and nothing is kept."""
        try:
            check_phrase(typed, user)
        except ProtocolError:
            raise UsageError(
                Said("Ce n'est pas la phrase de cette personne.", "This is not that person's phrase."),
                Said(
                    "Faites-la relire de vive voix. Si elle diffère, n'accordez rien et prévenez votre auditeur.",
                    "Have it read aloud again. If it differs, grant nothing and tell your auditor.",
                ),
            ) from None
        self._instants[user] = now_ms
        self._profile.save(CONFIRMATIONS, dict(self._instants))
