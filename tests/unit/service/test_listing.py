"""What SQL shows and counts of a list is what the rules say of each entry by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import Connection

from support.databases import empty_database
from support.entries import HEADER, seal, seed
from support.policy_story import (
    ASS,
    COORD,
    DAY,
    HOUR,
    IDE,
    KINE,
    MO,
    PERSON,
    PSY,
    STRANGER,
    T0,
    Actor,
    agreement,
    named,
    professional,
    shipped,
    team,
)
from volet_protocol.capacities import Attestation
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.case_state import CaseChain
from volet_protocol.entry_header import EntryHeader, NamedReader
from volet_protocol.entry_list import EntryListHead, list_id
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_masks import MaskEnd
from volet_protocol.fact_notices import Opposition
from volet_protocol.fact_people import Person
from volet_protocol.fact_powers import Mandate, MinorSecret
from volet_protocol.facts import Fact
from volet_protocol.masks import ANNOUNCEMENT_MS, BEFORE_ANNOUNCEMENT, MASKS
from volet_protocol.places import Place
from volet_protocol.release_decision import Asked
from volet_service.adapters.store.engine import upgrade
from volet_service.adapters.store.entries import BoxRows, EntryRows
from volet_service.adapters.store.entry_faces import FaceRows
from volet_service.adapters.store.live import Live
from volet_service.application.listing import known_of, shown_in
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredEntry, StoredPart
from volet_service.application.release_rules import rule

NEWCOMER = professional("newcomer", "H2", 1, "samsah", "G15:60")
PARENT = Actor(named("parent"))
ACTORS = (MO, ASS, PSY, COORD, KINE, IDE, NEWCOMER, PERSON, PARENT, STRANGER)
WRITERS = (MO, ASS, COORD, KINE, PERSON)
SECTION, MASKED = Place("section", "medical/2"), Place("masked", "medical/2")
NOW = T0 + 30 * DAY
COUNT = 80


@dataclass
class Store:
    """The part of a unit of work that listing asks: real rows, people and instants by hand."""

    connection: Connection
    now_ms: int = NOW

    @cached_property
    def live(self) -> Live:
        return Live()

    @cached_property
    def entries(self) -> EntryRows:
        return EntryRows(self.connection, self.live)

    @cached_property
    def faces(self) -> FaceRows:
        return FaceRows(self.connection)

    @cached_property
    def boxes(self) -> BoxRows:
        return BoxRows(self.connection)

    @property
    def users(self) -> Store:
        return self

    def attestation(self, id_: str) -> Attestation:
        actor = next(one for one in ACTORS if attested(one) == id_)
        assert actor.capacity is not None
        return Attestation(id_, bytes(32), actor.user, named("subject"), actor.capacity, T0, NOW)

    def uow(self) -> UnitOfWork:
        return cast("UnitOfWork", self)


def attested(actor: Actor) -> str | None:
    return None if actor.capacity is None else named(f"attestation {actor.user}")


def drawn(draw: random.Random, place: Place, number: int, previous: EntryListHead) -> EntryHeader:
    """A header of somebody, of some day; in the list of masked entries under any mask, boxed to some."""
    author = draw.choice(WRITERS)
    written = T0 + draw.randrange(1, 29 * DAY, HOUR)
    masked = place == MASKED
    mask = draw.choice(sorted(MASKS)) if masked else None
    until = None
    if mask == BEFORE_ANNOUNCEMENT and draw.random() < 0.5:
        until = written + draw.randrange(1, ANNOUNCEMENT_MS)
    boxed = masked or draw.random() < 0.2
    readers = {author.user, *(one.user for one in draw.sample(ACTORS, draw.choice((0, 0, 1, 2))))} if boxed else set()
    return replace(
        HEADER, preamble=replace(HEADER.preamble, user=author.user, time_ms=written), place=place,
        form="named" if boxed else "section", epoch=None if boxed else 1, step=None if boxed else 0, mask=mask,
        mask_until_ms=until, seen=previous, salt=seed(f"{place} {number}")[:16], capacity=attested(author),
        named=tuple(NamedReader(one, 1, named(f"box {one}")) for one in sorted(readers)),
        passages=(named("passage"),) if mask != "third_party" and draw.random() < 0.2 else (),
    )  # fmt: skip


def filled(store: Store, place: Place, count: int) -> list[StoredEntry]:
    draw, found = random.Random(str(place)), list[StoredEntry]()  # noqa: S311 - the same entries at each run
    head = EntryListHead.start(list_id(HEADER.case, str(place)))
    for number in range(count):
        header = drawn(draw, place, number, head)
        sealed = seal(header)
        head = head.append(sealed.entry.hash)
        stored = StoredEntry(
            sealed.entry, sealed.entry.statement.to_bytes(), head.n, head.h, named("device"),
            header.preamble.time_ms, number,
        )  # fmt: skip
        store.entries.add(stored, [StoredPart("title", 1, b"", None)])
        category = store.attestation(header.capacity).capacity.category if header.capacity else None
        store.faces.add(stored, category)
        store.boxes.put(sealed.entry.id, {reader.user: b"box" for reader in header.named})
        found.append(stored)
    return found


def judged_facts(entries: list[StoredEntry]) -> CaseFacts:
    """The team's case, with facts that name entries one by one and a newcomer who reads from a day on."""
    story = team()
    story.apply(Person("QUAL", PERSON.user, NOW + DAY), COORD)
    story.add(NEWCOMER, start_ms=T0 + 20 * DAY, history_from_ms=T0 + 10 * DAY)
    facts = story.facts
    ids = [stored.entry.id for stored in entries]
    consent = agreement(T0 + 2 * HOUR, entries=tuple(ids[:5]))
    facts = facts.with_record(Record(consent, named("consent"), 90, PERSON.author, T0, "person"))
    more: tuple[Fact, ...] = (
        Opposition("entry", T0, GivenBy(), entries=tuple(ids[3:9])),
        MinorSecret(tuple(ids[9:12]), "L1111-5", T0),
        Mandate("parental_authority", PARENT.user, ("person",), "representation", T0),
    )
    for number, fact in enumerate(more):
        facts = facts.with_record(Record(fact, named(f"more {number}"), 91 + number, COORD.author, T0))
    for stored in entries:
        header = stored.entry.header
        if header.mask == BEFORE_ANNOUNCEMENT and stored.n % 3 == 0:
            by = next(one for one in WRITERS if one.user == header.preamble.user)
            lifted = MaskEnd(stored.entry.id, header.preamble.time_ms + DAY)
            facts = facts.with_record(Record(lifted, named(f"end {stored.n}"), 99, by.author, lifted.at_ms))
    return facts


@dataclass(frozen=True)
class Listing:
    """A store with two lists, and the facts by which they are read."""

    store: Store
    state: CaseChain
    lists: dict[Place, list[StoredEntry]]

    def asked(self, actor: Actor) -> Asked:
        return Asked(actor.user, actor.capacity, "title", "", shipped())

    def expected(self, actor: Actor, place: Place) -> list[StoredEntry]:
        """What the rules say of each entry, asked one by one."""
        return [
            stored
            for stored in self.lists[place]
            if not rule(self.asked(actor), stored, self.state, self.store.uow()).decision.hidden
        ]


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listing]:
    database = empty_database(tmp_path_factory.mktemp("listing"))
    upgrade(database)
    engine = database.writer()
    with engine.connect() as connection:
        store = Store(connection)
        lists = {place: filled(store, place, COUNT) for place in (SECTION, MASKED)}
        facts = judged_facts([*lists[SECTION][:6], *lists[MASKED]])
        state = cast("CaseChain", SimpleNamespace(facts=facts, openings={}))
        yield Listing(store, state, lists)
    engine.dispose()


@pytest.mark.parametrize("place", [SECTION, MASKED], ids=str)
@pytest.mark.parametrize("actor", ACTORS, ids=range(len(ACTORS)))
def test_what_is_shown_is_what_the_rules_say_of_each_entry(listing: Listing, actor: Actor, place: Place) -> None:
    store, asked = listing.store, listing.asked(actor)
    list_ = listing.lists[place][0].entry.header.list
    for store.now_ms in (NOW, T0 + 16 * DAY):
        expected = [stored.n for stored in listing.expected(actor, place)]
        assert list(shown_in(list_, asked, listing.state, store.uow(), 0, COUNT)) == expected
        for after, until in ((0, 1), (COUNT - 1, COUNT), (20, 60), (COUNT, COUNT)):
            page = [n for n in expected if after < n <= until]
            assert list(shown_in(list_, asked, listing.state, store.uow(), after, until)) == page
    store.now_ms = NOW


@pytest.mark.parametrize("actor", ACTORS, ids=range(len(ACTORS)))
def test_counts_are_of_what_the_asker_may_know_and_of_nothing_else(listing: Listing, actor: Actor) -> None:
    store, asked, since_ms = listing.store, listing.asked(actor), T0 + 12 * DAY
    for place, entries in listing.lists.items():
        known = known_of(
            entries[0].entry.header.list, asked, listing.state, store.uow(), 0, COUNT, since_ms
        )  # fmt: skip
        expected = listing.expected(actor, place)
        assert sum(one.kind.count for one in known) == len(expected)
        assert sum(one.kind.new for one in known) == sum(stored.deposit_ms > since_ms for stored in expected)
        readable = [rule(asked, stored, listing.state, store.uow()).permitted for stored in expected]
        assert sum(one.kind.count for one in known if one.readable) == sum(readable)


def test_the_comparison_covers_what_is_shown_what_is_hidden_and_what_is_shown_unopened(listing: Listing) -> None:
    shown = {len(listing.expected(actor, MASKED)) for actor in ACTORS}
    assert len(shown) > 4
    asked = [(listing.asked(actor), stored) for actor in ACTORS for stored in listing.expected(actor, SECTION)]
    opened = [rule(one, stored, listing.state, listing.store.uow()).permitted for one, stored in asked]
    assert COUNT < sum(opened) < len(opened) - COUNT


def test_a_long_list_costs_as_many_decisions_as_it_has_kinds(listing: Listing) -> None:
    store, asked = listing.store, listing.asked(MO)
    list_ = listing.lists[SECTION][0].entry.header.list
    kinds = known_of(list_, asked, listing.state, store.uow(), 0, COUNT)
    assert len(kinds) < COUNT / 2


def test_an_entry_taken_back_keeps_its_place_and_is_counted_no_more(listing: Listing) -> None:
    store, asked = listing.store, listing.asked(MO)
    one = listing.expected(MO, SECTION)[0]
    list_ = one.entry.header.list

    def counted() -> int:
        return sum(known.kind.count for known in known_of(list_, asked, listing.state, store.uow(), 0, COUNT))

    before = counted()
    savepoint = store.connection.begin_nested()
    store.faces.take_back(one.entry.id)
    assert counted() == before - 1
    assert one.n in shown_in(list_, asked, listing.state, store.uow(), 0, COUNT)
    savepoint.rollback()
