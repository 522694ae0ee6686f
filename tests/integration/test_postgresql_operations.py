"""The operator's page on PostgreSQL, played as it is written: a new hub, a dump, and the hub out of the dump."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from support import postgres
from support.folders import contents
from support.hub import HandClock, HubCase, running_hub, trust_log
from volet_service.adapters.signer import read_log_key
from volet_service.bootstrap import admin

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
FOLDER = Path("var/hub")


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
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PGHOST", str(postgres.server().get_postmaster_info().socket_dir))
    monkeypatch.setenv("PGUSER", "postgres")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    return tmp_path


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
