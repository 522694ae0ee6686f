"""Keys are proven by the log each time they are audited; what is not stops, what stands out is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.directory import Directory
from volet_client.errors import EvidenceError, VerificationError
from volet_client.keys_audit import Remark
from volet_client.members import Terms
from volet_client.profile import KeyPair
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.user_bodies import device_add_body
from volet_protocol.user_keys import seal_user_seeds
from volet_protocol.user_links import key_context, with_boxes

Lie = Callable[[dict[str, Any]], None]


class LyingTransport(HttpTransport):
    """The real hub, whose answer about one user is changed on its way."""

    def __init__(self, origin: str, user: str, lie: Lie) -> None:
        super().__init__(origin)
        self._path = f"/v1/users/{user}"
        self._lie = lie
        self.lies = False

    def get(self, path: str, **params: str | int) -> JsonObject:
        answer = cast("dict[str, Any]", super().get(path, **params))
        if self.lies and path == self._path:
            self._lie(answer)
        return answer


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("keys")) as world:
        mo = world.professional("mo", "H1", "practice")
        world.professional("ide", "H2", "practice")
        world.person("person")
        case = mo.cases.open(person=world.clients["person"].author.user).case
        mo.members.add(case, world.clients["ide"].author.user, Terms())
        yield world


def audited(client: Client) -> tuple[int, dict[str, Any], str]:
    voice = Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    status = run_line(context, ["keys", "audit"])
    answer = cast("dict[str, Any]", voice.answer())
    return status, answer["result"] or {}, "\n".join(answer["lines"])


def lied_to(world: World, about: str, lie: Lie, *, met: bool = True) -> Client:
    """The doctor's client, which has met everybody, or nobody, before the hub begins to lie about one of them."""
    former = world.clients["mo"]
    former.close()
    transport = LyingTransport(world.url, world.clients[about].author.user, lie)
    world.clients["mo"] = client = Client(former.profile, transport)
    for case in client.cases.ids() if met else ():
        client.cases.view(case)
    transport.lies = True
    return client


def add_device(client: Client) -> None:
    """Let one more device of this user enter, as a thief of the account would: this client knows nothing of it."""
    author = client.author
    device = KeyPair(SigningKey(os.urandom(32)), BoxKey(os.urandom(32))).public
    unboxed = device_add_body(author.preamble(), device)
    seed = author.identity.seeds[author.generation]
    boxes = seal_user_seeds(seed, {device.id: device.box}, key_context(unboxed))
    link = author.sign(with_boxes(unboxed, boxes)).to_json()
    wire = {to: to_base64url(box) for to, box in boxes.items()}
    client.hub.transport.post(f"/v1/users/{author.user}/links", {"links": [{"statement": link, "boxes": wire}]})


def test_everybody_of_the_cases_is_proven_and_nothing_has_to_be_asked(world: World) -> None:
    status, told, lines = audited(world.clients["mo"])
    assert (status, told["found"]) == (0, False)
    assert {key["user"] for key in told["keys"]} == {client.author.user for client in world.clients.values()}
    assert "chaque clé prouvée par le journal" in lines


def test_a_chain_whose_head_the_log_does_not_prove_is_refused_and_the_others_are_still_audited(world: World) -> None:
    def forget(answer: dict[str, Any]) -> None:
        answer["head"]["proof"] = answer["head"]["proof"].replace("index ", "index 1")

    status, told, _ = audited(lied_to(world, "ide", forget))
    refused = [key["user"] for key in told["keys"] if Remark.REFUSED.value in key["remarks"]]
    assert status == 7
    assert refused == [world.clients["ide"].author.user]


def test_links_that_the_log_does_not_know_are_refused(world: World) -> None:
    other = world.clients["person"].hub.transport.get(f"/v1/users/{world.clients['person'].author.user}")

    def swap(answer: dict[str, Any]) -> None:
        answer["links"] = other["links"]

    client = lied_to(world, "ide", swap)
    assert audited(client)[0] == 7
    # Who has never met them does not even read the case.
    client.directory = Directory(client.hub, client.clock)
    with pytest.raises(VerificationError):
        client.directory.user(world.clients["ide"].author.user)


def test_a_client_that_never_met_them_says_which_case_rests_on_a_refused_key_and_audits_the_others(
    world: World,
) -> None:
    mo, (case,) = world.clients["mo"], world.clients["mo"].cases.ids()
    other = mo.cases.open(person=world.clients["person"].author.user).case

    def forget(answer: dict[str, Any]) -> None:
        answer["head"]["proof"] = answer["head"]["proof"].replace("index ", "index 1")

    status, told, lines = audited(lied_to(world, "ide", forget, met=False))
    # A finding, as for a client that knows them: not the refusal that would end any other command.
    assert (status, told["unread"]) == (7, [case])
    assert other != case
    assert {key["user"] for key in told["keys"]} == {mo.author.user, world.clients["person"].author.user}
    assert f"✗ dossier {case[:8]} : une clé de ses membres est refusée." in lines


def test_a_link_of_ours_that_this_device_did_not_make_stops_everything_and_is_kept(world: World) -> None:
    ide = world.clients["ide"]
    add_device(ide)
    with pytest.raises(EvidenceError):
        ide.keys.audit([])
    assert list(ide.profile.config.evidence.iterdir())


def test_a_new_device_of_a_colleague_is_told_and_stops_nobody(world: World) -> None:
    add_device(world.clients["ide"])
    status, told, lines = audited(world.clients["mo"])
    assert (status, told["found"]) == (0, False)
    assert "nouvel appareil" in lines


def test_another_account_of_a_colleague_asks_for_a_voice(world: World) -> None:
    again = world.profile("ide again")
    world.door.subjects[again.author.user] = "ide"
    world.log_in(again)
    status, _, lines = audited(world.clients["mo"])
    assert status == 7
    assert "confirmez de vive voix" in lines
    status, told, _ = audited(world.clients["ide"])
    assert status == 7
    assert told["alarms"]
