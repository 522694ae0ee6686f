"""Composition of the registrar's process: the only place that hands it its relying party.

`volet registrar` enters here. It shares the hub's OpenID client and nothing else: no database, no log, no case.
"""

from __future__ import annotations

import httpx

from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty
from volet_service.entrypoints.registrar.command import run
from volet_service.entrypoints.registrar.config import RegistrarConfig


def main(argv: list[str]) -> int:
    """Run a line of `volet registrar`; return its exit status."""
    with httpx.Client(trust_env=False) as http:
        return run(argv, lambda config: _provider(config, http))


def _provider(config: RegistrarConfig, http: httpx.Client) -> OpenIdProvider:
    party = RelyingParty(config.issuer, config.client_id, config.redirect_uri, config.secret)
    return OpenIdProvider(party, http)
