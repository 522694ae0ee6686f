"""Devices of one's own: let in by a code, listed, named, revoked; a hub that puts itself between gets nowhere."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

import pytest

from support.client_world import PASSPHRASE, World, client_world
from support.identities import HUB
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.config import Config
from volet_client.devices import Joining
from volet_client.errors import UsageError
from volet_client.members import GENERAL, Terms
from volet_client.profile import KeyPair, Profile
from volet_client.refusals import NotFoundError, RefusedError, TooManyRequestsError, UnauthenticatedError
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fingerprint import phrase
from volet_protocol.invitation_codes import join_name, read_spoken
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.places import Place
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
    with client_world(tmp_path_factory.mktemp("devices"), clock=clock, session_ms=10 * VETO_MS) as world:
        yield world


@pytest.fixture
def inf(world: World) -> Client:
    """A nurse of this test's own."""
    return world.professional(f"inf {len(world.clients)}", "H2", "clinic")


@pytest.fixture
def relay(world: World) -> Iterator[HttpTransport]:
    """What a device without a session speaks with."""
    with closing(HttpTransport(world.url)) as transport:
        yield transport


class LyingRelay(HttpTransport):
    """The real hub, which changes what one device leaves for the other."""

    def __init__(self, url: str, **changed: str) -> None:
        super().__init__(url)
        self._changed = changed

    def post(self, path: str, body: JsonObject) -> JsonObject:
        return super().post(path, {**body, **self._changed} if path.endswith("/requests") else body)


def said(client: Client, *line: str) -> dict[str, Any]:
    voice = Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    status = run_line(context, list(line))
    return {"status": status, **cast("dict[str, Any]", voice.answer())}


def code_of(client: Client) -> str:
    return str(said(client, "device", "add", "start")["result"]["code"])


def keys() -> KeyPair:
    return KeyPair(SigningKey(os.urandom(32)), BoxKey(os.urandom(32)))


def joined(world: World, older: Client) -> Client:
    """A further device of that user, let in and signed in."""
    with closing(HttpTransport(world.url)) as transport:
        joining = Joining(transport, HUB, code_of(older), world.clock)
        joining.ask()
        assert joining.answer() is None
        assert said(older, "device", "add", "finish", "--phrase", joining.phrase)["status"] == 0
        identity = joining.answer()
    assert identity is not None
    name = f"device {len(world.clients)}"
    profile = Profile.create(Config(world.folder / name, None, "fr"), PASSPHRASE, world.trust, identity)
    world.clients[name] = client = Client(profile, HttpTransport(world.url), world.clock)
    world.log_in(client, older.author.capacity)
    return client


def title(client: Client, case: str, entry: str) -> str:
    read = client.entries.read(case, DETAIL, entry)
    assert read.title is not None
    return read.title.title


def test_a_further_device_reads_what_the_first_reads_and_a_stolen_one_nothing_new_once_it_is_revoked(
    world: World, clock: MovingClock, inf: Client
) -> None:
    mo = world.professional("mo", "H1", "practice")
    case = mo.cases.open().case
    mo.members.give_notice(case, [GENERAL], "oral")
    mo.members.add(case, inf.author.user, Terms(history_from_ms=0))
    entry = mo.entries.post(case, DETAIL, "Avant", fields={"text": "texte"}).id
    mo.cases.sync(case)
    laptop = inf
    phone = joined(world, laptop)
    assert title(phone, case, entry) == title(laptop, case, entry) == "Avant"
    # A further device of a known chain stops nobody: one line.
    mo = world.reopen("mo")
    told = said(mo, "sync")
    assert (told["status"], sum("a un nouvel appareil" in line for line in told["lines"])) == (0, 1)
    mo = world.reopen("mo")
    assert not any("a un nouvel appareil" in line for line in said(mo, "sync")["lines"])

    stolen, here = laptop.author.identity.device.public.id, phone.author.identity.device.public.id
    young = said(phone, "device", "revoke", stolen[:8])
    assert "too-young" in str(young["error"])
    assert said(phone, "device", "revoke", here)["status"] == UsageError.exit_status
    clock.at_ms += MIN_AGE_MS
    for client in (mo, phone, laptop):
        world.log_in(client, client.author.capacity)
    assert title(laptop, case, entry) == "Avant"
    assert said(phone, "device", "revoke", stolen[:8])["status"] == 0
    with pytest.raises(UnauthenticatedError):
        title(laptop, case, entry)
    with pytest.raises(RefusedError):
        world.log_in(laptop)
    mo = world.reopen("mo")
    assert mo.cases.sync(case)[1].rotated
    after = mo.entries.post(case, DETAIL, "Après", fields={"text": "texte"}).id
    assert title(phone, case, after) == "Après"
    # What the thief holds opens no box that came since, whoever serves it.
    assert max(phone.author.identity.seeds) == 2
    assert max(laptop.author.identity.seeds) == 1
    shown = {one["device"]: one for one in said(phone, "device", "list")["result"]["devices"]}
    assert ("revoked_ms" in shown[stolen], shown[here]["here"]) == (True, True)


def test_what_another_device_of_ours_did_is_told_once_and_stops_nothing(
    world: World, clock: MovingClock, inf: Client
) -> None:
    phone = joined(world, inf)
    tablet = joined(world, phone)
    lines = said(inf, "sync")["lines"]
    assert sum("nouvel appareil" in line and "volet device revoke" in line for line in lines) == 1
    assert not any("nouvel appareil" in line for line in said(inf, "sync")["lines"])
    clock.at_ms += MIN_AGE_MS
    for client in (inf, phone, tablet):
        world.log_in(client, client.author.capacity)
    assert said(inf, "device", "revoke", tablet.author.identity.device.public.id)["status"] == 0
    # The generation that one device began is opened by the other that stays.
    assert any("retiré" in line for line in said(phone, "sync")["lines"])
    assert set(phone.author.identity.seeds) == {1, 2}


def test_a_hub_that_substitutes_its_own_key_for_the_newcomer_s_adds_nothing(world: World, inf: Client) -> None:
    mine = keys().public.to_json()
    with closing(LyingRelay(world.url, **cast("dict[str, str]", mine))) as transport:
        joining = Joining(transport, HUB, code_of(inf), world.clock)
        joining.ask()
    refused = said(inf, "device", "add", "finish", "--phrase", joining.phrase)
    assert "sans avoir le code" in str(refused["error"])
    assert len(inf.own_chain.refresh().devices) == 1


def test_a_hub_that_answers_with_its_own_account_is_not_joined(world: World, relay: HttpTransport, inf: Client) -> None:
    code = code_of(inf)
    joining = Joining(relay, HUB, code, world.clock)
    joining.ask()
    device = joining._device.public.id
    answer: JsonObject = {"device": device, "seq": 1, "hash": "0" * 64, "proof": to_base64url(os.urandom(32))}
    inf.hub.transport.post(f"/v1/device-joins/{join_name(read_spoken(code))}/answer", answer)
    with pytest.raises(ProtocolError) as refused:
        joining.answer()
    assert refused.value.reason is Reason.BAD_PROOF


def test_another_phrase_than_the_newcomer_s_screen_shows_adds_nothing(
    world: World, relay: HttpTransport, inf: Client
) -> None:
    joining = Joining(relay, HUB, code_of(inf), world.clock)
    joining.ask()
    refused = said(inf, "device", "add", "finish", "--phrase", phrase(keys().public.id))
    assert (refused["status"], len(inf.own_chain.refresh().devices)) == (UsageError.exit_status, 1)


def test_a_code_serves_once_and_three_wrong_proofs_end_it(world: World, relay: HttpTransport, inf: Client) -> None:
    joined(world, inf)
    assert said(inf, "device", "add", "finish", "--phrase", "x")["status"] != 0
    code = code_of(inf)
    name = join_name(read_spoken(code))
    for _ in range(3):
        wrong: JsonObject = {**keys().public.to_json(), "proof": to_base64url(os.urandom(32))}
        inf.hub.transport.post(f"/v1/device-joins/{name}/requests", wrong)
    late = Joining(relay, HUB, code, world.clock)
    with pytest.raises(TooManyRequestsError):
        late.ask()
    assert said(inf, "device", "add", "finish", "--phrase", late.phrase)["status"] == UsageError.exit_status


def test_a_code_nobody_made_or_that_ended_finds_no_place(
    world: World, clock: MovingClock, relay: HttpTransport, inf: Client
) -> None:
    with pytest.raises(UsageError, match="miscopied"):
        Joining(relay, HUB, "6X4W-PJ7E-DT6X-CWW0-X", world.clock)
    with pytest.raises(NotFoundError):
        Joining(relay, HUB, "6X4W-PJ7E-DT6X-CWW0-V", world.clock)
    code = code_of(inf)
    clock.at_ms += 600_000
    with pytest.raises(NotFoundError):
        Joining(relay, HUB, code, world.clock)


def test_only_the_device_that_opened_a_place_answers_there(world: World, inf: Client) -> None:
    name = join_name(read_spoken(code_of(inf)))
    other = world.person(f"person {len(world.clients)}")
    answer: JsonObject = {"device": "0" * 64, "seq": 1, "hash": "0" * 64, "proof": to_base64url(bytes(32))}
    with pytest.raises(NotFoundError):
        other.hub.transport.post(f"/v1/device-joins/{name}/answer", answer)
    with pytest.raises(TooManyRequestsError):
        other.hub.transport.post("/v1/device-joins", {"name": name})


def test_a_name_of_a_device_stays_on_this_one(inf: Client) -> None:
    id_ = inf.author.identity.device.public.id
    assert said(inf, "device", "name", id_[:8], "Portable du cabinet")["status"] == 0
    assert any("Portable du cabinet" in line for line in said(inf, "device", "list")["lines"])
    assert "Portable" not in str(inf.hub.transport.get(f"/v1/users/{inf.author.user}"))
    assert said(inf, "device", "name", "zzzz", "X")["status"] == UsageError.exit_status


def test_a_session_elsewhere_is_seen_and_ended(world: World, inf: Client) -> None:
    world.log_in(inf, inf.author.capacity)
    others = [one for one in said(inf, "session", "list")["result"]["sessions"] if not one["current"]]
    for other in others:
        assert said(inf, "session", "end", other["session"][:8])["status"] == 0
    assert len(others) > 0
    assert [one["current"] for one in inf.session.all()] == [True]
    assert said(inf, "session", "end", "zz")["status"] == UsageError.exit_status
