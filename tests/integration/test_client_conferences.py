"""Case conferences with real clients around a real hub: conditions first, documents for a time, minutes at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from support.client_world import World, client_world
from volet_client.client import Client, system_clock
from volet_client.conferences import Convened, Convening
from volet_client.errors import NotPermittedError, UsageError
from volet_client.masking import OPEN, Masking
from volet_client.members import GENERAL, Terms
from volet_client.refusals import DeniedError
from volet_protocol.conferences import KEPT_OPEN_MS
from volet_protocol.fact_meetings import Conference
from volet_protocol.kinds import Content
from volet_protocol.meeting_words import Announcement, DecisionTaken, Invited
from volet_protocol.opening_links import OpeningLink
from volet_protocol.places import Place

DETAIL, PLAN = Place("section", "medical/2"), Place("section", "plan/1")
TEXT = "Le compte rendu complet : loutre-cobalt-31."
MINUTE = 60_000
HOUR = 60 * MINUTE
LANDLORD = Invited("M. Bail", "bailleur", "Office du Val")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "practice")
        world.person("mme")
        yield world


@pytest.fixture
def case(world: World) -> str:
    """A case with a doctor and a nurse of one team, about whom the person was told."""
    coord = world.clients["coord"]
    case = coord.cases.open(person=world.clients["mme"].author.user).case
    coord.members.give_notice(case, [GENERAL], "oral")
    for name in ("mo", "inf"):
        coord.members.add(case, world.clients[name].author.user, Terms())
    return case


def users(world: World, *names: str) -> tuple[str, ...]:
    return tuple(world.clients[name].author.user for name in names)


def asked(client: Client, users: Sequence[str], entries: Sequence[str] = (), *, in_ms: int = HOUR) -> Convening:
    start = client.clock() + in_ms
    words = Announcement("Retour à domicile", "Salle 2", start, start + HOUR, ("Matériel", "Passages"), (LANDLORD,))
    return Convening(words, "coordination", tuple(users), tuple((DETAIL, e) for e in entries), "takes_part", "oral")


def post(client: Client, case: str, masking: Masking = OPEN) -> str:
    return client.entries.post(case, DETAIL, "Compte rendu", fields={"text": TEXT}, masking=masking).id


def text(client: Client, case: str, entry: str) -> str:
    body = client.entries.read(case, DETAIL, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


def convened(world: World, case: str) -> tuple[str, Convened]:
    mo = world.clients["mo"]
    entry = post(mo, case)
    mo.cases.sync(case)
    return entry, mo.conferences.convene(case, asked(mo, users(world, "coord", "inf"), [entry]))


def test_a_listed_entry_is_open_to_a_participant_of_the_other_category_who_was_named_to_the_person(
    world: World, case: str
) -> None:
    entry, done = convened(world, case)
    coord = world.clients["coord"]
    other = post(world.clients["mo"], case)
    assert text(coord, case, entry) == TEXT
    with pytest.raises(DeniedError):
        coord.entries.read(case, DETAIL, other)
    assert [line.kind for line in done.lines] == ["general", "cross_category"]
    # The nurse holds the key of the report: she gets the announcement and nothing else.
    opened = done.view.main.openings[done.openings[world.clients["inf"].author.user]].link
    assert [item.id for item in opened.entries] == [done.announcement]


def test_what_is_opened_ends_by_itself_seven_days_after_the_conference(world: World, case: str) -> None:
    _, done = convened(world, case)
    fact = done.view.main.facts.find(Conference, done.conference).fact
    opening = done.openings[world.clients["coord"].author.user]
    link = done.view.main.openings[opening].link
    assert isinstance(link, OpeningLink)
    assert link.until_ms == fact.until_ms + KEPT_OPEN_MS == done.closes_ms
    assert done.conference in link.basis


def test_the_words_are_ciphertext_and_the_fact_holds_none(world: World, case: str) -> None:
    convened(world, case)
    inf = world.clients["inf"]
    record = inf.conference_records.find(case, "last")
    assert record.fact.outside == 1
    assert "Salle" not in str(record.fact)
    assert inf.conference_records.announcement(case, record).people == (LANDLORD,)


def test_a_conference_called_off_closes_what_it_opened_at_once(world: World, case: str) -> None:
    entry, _ = convened(world, case)
    coord = world.clients["coord"]
    assert text(coord, case, entry) == TEXT
    world.clients["inf"].conference_records.call_off(case, "last")
    with pytest.raises(DeniedError):
        coord.entries.read(case, DETAIL, entry)


def test_nobody_convenes_with_an_entry_that_they_do_not_read(world: World, case: str) -> None:
    coord, entry = world.clients["coord"], post(world.clients["mo"], case)
    head = coord.cases.view(case).main.head
    with pytest.raises(NotPermittedError) as caught:
        coord.conferences.convene(case, asked(coord, users(world, "inf"), [entry]))
    assert entry[:8] in caught.value.said.fr
    assert coord.cases.view(case).main.head == head


def test_a_masked_entry_is_not_put_before_a_conference(world: World, case: str) -> None:
    mo = world.clients["mo"]
    entry = post(mo, case, Masking("withheld_by_author"))
    convening = replace(asked(mo, users(world, "inf")), entries=((Place("masked", "medical/2"), entry),))
    with pytest.raises(NotPermittedError) as caught:
        mo.conferences.convene(case, convening)
    assert "masqué" in caught.value.said.fr


def test_somebody_whom_the_person_opposed_is_not_convened(world: World, case: str) -> None:
    mo = world.clients["mo"]
    world.clients["mme"].members.oppose(case, users(world, "inf"))
    with pytest.raises(UsageError) as caught:
        mo.conferences.convene(case, asked(mo, users(world, "inf")))
    assert "s'oppose" in caught.value.said.fr


def test_a_conference_that_has_started_is_not_convened(world: World, case: str) -> None:
    mo = world.clients["mo"]
    with pytest.raises(UsageError):
        mo.conferences.convene(case, asked(mo, users(world, "inf"), in_ms=0))


def test_without_the_person_somebody_says_why(world: World, case: str) -> None:
    mo = world.clients["mo"]
    without = replace(asked(mo, users(world, "inf")), person="declined")
    with pytest.raises(UsageError):
        mo.conferences.convene(case, without)
    words = replace(without.words, without_person="Elle ne le souhaite pas.")
    mo.conferences.convene(case, replace(without, words=words))


def test_minutes_need_conditions_and_a_conference_that_took_place(world: World, case: str) -> None:
    mo = world.clients["mo"]
    with pytest.raises(UsageError):
        mo.conference_records.minutes(case, "last", "Rien", ["Dr Mo"])
    with pytest.raises(UsageError):
        mo.entries.post(case, PLAN, "Compte rendu", kind="minutes", fields={"text": "sans conditions"})
    convened(world, case)
    with pytest.raises(UsageError):
        mo.conference_records.minutes(case, "last", "Trop tôt", ["Dr Mo"])


def test_minutes_are_filed_with_an_action_for_each_decision(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mo = world.clients["mo"]
    mo.conferences.convene(case, asked(mo, users(world, "inf"), in_ms=MINUTE))
    starts = mo.conference_records.find(case, "last").fact.from_ms
    # Ahead of the hub by less than the two minutes that it takes a statement to be off.
    monkeypatch.setattr(mo.author, "clock", lambda: system_clock() + 3 * MINUTE // 2)
    decision = DecisionTaken("Installer le lit", "Coord", starts + HOUR)
    held = mo.conference_records.minutes(case, "last", "Retour le 12.", ["Dr Mo", "M. Bail"], [decision])
    assert [read.title.kind for read in mo.entries.titles(case, PLAN) if read.title] == [
        "conference", "minutes", "action",
    ]  # fmt: skip
    body = mo.entries.read(case, PLAN, held.actions[0].id).body
    assert isinstance(body, Content)
    assert body.fields["who"] == "Coord"
    assert body.relations[0].entry == held.minutes.id
    minutes = mo.conference_records.read_minutes(case, mo.conference_records.find(case, "last"), intent="export")
    assert minutes is not None
    assert minutes.decisions == (decision,)
    views = [act.view for act in world.clients["mme"].audit.accesses(case).acts]
    assert [view.entries for view in views if view and view.intent == "export"] == [(held.minutes.id,)] * 2
