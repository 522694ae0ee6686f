"""The operator's page on PostgreSQL, played as it is written: a new hub, a dump, the hub out of the dump, two roles."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from support import postgres
from support.folders import check, contents
from support.hub import HandClock, HubCase, running_hub, trust_log
from support.hub_entries import ask, post, release_request
from volet_protocol.take_back import TakeBack
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store.tables import APPEND_ONLY, metadata
from volet_service.bootstrap import admin

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
FOLDER = Path("var/hub")
DECIDED = ("--reason", "court-order", "--authority", "court")


def play(name: str) -> None:
    """Run the commands of one block of the page, each to success."""
    found = re.search(rf"<!-- {name} -->\n```\n(.*?)```", OPERATIONS.read_text("utf-8"), re.DOTALL)
    assert found is not None
    for line in found[1].splitlines():
        words = shlex.split(line)
        if words[:2] == ["volet", "admin"]:
            assert admin.run(words[2:], HandClock()) == 0, line
        else:
            subprocess.run(words, check=True)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PGHOST", str(postgres.server().get_postmaster_info().socket_dir))
    monkeypatch.setenv("PGUSER", "postgres")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    yield tmp_path
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        for gone in ("DATABASE IF EXISTS volet WITH (FORCE)", "ROLE IF EXISTS volet_hub", "ROLE IF EXISTS volet_owner"):
            server.execute(f"DROP {gone}".encode())


def test_the_commands_of_the_page_make_a_hub_and_bring_it_back(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    play("postgresql")
    trust_log(FOLDER, read_log_key(FOLDER / "keys" / "log.key").vkey)
    with running_hub(FOLDER) as hub:
        HubCase(hub).join("coordinator", "S10", "dac")
    before = contents(FOLDER)
    assert int(before["log_entry"]) > 1
    for act in (
        ["backup", "--to", str(place / "a"), "--shares-to", str(place / "b")],
        ["restore", "--from", str(place / "a"), "--shares-from", str(place / "b")],
    ):
        assert admin.run([act[0], str(FOLDER), *act[1:]], HandClock()) == 2
        assert "pg_dump" in capsys.readouterr().err
    play("dump")
    assert contents(FOLDER) == before


@pytest.mark.usefixtures("place")
def test_a_hub_serves_under_a_role_that_cannot_change_what_only_grows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play("roles")
    trust_log(FOLDER, read_log_key(FOLDER / "keys" / "log.key").vkey)
    with running_hub(FOLDER) as hub:
        case = HubCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        taken, kept = (post(case, "doctor").entry.id for _ in range(2))
        assert ask(case, "doctor", release_request(case, "doctor", [taken, kept])).is_success
        author = case.person("doctor")
        back = author.sign(TakeBack(author.preamble(case.now_ms), case.main.case, taken).to_json()).to_json()
        assert case.clients["doctor"].post(f"/v1/entries/{taken}/take-back", json={"statement": back}).is_success
        verifier = hub.verifier
    check(FOLDER, verifier)
    assert admin.run(["check", str(FOLDER)], HandClock()) == 0
    for table in APPEND_ONLY:
        for statement in (
            f"DELETE FROM {table}",  # noqa: S608 -- a table of ours
            f"UPDATE {table} SET {first_column(table)} = NULL",  # noqa: S608 -- as above
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table}",
        ):
            with role("volet_hub") as hub_role, pytest.raises(psycopg.errors.InsufficientPrivilege):
                hub_role.execute(statement.encode())
    before, command = contents(FOLDER), ["erase", str(FOLDER), "--entry", kept, *DECIDED]
    capsys.readouterr()
    assert admin.run(command, HandClock(case.now_ms)) == 2
    assert "volet_hub does not own the tables: name their owner in VOLET_DATABASE" in capsys.readouterr().err
    assert contents(FOLDER) == before
    monkeypatch.setenv("VOLET_DATABASE", "postgresql://volet_owner@/volet")
    assert admin.run(command, HandClock(case.now_ms)) == 0
    assert contents(FOLDER)["entry"] != before["entry"]


def role(name: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(dbname="volet", user=name, autocommit=True)


def first_column(table: str) -> str:
    return f'"{metadata.tables[table].columns[0].name}"'
