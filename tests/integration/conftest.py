"""One hub with a team and a medical entry for all refusals: each test asserts that nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.hub import HubCase, LiveHub, running_hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LiveHub]:
    """A fresh hub."""
    with running_hub(tmp_path / "hub") as live:
        yield live


@pytest.fixture
def team(hub: LiveHub) -> HubCase:
    """A coordinator, a doctor who holds the medical keys, a nurse of the same team; the person was told."""
    case = HubCase(hub)
    case.join("coordinator", "S10", "dac")
    case.inform()
    case.join("doctor", "H1", "clinic")
    case.join("nurse", "H2", "clinic")
    case.claim("doctor", "medical/2")
    return case


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubCase]:
    """One team for many tests, each of which proves that it left everything as it was."""
    with running_hub(tmp_path_factory.mktemp("standing") / "hub", upload_limit=1024 * 1024) as live:
        case = HubCase(live)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.join("nurse", "H2", "clinic")
        case.claim("doctor", "medical/2")
        case.account("person")
        yield case
