"""`volet registrar leave`: shown first, then off the list and ended at the hub; who the list forgets does not leave."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from support.hub import HubCase, LiveHub
from support.hub_entries import problem
from support.identities import HUB, REGISTRAR, SELF_ISS
from volet_protocol.canonical import JsonObject
from volet_service.entrypoints.registrar import leaving
from volet_service.entrypoints.registrar.attested_list import AttestedUser, path_of, read, remember
from volet_service.entrypoints.registrar.config import RegistrarConfig, RegistrarConfigError
from volet_service.entrypoints.registrar.freezing import Answered
from volet_service.entrypoints.registrar.staff_csv import StaffLine
from volet_service.entrypoints.registrar.staff_list import load, plan

DOCTOR, NURSE = ("dora", "clinic"), ("nadia", "clinic")


def line(sub: str, structure: str) -> StaffLine:
    held: JsonObject = {"row": "H2", "category": 1, "structure": structure, "secret_basis": ["L1110-4"]}
    return {"sub": sub, "until": "2027-06-30", "capacity": held}


@pytest.fixture
def config(tmp_path: Path, team: HubCase) -> RegistrarConfig:
    staff = tmp_path / "staff.json"
    staff.write_text(json.dumps([line(*DOCTOR), line(*NURSE), line("nadia", "practice")]), "utf-8")
    made = RegistrarConfig(
        "Greffe", "https://r.example", "", 0, (HUB,), SELF_ISS, "volet-registrar", None, REGISTRAR, (), staff
    )
    nurse = team.user("nurse")
    remember(
        path_of(made), [AttestedUser("nadia", HUB, nurse, "clinic"), AttestedUser("nadia", HUB, nurse, "practice")]
    )
    return made


def run(config: RegistrarConfig, hub: LiveHub, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    leaving.describe(parser)

    def send(url: str, body: JsonObject) -> Answered:
        with hub.client() as http:
            answer = http.post(url.removeprefix(HUB), json=body)
        return Answered(answer.status_code, answer.json())

    return leaving.leave(parser.parse_args([*argv, "--config", "registrar.json"]), config, send, hub.clock.now_ms())


def test_a_dry_run_tells_who_leaves_and_ends_nothing(config: RegistrarConfig, team: HubCase) -> None:
    before = config.staff_path.read_bytes()
    assert run(config, team.hub, "nadia", "--structure", "clinic") == 0
    assert config.staff_path.read_bytes() == before
    assert team.clients["nurse"].get("/v1/cases").is_success


def test_who_leaves_one_structure_is_off_its_list_and_out_of_the_hub_the_same_minute(
    config: RegistrarConfig, team: HubCase
) -> None:
    assert run(config, team.hub, "nadia", "--structure", "clinic", "--apply") == 0
    assert [(one["sub"], one["capacity"]) for one in load(config.staff_path)] == [
        (one["sub"], one["capacity"]) for one in (line(*DOCTOR), line("nadia", "practice"))
    ]
    assert problem(team.clients["nurse"].get("/v1/cases")) == "unauthenticated"
    assert team.clients["doctor"].get("/v1/cases").is_success


def test_a_name_that_nobody_has_stops_the_whole_line(config: RegistrarConfig, team: HubCase) -> None:
    before = config.staff_path.read_bytes()
    assert run(config, team.hub, "nadia", "nobody", "--apply") == 1
    assert config.staff_path.read_bytes() == before
    assert team.clients["nurse"].get("/v1/cases").is_success


def test_a_hub_that_does_not_take_an_end_is_said_and_asked_again_by_the_same_line(
    config: RegistrarConfig, team: HubCase
) -> None:
    parser = argparse.ArgumentParser()
    leaving.describe(parser)
    asked = parser.parse_args(["nadia", "--config", "registrar.json", "--apply"])
    assert leaving.leave(asked, config, lambda _url, _body: Answered(0, {}), team.now_ms) == 1
    assert {str(one["sub"]) for one in load(config.staff_path)} == {"dora"}
    assert run(config, team.hub, "nadia", "--structure", "clinic", "--apply") == 0
    assert problem(team.clients["nurse"].get("/v1/cases")) == "unauthenticated"


def test_a_table_that_forgets_somebody_says_so_and_ends_nothing(config: RegistrarConfig) -> None:
    change = plan(load(config.staff_path), [line(*DOCTOR)])
    assert [one["sub"] for one in change.unnamed] == ["nadia", "nadia"]
    assert len(change.after) == 3


def test_a_list_of_the_attested_that_does_not_read_stops_the_line(config: RegistrarConfig, team: HubCase) -> None:
    path_of(config).write_text('{"sub": "nadia"}\n', "utf-8")
    with pytest.raises(RegistrarConfigError):
        run(config, team.hub, "nadia", "--apply")
    assert len(load(config.staff_path)) == 3


def test_whom_the_registrar_attested_twice_is_one_line(config: RegistrarConfig) -> None:
    remember(path_of(config), read(path_of(config)))
    assert len(read(path_of(config))) == 2
