"""An act of the operator on a hub that does not serve: the same checks as a start, one use case, then the end.

Why not beside a running hub: its sequencer alone knows the head, and what is erased would stay in its memory, and in a
write-ahead log or dead rows. A start costs a second for 200,000 leaves; an erasure is rare and is decided by somebody.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from volet_service.adapters.hub_identity import HubIdentity
from volet_service.adapters.store.database import UnfitDatabase
from volet_service.adapters.store.engine import open_database
from volet_service.application.ports import Clock, Work
from volet_service.bootstrap.hub import CannotStart, build
from volet_service.domain.errors import NotFound, Refusal
from volet_service.settings import Settings

T = TypeVar("T")


def act(settings: Settings, work: Work[T], clock: Clock | None = None) -> T:
    """Run one use case in a folder that no hub serves; raise `CannotStart` for what stops a start, or a refusal."""
    check_scrub(settings)
    running = build(settings, HubIdentity({}, settings.origin), clock)
    try:
        done = asyncio.run(running.hub.store.write(work))
    except NotFound:
        raise CannotStart("there is no such record or entry") from None
    except Refusal as error:
        raise CannotStart(error.what) from error
    finally:
        running.stop()
    scrub(settings)
    return done


def check_scrub(settings: Settings) -> None:
    """Raise `CannotStart` where what is erased would stay readable, and where the database cannot be used."""
    database = open_database(settings.store)
    try:
        database.check()
        database.check_scrub()
    except UnfitDatabase as error:
        raise CannotStart(str(error)) from error


def scrub(settings: Settings) -> None:
    """Take what was erased from where the databases still keep it."""
    for place in (settings.store, settings.path(settings.shares)):
        open_database(place).scrub()
