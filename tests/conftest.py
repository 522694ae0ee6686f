"""What holds for every test: nothing is timed, and no hub serves a web client that happens to be built, unless asked.

And the fixtures of tests that must hold on both databases, or speak of the files of one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from support.databases import CHOICE, SQLITE, kinds

os.environ.setdefault("VOLET_WEB", "none")
# An example that takes longer, on a machine that does other work meanwhile, is not wrong.
settings.register_profile("volet", parent=settings(), deadline=None)
settings.load_profile("volet")


@pytest.fixture(scope="module", params=kinds())
def each_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run what uses it on SQLite and on PostgreSQL; the value is which."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHOICE, request.param)
        yield request.param


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[None]:
    """Run what uses it on SQLite, whatever the whole run is on: it breaks or reads SQLite's own files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHOICE, SQLITE)
        yield
