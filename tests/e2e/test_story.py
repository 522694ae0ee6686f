"""`volet demo --once` as a newcomer runs it; and what it says when something does not come out as it must."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from volet_client.cli.main import main

DEMO = [sys.executable, "-W", "error", "-m", "volet_client.cli", "demo", "--once", "--dir"]
SENTENCES = [
    "Coord ouvre le dossier, informe Mme A et le note en un seul acte",
    "l'acte est noté « papier »",
    "Dr Mo prend en charge les volets Santé et Traitements",
    "un PDF de 4,2 Mo",
    "son trousseau ne la contient pas",
    "Il faut l'accord de la personne",
    "aucun ne manque",
    "clique de nouveau sur le compte rendu. la plateforme Refusé.",
    "son programme a d'abord renouvelé la clé (époque 1, puis 2)",
    "Psy la reprend",
    "le vérifie hors ligne, sans la plateforme",
    "demandes dont la signature est vérifiée",
    "Tout s'est passé comme il le fallait",
]


@pytest.mark.slow
def test_the_story_comes_out_as_it_must_and_reads_well(tmp_path: Path) -> None:
    ended = subprocess.run([*DEMO, str(tmp_path / "demo")], capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = " ".join(ended.stdout.split())
    assert [sentence for sentence in SENTENCES if sentence not in told] == []
    assert "Traceback" not in ended.stdout + ended.stderr
    assert _alive_below(tmp_path) == []


@pytest.mark.slow
def test_a_step_that_does_not_come_out_ends_the_demo_with_a_sentence(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*DEMO, str(tmp_path / "demo")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        registrar = _wait_for_child(demo.pid, "registrar.json")
        # Stopped from outside, once it was ready: nobody's function can be attested any more.
        while not (tmp_path / "demo/profiles").is_dir():
            time.sleep(0.05)
        os.kill(registrar, signal.SIGTERM)
        _, complaint = demo.communicate(timeout=300)
    assert demo.returncode == 1
    assert complaint.startswith("volet demo : ")
    assert "Traceback" not in complaint
    assert _alive_below(tmp_path) == []


def test_a_folder_that_exists_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--once", "--dir", str(tmp_path)]) == 1
    assert "existe déjà" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def _wait_for_child(parent: int, word: str) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            if word in _command_line(pid):
                return int(pid)
        time.sleep(0.05)
    raise AssertionError(f"no child of the demo with {word}")


def _alive_below(folder: Path) -> list[str]:
    """Return the processes whose command line still names the demonstration's folder."""
    return [
        path.name
        for path in Path("/proc").iterdir()
        if path.name.isdecimal() and str(folder) in _command_line(path.name)
    ]


def _command_line(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""
