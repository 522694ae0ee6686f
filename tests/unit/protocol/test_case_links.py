"""Links of a case: one spelling each, closed fields, sets in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from support.cases import CaseWorld
from support.identities import seed32
from volet_protocol.canonical import JsonValue
from volet_protocol.case_links import CaseCreate, ClassCreate, box_context
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.link_reading import read_link, targets
from volet_protocol.statements import Statement, from_json

MEDICAL = "medical/2"


def world() -> CaseWorld:
    world = CaseWorld.team()
    world.claim("doctor", "medical/1", MEDICAL)
    world.grant("doctor", "nurse", {MEDICAL: (1, 0), "medical/1": (1, 0)})
    return world


LINKS: Mapping[str, Callable[[CaseWorld], Statement]] = {
    "fact": lambda world: world.inform(),
    "claim": lambda world: world.claim("doctor", "transmissions/2"),
    "grant": lambda world: world.grant("doctor", "nurse", {MEDICAL: None}),
    "revoke": lambda world: world.revoke("doctor", "nurse", MEDICAL),
    "rotate": lambda world: world.rotate("doctor", MEDICAL),
    "opening": lambda world: world.open_to("doctor", "nurse", seed32("entry").hex()),
    "opening-close": lambda world: world.close("doctor", seed32("x").hex()),
}


def refusal(statement: Statement, changes: Mapping[str, JsonValue]) -> Reason:
    body = {name: value for name, value in {**statement.body, **changes}.items() if value != "absent"}
    with pytest.raises(ProtocolError) as caught:
        read_link(Statement(body, statement.signature))
    return caught.value.reason


@pytest.mark.parametrize("kind", LINKS)
def test_a_link_reads_back_as_it_was_composed(kind: str) -> None:
    statement = LINKS[kind](world())
    assert statement.type == kind
    assert read_link(statement).body() == statement.body
    assert from_json(statement.to_json()).hash == statement.hash


@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"more": 1}, Reason.UNKNOWN_FIELD),
        ({"prev": "absent"}, Reason.MISSING_FIELD),
        ({"policy": "ABC"}, Reason.MALFORMED),
        ({"seq": 0}, Reason.MALFORMED),
        ({"class": "secret"}, Reason.MALFORMED),
        ({"v": 2}, Reason.WRONG_VERSION),
        ({"alg": "rsa"}, Reason.WRONG_ALGORITHM),
        ({"main_head": {"seq": 1, "hash": "0" * 64}}, Reason.UNKNOWN_FIELD),
        ({"class": "minor_secret"}, Reason.MISSING_FIELD),
        ({"fresh": {"size": 0, "root": "0" * 64, "time_ms": 1}}, Reason.MALFORMED),
    ],
)
def test_a_link_with_another_shape_is_refused(kind: str, changes: dict[str, JsonValue], reason: Reason) -> None:
    assert refusal(LINKS[kind](world()), changes) is reason


@pytest.mark.parametrize("kind", ["claim", "grant", "rotate"])
def test_sections_stand_in_order_and_once(kind: str) -> None:
    made = world()
    makers = {
        "claim": lambda: made.claim("doctor", "transmissions/1", "transmissions/2"),
        "grant": lambda: made.grant("doctor", "nurse", {MEDICAL: (1, 0), "medical/1": (1, 0)}),
        "rotate": lambda: made.rotate("doctor", "medical/1", MEDICAL),
    }
    statement = makers[kind]()
    sections = statement.body["sections"]
    assert isinstance(sections, list)
    assert refusal(statement, {"sections": sections[::-1]}) is Reason.MALFORMED
    assert refusal(statement, {"sections": [sections[0], sections[0]]}) is Reason.MALFORMED
    assert refusal(statement, {"sections": []}) is Reason.MALFORMED
    assert refusal(statement, {"sections": [{**sections[0], "section": "secrets/1"}]}) is Reason.MALFORMED


def test_readers_of_a_rotation_stand_in_order_and_once() -> None:
    statement = world().rotate("doctor", MEDICAL)
    readers = statement.body["readers"]
    assert isinstance(readers, list)
    assert refusal(statement, {"readers": readers[::-1]}) is Reason.MALFORMED
    assert refusal(statement, {"readers": [readers[0], readers[0]]}) is Reason.MALFORMED


def test_a_slice_does_not_end_before_it_starts() -> None:
    statement = world().grant("doctor", "nurse", {MEDICAL: (1, 0)})
    for changes in ({"from_epoch": 2}, {"from_step": 1}, {"epoch": 0}):
        item: JsonValue = {"section": MEDICAL, "from_epoch": 1, "from_step": 0, "epoch": 1, "step": 0, **changes}
        assert refusal(statement, {"sections": [item]}) is Reason.MALFORMED


def test_an_opening_names_known_parts_in_their_order() -> None:
    statement = world().open_to("doctor", "nurse", seed32("entry").hex())
    for parts in (["body", "title"], [], ["attachment"], ["title", "title"]):
        entry: JsonValue = {"id": seed32("entry").hex(), "parts": parts}
        assert refusal(statement, {"entries": [entry]}) is Reason.MALFORMED


def test_a_box_is_bound_to_everything_but_the_hashes_of_boxes() -> None:
    made = world()
    grant = dict(made.grant("doctor", "nurse", {MEDICAL: (1, 0)}).body)
    assert box_context(grant) == box_context({**grant, "box": "0" * 64})
    assert box_context(grant) != box_context({**grant, "generation": 2})
    rotate = dict(made.rotate("doctor", MEDICAL).body)
    readers = rotate["readers"]
    assert isinstance(readers, list)
    assert box_context(rotate) == box_context({**rotate, "readers": [{**one, "box": "0" * 64} for one in readers]})
    assert box_context(rotate) != box_context({**rotate, "readers": readers[:1]})


def test_a_revocation_names_no_box() -> None:
    assert targets(read_link(world().revoke("doctor", "nurse", MEDICAL))) == ()


def test_the_links_that_create_chains_read_back() -> None:
    made = world()
    create = made.sent["main"][0].statement
    assert CaseCreate.read(create).body() == create.body
    made.class_create("minor_secret")
    hidden = made.sent["minor_secret"][0].statement
    assert ClassCreate.read(hidden).body() == hidden.body


@pytest.mark.parametrize(("name", "value"), [("class", "main"), ("seq", 1), ("salt", "AAAA")])
def test_a_hidden_class_is_created_in_one_shape(name: str, value: JsonValue) -> None:
    made = world()
    made.class_create("minor_secret")
    statement = made.sent["minor_secret"][0].statement
    with pytest.raises(ProtocolError) as caught:
        ClassCreate.read(Statement({**statement.body, name: value}, statement.signature))
    assert caught.value.reason is Reason.MALFORMED
