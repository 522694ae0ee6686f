"""The committed schema is the one the routes make; every route but the public ones asks for a caller."""

from __future__ import annotations

import json
from pathlib import Path

from fastapi.routing import APIRoute

from volet_service.bootstrap.interface import openapi
from volet_service.entrypoints.http.app import ROUTERS
from volet_service.entrypoints.http.identity import identify_caller

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
PUBLIC = {
    "/v1/logins", "/v1/logins/callback", "/v1/logins/{login}", "/v1/logins/{login}/session", "/v1/attestations",
    "/v1/heads/{label}/{chain}", "/v1/log/checkpoint", "/v1/log/leaves", "/v1/log/proof", "/v1/log/consistency",
    "/v1/policy", "/v1/health", "/v1/ready",
}  # fmt: skip


def test_the_committed_schema_is_current() -> None:
    assert json.loads(COMMITTED.read_text("utf-8")) == openapi(), "run `make openapi`"


def test_the_public_routes_are_exactly_these() -> None:
    open_to_all = {
        route.path
        for module in ROUTERS
        for route in module.router.routes
        if isinstance(route, APIRoute)
        and identify_caller not in {dependency.call for dependency in route.dependant.dependencies}
    }
    assert open_to_all == PUBLIC
