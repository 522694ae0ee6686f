"""The committed schema is the one the routes make."""

from __future__ import annotations

import json
from pathlib import Path

from volet_service.bootstrap.interface import openapi

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_committed_schema_is_current() -> None:
    assert json.loads(COMMITTED.read_text("utf-8")) == openapi(), "run `make openapi`"
