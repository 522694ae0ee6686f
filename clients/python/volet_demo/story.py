"""The story: Mme A comes home from hospital (what ordinary use looks like), played by one client a party.

Every outcome that matters is asserted: a step that does not come out as it must raises `StoryError` with a sentence.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from volet_demo.party import Answer, Party, StoryError
from volet_demo.transcript import Transcript
from volet_demo.world import World
from volet_protocol.problems import Problem

CASE = "Mme A"
# What the hub says no with; every other code is the client's own.
_PROBLEMS = frozenset(problem.value for problem in Problem)


@dataclass
class Story:
    """The state of the story: who plays, and the ids of what was written so far, by a name of ours."""

    world: World
    transcript: Transcript
    case: str = ""
    ids: dict[str, str] = field(default_factory=dict[str, str])
    seconds: float = 0.0

    def party(self, key: str) -> Party:
        """Return a party by the key of its profile."""
        return self.world.parties[key]

    @property
    def everybody(self) -> list[Party]:
        """All parties, in the order of the cast."""
        return list(self.world.parties.values())

    def says(self, party: Party, text: str) -> None:
        """Print what somebody does."""
        self.transcript.says(party.name, text)

    def answers(self, answer: Answer) -> None:
        """Print what came back: the sentences on the screen, or the refusal, whose it is, and the next step."""
        if answer.exit:
            hint = f" — {answer.hint}" if answer.hint else ""
            who = "la plateforme" if answer.problem in _PROBLEMS else "son programme"
            self.transcript.says(who, f"Refusé. {answer.why}{hint}")
        for line in answer.lines:
            self.transcript.says("son écran", line)

    def together(self, parties: Iterable[Party], act: Callable[[Party], object]) -> None:
        """Let several parties act side by side, as people do."""
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(act, party) for party in parties]:
                done.result()

    def sync(self, *keys: str) -> dict[str, Any]:
        """Let clients verify the case and do what they owe; return what the last one did."""
        result: dict[str, Any] = {}
        for key in keys:
            answer = self.party(key).do("sync", "--case", CASE)
            result = dict(answer.result["cases"][0])
            if result["failed"]:
                raise StoryError(f"{self.party(key).name} n'a pas pu faire ce qu'il devait : {result['failed']}")
        return result


def expect(condition: object, sentence: str) -> None:
    """Stop the story with a sentence unless something is as it must be."""
    if not condition:
        raise StoryError(sentence)


def play(story: Story, scenes: Iterable[Callable[[Story], None]]) -> None:
    """Play scenes in order; note how long they took."""
    start = time.monotonic()
    for scene in scenes:
        scene(story)
    story.seconds = time.monotonic() - start


def write_card(story: Story, party: Party) -> None:
    """Let a party put its contact card where the others pick it up: paper, mail, a phone shown across a table."""
    card = party.do("whoami").result
    story.world.path("files", f"{party.key}.carte.json").write_text(json.dumps(card), "utf-8")
    story.ids[f"phrase:{party.key}"] = str(card["fingerprint"])
