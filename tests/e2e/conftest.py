"""The story, played once with real processes and a recorded wire; the hub and every client are still alive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from volet_demo.command import SCENES
from volet_demo.story import Story, play
from volet_demo.transcript import Transcript
from volet_demo.world import World


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with World(tmp_path_factory.mktemp("story") / "world", record=True) as world:
        world.start()
        story = Story(world, Transcript(lambda _line: None))
        play(story, SCENES)
        yield story
