"""The README says what the commands say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from volet_client.cli.main import build_parser

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")


def block(command: str) -> str:
    found = re.search(rf"```text\n\$ {re.escape(command)}\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block of {command}"
    return found.group(1)


def output(*command: str) -> str:
    environment = {**os.environ, "COLUMNS": "80", "VOLET_LANG": "fr"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True)
    return done.stdout


def test_the_help_of_volet_is_the_one_in_the_readme() -> None:
    assert output(sys.executable, "-m", "volet_client.cli", "--help") == block("volet --help")


def test_the_targets_of_make_are_those_in_the_readme() -> None:
    assert output("make", "--no-print-directory", "help") == block("make help")


# Those of the witness are played, one after the other, by tests/integration/test_witness_section.py.
COMMANDS = [line.split("#")[0].strip() for line in re.findall(r"^volet (?!witness ).*", README, re.MULTILINE)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_is_one_that_volet_takes_with_its_options(command: str) -> None:
    words = shlex.split(command)[1:]
    parsed = build_parser("fr", words[0]).parse_args(words)
    assert parsed.run is not None


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) - {"help"} <= targets
