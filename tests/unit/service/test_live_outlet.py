"""What waits for one socket is bounded, and ends at once."""

from __future__ import annotations

import asyncio

from volet_service.application.callers import Caller
from volet_service.application.live_outlet import Cut, Outlet

CALLER = Caller("user", "device", None, "token")


def outlet(most: int = 2, *, alive: bool = True) -> Outlet:
    return Outlet("id", CALLER, "192.0.2.1", most, lambda: alive)


def test_who_does_not_keep_up_is_cut_to_read_everything_again() -> None:
    async def play() -> None:
        made = outlet(most=2)
        for n in range(3):
            made.put({"n": n})
        assert made.cut is Cut.RESYNC
        assert await made.next() is None
        await made.ended()

    asyncio.run(play())


def test_nothing_that_waits_is_sent_once_rights_ended() -> None:
    async def play() -> None:
        made = outlet()
        made.put({"n": 0})
        made.end(Cut.ENDED)
        made.put({"n": 1})
        assert await made.next() is None

    asyncio.run(play())


def test_the_first_reason_stays() -> None:
    async def play() -> None:
        made = outlet()
        made.end(Cut.ENDED)
        made.end(Cut.RESYNC)
        assert made.cut is Cut.ENDED

    asyncio.run(play())


def test_a_session_that_ended_by_itself_hears_nothing() -> None:
    async def play() -> None:
        made = outlet(alive=False)
        made.put({"n": 0})
        assert made.cut is Cut.ENDED

    asyncio.run(play())


def test_messages_come_in_order() -> None:
    async def play() -> None:
        made = outlet()
        made.put({"n": 0})
        made.put({"n": 1})
        assert [await made.next(), await made.next()] == ['{"n":0}', '{"n":1}']

    asyncio.run(play())
