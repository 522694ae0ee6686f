"""The schema of the HTTP interface, generated from the routes; docs/openapi.json is its committed copy."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from volet_protocol.problems import CONTENT_TYPE, Problem
from volet_service.entrypoints.http.app import ROUTERS, VERSION


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document. No hub is built: routes alone say everything."""
    app = FastAPI(title="Volet", version=VERSION)
    for module in ROUTERS:
        app.include_router(module.router)
    document = app.openapi()
    document["components"]["schemas"]["Problem"] = {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "enum": [problem.uri for problem in Problem]},
            "title": {"type": "string"},
            "title_en": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "reason": {"type": "string"},
            "decision": {"type": "object"},
        },
    }
    for path in document["paths"].values():
        for operation in path.values():
            # The framework's own shape of a validation error is never sent: problems.py translates it.
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {
                "description": "A problem (RFC 9457); docs/problems.md explains each type.",
                "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return document
