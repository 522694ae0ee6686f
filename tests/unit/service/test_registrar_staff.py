"""Twelve colleagues from a table: what would be done is shown first, and one bad line stops all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.identities import CONTROLLER, REGISTRAR, bundle_body
from volet_protocol.encodings import to_base64url
from volet_protocol.trust_bundle import sign_bundle
from volet_service.application.login_ports import IdentityProvider
from volet_service.entrypoints.registrar import command
from volet_service.entrypoints.registrar.config import RegistrarConfig, read_config
from volet_service.entrypoints.registrar.freezing import Answered
from volet_service.entrypoints.registrar.pages.routes import PageTools

HEAD = "identifiant;ligne;categorie;profession;fonction;structure;secret;jusqu_au"
TWELVE = [f"agent-{n};S1;2;;;ccas;L411-3;2099-06-30" for n in range(12)]
BEFORE = [{"sub": "nadia", "until": "2099-12-31", "capacity": {"row": "S1", "structure": "ccas", "secret_basis": []}}]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The folder of a registrar with one line on its list, and the trust bundle that names its key."""
    key = tmp_path / "registrar.key"
    key.write_text(to_base64url(REGISTRAR.seed))
    key.chmod(0o600)
    (tmp_path / "staff.json").write_text(json.dumps(BEFORE))
    (tmp_path / "trust.json").write_bytes(sign_bundle(dict(bundle_body()), [CONTROLLER]))
    config = {
        "name": "Greffe", "origin": "http://127.0.0.1:8082", "hubs": ["http://127.0.0.1:8080"],
        "issuer": "http://127.0.0.1:8081", "client_id": "volet-registrar", "key": key.name, "staff": "staff.json",
    }  # fmt: skip
    (tmp_path / "registrar.json").write_text(json.dumps(config))
    return tmp_path


def staff(office: Path, lines: list[str], *more: str, head: str = HEAD) -> int:
    table = office / "equipe.csv"
    table.write_bytes("".join(f"{line}\r\n" for line in [head, *lines]).encode("utf-8-sig"))
    return run(office, "staff", str(table), "--trust", str(office / "trust.json"), *more)


def run(office: Path, verb: str, *more: str) -> int:
    pages = PageTools(lambda *_: Answered(0, {}), {})
    return command.run([verb, *more, "--config", str(office / "registrar.json")], no_provider, pages)


def no_provider(_config: RegistrarConfig) -> IdentityProvider:
    raise AssertionError


def listed(office: Path) -> list[str]:
    return [one.sub for one in read_config(office / "registrar.json").staff]


def test_without_the_word_to_apply_a_table_changes_nothing_and_says_what_it_would(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert staff(office, TWELVE) == 0
    said = capsys.readouterr().out
    assert "12 à ajouter, 0 à changer, 0 déjà là" in said
    assert "+ agent-11, S1, ccas, jusqu’au 2099-06-30" in said
    assert "Rien n’a été écrit" in said
    assert listed(office) == ["nadia"]


def test_applied_it_is_on_the_list_with_what_stood_there(office: Path) -> None:
    assert staff(office, TWELVE, "--apply") == 0
    assert listed(office) == ["nadia", *(f"agent-{n}" for n in range(12))]


def test_the_list_stays_as_readable_as_it_was(office: Path) -> None:
    (office / "staff.json").chmod(0o640)
    assert staff(office, TWELVE, "--apply") == 0
    assert (office / "staff.json").stat().st_mode & 0o777 == 0o640


def test_applied_twice_it_is_there_once(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    staff(office, TWELVE, "--apply")
    capsys.readouterr()
    assert staff(office, TWELVE, "--apply") == 0
    assert "0 à ajouter, 0 à changer, 12 déjà là" in capsys.readouterr().out
    assert len(listed(office)) == 13


def test_one_person_in_two_structures_has_two_capacities(office: Path) -> None:
    assert staff(office, ["nadia;S1;2;;;ccas;L411-3;2099-06-30", "nadia;S1;2;;;dac;;2099-06-30"], "--apply") == 0
    found = read_config(office / "registrar.json").capacities_of("nadia")
    assert [one.capacity.structure for one in found] == ["ccas", "dac"]
    assert found[0].capacity.secret_basis == ("L411-3",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("agent;S1;2;;;ccas;L411-3", "7 cases au lieu de 8"),
        (" agent;S1;2;;;ccas;L411-3;2099-06-30", "blanc"),
        ("ag\u202eent;S1;2;;;ccas;L411-3;2099-06-30", "caractère invisible"),
        (";S1;2;;;ccas;L411-3;2099-06-30", "identifiant"),
        ("agent;Z9;2;;;ccas;L411-3;2099-06-30", "ligne « Z9 »"),
        ("agent;O14;;;auditor;ccas;;2099-06-30", "liste JSON"),
        ("agent;S1;3;;;ccas;L411-3;2099-06-30", "categorie"),
        ("agent;S1;2;a b;;ccas;L411-3;2099-06-30", "profession"),
        ("agent;S1;2;;;ailleurs;L411-3;2099-06-30", "structure « ailleurs »"),
        ("agent;S1;2;;;ccas;L0;2099-06-30", "secret"),
        ("agent;S1;2;;;ccas;L411-3 L411-3;2099-06-30", "secret"),
        ("agent;S1;2;;;ccas;L411-3;30/06/2099", "jusqu_au"),
        ("agent;S1;2;;;ccas;L411-3;20990630", "jusqu_au"),
        ("agent;S1;2;;;ccas;L411-3;2020-06-30", "est passé"),
        ("agent-1;S1;2;;;ccas;;2099-06-30", "répète la ligne 3"),
    ],
)
def test_a_line_that_is_wrong_is_said_with_its_number_and_then_nothing_is_done(
    office: Path, capsys: pytest.CaptureFixture[str], line: str, why: str
) -> None:
    assert staff(office, [*TWELVE, line], "--apply") == 1
    said = capsys.readouterr()
    assert "ligne 14 : " in said.err
    assert why in said.err
    assert listed(office) == ["nadia"]


def test_every_wrong_line_is_said_at_once(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert staff(office, ["a;Z9;2;;;ccas;;2099-06-30", "b;S1;2;;;ccas;;hier"]) == 1
    said = capsys.readouterr().err
    assert "ligne 2 : " in said
    assert "ligne 3 : " in said
    assert "2 refus" in said


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", HEAD.encode(), HEAD.replace(";", ",").encode() + b"\n", HEAD.encode() + b'\n"a;S1\n'],
)
def test_a_file_that_is_no_such_table_is_refused_whole(
    office: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    table = office / "equipe.csv"
    table.write_bytes(data)
    assert run(office, "staff", str(table), "--trust", str(office / "trust.json"), "--apply") == 1
    assert "le fichier" in capsys.readouterr().err
    assert listed(office) == ["nadia"]


def test_a_registrar_that_the_trust_bundle_does_not_name_is_told_so(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office / "registrar.key").write_text(to_base64url(b"\x05" * 32))
    assert staff(office, TWELVE, "--apply") == command.REFUSED
    assert "trust.json" in capsys.readouterr().err
    assert listed(office) == ["nadia"]


def test_a_list_that_does_not_read_is_left_as_it_is(office: Path) -> None:
    (office / "staff.json").write_text("[")
    assert staff(office, TWELVE, "--apply") == command.REFUSED
    assert (office / "staff.json").read_text() == "["
