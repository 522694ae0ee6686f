"""The Python client listens: which case moved, after a break too, and no more once its session ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.live import ANYTHING, Hint, Live
from volet_client.members import GENERAL
from volet_client.refusals import UnauthenticatedError


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with client_world(tmp_path) as made:
        yield made


def listener(client: Client, url: str) -> Live:
    """Listen without pauses."""
    return Live(client.hub.transport, url, wait=lambda _seconds: None, jitter=lambda: 0.0)


def test_a_client_hears_which_case_moved_and_misses_nothing_over_a_break(world: World) -> None:
    coord = world.professional("coord", "S10", "dac")
    case = coord.cases.open().case
    live = listener(coord, world.url)
    first = live.listen()
    assert next(first) == ANYTHING
    coord.members.give_notice(case, [GENERAL], "oral")
    assert next(first) == Hint(case, "main")
    first.close()
    coord.members.give_notice(case, [GENERAL], "oral")
    # What was heard and not passed on is heard again: whoever stops listening was told of neither.
    again = live.listen()
    assert next(again) == Hint(case, "main")
    again.close()


def test_who_has_no_session_any_more_is_told_so(world: World) -> None:
    coord = world.professional("coord", "S10", "dac")
    hints = listener(coord, world.url).listen()
    assert next(hints) == ANYTHING
    coord.session.close()
    with pytest.raises(UnauthenticatedError):
        next(hints)


def test_while_the_hub_is_away_anything_may_have_moved(world: World) -> None:
    coord = world.professional("coord", "S10", "dac")
    waits: list[float] = []
    away = Live(coord.hub.transport, "http://127.0.0.1:9", wait=waits.append, jitter=lambda: 1.0)
    hints = away.listen()
    assert [next(hints) for _ in range(3)] == [ANYTHING] * 3
    assert waits == [0.5, 1.0, 2.0, 4.0]
    hints.close()
