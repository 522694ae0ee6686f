"""Which identity providers this hub or registrar trusts, read from one JSON file.

```json
{"issuers": [{"issuer": "https://idp.example", "client_id": "volet-hub", "secret": "..."}]}
```

Whoever writes this file decides who can log in, not who can read. With a secret in it, it has to be readable by its
owner only.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx

from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty


class PartiesError(ValueError):
    """The file does not say what it must; the message is for the operator."""


def read_parties(path: Path, redirect_uri: str) -> list[RelyingParty]:
    """Read the file; raise `PartiesError` when it does not read, or holds a secret that others can read too."""
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(value, dict):
            raise PartiesError(f"{path}: not an object")
        fields = Fields(value, str(path))  # pyright: ignore[reportUnknownArgumentType]  # Fields checks each value
        parties = [_party(item, redirect_uri) for item in fields.objects("issuers", 64)]
        fields.done()
    except (OSError, ValueError) as error:
        reason = str(error) if not isinstance(error, ProtocolError) else error.what
        raise PartiesError(f"{path}: {reason}") from error
    if len({party.issuer for party in parties}) != len(parties):
        raise PartiesError(f"{path}: an issuer appears twice")
    if any(party.secret for party in parties) and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PartiesError(f"{path} holds a secret and must be readable by its owner only: chmod 600 {path}")
    return parties


def _party(fields: Fields, redirect_uri: str) -> RelyingParty:
    party = RelyingParty(
        issuer=fields.label("issuer"),
        client_id=fields.label("client_id"),
        redirect_uri=redirect_uri,
        secret=fields.optional("secret", fields.label),
    )
    fields.done()
    return party


def open_providers(parties: list[RelyingParty], http: httpx.Client) -> dict[str, OpenIdProvider]:
    """Return a provider for each party, by issuer. Nothing is fetched yet: a provider that is down stops no start."""
    return {party.issuer: OpenIdProvider(party, http) for party in parties}
