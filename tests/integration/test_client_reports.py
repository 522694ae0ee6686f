"""A report of danger is known to those its author names, and to nobody else by any answer of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.client_world import World, client_world
from volet_client.authorities import EXAMPLE, find_authorities, read_authorities
from volet_client.client import Client
from volet_client.errors import NotPermittedError, UsageError
from volet_client.masking import Masking
from volet_client.members import GENERAL, Terms
from volet_client.refusals import ConsentMissingError, NotFoundError, RefusedError
from volet_protocol.entry_list import list_id
from volet_protocol.fact_powers import Ability
from volet_protocol.kinds import Content
from volet_protocol.outside import Outside
from volet_protocol.places import Place

TEXT = "Bleus sur les bras, mardi : ambre-falaise-52."
CRIP = Outside("O13", "crip")
VARIES = {"date", "x-request-id"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        for name, row in (("mo", "H1"), ("inf", "H2"), ("chef", "S10"), ("ass", "S1"), ("educ", "S5")):
            world.professional(name, row, "dac")
        world.person("mme")
        yield world


@pytest.fixture
def case(world: World) -> str:
    mo = world.clients["mo"]
    case = mo.cases.open(person=world.clients["mme"].author.user).case
    mo.members.give_notice(case, [GENERAL], "oral")
    for name in ("inf", "chef", "ass", "educ"):
        mo.members.add(case, world.clients[name].author.user, Terms())
    return case


def user(world: World, name: str) -> str:
    return world.clients[name].author.user


def report(world: World, case: str, *, child: bool, author: str = "inf") -> Place:
    reports = world.clients[author].reports
    return reports.start(case, "Signalement", TEXT, [user(world, "chef")], child=child).place


def text_of(client: Client, case: str, place: Place) -> str:
    body = client.reports.read(case, place).entries[0].body
    assert isinstance(body, Content)
    return str(body.fields["text"])


def answers(world: World, name: str, case: str, place: Place) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    """Everything a member may ask that a report could show in, but for proofs, which name the newest tree."""
    client = world.clients[name]
    list_ = list_id(case, str(place))
    token = client.hub.transport.token
    headers = {"Authorization": f"Volet {token}"}
    found: list[tuple[int, list[tuple[str, str]], bytes]] = []
    with httpx.Client(base_url=world.url, headers=headers, trust_env=False) as http:
        for path in (
            "/v1/cases", f"/v1/cases/{case}/reports", f"/v1/cases/{case}/lists/{list_}", f"/v1/heads/list/{list_}",
            f"/v1/cases/{case}/chains/child_protection", f"/v1/cases/{case}/chains/third_party_hidden", "/v1/exchanges",
        ):  # fmt: skip
            answer = http.get(path)
            kept = sorted((k, v) for k, v in answer.headers.items() if k not in VARIES)
            found.append((answer.status_code, kept, answer.content))
    return found


class TestThoseItNames:
    @pytest.mark.parametrize("about", ["child", "adult"])
    def test_its_author_and_its_reader_read_it_and_say_what_follows(self, world: World, case: str, about: str) -> None:
        inf, chef = world.clients["inf"], world.clients["chef"]
        place = report(world, case, child=about == "child")
        assert chef.reports.places(case) == [place] == inf.reports.places(case)
        assert text_of(chef, case, place) == text_of(inf, case, place) == TEXT
        chef.reports.answer(case, place, "Suite donnée", "Évaluation ouverte.")
        told = inf.reports.read(case, place).entries
        assert [one.title.title for one in told if one.title] == ["Signalement", "Suite donnée"]

    def test_its_author_sends_it_on_and_nobody_else_does(self, world: World, case: str) -> None:
        chef, ass = world.clients["chef"], world.clients["ass"]
        place = report(world, case, child=True)
        with pytest.raises(UsageError):
            chef.reports.name(case, place, user(world, "ass"))
        assert ass.reports.places(case) == []
        world.clients["inf"].reports.name(case, place, user(world, "ass"))
        assert text_of(ass, case, ass.reports.places(case)[0]) == TEXT

    @pytest.mark.parametrize(
        ("named", "about"),
        [(["mme"], "child"), (["mo", "chef", "ass", "educ"], "child"), (["inf", "mme"], "adult")],
    )
    def test_neither_the_person_nor_more_than_three(
        self, world: World, case: str, named: list[str], about: str
    ) -> None:
        users = [user(world, name) for name in named]
        with pytest.raises(UsageError):
            world.clients["inf"].reports.start(case, "Signalement", TEXT, users, child=about == "child")

    def test_whoever_must_not_know_is_not_named(self, world: World, case: str) -> None:
        chef = user(world, "chef")
        with pytest.raises(UsageError):
            world.clients["inf"].reports.start(case, "S", TEXT, [chef], child=False, hidden_from=[chef])

    def test_a_report_about_somebody_of_unknown_age_asks_which(self, world: World, case: str) -> None:
        with pytest.raises(UsageError) as caught:
            world.clients["inf"].reports.start(case, "S", TEXT, [user(world, "chef")])
        assert "--child" in caught.value.hint.fr


class TestEverybodyElse:
    @pytest.mark.parametrize("name", ["mo", "ass", "mme"])
    @pytest.mark.parametrize("about", ["child", "adult"])
    def test_answers_are_the_same_to_the_byte_before_and_after(
        self, world: World, case: str, name: str, about: str
    ) -> None:
        nowhere = Place("report", "ab" * 32)
        before = answers(world, name, case, nowhere)
        place = report(world, case, child=about == "child")
        assert answers(world, name, case, place) == before == answers(world, name, case, nowhere)

    def test_it_is_in_none_of_the_lists_of_its_part(self, world: World, case: str) -> None:
        place = report(world, case, child=False)
        ass = world.clients["ass"]
        for section in ("social/2", "social/1", "medical/1", "autonomy/1"):
            for kind in ("section", "masked"):
                assert ass.entries.titles(case, Place(kind, section)) == []
        # Not even that such a list is.
        assert ass.entries.titles(case, place) == []

    def test_neither_its_deposit_nor_its_reading_is_in_the_log_that_the_person_counts(
        self, world: World, case: str
    ) -> None:
        mme = world.clients["mme"]
        before = len(mme.audit.accesses(case).acts)
        place = report(world, case, child=True)
        text_of(world.clients["chef"], case, place)
        world.clients["chef"].reports.answer(case, place, "Suite donnée", "Reçu.")
        seen = mme.audit.accesses(case)
        # Her own looks alone: the hand-over of the keys and the look at the log.
        assert {act.view.act for act in seen.acts[before:] if act.view} <= {"log-look"}
        assert seen.complete

    def test_a_member_it_does_not_name_is_released_nothing(self, world: World, case: str) -> None:
        place = report(world, case, child=False)
        inf, ass = world.clients["inf"], world.clients["ass"]
        entry = inf.reports.read(case, place).entries[0].listed.entry
        assert entry is not None
        with pytest.raises(NotFoundError):
            ass.hub.transport.get(f"/v1/entries/{entry.id}")

    def test_who_is_not_named_adds_nothing_to_it(self, world: World, case: str) -> None:
        place = report(world, case, child=True)
        ass = world.clients["ass"]
        hidden = Masking("child_protection_hidden", named=(user(world, "chef"),))
        with pytest.raises(NotFoundError):
            ass.entries.post(
                case, place, "Intrus", fields={"text": "…"}, masking=hidden, section="child_protection/2"
            )  # fmt: skip


class TestSending:
    def test_a_report_about_a_child_goes_to_the_authority_in_one_leaf_hidden_from_the_person(
        self, world: World, case: str
    ) -> None:
        inf, mme = world.clients["inf"], world.clients["mme"]
        place = report(world, case, child=True)
        entry = inf.entries.titles(case, place)[0].listed.entry
        assert entry is not None
        export = inf.exports.take(case, place, [entry.id], CRIP)
        assert export.entries[0].text == TEXT
        assert export.leaf not in {act.index for act in mme.audit.accesses(case).acts}

    def test_an_able_adult_decides_on_a_report_and_one_who_is_not_needs_not(self, world: World, case: str) -> None:
        inf, mme = world.clients["inf"], world.clients["mme"]
        place = report(world, case, child=False)
        entry = inf.entries.titles(case, place)[0].listed.entry
        assert entry is not None
        with pytest.raises(ConsentMissingError):
            inf.exports.take(case, place, [entry.id], CRIP)
        # The refusal is in the log, and not in the part of it that she counts.
        assert all(act.view.act != "refusal" for act in mme.audit.accesses(case).acts if act.view)
        inf.members.record(case, Ability("unable", inf.clock() - 1))
        assert inf.exports.take(case, place, [entry.id], CRIP).leaf

    def test_a_report_goes_to_no_landlord(self, world: World, case: str) -> None:
        inf = world.clients["inf"]
        place = report(world, case, child=True)
        entry = inf.entries.titles(case, place)[0].listed.entry
        assert entry is not None
        with pytest.raises(RefusedError):
            inf.exports.take(case, place, [entry.id], Outside("O10", "bailleur"))

    def test_the_person_writes_no_report_in_a_professionals_place(self, world: World, case: str) -> None:
        with pytest.raises(NotPermittedError):
            world.clients["mme"].reports.start(case, "S", TEXT, [user(world, "chef")], child=True)


class TestNumbers:
    def test_the_first_screen_names_whom_to_call_and_says_what_is_an_example(self) -> None:
        shown = " ".join(line.fr for line in EXAMPLE.screen())
        for number in ("17", "119", "3977", "EXEMPLES"):
            assert number in shown

    def test_the_controllers_numbers_are_shown_as_set(self, tmp_path: Path) -> None:
        path = tmp_path / "numbers.json"
        path.write_text(
            '{"departement": "Val", "crip": "01 00", "prosecutor": "02 00", "adults": "03 00"}', encoding="utf-8"
        )
        shown = " ".join(line.fr for line in read_authorities(path).screen())
        assert "CRIP, Val : 01 00" in shown
        assert "EXEMPLES" not in shown

    def test_without_a_file_and_without_a_hub_the_examples_say_what_they_are(self, tmp_path: Path) -> None:
        assert find_authorities(None, tmp_path / "trust.json") is EXAMPLE

    @pytest.mark.parametrize(
        "text", ["", "[]", "{}", '{"departement": "Val", "crip": "", "prosecutor": "", "adults": ""}']
    )
    def test_a_file_that_says_less_is_refused_and_never_completed(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "numbers.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError):
            read_authorities(path)
