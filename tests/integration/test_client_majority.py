"""A minor's case when the person comes of age: parents lose access, keys change, the young adult has the account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.majority import eighteenth_birthday
from volet_client.members import GENERAL, Terms
from volet_client.refusals import NotFoundError
from volet_protocol.fact_powers import Mandate, MinorSecret
from volet_protocol.kinds import Content
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")
YEAR = 365 * 86_400_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("mo", "H1", "practice")
        world.person("mother")
        world.person("eve")
        yield world


@pytest.fixture
def case(world: World) -> str:
    """A minor's case: a doctor in it, and the mother who holds authority."""
    coord = world.clients["coord"]
    case = coord.cases.open(majority_ms=coord.clock() + YEAR).case
    coord.members.give_notice(case, [GENERAL], "oral")
    coord.members.add(case, world.clients["mo"].author.user, Terms())
    mother = world.clients["mother"].author.user
    coord.members.record(
        case, Mandate("parental_authority", mother, ("person", "property"), "representation", coord.clock())
    )
    return case


def write(client: Client, case: str) -> tuple[str, int | None]:
    posted = client.entries.post(case, DETAIL, "Note", fields={"text": "Suite"})
    return posted.id, posted.epoch


def read(client: Client, case: str, entry: str) -> str:
    body = client.entries.read(case, DETAIL, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


def test_at_majority_a_parent_reads_nothing_and_what_comes_next_is_under_another_key(world: World, case: str) -> None:
    coord, mo, mother, eve = (world.clients[name] for name in ("coord", "mo", "mother", "eve"))
    entry, epoch = write(mo, case)
    mo.cases.sync(case)
    assert read(mother, case, entry) == "Suite"
    coord.majority.set_date(case, coord.clock())
    with pytest.raises(NotFoundError):
        mother.entries.read(case, DETAIL, entry)
    assert mo.majority.work(case)[1].rotated == ["medical/2"]
    coord.majority.set_account(case, eve.author.user)
    later, after = write(mo, case)
    assert (epoch, after) == (1, 2)
    mo.cases.sync(case)
    assert read(eve, case, later) == "Suite"
    with pytest.raises(NotFoundError):
        mother.cases.view(case)


def test_the_date_stays_when_the_account_is_recorded_and_the_account_when_the_date_is(world: World, case: str) -> None:
    coord, eve = world.clients["coord"], world.clients["eve"].author.user
    before = coord.majority.standing(case).majority_ms
    coord.majority.set_account(case, eve)
    assert coord.majority.standing(case).majority_ms == before
    coord.members.set_person(case, eve)
    assert coord.majority.standing(case).majority_ms == before
    coord.majority.set_date(case, coord.clock())
    assert coord.majority.standing(case).accounts == (eve,)


def test_an_adult_is_not_made_a_minor_again(world: World, case: str) -> None:
    coord = world.clients["coord"]
    coord.majority.set_date(case, coord.clock())
    with pytest.raises(UsageError):
        coord.majority.set_date(case, coord.clock() + YEAR)


def test_a_parents_account_does_not_become_the_young_adults(world: World, case: str) -> None:
    with pytest.raises(UsageError) as caught:
        world.clients["coord"].majority.set_account(case, world.clients["mother"].author.user)
    assert "représentant" in caught.value.said.fr


def test_who_holds_authority_and_which_secrets_end_is_said(world: World, case: str) -> None:
    coord, mo = world.clients["coord"], world.clients["mo"]
    entry, _ = write(mo, case)
    mo.members.record(case, MinorSecret((entry,), "L1111-5", mo.clock()))
    standing = coord.majority.standing(case)
    assert (standing.of_age, standing.secrets) == (False, 1)
    assert standing.holders == (world.clients["mother"].author.user,)
    coord.majority.set_date(case, coord.clock())
    assert coord.majority.standing(case).of_age


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        (dt.date(2008, 5, 3), dt.date(2026, 5, 3)),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1)),
        (dt.date(2008, 12, 31), dt.date(2026, 12, 31)),
    ],
)
def test_somebody_is_of_age_on_their_eighteenth_birthday(born: dt.date, of_age: dt.date) -> None:
    assert eighteenth_birthday(born) == of_age
