"""What came in an exchange is filed in the section that it is about, as its first author signed it (F31)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from support.client_world import World, client_world
from volet_client.errors import UsageError, VerificationError
from volet_client.members import GENERAL, Terms
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import Reason
from volet_protocol.kinds import Relation
from volet_protocol.outside import Outside
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")
TEXT = "Prescription : deux passages par jour."


@dataclass(frozen=True)
class Told:
    """A case in which the doctor and a nurse talk in an exchange, with a colleague of theirs in the team."""

    world: World
    case: str
    place: Place
    entry: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        for name, row in (("mo", "H1"), ("inf", "H2"), ("colleague", "H2")):
            world.professional(name, row, "practice")
        mo = world.clients["mo"]
        case = mo.cases.open().case
        mo.members.give_notice(case, [GENERAL], "oral")
        for name in ("inf", "colleague"):
            mo.members.add(case, world.clients[name].author.user, Terms())
        mo.entries.post(case, DETAIL, "Début", fields={"text": "Suivi commencé."})
        mo.cases.sync(case)
        exchange = mo.exchanges.open(case, "medical", 2, [world.clients["inf"].author.user])
        place = Place("exchange", exchange)
        posted = mo.entries.post(case, place, "Prescription", kind="message", fields={"text": TEXT})
        yield Told(world, case, place, posted.id)


def test_a_colleague_reads_who_wrote_it_and_that_the_text_is_what_they_signed(told: Told) -> None:
    inf, colleague, mo = (told.world.clients[name] for name in ("inf", "colleague", "mo"))
    posted = inf.filings.file(told.case, told.place, told.entry)
    assert posted.place == DETAIL
    read = colleague.entries.read(told.case, DETAIL, posted.id)
    filed = colleague.filings.opened(read)
    assert filed is not None
    assert (filed.first.id, filed.first.header.preamble.user) == (told.entry, mo.author.user)
    assert filed.body.fields["text"] == TEXT
    assert read.listed.entry is not None
    assert read.listed.entry.header.preamble.user == inf.author.user


def test_a_text_that_its_author_did_not_sign_is_refused_by_its_reader(told: Told) -> None:
    inf, colleague = told.world.clients["inf"], told.world.clients["colleague"]
    true = inf.entries.read(told.case, DETAIL, inf.filings.file(told.case, told.place, told.entry).id).body
    fields = getattr(true, "fields", {})
    plain: JsonObject = {**fields["plain"], "body": {**fields["plain"]["body"], "text": "Prescription : rien."}}
    forged = inf.entries.post(told.case, DETAIL, "Prescription", kind="filed", fields={**fields, "plain": plain})
    with pytest.raises(VerificationError) as caught:
        colleague.filings.opened(colleague.entries.read(told.case, DETAIL, forged.id))
    assert caught.value.reason is Reason.WRONG_HASH


def test_what_is_filed_in_another_part_is_refused_by_its_reader(told: Told) -> None:
    inf, colleague = told.world.clients["inf"], told.world.clients["colleague"]
    true = inf.entries.read(told.case, DETAIL, inf.filings.file(told.case, told.place, told.entry).id).body
    elsewhere = Place("section", "medical/1")
    moved = inf.entries.post(told.case, elsewhere, "Prescription", kind="filed", fields=getattr(true, "fields", {}))
    inf.cases.sync(told.case)
    with pytest.raises(VerificationError) as caught:
        colleague.filings.opened(colleague.entries.read(told.case, elsewhere, moved.id))
    assert caught.value.reason is Reason.WRONG_LIST


def test_what_stands_in_a_section_already_is_not_filed(told: Told) -> None:
    with pytest.raises(UsageError):
        told.world.clients["inf"].filings.file(told.case, DETAIL, told.entry)


def test_a_mark_is_not_filed(told: Told) -> None:
    inf = told.world.clients["inf"]
    seen = Relation("acknowledges", told.entry)
    mark = inf.entries.post(told.case, told.place, "Lu", kind="mark", fields={}, relations=[seen])
    with pytest.raises(UsageError):
        inf.filings.file(told.case, told.place, mark.id)


def test_what_was_filed_leaves_on_no_paper_as_it_stands(told: Told) -> None:
    inf = told.world.clients["inf"]
    posted = inf.filings.file(told.case, told.place, told.entry)
    with pytest.raises(UsageError):
        inf.exports.take(told.case, DETAIL, [posted.id], Outside("O13", "prosecutor"))
