"""The registrar's files and memory: what is refused before anybody is identified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from volet_protocol.encodings import to_base64url
from volet_service.application.login_ports import Identified
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import LOGIN_LIFETIME_MS
from volet_service.entrypoints.registrar.config import RegistrarConfigError, read_config
from volet_service.entrypoints.registrar.identifications import Identifications

NOW = 1_767_600_000_000
RANDOM = bytes(range(128))
CAPACITY = {"row": "S1", "category": 2, "structure": "ccas", "secret_basis": ["L411-3"]}
CONFIG = {
    "name": "Greffe", "origin": "http://127.0.0.1:8082", "hubs": ["http://127.0.0.1:8080"],
    "issuer": "http://127.0.0.1:8081", "client_id": "volet-registrar", "key": "registrar.key", "staff": "staff.json",
}  # fmt: skip


def written(folder: Path, config: object = CONFIG, staff: object = (), mode: int = 0o600) -> Path:
    key = folder / "registrar.key"
    key.write_text(to_base64url(b"\x01" * 32))
    key.chmod(mode)
    (folder / "staff.json").write_text(json.dumps(staff))
    path = folder / "registrar.json"
    path.write_text(json.dumps(config))
    return path


def test_a_line_counts_until_the_end_of_its_day(tmp_path: Path) -> None:
    staff = [{"sub": "nadia", "until": "2026-01-05", "capacity": CAPACITY}]
    config = read_config(written(tmp_path, staff=staff))
    assert config.staff[0].until_ms == 1_767_657_600_000
    assert config.capacities_of("nadia") == [config.staff[0]]
    assert config.capacities_of("paul") == []


@pytest.mark.parametrize(
    "change", [{"extra": 1}, {"port": 70_000}, {"hubs": [1]}, {"hubs": "x"}, {"key": "missing"}, {"staff": "missing"}]
)
def test_a_configuration_that_does_not_read_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(RegistrarConfigError):
        read_config(written(tmp_path, config={**CONFIG, **change}))


@pytest.mark.parametrize(
    "line",
    [
        "nadia",
        {"sub": "nadia", "capacity": CAPACITY},
        {"sub": "nadia", "until": "demain", "capacity": CAPACITY},
        {"sub": "nadia", "until": "2027-01-01", "capacity": CAPACITY, "name": "Nadia"},
        {"sub": "nadia", "until": "2027-01-01", "capacity": {**CAPACITY, "secret_basis": ["L0"]}},
    ],
)
def test_a_staff_line_that_does_not_read_is_refused(tmp_path: Path, line: object) -> None:
    with pytest.raises(RegistrarConfigError):
        read_config(written(tmp_path, staff=[line]))


WATCHES = {"row": "O14", "role": "auditor", "structure": "audit", "secret_basis": []}
RUNS = {**WATCHES, "role": "host"}


def test_a_staff_list_that_makes_one_person_run_and_watch_the_hub_is_refused(tmp_path: Path) -> None:
    watches = {"sub": "odile", "until": "2027-01-01", "capacity": WATCHES, "scope": {"controllers": ["dac"]}}
    runs = {"sub": "odile", "until": "2026-02-01", "capacity": RUNS}
    assert read_config(written(tmp_path, staff=[watches, {**runs, "sub": "henri"}])).staff[0].scope is not None
    with pytest.raises(RegistrarConfigError):
        read_config(written(tmp_path, staff=[watches, runs]))


@pytest.mark.parametrize(
    "line", [{"capacity": WATCHES}, {"capacity": RUNS, "scope": {}}, {"capacity": {**WATCHES, "role": "chief"}}]
)
def test_a_role_without_its_scope_with_anothers_or_unknown_is_refused(tmp_path: Path, line: dict[str, Any]) -> None:
    with pytest.raises(RegistrarConfigError):
        read_config(written(tmp_path, staff=[{"sub": "odile", "until": "2027-01-01", **line}]))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(RegistrarConfigError, match="chmod 600"):
        read_config(written(tmp_path, mode=mode))


def test_a_secret_in_a_readable_configuration_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, config={**CONFIG, "secret": "s"})
    path.chmod(0o644)
    with pytest.raises(RegistrarConfigError, match="chmod 600"):
        read_config(path)


def test_an_identification_ends_after_ten_minutes() -> None:
    memory = Identifications()
    started = memory.start("n", RANDOM, NOW)
    with pytest.raises(Refusal):
        memory.pick_up(started.id, started.secret, NOW + LOGIN_LIFETIME_MS)


def test_a_state_serves_once() -> None:
    memory = Identifications()
    started = memory.start("n", RANDOM, NOW)
    memory.answered(started.state)
    with pytest.raises(Refusal):
        memory.answered(started.state)


def test_what_a_token_proves_ends_after_ten_minutes() -> None:
    memory = Identifications()
    started = memory.start("n", RANDOM, NOW)
    memory.identified(memory.answered(started.state), Identified("iss", "nadia", None, NOW, "token"))
    assert memory.pick_up(started.id, started.secret, NOW) is not None
    assert memory.proof("token", NOW + LOGIN_LIFETIME_MS - 1).sub == "nadia"
    with pytest.raises(Refusal):
        memory.proof("token", NOW + LOGIN_LIFETIME_MS)
