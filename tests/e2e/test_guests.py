"""Whoever sits at a browser of the demonstration is let in by the parties of the story."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from volet_demo import guests, sample
from volet_demo.cast import GUESTS, Role
from volet_demo.party import Party
from volet_demo.story import Story

ROLES = {role.kind: role for role in GUESTS}


@pytest.fixture(scope="module")
def stopped(played: Story) -> Iterator[Story]:
    """The story as the demonstration leaves it: everybody's client ended; the others' tests find it running again."""
    for party in played.everybody:
        party.stop(played.world.processes)
    yield played
    for party in played.everybody:
        party.start(played.world.processes)
        # As the story left it: running, with its keys open.
        party.do("whoami")


def _guest(story: Story, role: Role) -> Party:
    """Somebody at a device of their own, logged in, who nobody knows yet."""
    before = dict(story.world.parties)
    story.world.make_parties([role])
    guest = story.world.parties[role.key]
    # A guest is no party of the story.
    story.world.parties.clear()
    story.world.parties.update(before)
    guest.log_in(story.world.browser)
    if role.capacity is not None:
        guest.log_in(story.world.browser, guest.have_attested(story.world.browser, story.world.addresses.registrar))
    return guest


@pytest.mark.slow
def test_a_professional_who_hands_over_their_card_reads_what_the_team_shares(stopped: Story) -> None:
    guest = _guest(stopped, ROLES["professional"])
    said: list[str] = []
    guests.welcome(stopped, f"pro {json.dumps(dict(guest.do('whoami').result))}", said.append)
    assert "fait partie de l'équipe" in said[0]
    read = guest.do("read", "medical/1", stopped.ids["synthesis"], "--case", stopped.case)
    assert sample.SYNTHESIS in str(read.result["body"])
    guest.stop(stopped.world.processes)


@pytest.mark.slow
def test_a_person_who_hands_over_their_card_has_a_case_with_something_to_read(stopped: Story) -> None:
    guest = _guest(stopped, ROLES["person"])
    said: list[str] = []
    guests.welcome(stopped, f"personne {guest.do('whoami').result['user']}", said.append)
    assert "Un dossier est ouvert" in said[0]
    (case,) = guest.do("case", "list").result["cases"]
    listed = guest.do("list", "plan/1", "--case", str(case["case"]))
    assert sample.GUEST_PLAN_TITLE in str(listed.result)
    guest.stop(stopped.world.processes)


@pytest.mark.parametrize("typed", ["bonjour", "pro", "{}", '{"user": 3}', "pro " + "g" * 64, "[1]", '{"user"'])
def test_what_is_no_card_is_answered_with_what_to_do_and_changes_nothing(stopped: Story, typed: str) -> None:
    said: list[str] = []
    guests.welcome(stopped, typed, said.append)
    assert said == [
        "Ce n'est ni une carte ni un identifiant. Dans le navigateur : « Mon appareil », puis « Copier ma carte »."
    ]


def test_a_card_of_nobody_is_answered_with_a_sentence(stopped: Story) -> None:
    said: list[str] = []
    guests.welcome(stopped, "0" * 64, said.append)
    assert "Coord : « volet member add" in said[0]
    assert "(not-found)" in said[0]
