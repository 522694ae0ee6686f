"""A partner institution runs a witness by what the README tells it, line by line."""

from __future__ import annotations

import hashlib
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from support.loopback import free_port
from volet_protocol.log_policy import LogPolicy

README = Path(__file__).parents[2] / "README.md"
PATIENCE_S = 60


def lines() -> list[list[str]]:
    section = README.read_text("utf-8").split("## Run a witness\n", 1)[1].split("\n## ", 1)[0]
    found = [shlex.split(line, comments=True)[1:] for line in re.findall(r"^volet .*", section, re.MULTILINE)]
    assert [words[1] for words in found] == ["init", "log", "serve", "policy"]
    return found


def volet(folder: Path, words: list[str]) -> list[str]:
    return [sys.executable, "-m", "volet_client.cli", *(str(folder / one) if one == "temoin" else one for one in words)]


def test_a_partner_runs_a_witness_by_the_section_of_the_readme(tmp_path: Path) -> None:
    init, log, serve, policy = lines()
    told = {
        name: subprocess.run(volet(tmp_path, words), capture_output=True, text=True, check=True).stdout
        for name, words in (("init", init), ("log", log), ("policy", policy))
    }
    # What the controller adds to the log's policy names this witness, with the keys that it printed at first.
    name = init[init.index("--name") + 1]
    keys = re.findall(rf"{re.escape(name)}\+[0-9a-f]{{8}}\+\S+", told["init"])
    assert keys
    assert all(key in told["policy"] for key in keys)
    vkey = log[-1]
    LogPolicy.parse(f"log {vkey}\n{told['policy']}quorum none\n")
    port = free_port()
    serving = [str(port) if one == serve[serve.index("--port") + 1] else one for one in serve]
    origin = hashlib.sha256(vkey.split("+")[0].encode()).hexdigest()
    with subprocess.Popen(volet(tmp_path, serving), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            # It knows the log and has cosigned nothing of it yet.
            assert answer(f"http://127.0.0.1:{port}/{origin}/checkpoint") == httpx.codes.NOT_FOUND
            asked = httpx.post(f"http://127.0.0.1:{port}/add-checkpoint", content=b"old x\n", trust_env=False)
            assert asked.status_code == httpx.codes.BAD_REQUEST
        finally:
            process.terminate()


def answer(url: str) -> int:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            return httpx.get(url, trust_env=False).status_code
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the witness never answered")
