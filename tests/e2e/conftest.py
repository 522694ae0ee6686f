"""The story, played once with real processes and a recorded wire; the hub and every client are still alive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.played_story import client_of, secrets_of
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


@pytest.fixture(scope="session")
def secrets(played: Story) -> dict[str, bytes | str]:
    """Return the secrets of every party, taken at the end of the story: before any test removes somebody from it."""
    found: dict[str, bytes | str] = {}
    for party in played.everybody:
        with client_of(party) as client:
            found |= secrets_of(party, client, None if party.key == "audit" else played.case)
    return found
