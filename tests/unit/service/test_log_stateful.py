"""The stateful property of the log (`support/log_lives.py`), on both databases; `VOLET_SOAK` plays it for long."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from support.log_lives import LogLives, PostgresLogLives

LONG = "VOLET_SOAK" in os.environ


def played(examples: int) -> settings:
    return settings(
        max_examples=200 if LONG else examples,
        stateful_step_count=40 if LONG else 16,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(autouse=True)
def driver_that_keeps_silent() -> Iterator[None]:
    """The driver warns of each batch that was broken, and pytest keeps a warning until its test ends, with the error
    and all that its frames held: megabytes an example, which add up when they are played for long."""
    driver = logging.getLogger("psycopg")
    before = driver.level
    driver.setLevel(logging.CRITICAL)
    yield
    driver.setLevel(before)


LogLives.TestCase.settings = played(8)
# An example costs a database: fewer of them.
PostgresLogLives.TestCase.settings = played(3)
TestLogLives = LogLives.TestCase
TestLogLivesOnPostgres = PostgresLogLives.TestCase
