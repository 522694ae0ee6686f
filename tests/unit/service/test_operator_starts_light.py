"""What an operator's command loads before it acts: not the routes that only a serving hub has a use for."""

from __future__ import annotations

import subprocess
import sys

_LOADED = "import sys, {module}; print('fastapi' in sys.modules)"


def loads_the_routes(module: str) -> bool:
    asked = [sys.executable, "-c", _LOADED.format(module=module)]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip() == "True"


def test_an_operators_command_does_not_wait_for_the_routes() -> None:
    assert not loads_the_routes("volet_service.bootstrap.admin")


def test_a_hub_that_serves_has_them() -> None:
    assert loads_the_routes("volet_service.bootstrap.serve")
