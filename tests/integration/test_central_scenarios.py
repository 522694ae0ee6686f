"""Ten central situations of the law, lived with real clients around a real hub: what each user is answered.

The same situations stand as records in tests/scenarios, where the policy alone is asked. Here the person really is
told, agrees, withdraws and opposes, professionals really write and ask, and the answer is the one that travels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.members import GENERAL, Terms, cross_category_line
from volet_client.refusals import ConsentMissingError, DeniedError, NotFoundError, NoticeMissingError, RefusedError
from volet_protocol.capacities import DAY_MS
from volet_protocol.fact_notices import Information, Recipients, ToFunction
from volet_protocol.fact_people import Person
from volet_protocol.fact_powers import Mandate, MinorSecret
from volet_protocol.kinds import Content
from volet_protocol.places import Place
from volet_protocol.vocabulary import PERSON, PROPERTY, ROWS

YEAR_MS = 365 * DAY_MS


@dataclass(frozen=True)
class Case:
    """A case of the world, and its entries by place and author."""

    world: World
    id: str

    def client(self, name: str) -> Client:
        return self.world.clients[name]

    def write(self, author: str, section: str) -> str:
        """Let somebody write in a section; whoever holds its keys then hands them to whom the table permits."""
        text = {"text": f"{author} dans {section}"}
        entry = self.client(author).entries.post(self.id, Place("section", section), "Note", fields=text).id
        self.client(author).cases.sync(self.id)
        return entry

    def read(self, name: str, section: str, entry: str) -> str:
        body = self.client(name).entries.read(self.id, Place("section", section), entry).body
        assert isinstance(body, Content)
        return str(body.fields["text"])

    def refused(self, name: str, section: str, entry: str, kind: type[RefusedError]) -> RefusedError:
        with pytest.raises(kind) as caught:
            self.client(name).entries.read(self.id, Place("section", section), entry)
        return caught.value


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world"), ROWS) as world:
        world.professional("coord", "S13", "dac")
        world.professional("mo", "H1", "clinic")
        world.professional("inf", "H2", "clinic")
        world.professional("ide", "H2", "practice")
        world.professional("ass", "S1", "ccas")
        world.professional("edu", "S5", "ssiad")
        world.professional("mjpm", "S7b", "ssiad")
        world.professional("edu elsewhere", "S5", "practice")
        world.person("mme")
        world.person("mother")
        yield world


@pytest.fixture
def case(world: World) -> Case:
    """The case of an adult: her doctor, nurse and social workers are the team, a private nurse is only in the care."""
    coord = world.clients["coord"]
    case = coord.cases.open(person=world.clients["mme"].author.user).case
    coord.members.give_notice(case, [GENERAL], "oral")
    for name in ("mo", "inf", "ass", "edu"):
        coord.members.add(case, world.clients[name].author.user, Terms())
    coord.members.add(case, world.clients["ide"].author.user, Terms(limb=0))
    return Case(world, case)


@pytest.fixture
def minor(world: World) -> Case:
    """The case of a minor: a nurse, and the mother who holds authority."""
    coord = world.clients["coord"]
    case = coord.cases.open().case
    now_ms = coord.clock()
    coord.members.record(case, Person("QUAL", None, now_ms + YEAR_MS))
    coord.members.give_notice(case, [GENERAL], "oral")
    coord.members.add(case, world.clients["inf"].author.user, Terms())
    mother = world.clients["mother"].author.user
    mandate = Mandate("parental_authority", mother, (PERSON, PROPERTY), "representation", now_ms, exercise=True)
    coord.members.record(case, mandate)
    return Case(world, case)


def rules(refusal: RefusedError) -> set[str]:
    """Return the rules that the hub's answer names."""
    decision = refusal.detail["decision"]
    assert isinstance(decision, dict)
    found = decision["rules"]
    assert isinstance(found, list)
    return {str(rule) for rule in found}


def test_1_a_coordinator_reads_the_health_synthesis_once_the_person_was_told(case: Case) -> None:
    line = cross_category_line([Information("medical", 1)], 1, ToFunction("S13", "dac"))
    case.client("coord").members.give_notice(case.id, [line], "oral")
    entry = case.write("mo", "medical/1")
    assert case.read("coord", "medical/1", entry) == "mo dans medical/1"


def test_2_without_that_notice_the_answer_names_the_notice_to_give(case: Case) -> None:
    refusal = case.refused("coord", "medical/1", case.write("mo", "medical/1"), NoticeMissingError)
    assert refusal.code == "notice-missing"
    assert "R15" in rules(refusal)
    assert "la personne a été informée" in refusal.said.fr
    decision = refusal.detail["decision"]
    assert isinstance(decision, dict)
    missing = decision["missing"]
    assert isinstance(missing, dict)
    assert (missing["kind"], missing["from_category"]) == ("cross_category", 1)


def test_5_a_nurse_of_the_team_reads_the_whole_entry_of_the_doctor(case: Case) -> None:
    assert case.read("inf", "medical/2", case.write("mo", "medical/2")) == "mo dans medical/2"


def test_7_a_nurse_in_the_care_but_outside_the_team_needs_an_agreement(case: Case) -> None:
    refusal = case.refused("ide", "medical/2", case.write("mo", "medical/2"), ConsentMissingError)
    assert refusal.code == "consent-missing"
    assert "R18" in rules(refusal)
    assert "donner son accord" in refusal.said.fr


def agree(case: Case) -> None:
    case.client("mme").members.give_consent(
        case.id, [Information("medical", 2), Information("medication", 2)], Recipients(rows=("H2",))
    )


def test_8_the_same_nurse_reads_under_an_agreement_that_the_person_gave_to_nurses(case: Case) -> None:
    agree(case)
    assert case.read("ide", "medical/2", case.write("mo", "medical/2")) == "mo dans medical/2"


def test_12_the_next_read_after_a_withdrawal_is_refused(case: Case) -> None:
    agree(case)
    entry = case.write("mo", "medication/2")
    assert case.read("ide", "medication/2", entry) == "mo dans medication/2"
    case.client("mme").members.withdraw_consent(case.id, "last", "oral")
    refusal = case.refused("ide", "medication/2", entry, ConsentMissingError)
    assert rules(refusal) & {"R21", "P6"}


def test_14_who_the_person_does_not_want_to_know_reads_nothing_and_is_told_to_talk_with_them(case: Case) -> None:
    entry = case.write("edu", "social/2")
    assert case.read("ass", "social/2", entry) == "edu dans social/2"
    case.client("mme").members.oppose(case.id, [case.client("ass").author.user])
    refusal = case.refused("ass", "social/2", entry, DeniedError)
    assert "R23" in rules(refusal)
    assert "s'est opposée" in refusal.said.fr


def test_16_for_who_takes_no_part_the_case_does_not_exist(case: Case) -> None:
    stranger = case.client("edu elsewhere")
    case.write("edu", "plan/1")
    assert case.id not in stranger.cases.ids()
    with pytest.raises(NotFoundError) as hidden:
        stranger.cases.view(case.id)
    with pytest.raises(NotFoundError) as absent:
        stranger.cases.view("0" * 64)
    assert hidden.value.said == absent.value.said


def test_20_a_mother_does_not_learn_what_the_minor_keeps_secret_and_reads_the_rest(minor: Case) -> None:
    secret, open_ = minor.write("inf", "medical/2"), minor.write("inf", "medical/2")
    assert minor.read("mother", "medical/2", secret) == "inf dans medical/2"
    nurse = minor.client("inf")
    nurse.members.record(minor.id, MinorSecret((secret,), "L1111-5", nurse.clock()))
    mother = minor.client("mother")
    for gone in (secret, "0" * 64):
        with pytest.raises(UsageError, match="No entry"):
            minor.read("mother", "medical/2", gone)
        with pytest.raises(NotFoundError):
            mother.hub.transport.get(f"/v1/entries/{gone}")
    assert minor.read("mother", "medical/2", open_) == "inf dans medical/2"


def test_25_a_guardian_of_property_reads_the_accounts_and_nothing_about_health(case: Case) -> None:
    coord, guardian = case.client("coord"), case.client("mjpm")
    start_ms = coord.clock() - DAY_MS
    coord.members.record(case.id, Mandate("tutelle", guardian.author.user, (PROPERTY,), "representation", start_ms))
    health, accounts = case.write("mo", "medical/1"), case.write("ass", "budget/2")
    assert case.read("mjpm", "budget/2", accounts) == "ass dans budget/2"
    refusal = case.refused("mjpm", "medical/1", health, DeniedError)
    assert rules(refusal) & {"R57", "R60"}
