"""A sweep that could not find anything would prove nothing."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.sweep import Sweep

CANARY = "Réf. canari : GRÈBE-SAFRAN-4408."
KEY = bytes(range(200, 232))


@pytest.mark.parametrize("prefix", [b"", b"x", b"xy", b"xyz"])
def test_a_canary_is_found_in_base64_at_any_alignment(prefix: bytes) -> None:
    sweep = Sweep([CANARY, KEY])
    for secret in (CANARY.encode(), KEY):
        encoded = base64.urlsafe_b64encode(prefix + secret + b"tail").rstrip(b"=")
        assert sweep.bytes(b"..." + encoded + b"...", "here")


def test_a_canary_is_found_raw_in_hex_in_utf16_and_in_json_escapes() -> None:
    sweep = Sweep([CANARY])
    for spelled in (
        CANARY.encode(),
        CANARY.encode().hex().encode(),
        CANARY.encode("utf-16-le"),
        json.dumps(CANARY).encode(),
    ):
        assert sweep.bytes(b"--" + spelled + b"--", "here")


def test_nothing_is_found_where_nothing_is() -> None:
    assert Sweep([CANARY, KEY]).bytes(os.urandom(100_000), "noise") == set()


def test_a_canary_in_a_file_or_its_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\0" * 1000 + KEY)
    (tmp_path / "GRÈBE-SAFRAN").write_bytes(b"")
    assert len(Sweep([KEY, "GRÈBE-SAFRAN"]).files(tmp_path)) == 2


def test_a_canary_in_the_memory_of_another_process_is_found_and_only_there() -> None:
    held, absent = os.urandom(32), os.urandom(32)
    program = "import sys; held = sys.stdin.buffer.read(32); print('ready', flush=True); sys.stdin.buffer.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(held)
        child.stdin.flush()
        assert child.stdout.readline() == b"ready\n"
        assert Sweep([held]).memory(child.pid)
        assert Sweep([absent]).memory(child.pid) == set()
        child.stdin.close()
