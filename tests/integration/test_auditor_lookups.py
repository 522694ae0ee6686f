"""An auditor looks a case up by its reference, with a reason that stays; everybody else is refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.client import Client
from volet_client.errors import EvidenceError, UsageError
from volet_client.log_reports import PARIS
from volet_client.members import GENERAL, Terms
from volet_client.refusals import NotFoundError, RefusedError
from volet_protocol.canonical import JsonObject
from volet_protocol.case_reference import reference_of
from volet_protocol.errors import ProtocolError
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("looked-up")) as world:
        for name, row, structure in (("doctor", "H1", "dac"), ("auditor", "O14", "operator"), ("dpo", "O14", "dac")):
            world.professional(name, row, structure)
        world.person("person")
        yield world


@pytest.fixture(scope="module")
def case(world: World) -> str:
    doctor = world.clients["doctor"]
    case = doctor.cases.open(person=world.clients["person"].author.user).case
    doctor.members.give_notice(case, [GENERAL], "oral")
    doctor.entries.post(case, DETAIL, "Titre", fields={"text": "texte"})
    return case


def run(client: Client, *arguments: str) -> int:
    context = Context(client.profile.config, Terminal("fr", as_json=True))
    context._client = client
    return run_line(context, arguments)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out.splitlines()[-1])["lines"]
    return found


def test_a_case_is_found_by_its_reference_and_the_reason_is_told_to_the_protection_officer(
    world: World, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("log", "search", "--case", reference_of(case), "--reason", "complaint", "--act", "deposit")
    assert run(world.clients["auditor"], *asked) == 0
    (deposit,) = lines(capsys)
    assert (deposit["case"], deposit["act"], deposit["row"]) == (case, "deposit", "H1")
    assert run(world.clients["dpo"], "log", "report", "look-ups") == EvidenceError.exit_status
    told = [line for line in lines(capsys) if line.get("reason") == "complaint"]
    assert {(line["case"], line["user"]) for line in told} == {(case, world.clients["auditor"].author.user)}


def test_a_look_at_a_case_without_reason_is_refused_before_anything_is_sent(world: World, case: str) -> None:
    auditor = world.clients["auditor"]
    assert run(auditor, "log", "search", "--case", case) == UsageError.exit_status
    unknown = ("log", "search", "--case", reference_of("0" * 64), "--reason", "sampling")
    assert run(auditor, *unknown) == NotFoundError.exit_status
    assert run(auditor, "log", "search", "--case", case[:4], "--reason", "sampling") == UsageError.exit_status
    with pytest.raises(UsageError):
        auditor.audit.accesses(case)


@pytest.mark.parametrize("change", [{"reason": None}, {"reason": "curiosity"}, {"scope": {}}])
def test_the_hub_refuses_a_look_whose_reason_is_missing_unknown_or_of_no_case(
    world: World, case: str, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = world.clients["auditor"]
    honest = auditor.author.sign

    def changed(body: JsonObject) -> Any:  # noqa: ANN401 -- what the author's signing returns
        merged = {**body, **change}
        return honest({name: value for name, value in merged.items() if value is not None})

    monkeypatch.setattr(auditor.author, "sign", changed)
    with pytest.raises((RefusedError, ProtocolError)) as refused:
        auditor.audit.accesses(case, "inspection")
    assert isinstance(refused.value, RefusedError)


def test_who_is_no_auditor_searches_nothing_beyond_their_own_cases(world: World, case: str) -> None:
    doctor = world.clients["doctor"]
    assert run(doctor, "log", "search") == UsageError.exit_status
    assert run(world.person("stranger"), "log", "search", "--case", case, "--reason", "incident") == 5


def test_an_export_for_other_tools_holds_no_name_and_replaces_no_file(world: World, case: str, tmp_path: Path) -> None:
    auditor = world.clients["auditor"]
    for form in ("csv", "jsonl", "fhir"):
        file = tmp_path / f"log.{form}"
        assert run(auditor, "log", "export", str(file), "--format", form) == 0
        text = file.read_text("utf-8")
        assert case in text
        assert "Titre" not in text
        assert run(auditor, "log", "export", str(file), "--format", form) == UsageError.exit_status
    assert run(world.clients["doctor"], "log", "export", str(tmp_path / "x"), "--format", "csv") != 0


def test_an_inspection_says_who_had_access_that_day_and_by_which_facts(
    world: World, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.clients["doctor"].members.add(case, world.clients["doctor"].author.user, Terms())
    today = dt.datetime.now(PARIS).date()
    asked = ("log", "report", "inspection", "--case", case, "--reason", "inspection", "--at")
    assert run(world.clients["auditor"], *asked, today.isoformat()) == 0
    sheet = "\n".join(str(line) for line in lines(capsys))
    doctor = world.clients["doctor"].author.user
    assert doctor[:16] in sheet.partition("Avaient accès")[2].partition("Informations")[0]
    assert "Règle appliquée" in sheet
    assert "Titre" not in sheet
    assert run(world.clients["auditor"], *asked, (today - dt.timedelta(days=30)).isoformat()) == 0
    assert "n'existait pas" in str(lines(capsys))
    assert run(world.clients["auditor"], "log", "report", "inspection") == UsageError.exit_status
    assert run(world.clients["auditor"], *asked, "hier") == UsageError.exit_status
