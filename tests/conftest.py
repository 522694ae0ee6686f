"""What holds for every test: no hub serves a web client that happens to be built, unless the test says so.

And the fixture of tests that must hold on both databases.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from support.databases import CHOICE, kinds

os.environ.setdefault("VOLET_WEB", "none")


@pytest.fixture(scope="module", params=kinds())
def each_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run what uses it on SQLite and on PostgreSQL; the value is which."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHOICE, request.param)
        yield request.param
