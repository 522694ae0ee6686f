"""Guests: whoever sits at a browser while the demonstration keeps serving, and is let in by the parties of the story.

A browser draws its own keys, so a guest is somebody new to everybody. What they hand over is their contact card, as
people do: its text is typed into the terminal, and the story's parties do what colleagues would do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

from volet_demo import sample
from volet_demo.party import Party, StoryError
from volet_demo.story import CASE, Story

PERSON, PROFESSIONAL = "personne", "pro"
# Who holds keys that a guest may be given, or has something to say to a person who arrives.
HOSTS = ("coord", "mo", "ass")
_HEX = frozenset("0123456789abcdef")
_ID = 64


def card_user(typed: str) -> str | None:
    """Return the user id in what somebody typed, a card or the bare id; None when there is none."""
    text = typed.strip()
    if text.startswith("{"):
        try:
            card: object = json.loads(text)
        except ValueError:
            return None
        text = str(cast("dict[str, object]", card).get("user", "")) if isinstance(card, dict) else ""
    return text if len(text) == _ID and _HEX.issuperset(text) else None


def welcome(story: Story, typed: str, say: Callable[[str], None]) -> None:
    """Let in whoever's card was typed: after « personne », with a case of their own; else into the team of Mme A.

    What went wrong is said in a sentence; nothing else happens then.
    """
    kind, _, rest = typed.strip().partition(" ")
    user = card_user(rest if kind in {PERSON, PROFESSIONAL} else typed)
    if user is None:
        say("Ce n'est ni une carte ni un identifiant. Dans le navigateur : « Mon appareil », puis « Copier ma carte ».")
        return
    try:
        with _hosts(story) as hosts:
            said = _person(hosts, user) if kind == PERSON else _colleague(hosts, user)
    except StoryError as error:
        say(str(error))
    else:
        say(said)


@contextmanager
def _hosts(story: Story) -> Generator[dict[str, Party]]:
    """Start the hosts' clients for as long as it takes: in between, their profiles are whoever's at the keyboard."""
    hosts = {key: story.party(key) for key in HOSTS}
    for party in hosts.values():
        party.start(story.world.processes)
    try:
        yield hosts
    finally:
        for party in hosts.values():
            party.stop(story.world.processes)


def _colleague(hosts: dict[str, Party], user: str) -> str:
    """Coord lets a colleague of the care team in; every client that holds keys hands over what the rules permit."""
    coord = hosts["coord"]
    name = f"Invité {user[:6]}"
    coord.do("contact", "add", name, "--user", user)
    coord.do("member", "add", name, "--title", "same-team", "--informed", "oral", "--from", "episode", "--case", CASE)
    for party in hosts.values():
        party.do("sync", "--case", CASE)
    return f"{name} fait partie de l'équipe de Mme A. Le navigateur montre le dossier : « Mes dossiers »."


def _person(hosts: dict[str, Party], user: str) -> str:
    """Coord opens a case for a person, lets Dr Mo in, tells her, and both write something she may read."""
    coord, mo = hosts["coord"], hosts["mo"]
    name = f"M. B {user[:6]}"
    for party in (coord, mo):
        party.do("contact", "add", name, "--user", user)
    case = str(coord.do("case", "open", "--name", name, "--person", name).result["case"])
    coord.do("member", "add", mo.name, "--title", "same-team", "--informed", "oral", "--case", case)
    coord.do("post", "plan/1", "--title", sample.GUEST_PLAN_TITLE, "--text", sample.GUEST_PLAN, "--case", case)
    mo.do("case", "name", name, "--case", case)
    mo.do("post", "medical/1", "--title", sample.GUEST_HEALTH_TITLE, "--text", sample.GUEST_HEALTH, "--case", case)
    for party in (coord, mo):
        party.do("sync", "--case", case)
    return (
        "Un dossier est ouvert pour la personne du navigateur ; Coord et Dr Mo y ont écrit. « Mon dossier » le montre."
    )
