"""Composition of the registrar's process: the only place that hands it its relying party.

`volet registrar` enters here. It shares the hub's OpenID client and nothing else: no database, no log, no case.
"""

from __future__ import annotations

from typing import cast

import httpx

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty
from volet_service.entrypoints.registrar.command import run
from volet_service.entrypoints.registrar.config import RegistrarConfig
from volet_service.entrypoints.registrar.freezing import Answered
from volet_service.entrypoints.registrar.pages.routes import PageTools
from volet_service.entrypoints.registrar.row_names import read_row_names
from volet_service.resources import policies


def main(argv: list[str]) -> int:
    """Run a line of `volet registrar`; return its exit status."""
    with httpx.Client(trust_env=False) as http:
        pages = PageTools(lambda url, body: _send(http, url, body), read_row_names(policies() / "matrix.csv"))
        return run(argv, lambda config: _provider(config, http), pages)


def _send(http: httpx.Client, url: str, body: JsonObject) -> Answered:
    try:
        answer = http.post(url, content=canonical.encode(body), headers={"Content-Type": "application/json"})
        said: object = answer.json()
    except (httpx.HTTPError, ValueError):
        return Answered(0, {})
    return Answered(answer.status_code, cast("JsonObject", said) if isinstance(said, dict) else {})


def _provider(config: RegistrarConfig, http: httpx.Client) -> OpenIdProvider:
    party = RelyingParty(config.issuer, config.client_id, config.redirect_uri, config.secret)
    return OpenIdProvider(party, http)
