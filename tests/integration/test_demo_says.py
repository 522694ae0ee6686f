"""What the demonstration says of the web client: its address and an account for each space, or why there is none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support.hub import running_hub
from volet_demo.cast import GUESTS, MANAGER_LABEL
from volet_demo.command import registrar_lines, web_lines

ROOT = Path(__file__).parents[2]


def test_the_address_and_an_account_for_each_space_with_what_to_do_there_are_told(tmp_path: Path) -> None:
    built = tmp_path / "built"
    built.mkdir()
    (built / "index.html").write_text("<!doctype html>", "utf-8")
    with running_hub(tmp_path / "hub", web=str(built)) as hub:
        lines = web_lines(hub.url)
    assert hub.url in lines[0]
    assert {role.kind for role in GUESTS} == {"professional", "person", "auditor"}
    for role in GUESTS:
        (told,) = [line for line in lines if role.label in line]
        # Not a name alone: what to do once one is in.
        assert len(told.partition(" : ")[2]) > len(role.kind)


def test_the_address_and_the_account_of_who_keeps_a_team_are_told() -> None:
    (line,) = registrar_lines("http://127.0.0.1:8082")
    assert "http://127.0.0.1:8082/equipe" in line
    assert MANAGER_LABEL in line


def test_of_a_hub_without_web_client_it_is_said_how_to_have_one(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub", web="none") as hub:
        (line,) = web_lines(hub.url)
    assert "Pas de client web ici" in line
    assert "make web" in line
    assert "Node.js" in line


@pytest.mark.parametrize("node", [True, False])
def test_the_demonstration_builds_the_web_client_where_node_is_and_starts_all_the_same_where_it_is_not(
    tmp_path: Path, *, node: bool
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "bash", "env", "uname", "python3"):
        found = shutil.which(name)
        if found is not None:
            (tools / name).symlink_to(found)
    if node:
        (tools / "npm").write_text("#!/bin/sh\n", "utf-8")
        (tools / "npm").chmod(0o755)
    make = shutil.which("make")
    assert make is not None
    asked = subprocess.run(
        [make, "--dry-run", "demo"], cwd=ROOT, env={"PATH": str(tools)}, capture_output=True, text=True, check=True
    )
    assert ("npm run" in asked.stdout) is node
    assert asked.stdout.rstrip().endswith("volet demo")
