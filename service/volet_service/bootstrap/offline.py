"""An act of the operator on a hub that does not serve: the same checks as a start, one use case, then the end.

Why not beside a running hub: its sequencer alone knows the head, and what is erased would stay in its memory and in its
write-ahead log. A start costs a second for 200,000 leaves; an erasure is rare and is decided by somebody.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TypeVar

from volet_service.adapters.hub_identity import HubIdentity
from volet_service.application.ports import Clock, Work
from volet_service.bootstrap.hub import CannotStart, build
from volet_service.domain.errors import NotFound, Refusal
from volet_service.settings import Settings

T = TypeVar("T")


def act(settings: Settings, work: Work[T], clock: Clock | None = None) -> T:
    """Run one use case in a folder that no hub serves; raise `CannotStart` for what stops a start, or a refusal."""
    running = build(settings, HubIdentity({}, settings.origin), clock)
    try:
        done = asyncio.run(running.hub.store.write(work))
    except NotFound:
        raise CannotStart("there is no such record or entry") from None
    except Refusal as error:
        raise CannotStart(error.what) from error
    finally:
        running.stop()
    truncate(settings)
    return done


def truncate(settings: Settings) -> None:
    """Empty the write-ahead logs, which keep the pages as they were before an erasure."""
    for path in (settings.database, settings.shares):
        with closing(sqlite3.connect(settings.path(path), isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
