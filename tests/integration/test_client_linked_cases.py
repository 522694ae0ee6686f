"""Two cases of one person with real clients around a real hub: one goes on, the other closes to writing (F24)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.appending import Appended
from volet_client.client import Client
from volet_client.errors import NotPermittedError, UsageError, VerificationError
from volet_client.members import GENERAL, Terms, cross_category_line
from volet_client.refusals import DeniedError, RefusedError
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import Reason
from volet_protocol.fact_meetings import CLOSED, CONTINUES, CaseLink
from volet_protocol.fact_notices import Information, Recipients, ToUser
from volet_protocol.kinds import Content
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("other", "S10", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "practice")
        world.professional("carer", "S9", "ssiad")
        world.person("mme")
        yield world


def opened(world: World, by: str, *members: str) -> str:
    client = world.clients[by]
    case = client.cases.open(person=world.clients["mme"].author.user).case
    client.members.give_notice(case, [GENERAL], "oral")
    for name in members:
        client.members.add(case, world.clients[name].author.user, Terms())
    return case


def write(client: Client, case: str, text: str = "Suite") -> str:
    return client.entries.post(case, DETAIL, "Note", fields={"text": text}).id


def read(client: Client, case: str, entry: str) -> str:
    body = client.entries.read(case, DETAIL, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


@pytest.fixture
def cases(world: World) -> tuple[str, str]:
    """The case that goes on and the one that closes, opened by two services; the doctor takes part in both."""
    return opened(world, "coord", "mo"), opened(world, "other", "mo", "inf")


def test_a_closed_case_takes_no_entry_and_stays_readable(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    mo, inf = world.clients["mo"], world.clients["inf"]
    entry = write(mo, closing, "Avant")
    mo.cases.sync(closing)
    mo.linked_cases.bring_together(goes_on, closing, "oral")
    with pytest.raises(NotPermittedError) as caught:
        write(inf, closing)
    assert goes_on[:8] in caught.value.said.fr
    assert read(inf, closing, entry) == "Avant"
    write(mo, goes_on)


def test_the_hub_refuses_an_entry_that_was_under_way_when_the_case_closed(
    world: World, cases: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, closing = cases
    mo, inf = world.clients["mo"], world.clients["inf"]
    write(mo, closing)
    mo.cases.sync(closing)
    sent = inf.hub.transport.post
    raced: list[Appended] = []

    def closed_meanwhile(path: str, body: JsonObject) -> JsonObject:
        if path == "/v1/entries" and not raced:
            raced.append(mo.linked_cases.bring_together(goes_on, closing, "oral"))
        return sent(path, body)

    monkeypatch.setattr(inf.hub.transport, "post", closed_meanwhile)
    with pytest.raises(DeniedError) as caught:
        write(inf, closing)
    assert caught.value.details()["reason"] == "closed"
    assert len(mo.entries.titles(closing, DETAIL)) == 1


def test_a_reader_refuses_what_a_hub_let_in_after_the_closing(
    world: World, cases: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, closing = cases
    mo, inf = world.clients["mo"], world.clients["inf"]
    before = write(mo, closing)
    mo.cases.sync(closing)
    sent = inf.hub.transport.post
    raced: list[Appended] = []

    def closed_meanwhile(path: str, body: JsonObject) -> JsonObject:
        if path == "/v1/entries" and not raced:
            raced.append(mo.linked_cases.bring_together(goes_on, closing, "oral"))
        return sent(path, body)

    monkeypatch.setattr(inf.hub.transport, "post", closed_meanwhile)
    # A hub that does not keep the rule, whatever it says.
    monkeypatch.setattr("volet_service.application.post_entry.check_writable", lambda _main, _now_ms: None)
    after = write(inf, closing)
    with pytest.raises(VerificationError) as caught:
        mo.entries.read(closing, DETAIL, after)
    assert caught.value.reason is Reason.CLOSED
    assert read(mo, closing, before) == "Suite"


def test_no_exchange_starts_in_a_closed_case(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    mo = world.clients["mo"]
    mo.linked_cases.bring_together(goes_on, closing, "oral")
    with pytest.raises(DeniedError) as caught:
        mo.exchanges.open(closing, "medical", 2, [world.clients["inf"].author.user])
    assert caught.value.details()["reason"] == "closed"
    assert mo.exchanges.ids(closing) == []


def test_what_narrows_is_still_taken(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    mo, mme, other = (world.clients[name] for name in ("mo", "mme", "other"))
    mme.members.give_consent(closing, [Information("medical", 1)], Recipients(rows=("H4",)))
    mo.linked_cases.bring_together(goes_on, closing, "oral")
    mme.members.withdraw_consent(closing, "last")
    mme.members.oppose(closing, [world.clients["inf"].author.user])
    other.members.end(closing, world.clients["inf"].author.user)


def test_one_side_alone_closes_nothing(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    other = world.clients["other"]
    with pytest.raises(UsageError):
        other.linked_cases.close(closing, goes_on, "oral")
    with pytest.raises(DeniedError) as caught:
        other.linked_cases.close(closing, goes_on, "oral", code="ab" * 32)
    assert caught.value.details().get("reason") == "unknown-reference"
    write(world.clients["mo"], closing)


def test_each_side_signs_in_turn_when_nobody_takes_part_in_both(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    coord, other = world.clients["coord"], world.clients["other"]
    code = coord.linked_cases.go_on(goes_on, closing, "oral")
    assert [(link.role, link.effective) for link in coord.linked_cases.links(goes_on)] == [(CONTINUES, None)]
    other.linked_cases.close(closing, goes_on, "oral", code)
    assert [(link.role, link.effective) for link in other.linked_cases.links(closing)] == [(CLOSED, True)]
    assert [link.effective for link in world.clients["mo"].linked_cases.links(goes_on)] == [True]


def test_the_code_of_another_case_closes_nothing(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    third = opened(world, "coord", "mo")
    code = world.clients["coord"].linked_cases.go_on(goes_on, third, "oral")
    with pytest.raises(DeniedError):
        world.clients["other"].linked_cases.close(closing, goes_on, "oral", code)


def test_who_takes_part_in_neither_links_nothing(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    inf = world.clients["inf"]
    with pytest.raises(RefusedError):
        inf.linked_cases.go_on(goes_on, closing, "oral")


def test_a_function_that_does_not_coordinate_links_nothing_and_is_told_who_does(
    world: World, cases: tuple[str, str]
) -> None:
    goes_on, closing = cases
    world.clients["other"].members.add(closing, world.clients["carer"].author.user, Terms())
    with pytest.raises(NotPermittedError) as caught:
        world.clients["carer"].linked_cases.close(closing, goes_on, "oral", "ab" * 32)
    assert "fonction" in caught.value.said.fr


def test_cases_are_not_linked_twice_nor_in_a_circle_nor_with_themselves(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    links = world.clients["mo"].linked_cases
    with pytest.raises(UsageError):
        links.go_on(goes_on, goes_on, "oral")
    links.bring_together(goes_on, closing, "oral")
    with pytest.raises(UsageError):
        links.bring_together(goes_on, closing, "oral")
    with pytest.raises(UsageError):
        links.bring_together(closing, goes_on, "oral")
    with pytest.raises(UsageError):
        links.go_on(closing, opened(world, "coord", "mo"), "oral")


def test_a_mistake_is_taken_back(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    mo = world.clients["mo"]
    mo.linked_cases.bring_together(goes_on, closing, "oral")
    mo.linked_cases.end(closing, goes_on)
    assert not mo.linked_cases.links(closing)
    write(mo, closing)
    with pytest.raises(UsageError):
        mo.linked_cases.end(closing, goes_on)


def test_the_closing_says_where_each_list_ends(world: World, cases: tuple[str, str]) -> None:
    goes_on, closing = cases
    mo = world.clients["mo"]
    write(mo, closing)
    view = mo.linked_cases.bring_together(goes_on, closing, "oral").view
    (record,) = view.main.facts.of(CaseLink)
    assert view.main.fact_lists[record.hash]["medical/2"].n == 1


def test_in_a_closed_case_an_entry_is_opened_by_its_author_and_by_nobody_else(
    world: World, cases: tuple[str, str]
) -> None:
    goes_on, closing = cases
    mo, inf, coord = (world.clients[name] for name in ("mo", "inf", "coord"))
    entry = write(mo, closing)
    mo.cases.sync(closing)
    world.clients["other"].members.add(closing, coord.author.user, Terms())
    line = cross_category_line([Information("medical", 2)], 1, ToUser(coord.author.user, 2))
    mo.members.give_notice(closing, [line], "oral")
    mo.linked_cases.bring_together(goes_on, closing, "oral")
    with pytest.raises(DeniedError) as caught:
        inf.openings.open(inf.cases.view(closing), DETAIL, entry, coord.author.user)
    assert caught.value.details()["reason"] == "not-entitled"
    mo.openings.open(mo.cases.view(closing), DETAIL, entry, coord.author.user)
    assert read(coord, closing, entry) == "Suite"


def test_the_person_sees_all_her_cases(world: World, cases: tuple[str, str]) -> None:
    assert set(cases) <= set(world.clients["mme"].cases.ids())
