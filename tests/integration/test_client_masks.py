"""What an author holds back: from whom, until when, and that nobody else lifts it (days.md F27; R8, R53, R65b, R66)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from support.client_world import World, client_world
from support.hub_hidden import NOWHERE
from volet_client.client import Client
from volet_client.entries import Read
from volet_client.errors import NotPermittedError, UsageError
from volet_client.masking import Masking
from volet_client.members import GENERAL, Terms, cross_category_line
from volet_client.passages import MARK, cut
from volet_client.refusals import NotFoundError, RefusedError
from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import DAY_MS
from volet_protocol.entry_list import list_id
from volet_protocol.fact_masks import MaskEnd
from volet_protocol.fact_notices import Information, ToUser
from volet_protocol.fact_people import Person
from volet_protocol.fact_powers import Mandate
from volet_protocol.kinds import Content
from volet_protocol.masks import ANNOUNCEMENT_MS, BEFORE_ANNOUNCEMENT, MINOR_SECRET, THIRD_PARTY, WITHHELD, check_set_by
from volet_protocol.places import Place
from volet_protocol.questions import EntryMeta
from volet_protocol.shields import announced_ms

DETAIL, MASKED = Place("section", "medical/2"), Place("masked", "medical/2")
SOCIAL = Place("section", "social/1")
TEXT = "Résultat : cobalt-loutre-77."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        for name, row in (("mo", "H1"), ("inf", "H2"), ("kine", "H4"), ("ass", "S1")):
            world.professional(name, row, "dac")
        world.person("mme")
        world.person("mere")
        yield world


@pytest.fixture
def case(world: World) -> str:
    mo, ass = world.clients["mo"], world.clients["ass"].author.user
    case = mo.cases.open(person=world.clients["mme"].author.user).case
    mo.members.give_notice(case, [GENERAL], "oral")
    for name in ("inf", "kine", "ass"):
        mo.members.add(case, world.clients[name].author.user, Terms())
    told = [cross_category_line([Information("medical", 2), Information("social", 1)], 1, ToUser(ass, 2))]
    mo.members.give_notice(case, told, "oral")
    return case


def posted(world: World, case: str, masking: Masking, author: str = "mo") -> str:
    return world.clients[author].entries.post(case, DETAIL, "Résultat", fields={"text": TEXT}, masking=masking).id


def served(client: Client, case: str) -> tuple[bytes, ...]:
    """All that a user is served of a case, but the proofs, which grow with everybody's log."""
    transport = client.hub.transport
    found: list[JsonValue] = [*transport.get_list("/v1/cases"), *transport.get_list(f"/v1/cases/{case}/counts")]
    found.append(transport.get(f"/v1/cases/{case}/chains/main")["links"])
    for place in (DETAIL, MASKED):
        try:
            found.append(transport.get(f"/v1/cases/{case}/lists/{list_id(case, str(place))}")["entries"])
        except NotFoundError as error:
            found.append(error.problem.value)
    return tuple(canonical.encode({"served": one}) for one in found)


def asked(client: Client, entry: str) -> str:
    """What the hub answers to who asks for an entry by its id."""
    with pytest.raises(NotFoundError) as refused:
        client.hub.transport.get(f"/v1/entries/{entry}")
    return repr(vars(refused.value))


def titles(client: Client, case: str) -> list[Read]:
    return client.entries.titles(case, MASKED)


def text_of(client: Client, case: str, entry: str, place: Place = MASKED) -> str:
    body = client.entries.read(case, place, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


class TestBeforeTheAnnouncement:
    def test_colleagues_read_it_and_to_the_person_it_does_not_exist_not_even_in_the_log(
        self, world: World, case: str
    ) -> None:
        mme, inf = world.clients["mme"], world.clients["inf"]
        before = len(mme.audit.accesses(case).acts)
        entry = posted(world, case, Masking(BEFORE_ANNOUNCEMENT))
        assert text_of(inf, case, entry) == TEXT
        assert titles(mme, case) == []
        with pytest.raises(NotFoundError):
            mme.hub.transport.get(f"/v1/entries/{entry}")
        seen = mme.audit.accesses(case)
        assert {act.view.act for act in seen.acts[before:] if act.view} <= {"log-look"}
        assert seen.complete

    def test_its_author_lifts_it_and_the_person_reads_it_and_who_read_it_since(self, world: World, case: str) -> None:
        mo, mme = world.clients["mo"], world.clients["mme"]
        entry = posted(world, case, Masking(BEFORE_ANNOUNCEMENT))
        mo.members.record(case, MaskEnd(entry, mo.clock() - 1))
        assert text_of(mme, case, entry) == TEXT
        leaf = world.clients["inf"].entries.read(case, MASKED, entry).leaf
        assert leaf in {act.index for act in mme.audit.accesses(case).acts}

    def test_nobody_else_lifts_it(self, world: World, case: str) -> None:
        inf, mme = world.clients["inf"], world.clients["mme"]
        entry = posted(world, case, Masking(BEFORE_ANNOUNCEMENT))
        for name in ("inf", "ass", "mme"):
            with pytest.raises((RefusedError, NotPermittedError)):
                world.clients[name].members.record(case, MaskEnd(entry, inf.clock() - 1))
        assert titles(mme, case) == []

    def test_its_author_lifts_it_today_and_no_other_entry_is_named_so(self, world: World, case: str) -> None:
        mo, mme = world.clients["mo"], world.clients["mme"]
        waiting, withheld = posted(world, case, Masking(BEFORE_ANNOUNCEMENT)), posted(world, case, Masking(WITHHELD))
        before = served(mme, case)
        for end in (MaskEnd(waiting, mo.clock() + DAY_MS), MaskEnd(withheld, mo.clock()), MaskEnd(NOWHERE, mo.clock())):
            with pytest.raises(RefusedError) as refused:
                mo.members.record(case, end)
            assert refused.value.problem.value == "denied"
        assert served(mme, case) == before

    def test_the_person_finds_in_the_log_that_a_result_they_know_was_taken_back(self, world: World, case: str) -> None:
        mo, mme = world.clients["mo"], world.clients["mme"]
        entry, waiting = (posted(world, case, Masking(BEFORE_ANNOUNCEMENT)) for _ in range(2))
        mo.members.record(case, MaskEnd(entry, mo.clock() - 1))
        for taken in (entry, waiting):
            mo.entries.take_back(case, MASKED, taken)
        acts = [act.view for act in mme.audit.accesses(case).acts if act.view and act.view.act == "take-back"]
        assert [view.entries for view in acts] == [(entry,)]

    def test_it_is_a_health_professional_who_waits(self, world: World, case: str) -> None:
        with pytest.raises(NotPermittedError):
            world.clients["ass"].entries.post(
                case, SOCIAL, "Note", fields={"text": TEXT}, masking=Masking(BEFORE_ANNOUNCEMENT)
            )

    def test_it_ends_by_itself_at_the_day_set_and_at_fifteen_at_most(self, world: World, case: str) -> None:
        facts = world.clients["mo"].cases.view(case).main.facts
        mo = world.clients["mo"].author.user
        meta = EntryMeta("ab" * 32, mo, 1, 1000, "medical", 2, BEFORE_ANNOUNCEMENT)
        assert announced_ms(facts, meta) == 1000 + ANNOUNCEMENT_MS
        assert announced_ms(facts, replace(meta, mask_until_ms=1000 + DAY_MS)) == 1000 + DAY_MS
        assert announced_ms(facts, replace(meta, mask_until_ms=1000 + 99 * DAY_MS)) == 1000 + ANNOUNCEMENT_MS


class TestWithheld:
    def test_it_exists_for_its_author_for_the_person_and_for_whom_it_names(self, world: World, case: str) -> None:
        inf, kine, mme = (world.clients[name] for name in ("inf", "kine", "mme"))
        entry = posted(world, case, Masking(WITHHELD, named=(inf.author.user,)))
        assert text_of(inf, case, entry) == TEXT == text_of(mme, case, entry)
        assert titles(kine, case) == []
        with pytest.raises(NotFoundError):
            kine.hub.transport.get(f"/v1/entries/{entry}")


class TestHandedOver:
    """An opening would name the entry in a chain that those whom it is hidden from are served."""

    def test_to_one_more_colleague_and_to_the_others_nothing_happened(self, world: World, case: str) -> None:
        mo, inf, kine, mme = (world.clients[name] for name in ("mo", "inf", "kine", "mme"))
        entry = posted(world, case, Masking(WITHHELD))
        before = served(kine, case)
        handed = mo.handing_over.hand_over(mo.cases.view(case), DETAIL, entry, inf.author.user)
        assert text_of(inf, case, handed.entry) == TEXT == text_of(mme, case, handed.entry)
        assert served(kine, case) == before
        for hidden in (entry, handed.entry):
            assert asked(kine, hidden) == asked(kine, NOWHERE)

    def test_before_the_announcement_the_person_is_served_what_they_were_and_counts_no_act(
        self, world: World, case: str
    ) -> None:
        mo, inf, mme = (world.clients[name] for name in ("mo", "inf", "mme"))
        entry = posted(world, case, Masking(BEFORE_ANNOUNCEMENT))
        counted, before = len(mme.audit.accesses(case).acts), served(mme, case)
        handed = mo.handing_over.hand_over(mo.cases.view(case), DETAIL, entry, inf.author.user)
        assert text_of(inf, case, handed.entry) == TEXT
        assert served(mme, case) == before
        assert asked(mme, handed.entry) == asked(mme, NOWHERE)
        seen = mme.audit.accesses(case)
        assert {act.view.act for act in seen.acts[counted:] if act.view} <= {"log-look"}
        assert seen.complete

    def test_it_waits_no_longer_than_the_first_one(self, world: World, case: str) -> None:
        mo, inf = world.clients["mo"], world.clients["inf"]
        view = mo.cases.view(case)
        first = mo.entries.find(case, DETAIL, posted(world, case, Masking(BEFORE_ANNOUNCEMENT)))[1].entry
        assert first is not None
        handed = mo.handing_over.hand_over(view, DETAIL, first.id, inf.author.user)
        second = mo.entries.find(case, DETAIL, handed.entry)[1].entry
        assert second is not None
        assert second.header.mask_until_ms == first.header.preamble.time_ms + ANNOUNCEMENT_MS

    def test_nobody_opens_it_in_the_chain(self, world: World, case: str) -> None:
        mo, inf = world.clients["mo"], world.clients["inf"]
        entry = posted(world, case, Masking(WITHHELD))
        with pytest.raises(UsageError):
            mo.openings.open(mo.cases.view(case), DETAIL, entry, inf.author.user)

    def test_nobody_but_its_author_hands_it_over(self, world: World, case: str) -> None:
        mme, kine = world.clients["mme"], world.clients["kine"]
        entry = posted(world, case, Masking(WITHHELD))
        with pytest.raises(UsageError):
            mme.handing_over.hand_over(mme.cases.view(case), DETAIL, entry, kine.author.user)

    def test_it_is_not_handed_to_whom_it_is_hidden_from_nor_to_whom_the_rules_refuse(
        self, world: World, case: str
    ) -> None:
        mo, mme, mere = (world.clients[name] for name in ("mo", "mme", "mere"))
        entry = posted(world, case, Masking(BEFORE_ANNOUNCEMENT))
        with pytest.raises(NotPermittedError):
            mo.handing_over.hand_over(mo.cases.view(case), DETAIL, entry, mme.author.user)
        with pytest.raises(UsageError):
            mo.handing_over.hand_over(mo.cases.view(case), DETAIL, entry, mere.author.user)

    def test_no_notice_names_it(self, world: World, case: str) -> None:
        mo, kine = world.clients["mo"], world.clients["kine"]
        ass = ToUser(world.clients["ass"].author.user, 2)
        entry = posted(world, case, Masking(WITHHELD))
        before = served(kine, case)
        line = replace(cross_category_line([Information("medical", 2)], 1, ass), entries=(entry,))
        with pytest.raises(RefusedError):
            mo.members.give_notice(case, [line], "oral")
        assert served(kine, case) == before


class TestMinorsSecret:
    @pytest.fixture
    def minor(self, world: World, case: str) -> str:
        """The same case: its person is not of age, and has a mother."""
        mo = world.clients["mo"]
        mme, mere = (world.clients[name].author.user for name in ("mme", "mere"))
        mo.members.record(case, Person("VALI", mme, mo.clock() + 1000 * DAY_MS))
        power = Mandate("parental_authority", mere, ("person", "property"), "representation", mo.clock() - 1)
        mo.members.record(case, power)
        return case

    def test_the_holder_of_authority_finds_it_neither_in_the_file_nor_in_the_log(
        self, world: World, minor: str
    ) -> None:
        mere = world.clients["mere"]
        before = len(mere.audit.accesses(minor).acts)
        entry = posted(world, minor, Masking(MINOR_SECRET))
        assert text_of(world.clients["inf"], minor, entry) == TEXT == text_of(world.clients["mme"], minor, entry)
        assert titles(mere, minor) == []
        with pytest.raises(NotFoundError):
            mere.hub.transport.get(f"/v1/entries/{entry}")
        seen = mere.audit.accesses(minor)
        assert {act.view.act for act in seen.acts[before:] if act.view} <= {"log-look"}

    def test_there_is_none_about_somebody_of_age(self, world: World, case: str) -> None:
        with pytest.raises(NotPermittedError):
            posted(world, case, Masking(MINOR_SECRET))

    def test_a_social_worker_sets_none(self) -> None:
        with pytest.raises(Exception, match="not a health professional"):
            check_set_by(MINOR_SECRET, 2, minor=True)


class TestPassages:
    def test_the_person_reads_the_rest_and_colleagues_the_passage_too(self, world: World, case: str) -> None:
        mo, inf, mme = (world.clients[name] for name in ("mo", "inf", "mme"))
        whole, passage = "Calme. Le voisin, lui, est suivi au CMP. Revoir mardi.", "Le voisin, lui, est suivi au CMP."
        apart = mo.entries.post(case, DETAIL, "Passage", fields={"text": passage}, masking=Masking(THIRD_PARTY)).id
        entry = mo.entries.post(
            case, DETAIL, "Visite", fields={"text": cut(whole, [passage])}, masking=Masking(passages=(apart,))
        ).id
        for client in (mo, inf, mme):
            client.cases.sync(case)
        assert text_of(mme, case, entry, DETAIL) == f"Calme. {MARK} Revoir mardi."
        assert text_of(inf, case, apart) == passage
        with pytest.raises(RefusedError):
            mme.entries.read(case, MASKED, apart)

    def test_a_passage_that_is_not_in_the_text_is_refused_before_anything_is_stored(self) -> None:
        with pytest.raises(UsageError):
            cut("Calme.", ["Le voisin"])
        with pytest.raises(UsageError):
            cut("Calme.", [" "])
