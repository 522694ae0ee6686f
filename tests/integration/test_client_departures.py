"""Real clients: a colleague leaves; each member's next sync revokes and rotates, and who reads what is tried."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from support.hub import HandClock
from support.identities import HUB, REGISTRAR
from volet_client.client import Client
from volet_client.errors import VoletError
from volet_client.team import Joining
from volet_client.team_horizon import TODAY
from volet_protocol.departures import NOTICE_MS, end_body
from volet_protocol.kinds import Content
from volet_protocol.places import Place
from volet_protocol.statements import sign

PLACE, SECTION = Place("section", "medical/1"), "medical/1"


@pytest.fixture
def clock() -> HandClock:
    return HandClock(time.time_ns() // 1_000_000)


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, clock: HandClock) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("departures"), clock=clock) as world:
        world.professional("coord", "S13", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "clinic")
        world.person("mme")
        yield world


def post(client: Client, case: str, text: str) -> str:
    return client.entries.post(case, PLACE, text, fields={"text": text}).id


def read(client: Client, case: str, entry: str) -> str:
    body = client.entries.read(case, PLACE, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


def test_a_colleague_leaves_and_the_next_sync_of_a_member_changes_the_keys_without_them(
    world: World, clock: HandClock
) -> None:
    coord, mo, inf = (world.clients[name] for name in ("coord", "mo", "inf"))
    case = coord.cases.open(person=world.clients["mme"].author.user).case
    for client in (mo, inf):
        coord.team.add(case, client.author.user, Joining(informed="oral", horizon=TODAY))
    coord.team.tell(case, "oral")
    before = post(mo, case, "Avant le départ.")
    mo.cases.sync(case)
    assert read(inf, case, before) == "Avant le départ."
    elsewhere = world.attest(inf, "H2", "practice")

    leaver, at_ms = inf.author.user, clock.now_ms() + NOTICE_MS
    body = end_body(hub=HUB, registrar=REGISTRAR.public, user=leaver, structure="clinic", at_ms=at_ms)
    mo.hub.transport.post("/v1/attestation-ends", {"statement": sign(body, REGISTRAR).to_json()})
    with pytest.raises(VoletError):
        read(inf, case, before)

    clock.at_ms += NOTICE_MS + 1000
    again = world.reopen("mo")
    _, duties = again.cases.sync(case)
    assert duties.left == [leaver]
    assert SECTION in duties.rotated
    assert not duties.failed
    after = post(again, case, "Après le départ.")
    assert read(again, case, after) == "Après le départ."
    assert leaver not in again.cases.view(case).main.section(SECTION).readers

    world.log_in(inf, elsewhere)
    # Their other structure's session is theirs; this case was the clinic's.
    assert inf.hub.transport.get(f"/v1/users/{leaver}")
    for entry in (before, after):
        with pytest.raises(VoletError):
            read(inf, case, entry)
