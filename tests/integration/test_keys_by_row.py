"""A real client for each row of the matrix: the keys it ends up holding are those that the table allows, cell by cell.

Four cases of one hub: care of an adult with the whole team and those who represent them, care of a minor with a
parent and a child-protection list, an evaluation of the MDPH, and who takes no part in anything.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.members import GENERAL, Terms, cross_category_line
from volet_client.resources import policies, shipped_table
from volet_protocol.access import decide
from volet_protocol.capacities import DAY_MS
from volet_protocol.fact_notices import Information, NoticeLine, ToUser
from volet_protocol.fact_people import Person
from volet_protocol.fact_powers import Mandate
from volet_protocol.places import MAIN, SECTIONS, class_of
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import Question
from volet_protocol.sections import KeyId
from volet_protocol.vocabulary import COMPARTMENTS, PERSON, PROPERTY, ROWS
from volet_service.application.login_starts import LoginStarts

TABLE = shipped_table()
NATURAL = {"O1": "person", "O2": "parent", "O3": "guardian", "O4": "property guardian", "O5": "curator"}
MANDATES = {
    "O3": ("tutelle", (PERSON, PROPERTY), "representation"), "O4": ("tutelle", (PROPERTY,), "representation"),
    "O5": ("curatelle_simple", (PERSON, PROPERTY), "assistance"),
    "S7a": ("tutelle", (PERSON, PROPERTY), "representation"), "S7b": ("tutelle", (PROPERTY,), "representation"),
}  # fmt: skip
IN_EVALUATION, ON_LIST = ("M1", "M2"), ("C1",)
WITHOUT_ACCOUNT = ("C2", "C3", "O6", "O7", "O8", "O10", "O11", "O12", "O13")
NOWHERE = (*WITHOUT_ACCOUNT, "O14")
TEAM = tuple(
    row for row in ROWS if row not in {*NATURAL, *IN_EVALUATION, *ON_LIST, *NOWHERE, "S7a", "S7b", "O9"}
)  # fmt: skip
CLAIMERS = ("H1", "H1p", "H2", "S1", "S2", "S5", "S10", "S3", "S8", "M2", "M1", "C1", "O1")


@dataclass(frozen=True)
class Places:
    """The world, the case of each row, and the sections whose newest key each row's client ended up with."""

    world: World
    case_of: Mapping[str, str]
    held: Mapping[str, set[str]]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with client_world(tmp_path_factory.mktemp("rows"), ROWS) as world:
        for row in ROWS:
            # Forty people of one address within a minute: the hub would make the last ones wait.
            world.app.state.login_starts = LoginStarts()
            if row in NATURAL:
                world.person(row)
            else:
                world.professional(row, row, "clinic")
        cases = {**_adult(world), **_minor(world), **_evaluation(world)}
        yield Places(world, cases, {row: held(world.clients[row], cases[row]) for row in ROWS})


def _adult(world: World) -> dict[str, str]:
    coord = world.clients["S10"]
    case = coord.cases.open(person=world.clients["O1"].author.user).case
    rows = [*TEAM, "S7a", "S7b", "O9"]
    coord.members.give_notice(case, [GENERAL, *_lines(world, rows)], "oral")
    for row in rows:
        if row != "S10":
            coord.members.add(case, world.clients[row].author.user, Terms(limb=0 if row == "O9" else 1))
    for row, (kind, domains, mode) in MANDATES.items():
        holder = world.clients[row].author.user
        coord.members.record(case, Mandate(kind, holder, domains, mode, _now(coord) - DAY_MS))
    everybody = [*rows, "O1", "O3", "O4", "O5"]
    _work(world, case, everybody)
    return dict.fromkeys([*everybody, *NOWHERE], case)


def _minor(world: World) -> dict[str, str]:
    opener = world.clients["C1"]
    case = opener.cases.open().case
    now_ms = _now(opener)
    opener.members.record(case, Person("QUAL", None, now_ms + 1000 * DAY_MS))
    opener.members.give_notice(case, [GENERAL], "oral")
    opener.members.add(case, opener.author.user, Terms(regime="child_protection", limb=0))
    parent = world.clients["O2"].author.user
    opener.members.record(
        case, Mandate("parental_authority", parent, (PERSON, PROPERTY), "representation", now_ms, exercise=True)
    )
    _work(world, case, ["C1", "O2"])
    return {"C1": case, "O2": case}


def _evaluation(world: World) -> dict[str, str]:
    opener = world.clients["M2"]
    case = opener.cases.open(kind="mdph").case
    opener.members.give_notice(case, [GENERAL], "oral")
    opener.members.add(case, world.clients["M1"].author.user, Terms(regime="mdph", limb=0))
    _work(world, case, ["M1", "M2"])
    return {"M1": case, "M2": case}


def _now(client: Client) -> int:
    return client.clock()


def _lines(world: World, rows: list[str]) -> list[NoticeLine]:
    """Tell the person that each will know what the other category wrote, where their function reaches at all."""
    lines: list[NoticeLine] = []
    for row in rows:
        known = TABLE.row(row)
        assert known is not None
        category = {"H": 1, "S": 2}.get(row[0])
        if category is None:
            continue
        everything = [
            Information(part, 2) for part in COMPARTMENTS if TABLE.within("read", known.cells[part].strip("m"), 1)
        ]
        if everything:
            to = ToUser(world.clients[row].author.user, category)
            lines.append(cross_category_line(everything, 3 - category, to))
    return lines


def _work(world: World, case: str, rows: list[str]) -> None:
    """Let those who may write start the keys of every section, then everybody do what they owe."""
    claimers = [row for row in CLAIMERS if row in rows]
    for row in claimers:
        client = world.clients[row]
        view, _ = client.cases.sync(case)
        for class_ in view.classes:
            mine = [one for one in SECTIONS if class_of(one) == class_ and client.granting.may_claim(view, one)]
            if mine:
                client.granting.claim(view, mine)
    for row in [*claimers, *(row for row in rows if row not in claimers)]:
        world.clients[row].cases.sync(case)


def held(client: Client, case: str) -> set[str]:
    """Return the sections whose newest key a client holds, by its own verified view."""
    if case not in client.cases.ids():
        return set()
    found: set[str] = set()
    for chain in client.cases.view(case).classes.values():
        for section, known in chain.state.sections.items():
            if chain.ring.holds(KeyId(section, known.epoch, known.step)):
                found.add(section)
    return found


def allowed(places: Places, row: str) -> set[str]:
    """Return the sections that the table permits to that reader as a whole, of those that have keys."""
    client, case = places.world.clients[row], places.case_of[row]
    witness = places.world.clients[{"C1": "C1", "O2": "C1", "M1": "M2", "M2": "M2"}.get(row, "S10")]
    view = witness.casebook.view(case, refresh=False)
    attestation = client.author.attestation
    found: set[str] = set()
    for section in SECTIONS:
        chain = view.classes.get(class_of(section), view.classes[MAIN])
        if not chain.state.section(section).epoch:
            continue
        part, _, level = section.partition("/")
        question = Question(
            action="read", user=client.author.user, capacity=None if attestation is None else attestation.capacity,
            compartment=part, level=int(level), entry=None, at_ms=chain.state.instant(_now(witness)), via="any",
        )  # fmt: skip
        if decide(TABLE, view.main.facts, question).effect == PERMIT:
            found.add(section)
    return found


def test_every_row_has_its_place(places: Places) -> None:
    assert set(places.case_of) == set(ROWS)


def test_most_sections_have_keys_so_that_the_comparison_says_something(places: Places) -> None:
    state = places.world.clients["S10"].cases.view(places.case_of["S10"]).main
    with_keys = {section for section in SECTIONS if state.section(section).epoch}
    assert len(with_keys) >= 24


@pytest.mark.parametrize("row", ROWS)
def test_the_keys_of_a_client_are_those_that_the_table_allows_to_its_row(places: Places, row: str) -> None:
    assert places.held[row] == allowed(places, row)


@pytest.mark.parametrize("row", ROWS)
def test_no_client_holds_a_key_above_the_cell_that_is_printed_in_the_matrix(places: Places, row: str) -> None:
    with (policies() / "matrix.csv").open(encoding="utf-8", newline="") as file:
        cells = next(line for line in csv.DictReader(file) if line["row"] == row)
    for section in places.held[row]:
        part, _, level = section.partition("/")
        assert level in cells[part] or (level == "1" and "2" in cells[part]), (row, section, cells[part])


@pytest.mark.parametrize("row", NOWHERE)
def test_a_row_without_account_or_task_holds_no_key_at_all(places: Places, row: str) -> None:
    assert places.held[row] == set()


def test_the_doctor_and_the_home_help_differ_as_the_matrix_says(places: Places) -> None:
    doctor, helper = (places.held[row] for row in ("H1", "S9"))
    assert "medical/2" in doctor - helper
