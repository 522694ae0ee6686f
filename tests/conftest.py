"""What holds for every test: no hub serves a web client that happens to be built, unless the test says so."""

from __future__ import annotations

import os

os.environ.setdefault("VOLET_WEB", "none")
