"""The recovery phrase through the command line: made and tried, checked, used after every device is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from support.client_world import PASSPHRASE, World, client_world
from support.identities import HUB
from volet_client.account import slot_of
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.config import Config
from volet_client.errors import UsageError
from volet_client.members import GENERAL, Terms
from volet_client.profile import Profile
from volet_client.recovering import begin_recovery
from volet_client.recovery import read_typed, slots
from volet_client.recovery_lists import word_list
from volet_client.refusals import NotFoundError, RefusedError, UnauthenticatedError
from volet_client.transport import HttpTransport
from volet_protocol.keys import SigningKey
from volet_protocol.places import Place
from volet_protocol.recovery_phrase import compose_phrase
from volet_protocol.recovery_request import RecoveryRequest
from volet_protocol.user_acts import MIN_AGE_MS
from volet_protocol.user_state import VETO_MS

DETAIL = Place("section", "medical/2")


@dataclass
class MovingClock:
    """A clock that a test moves forward."""

    at_ms: int

    def now_ms(self) -> int:
        return self.at_ms


@pytest.fixture(scope="module")
def clock() -> MovingClock:
    return MovingClock(time.time_ns() // 1_000_000)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, clock: MovingClock) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("recovery"), clock=clock, session_ms=10 * VETO_MS) as world:
        yield world


@pytest.fixture
def inf(world: World) -> Client:
    """A nurse of this test's own."""
    return world.professional(f"inf {len(world.clients)}", "H2", "clinic")


def said(client: Client, *line: str) -> dict[str, Any]:
    voice = Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    status = run_line(context, list(line))
    return {"status": status, **cast("dict[str, Any]", voice.answer())}


def made(client: Client, *more: str) -> list[str]:
    """Make and try a phrase; return its words."""
    sheet = said(client, "recovery", "make", "start")["result"]
    words = cast("list[str]", sheet["words"])
    asked = " ".join(words[place - 1] for place in sheet["places"])
    answer = said(client, "recovery", "make", "finish", "--words", asked, *more)
    assert answer["status"] == 0, answer
    return words


def on_a_new_machine(world: World, words: list[str]) -> Client:
    """What `volet recovery use` does, at the address of this world."""
    with closing(HttpTransport(world.url)) as transport:
        identity = begin_recovery(transport, HUB, read_typed(" ".join(words)).entropy, world.clock())
    name = f"new machine {len(world.clients)}"
    profile = Profile.create(Config(world.folder / name, None, "fr"), PASSPHRASE, world.trust, identity)
    world.clients[name] = client = Client(profile, HttpTransport(world.url), world.clock)
    return client


def paper(world: World, words: list[str]) -> str:
    """A file of this user alone that holds a phrase."""
    path = world.folder / f"papier {len(list(world.folder.iterdir()))}"
    path.write_text(" ".join(words) + "\n", "utf-8")
    path.chmod(0o600)
    return str(path)


def written(mo: Client, inf: Client) -> tuple[str, str]:
    """A case with one entry that the nurse may read; return case and entry."""
    case = mo.cases.open().case
    mo.members.give_notice(case, [GENERAL], "oral")
    mo.members.add(case, inf.author.user, Terms(history_from_ms=0))
    entry = mo.entries.post(case, DETAIL, "Avant", fields={"text": "texte"})
    mo.cases.sync(case)
    return case, entry.id


def title(client: Client, case: str, entry: str) -> str:
    read = client.entries.read(case, DETAIL, entry)
    assert read.title is not None
    return read.title.title


def test_whoever_lost_the_only_device_reads_again_with_the_phrase_and_the_lost_device_nothing_new(
    world: World, inf: Client
) -> None:
    world.professional("mo", "H1", "practice")
    case, entry = written(world.clients["mo"], inf)
    words = made(inf)
    assert title(inf, case, entry) == "Avant"
    thief = on_a_new_machine(world, words)
    world.door.subjects[thief.author.user] = "somebody else"
    # The phrase without the identity behind the account changes nothing.
    with pytest.raises(RefusedError):
        world.log_in(thief)
    assert inf.directory.refresh(inf.author.user).chain.generation == 1
    assert title(inf, case, entry) == "Avant"

    world.door.subjects[inf.author.user] = "inf"
    world.log_in(inf)
    new = on_a_new_machine(world, words)
    world.log_in(new)
    world.log_in(new, inf.author.capacity)
    assert new.author.user == inf.author.user
    assert title(new, case, entry) == "Avant"
    # The sessions of the lost device ended with the link; it signs in no more, and its keys open nothing later.
    with pytest.raises(UnauthenticatedError):
        title(inf, case, entry)
    with pytest.raises(RefusedError):
        world.log_in(inf)
    mo = world.reopen("mo")
    assert mo.cases.sync(case)[1].rotated
    after = mo.entries.post(case, DETAIL, "Après", fields={"text": "texte"})
    assert title(new, case, after.id) == "Après"
    assert (max(new.author.identity.seeds), max(inf.author.identity.seeds)) == (2, 1)


def test_a_phrase_is_in_force_once_three_words_came_back_and_then_nothing_of_it_stays(
    world: World, inf: Client
) -> None:
    assert said(inf, "recovery", "make", "finish", "--words", "un deux trois")["status"] == 2
    first = said(inf, "recovery", "make", "start")["result"]
    assert said(inf, "recovery", "make", "finish", "--words", "zeste zeste zeste")["status"] == 2
    assert inf.author.identity.phrase is not None
    assert said(inf, "recovery", "make", "start")["result"]["words"] == first["words"]
    words = made(inf)
    assert words == first["words"]
    kept = inf.profile.identity()
    assert (kept.phrase, kept.recovery) == (None, None)
    assert said(inf, "recovery", "check")["error"]["hint"] == "Donnez --phrase-file."
    answer = said(inf, "recovery", "check", "--phrase-file", paper(world, words))
    assert answer["result"]["number"] == 1
    assert "en vigueur" in answer["lines"][-1]
    other = list(compose_phrase(bytes(32), word_list("fr")))
    assert said(inf, "recovery", "check", "--phrase-file", paper(world, other))["status"] == 2


def test_a_phrase_of_nobody_finds_no_account(world: World) -> None:
    with pytest.raises(UsageError, match="no account"):
        on_a_new_machine(world, list(compose_phrase(bytes(32), word_list("en"))))


def test_a_request_that_somebody_else_signed_or_that_is_old_finds_nothing(world: World, inf: Client) -> None:
    entropy = inf.author.identity.phrase
    assert entropy is not None
    key, now_ms = slot_of(entropy).sign, world.clock()
    other = SigningKey(bytes(32))
    forged = replace(RecoveryRequest.make(HUB, other, now_ms), sign=key.public)
    elsewhere = RecoveryRequest.make("https://other.example", key, now_ms)
    old = RecoveryRequest.make(HUB, key, now_ms - 121_000)
    early = RecoveryRequest.make(HUB, key, now_ms + 121_000)
    for request in (forged, elsewhere, old, early):
        with pytest.raises(RefusedError):
            inf.hub.transport.post("/v1/recovery", request.to_json())
    good = inf.hub.transport.post("/v1/recovery", RecoveryRequest.make(HUB, key, now_ms).to_json())
    assert good["user"] == inf.author.user
    # A device's own key is of a chain too, and is no recovery slot.
    device = RecoveryRequest.make(HUB, inf.author.identity.device.sign, now_ms)
    with pytest.raises(NotFoundError):
        inf.hub.transport.post("/v1/recovery", device.to_json())


def test_a_professional_is_reminded_until_the_phrase_is_tried_or_put_off_and_a_person_is_not(
    world: World, inf: Client
) -> None:
    reminded = "volet recovery make"
    assert any(reminded in line for line in said(inf, "whoami")["lines"])
    assert not any(reminded in line for line in said(world.person("person"), "whoami")["lines"])
    said(inf, "recovery", "later")
    assert not any(reminded in line for line in said(inf, "whoami")["lines"])
    made(inf)
    inf.profile.save("recovery", {})
    assert not any(reminded in line for line in said(inf, "whoami")["lines"])


def test_another_phrase_is_in_force_at_once_with_the_former_one_which_then_brings_back_nothing(
    world: World, clock: MovingClock, inf: Client
) -> None:
    first = made(inf)
    sheet = said(inf, "recovery", "make", "start")["result"]
    asked = " ".join(sheet["words"][place - 1] for place in sheet["places"])
    old = paper(world, first)
    finish = ("recovery", "make", "finish", "--words", asked)
    # Younger than a day, the device sets none; later, not without the phrase in force.
    young = said(inf, *finish, "--old", old)
    assert (young["status"], "too-young" in str(young["error"])) == (5, True)
    clock.at_ms += MIN_AGE_MS
    world.log_in(inf)
    assert said(inf, *finish)["status"] == 2
    assert said(inf, *finish, "--old", old)["result"]["number"] == 2
    chain = inf.own_chain.refresh()
    assert [slot.number for slot in slots(chain)] == [1, 2]
    assert (chain.generation, max(inf.author.identity.seeds)) == (2, 2)
    with pytest.raises(UsageError, match="no account"):
        on_a_new_machine(world, first)
    on_a_new_machine(world, sheet["words"])


def test_without_the_former_one_another_phrase_waits_72_hours_in_which_a_device_may_veto(
    world: World, clock: MovingClock, inf: Client
) -> None:
    first = made(inf)
    clock.at_ms += MIN_AGE_MS
    world.log_in(inf)
    made(inf, "--without-old")
    assert inf.recovery.standing().slot.number == 1
    on_a_new_machine(world, first)
    assert said(inf, "recovery", "veto")["status"] == 0
    assert said(inf, "recovery", "veto")["status"] == 2
    third = made(inf, "--without-old")
    clock.at_ms += VETO_MS
    world.log_in(inf)
    assert inf.recovery.standing().slot.number == 3
    # The slot that came into force was boxed a generation by the first device that looked.
    assert inf.own_chain.refresh().generation == 2
    new = on_a_new_machine(world, third)
    world.log_in(new)
    assert set(new.author.identity.seeds) == {1, 2, 3}


def test_a_profile_that_drew_its_slot_without_a_phrase_consents_to_the_first_one(
    world: World, clock: MovingClock, inf: Client
) -> None:
    identity = inf.author.identity
    assert identity.phrase is not None
    inf.author.identity = replace(identity, phrase=None, recovery=slot_of(identity.phrase))
    clock.at_ms += MIN_AGE_MS
    world.log_in(inf)
    words = made(inf)
    assert inf.author.identity.recovery is None
    assert inf.recovery.check(" ".join(words)).number == 2


def test_the_sheet_has_a_number_that_who_is_on_the_telephone_types_and_that_stops_every_device(
    world: World, inf: Client
) -> None:
    sheet = said(inf, "recovery", "make", "start")["result"]
    number = str(sheet["hold_number"])
    colleague = world.professional("reception", "H2", "clinic")
    before = said(colleague, "recovery", "freeze", "--hub", world.url, "--number", number)
    assert before["status"] == NotFoundError.exit_status
    words = cast("list[str]", sheet["words"])
    said(inf, "recovery", "make", "finish", "--words", " ".join(words[place - 1] for place in sheet["places"]))
    spoken = f"{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}"
    assert said(colleague, "recovery", "freeze", "--hub", world.url, "--number", spoken)["result"] == {"devices": 1}
    with pytest.raises(UnauthenticatedError):
        inf.cases.open()
    assert colleague.cases.open()
    world.log_in(inf, inf.author.capacity)
    assert inf.session.held_since_ms is not None
    assert inf.cases.open()


def test_a_number_that_was_misheard_is_not_sent(inf: Client) -> None:
    number = str(said(inf, "recovery", "make", "start")["result"]["hold_number"])
    wrong = str((int(number[0]) + 1) % 10) + number[1:]
    answer = said(inf, "recovery", "freeze", "--hub", "http://127.0.0.1:9", "--number", wrong)
    assert (answer["status"], answer["result"]) == (UsageError.exit_status, None)
