"""The rules change while a hub and its clients run: at once, logged, and what readers lost is rotated away."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from support.client_world import World, client_world
from support.identities import CONTROLLER, HUB
from volet_client.cli.main import main
from volet_client.client import Client
from volet_client.errors import NotPermittedError
from volet_client.members import GENERAL, Terms
from volet_client.refusals import DeniedError
from volet_client.resources import policies, shipped_table
from volet_protocol import canonical
from volet_protocol.activation import PolicyActivation, activation_body, sign_activation
from volet_protocol.encodings import to_base64url
from volet_protocol.hashing import sha256
from volet_protocol.narrowing import Cell, narrow
from volet_protocol.places import Place
from volet_protocol.sections import KeyId

SECTION = "medication/2"
DETAIL = Place("section", SECTION)
CEILING = (policies() / "table.json").read_bytes()
NARROWER = narrow(CEILING, [Cell("H2", "medication", "0")])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "clinic")
        world.professional("ide", "H2", "practice")
        yield world


@pytest.fixture
def case(world: World) -> str:
    """A doctor and two nurses of one team under the shipped rules, who hold the keys of the medication section."""
    put_into_force(world, CEILING)
    coord, mo = world.clients["coord"], world.clients["mo"]
    case = coord.cases.open().case
    coord.members.give_notice(case, [GENERAL], "oral")
    for name in ("mo", "inf", "ide"):
        coord.members.add(case, world.clients[name].author.user, Terms())
    post(mo, case)
    mo.cases.sync(case)
    for name in ("mo", "inf", "ide"):
        assert holds(world.clients[name], case)
    return case


def put_into_force(world: World, table: bytes) -> None:
    """Let the controllers activate a table, and a command hand it to the running hub."""
    receipts = httpx.get(f"{world.url}/v1/policy/activations", trust_env=False).json()["receipts"]
    before = None
    if receipts:
        before = PolicyActivation.read(canonical.encode(receipts[-1]["identity"]["payload"]["request"])).content
    body = activation_body(
        hub=HUB, table=sha256(table).hex(), version=before.version + 1 if before else 1, from_ms=0,
        previous=before.hash if before else None,
    )  # fmt: skip
    (world.folder / "activation.json").write_bytes(sign_activation(body, [CONTROLLER]))
    (world.folder / "table.json").write_bytes(table)
    (world.folder / "trust.json").write_bytes(world.trust)
    names = [str(world.folder / name) for name in ("activation.json", "table.json")]
    assert main(["controller", "publish", *names, "--trust", str(world.folder / "trust.json"), "--hub", world.url]) == 0


def post(client: Client, case: str) -> str:
    return client.entries.post(case, DETAIL, "Ordonnance", fields={"text": "loutre-ocre-12"}).id


def holds(client: Client, case: str) -> bool:
    """Whether a client holds the newest key of the medication section."""
    chain = client.cases.view(case).classes["main"]
    known = chain.state.section(SECTION)
    return chain.ring.holds(KeyId(SECTION, known.epoch, known.step))


def test_the_next_request_of_a_client_that_stays_open_is_decided_by_the_narrower_table(world: World, case: str) -> None:
    inf, mo = world.clients["inf"], world.clients["mo"]
    entry = post(mo, case)
    assert inf.entries.read(case, DETAIL, entry)
    put_into_force(world, NARROWER)
    with pytest.raises(DeniedError):
        inf.entries.read(case, DETAIL, entry)
    with pytest.raises(NotPermittedError):
        post(inf, case)
    assert mo.entries.read(case, DETAIL, entry)


def test_readers_on_a_lost_cell_are_left_behind_by_the_next_write(world: World, case: str) -> None:
    inf, mo = world.clients["inf"], world.clients["mo"]
    put_into_force(world, NARROWER)
    before = mo.cases.view(case).main.section(SECTION).epoch
    assert inf.author.user in mo.cases.view(case).main.section(SECTION).readers
    entry = post(mo, case)
    section = mo.cases.view(case).main.section(SECTION)
    assert section.epoch == before + 1
    assert set(section.readers) == {mo.author.user}
    assert not holds(inf, case)
    assert holds(mo, case)
    assert mo.entries.read(case, DETAIL, entry)


def test_nobody_hands_the_lost_keys_out_again_until_the_rules_open_the_cell_again(world: World, case: str) -> None:
    inf, mo = world.clients["inf"], world.clients["mo"]
    put_into_force(world, NARROWER)
    post(mo, case)
    _, duties = mo.cases.sync(case)
    assert inf.author.user not in duties.granted
    assert not holds(inf, case)
    put_into_force(world, CEILING)
    _, duties = mo.cases.sync(case)
    assert inf.author.user in duties.granted
    assert holds(inf, case)


def test_a_client_that_comes_later_judges_each_link_by_the_table_of_its_time(world: World, case: str) -> None:
    put_into_force(world, NARROWER)
    post(world.clients["mo"], case)
    put_into_force(world, CEILING)
    post(world.clients["mo"], case)
    view = world.reopen("ide").cases.view(case)
    named = {str(link) for link in (sha256(NARROWER).hex(), shipped_table().hash)}
    assert view.main.voids == {}
    assert view.main.void_sections == {}
    assert named <= set(world.clients["ide"].rules.tables)


def test_a_structures_own_narrowing_binds_its_staff_and_the_refusal_says_so(world: World, case: str) -> None:
    entry = post(world.clients["mo"], case)
    put_into_force(world, narrow(CEILING, [Cell("H2", "medication", "0", "clinic")]))
    with pytest.raises(DeniedError) as caught:
        world.clients["inf"].entries.read(case, DETAIL, entry)
    assert "Votre structure" in caught.value.said.fr
    assert world.clients["ide"].entries.read(case, DETAIL, entry)
    post(world.clients["mo"], case)
    assert not holds(world.clients["inf"], case)
    assert holds(world.clients["ide"], case)


def test_what_was_signed_under_the_table_before_is_refused_by_the_running_hub(world: World, case: str) -> None:
    """Everybody's ten minutes of grace are for links already in a chain, never for what is new."""
    mo = world.clients["mo"]
    view = mo.cases.view(case)
    put_into_force(world, NARROWER)
    head = view.classes["main"].state.head
    statement = mo.author.sign(
        {
            **mo.author.preamble().to_json("fact"), "case": case, "class": "main", "seq": head.seq + 1,
            "prev": head.hash, "policy": shipped_table().hash, "capacity": mo.author.capacity or "",
            "fact": sha256(b"").hex(),
        }
    )  # fmt: skip
    link = {"statement": statement.to_json(), "fact": {"type": "notice"}}
    answer = httpx.post(
        f"{world.url}/v1/cases/{case}/chains/main", json={"links": [link]}, trust_env=False,
        headers={"Authorization": f"Volet {mo.hub.transport.token}"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["reason"]) == (409, "wrong-policy")
    assert answer.headers["volet-policy"] == sha256(NARROWER).hex()


def refusal(world: World, table: bytes, activation: bytes) -> tuple[int, str]:
    asked = {"table": to_base64url(table), "activation": canonical.decode(activation)}
    answer = httpx.post(f"{world.url}/v1/policy", json=asked, trust_env=False)
    return answer.status_code, str(answer.json().get("reason"))


def test_the_hub_takes_an_activation_again_without_a_second_leaf(world: World) -> None:
    put_into_force(world, NARROWER)
    activation = (world.folder / "activation.json").read_bytes()
    asked = {"table": to_base64url(NARROWER), "activation": canonical.decode(activation)}
    leaves = [
        httpx.post(f"{world.url}/v1/policy", json=asked, trust_env=False).json()["receipt"]["leaf"] for _ in range(2)
    ]
    assert leaves[0] == leaves[1]
    assert len(httpx.get(f"{world.url}/v1/policy/activations", trust_env=False).json()["receipts"]) >= 1
