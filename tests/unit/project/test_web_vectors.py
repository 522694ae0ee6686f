"""Every vector is run by the web client's protocol too: a file that only one language reads is no common ground."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "vectors"
WEB_TESTS = ROOT / "clients" / "web" / "tests" / "vectors"


def test_every_file_of_vectors_is_run_in_typescript() -> None:
    sources = "".join(path.read_text("utf-8") for path in sorted(WEB_TESTS.glob("*.test.ts")))
    run = set(re.findall(r'^runVectors\("([a-z_]+)"', sources, re.MULTILINE))
    kept = {path.stem for path in VECTORS.glob("*.json")} - {"MANIFEST"}
    assert kept == run
