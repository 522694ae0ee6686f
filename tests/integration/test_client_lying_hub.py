"""A hub that lies to one real client: between them stands a transport that changes what is served."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.errors import EvidenceError, VerificationError
from volet_client.members import GENERAL, Terms
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import Reason
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")
NUMBERS = itertools.count()
Lie = Callable[[str, dict[str, Any]], dict[str, Any]]


class LyingTransport(HttpTransport):
    """The real hub's answers, changed by `lie` on their way."""

    lie: Lie | None = None

    def get(self, path: str, **params: str | int) -> JsonObject:
        return self._told(path, super().get(path, **params))

    def post(self, path: str, body: JsonObject) -> JsonObject:
        return self._told(path, super().post(path, body))

    def _told(self, path: str, answer: JsonObject) -> JsonObject:
        if self.lie is None:
            return answer
        return cast("JsonObject", self.lie(path, cast("dict[str, Any]", copy.deepcopy(answer))))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("lying")) as world:
        world.professional("mo", "H1", "practice")
        yield world


@pytest.fixture
def world(hub: World) -> Iterator[World]:
    """The hub, with a nurse of this test alone: what she believes is spoilt by it."""
    name = f"inf-{next(NUMBERS)}"
    hub.clients["inf"] = hub.professional(name, "H2", "clinic")
    yield hub
    hub.clients.pop(name).close()
    hub.clients.pop("inf").close()


@pytest.fixture
def case(world: World) -> str:
    mo = world.clients["mo"]
    case = mo.cases.open().case
    mo.members.give_notice(case, [GENERAL], "oral")
    mo.members.add(case, world.clients["inf"].author.user, Terms())
    return case


@pytest.fixture
def entry(world: World, case: str) -> str:
    mo = world.clients["mo"]
    entry = mo.entries.post(case, DETAIL, "Titre", fields={"text": "texte"}).id
    mo.cases.sync(case)
    return entry


def lied_to(world: World, name: str, lie: Lie) -> Client:
    """Another process of a profile, behind the lie."""
    before = world.clients[name]
    before.close()
    transport = LyingTransport(world.url)
    transport.lie = lie
    client = Client(before.profile, transport)
    world.clients[name] = client
    return client


def on(part: str, change: Callable[[dict[str, Any]], object]) -> Lie:
    def lie(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        if part in path:
            change(answer)
        return answer

    return lie


def drop_last_link(answer: dict[str, Any]) -> None:
    answer["links"].pop()


def flip_box(answer: dict[str, Any]) -> None:
    for link in answer["links"]:
        if "box" in link:
            link["box"] = ("B" if link["box"][0] == "A" else "A") + link["box"][1:]


def change_fact(answer: dict[str, Any]) -> None:
    for link in answer["links"]:
        if link.get("fact", {}).get("type") == "participation":
            link["fact"]["limb"] = 3


def swap_share(answer: dict[str, Any]) -> None:
    for item in answer["items"]:
        item["share"] = "A" * 43


def flip_ciphertext(answer: dict[str, Any]) -> None:
    for item in answer["items"]:
        text = item["ciphertext"]
        item["ciphertext"] = ("B" if text[0] == "A" else "A") + text[1:]


def hide_entry(answer: dict[str, Any]) -> None:
    answer["entries"].pop()


def ghost_device(answer: dict[str, Any]) -> None:
    answer["links"].append(answer["links"][0])


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (on("/chains/main", drop_last_link), Reason.WRONG_HASH),
        (on("/chains/main", change_fact), Reason.WRONG_HASH),
        (on("/v1/releases", swap_share), Reason.BAD_SHARE),
        (on("/v1/releases", flip_ciphertext), Reason.WRONG_HASH),
        (on("/lists/", hide_entry), Reason.WRONG_LIST),
        (on("/v1/users/", ghost_device), Reason.WRONG_TYPE),
    ],
)
def test_what_was_changed_on_its_way_is_refused_by_name(
    world: World, case: str, entry: str, lie: Lie, reason: Reason
) -> None:
    inf = lied_to(world, "inf", lie)
    with pytest.raises(VerificationError) as caught:
        inf.entries.read(case, DETAIL, entry)
    assert caught.value.reason is reason
    assert caught.value.hint.fr


def test_a_box_that_does_not_open_is_named_and_stops_nothing_else(world: World, case: str, entry: str) -> None:
    inf = lied_to(world, "inf", on("/chains/main", flip_box))
    view = inf.cases.view(case)
    assert list(view.classes["main"].refused.values()) == [Reason.BAD_BOX.value]
    assert view.main.head.seq > 0
    assert entry


def test_a_receipt_of_another_request_is_refused_before_anything_is_decrypted(
    world: World, case: str, entry: str
) -> None:
    kept: list[Any] = []

    def replay(answer: dict[str, Any]) -> None:
        kept.append(copy.deepcopy(answer["receipt"]))
        answer["receipt"] = kept[0]

    inf = lied_to(world, "inf", on("/v1/releases", replay))
    with pytest.raises(VerificationError) as caught:
        inf.entries.read(case, DETAIL, entry)
    assert caught.value.reason in {Reason.WRONG_REQUEST, Reason.ROLLED_BACK}


def test_a_hub_that_goes_back_leaves_evidence_and_is_used_no_more(world: World, case: str, entry: str) -> None:
    old: dict[str, Any] = {}
    mo, inf = world.clients["mo"], world.clients["inf"]
    chain = inf.cases.view(case).main.chain
    old.update(cast("dict[str, Any]", inf.hub.transport.get(f"/v1/cases/{case}/chains/main")))
    mo.members.give_notice(case, [GENERAL], "paper")
    inf.cases.view(case)
    inf.close()
    transport = LyingTransport(world.url)
    transport.lie = lambda path, answer: copy.deepcopy(old) if "/chains/main" in path else answer
    client = Client(inf.profile, transport)
    world.clients["inf"] = client
    with pytest.raises(VerificationError):
        client.cases.view(case)
    assert client.hub.trust.head("case", chain) is not None
    assert entry


def test_evidence_of_a_fork_is_written_before_anybody_hears_of_it(world: World, case: str) -> None:
    inf = world.clients["inf"]
    inf.cases.view(case)
    inf.close()
    held = inf.hub.trust.to_json()
    for item in cast("list[dict[str, Any]]", held["heads"]):
        if item["label"] == "case":
            item["hash"] = "f" * 64
    inf.profile.save("state", held)
    client = Client(inf.profile, HttpTransport(world.url))
    world.clients["inf"] = client
    with pytest.raises(EvidenceError) as caught:
        client.cases.view(case)
    assert caught.value.exit_status == 7
    assert caught.value.evidence is not None
    record = json.loads(caught.value.evidence.read_text("utf-8"))
    assert record["evidence"][0]["reason"] == "forked"
    with pytest.raises(EvidenceError):
        client.cases.view(case)
    again = Client(inf.profile, HttpTransport(world.url))
    with pytest.raises(VerificationError):
        again.cases.view(case)
    again.hub.transport.close()


def test_a_policy_that_is_not_the_pinned_one_is_refused(world: World, case: str) -> None:
    def widen(answer: dict[str, Any]) -> None:
        answer["table"] = answer["table"][:-4] + "AAAA"

    inf = lied_to(world, "inf", on("/v1/policy", widen))
    with pytest.raises(VerificationError) as caught:
        inf.cases.view(case)
    assert "mettez votre application à jour" in caught.value.hint.fr
