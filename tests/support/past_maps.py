"""A hub that shows another heads map for a while and takes it back; time goes by as a test says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from support.client_world import World
from volet_protocol.heads_map import HeadsTree
from volet_protocol.map_epochs import EPOCH_MS
from volet_service.adapters.store.unit_of_work import SqlUnitOfWork

FALSE = "f" * 64


class Hours:
    """The clock of the machine, set forward by a test."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms


class Past:
    """What the hub of a world does while nobody looks. `hours` is its clock."""

    def __init__(self, world: World, hours: Hours) -> None:
        self.world = world
        self.hours = hours

    def wait(self) -> None:
        """Ten minutes go by, at whose end somebody else's act begins a new epoch."""
        self.hours.ahead_ms += EPOCH_MS
        self.put(lambda heads: heads)

    def put(self, change: Callable[[HeadsTree], HeadsTree]) -> HeadsTree:
        """Put another map in the hub's memory and have it published; return the one before."""

        def replace(uow: SqlUnitOfWork) -> HeadsTree:
            before, uow._live.heads = uow._live.heads, change(uow._live.heads)
            uow.publish_heads()
            return before

        return cast("HeadsTree", self.world.app.state.hub.store.submit(replace).result(30))

    def lies(self, change: Callable[[HeadsTree], HeadsTree]) -> None:
        """The hub shows another map for a quarter of an hour, then the old one again."""
        self.wait()
        honest = self.put(change)
        self.wait()
        self.put(lambda _: honest)
        self.wait()
