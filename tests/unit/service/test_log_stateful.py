"""The stateful property of the log (`support/log_lives.py`), on both databases; `VOLET_SOAK` plays it for long."""

from __future__ import annotations

import os

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


LogLives.TestCase.settings = played(8)
# An example costs a database: fewer of them.
PostgresLogLives.TestCase.settings = played(3)
TestLogLives = LogLives.TestCase
TestLogLivesOnPostgres = PostgresLogLives.TestCase
