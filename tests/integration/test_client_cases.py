"""Real clients around a real hub: opening, keys that reach who may read, refusals that name their reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.client import Client
from volet_client.errors import NotPermittedError, NotReadableError, UsageError
from volet_client.masking import Masking
from volet_client.members import GENERAL, Terms, cross_category_line
from volet_client.refusals import ConsentMissingError, DeniedError, NotFoundError
from volet_protocol.fact_masks import MaskEnd
from volet_protocol.fact_notices import Information, Recipients, ToUser
from volet_protocol.kinds import Content
from volet_protocol.places import Place

DETAIL, ESSENTIALS = Place("section", "medical/2"), Place("section", "medical/1")
TEXT = "Le compte rendu complet : loutre-cobalt-31."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S10", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "clinic")
        world.professional("ide", "H2", "practice")
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


def post(client: Client, case: str, place: Place = DETAIL, text: str = TEXT) -> str:
    return client.entries.post(case, place, "Compte rendu", fields={"text": text}).id


def read(client: Client, case: str, entry: str, place: Place = DETAIL) -> str:
    body = client.entries.read(case, place, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


def test_a_first_writer_claims_and_the_team_reads_after_one_sync_of_theirs(world: World, case: str) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    entry = post(mo, case)
    with pytest.raises(NotReadableError) as caught:
        inf.entries.read(case, DETAIL, entry)
    assert "volet sync" in caught.value.hint.fr
    _, duties = mo.cases.sync(case)
    assert inf.author.user in duties.granted
    assert not duties.failed
    assert read(inf, case, entry) == TEXT
    assert [item.title.title for item in inf.entries.titles(case, DETAIL) if item.title] == ["Compte rendu"]


def test_another_process_of_the_same_profile_reads_with_what_the_chain_boxed_to_it(world: World, case: str) -> None:
    entry = post(world.clients["mo"], case)
    world.clients["mo"].cases.sync(case)
    assert read(world.reopen("mo"), case, entry) == TEXT
    assert read(world.reopen("inf"), case, entry) == TEXT


def test_who_may_not_read_is_told_why_and_never_holds_a_key(world: World, case: str) -> None:
    coord = world.clients["coord"]
    entry = post(world.clients["mo"], case)
    world.clients["mo"].cases.sync(case)
    with pytest.raises(DeniedError) as caught:
        coord.entries.read(case, DETAIL, entry)
    assert "Santé" in caught.value.said.fr
    view = coord.cases.view(case)
    assert not any(item.holds_key for item in coord.cases.sections(view))
    with pytest.raises(NotPermittedError):
        post(coord, case)


def test_one_entry_is_opened_with_its_notice_in_one_gesture_and_nothing_else_is(world: World, case: str) -> None:
    coord, mo = world.clients["coord"], world.clients["mo"]
    entry, other = post(mo, case), post(mo, case, text="autre")
    line = cross_category_line([Information("medical", 2)], 1, ToUser(coord.author.user, 2), [entry])
    opened = mo.openings.open(mo.cases.view(case), DETAIL, entry, coord.author.user, notice=[line])
    assert opened.notice is not None
    assert read(coord, case, entry) == TEXT
    with pytest.raises(DeniedError):
        coord.entries.read(case, DETAIL, other)
    mo.openings.close(mo.cases.view(case), opened.opening)
    with pytest.raises(DeniedError):
        coord.entries.read(case, DETAIL, entry)


def test_a_consent_lets_in_and_its_withdrawal_stops_the_next_release_and_rotates_the_next_write(
    world: World, case: str
) -> None:
    coord, mo, ide, mme = (world.clients[name] for name in ("coord", "mo", "ide", "mme"))
    coord.members.add(case, ide.author.user, Terms(limb=0))
    entry = post(mo, case)
    with pytest.raises(ConsentMissingError):
        ide.entries.read(case, DETAIL, entry)
    mme.members.give_consent(case, [Information("medical", 2)], Recipients(rows=("H2",)))
    mo.cases.sync(case)
    assert read(ide, case, entry) == TEXT
    mine = post(ide, case, text="Passage du matin")
    assert read(mo, case, mine) == "Passage du matin"
    mme.members.withdraw_consent(case, "last")
    with pytest.raises(ConsentMissingError):
        ide.entries.read(case, DETAIL, entry)
    posted = mo.entries.post(case, DETAIL, "Après", fields={"text": "suite"})
    assert posted.epoch == 2
    with pytest.raises(ConsentMissingError):
        ide.entries.read(case, DETAIL, posted.id)
    chain = ide.cases.view(case).classes["main"]
    assert chain.ring.epochs("medical/2") == [1]
    assert read(world.clients["inf"], case, posted.id) == "suite"


def test_who_left_reads_nothing_and_knows_of_nothing_any_more(world: World, case: str) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    entry = post(mo, case)
    mo.cases.sync(case)
    assert read(inf, case, entry) == TEXT
    world.clients["coord"].members.end(case, inf.author.user)
    with pytest.raises(NotFoundError):
        inf.entries.read(case, DETAIL, entry)
    assert mo.entries.post(case, DETAIL, "Après", fields={"text": "suite"}).epoch == 2


def test_one_leaves_a_case_oneself_although_nothing_of_it_can_be_read_back(world: World, case: str) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    post(mo, case)
    mo.cases.sync(case)
    (taking,) = inf.cases.view(case).main.facts.participations_of(inf.author.user, inf.clock())
    assert inf.members.end(case, inf.author.user) == [taking.hash]
    assert case not in inf.cases.ids()
    with pytest.raises(NotFoundError):
        inf.members.leave(case)
    facts = mo.cases.view(case).main.facts
    assert not facts.participations_of(inf.author.user, mo.clock())
    # What is written since is under a key that who left never had.
    assert mo.entries.post(case, DETAIL, "Après", fields={"text": "suite"}).epoch == 2


def test_leaving_a_case_is_told_in_words(world: World, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    context = Context(world.clients["inf"].profile.config, Terminal("fr", as_json=False))
    context._client = world.clients["inf"]
    assert run_line(context, ("member", "leave", "--case", case)) == 0
    assert "Vous ne participez plus à ce dossier" in capsys.readouterr().out
    assert case not in world.clients["inf"].cases.ids()


def test_an_exchange_is_read_by_its_members_only(world: World, case: str) -> None:
    mo, inf, coord = (world.clients[name] for name in ("mo", "inf", "coord"))
    exchange = mo.exchanges.open(case, "medical", 2, [inf.author.user])
    place = Place("exchange", exchange)
    entry = mo.entries.post(case, place, "Question", kind="message", fields={"text": "Bonjour"}).id
    assert read(inf, case, entry, place) == "Bonjour"
    with pytest.raises(NotFoundError):
        coord.entries.read(case, place, entry)
    with pytest.raises(NotPermittedError):
        mo.exchanges.open(case, "medical", 2, [coord.author.user])


def test_what_was_taken_back_is_gone_for_who_had_read_it(world: World, case: str) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    entry = post(mo, case)
    mo.cases.sync(case)
    assert read(inf, case, entry) == TEXT
    with pytest.raises(NotFoundError):
        inf.entries.take_back(case, DETAIL, entry)
    taken = mo.entries.take_back(case, DETAIL, entry)
    with pytest.raises(NotReadableError) as caught:
        inf.entries.read(case, DETAIL, entry)
    assert "repris" in caught.value.said.fr
    assert [(one.user, one.part, one.intent) for one in taken.opened] == [(inf.author.user, "body", "open")]
    # Asked again, the hub says the same; to nobody else.
    assert mo.entries.take_back(case, DETAIL, entry) == taken
    with pytest.raises(NotFoundError):
        inf.entries.take_back(case, DETAIL, entry)


def test_of_what_was_taken_back_its_author_sees_how_near_each_reader_came(world: World, case: str) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    listed, fetched = post(mo, case), post(mo, case)
    mo.cases.sync(case)
    assert inf.entries.titles(case, DETAIL)
    inf.entries.read(case, DETAIL, fetched, intent="offline")
    unseen = post(mo, case)
    told = [mo.entries.take_back(case, DETAIL, entry).opened for entry in (unseen, listed, fetched)]
    assert [[(one.part, one.intent) for one in opened] for opened in told] == [
        [], [("title", "sync")], [("body", "offline")],
    ]  # fmt: skip


def test_a_result_taken_back_after_its_announcement_names_who_opened_it_before_and_after(
    world: World, case: str
) -> None:
    mo, inf, mme = world.clients["mo"], world.clients["inf"], world.clients["mme"]
    masking = Masking("before_announcement")
    posted = mo.entries.post(case, DETAIL, "Résultat", fields={"text": TEXT}, masking=masking)
    mo.cases.sync(case)
    assert read(inf, case, posted.id, posted.place) == TEXT
    mo.members.record(case, MaskEnd(posted.id, mo.clock() - 1))
    assert read(mme, case, posted.id, posted.place) == TEXT
    opened = mo.entries.take_back(case, posted.place, posted.id).opened
    assert {one.user for one in opened} == {inf.author.user, mme.author.user}


def test_a_masked_entry_is_boxed_by_name_and_stands_in_a_list_of_its_own(world: World, case: str) -> None:
    mo = world.clients["mo"]
    posted = mo.entries.post(
        case, DETAIL, "Avant l'annonce", fields={"text": TEXT}, masking=Masking("before_announcement")
    )
    assert posted.form == "named"
    assert str(posted.place) == "masked:medical/2"
    assert read(mo, case, posted.id, posted.place) == TEXT
    assert mo.entries.titles(case, DETAIL) == []


def test_a_document_comes_back_to_the_byte_and_never_over_a_file_of_the_user(
    world: World, case: str, tmp_path: Path
) -> None:
    mo, inf = world.clients["mo"], world.clients["inf"]
    source = tmp_path / "scanner.pdf"
    source.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 4096)
    told: list[int] = []
    posted = mo.documents.attach(
        case, DETAIL, source, title="Scanner", media_type="application/pdf", advance=told.append
    )
    mo.cases.sync(case)
    folder = tmp_path / "inf"
    folder.mkdir()
    fetched = inf.documents.fetch(case, DETAIL, posted.id, folder, advance=told.append)
    assert fetched.path.read_bytes() == source.read_bytes()
    assert sum(told) > 2 * source.stat().st_size
    with pytest.raises(UsageError):
        inf.documents.fetch(case, DETAIL, posted.id, folder, advance=told.append)
    assert [path.name for path in folder.iterdir()] == ["scanner.pdf"]
    assert list((mo.profile.config.profile / "uploads").iterdir()) == []


def test_the_person_sees_every_act_and_that_none_is_missing(world: World, case: str) -> None:
    mo, mme = world.clients["mo"], world.clients["mme"]
    entry = post(mo, case)
    mo.cases.sync(case)
    read(world.clients["inf"], case, entry)
    shown = mme.audit.accesses(case)
    assert shown.gaps == {}
    acts = [act.view.act for act in shown.acts if act.view is not None]
    assert {"case", "fact", "claim", "deposit", "grant", "release"} <= set(acts)
    assert all(act.identity is None for act in shown.acts)
    with pytest.raises(NotFoundError):
        world.clients["ide"].audit.accesses(case)


def test_the_whole_log_is_recomputed_and_leads_to_the_signed_checkpoint(world: World, case: str) -> None:
    post(world.clients["mo"], case)
    checked = world.clients["mme"].audit.verify()
    assert sum(checked.leaves.values()) == checked.checkpoint.size


def test_a_second_account_of_the_same_person_is_an_alarm_for_the_first(world: World) -> None:
    first = world.person("léa")
    assert first.author.alarms() == []
    second = world.profile("léa-2")
    world.door.subjects[second.author.user] = "léa"
    world.log_in(second)
    (alarm,) = first.author.alarms()
    assert second.author.user[:16] in alarm.fr


def test_a_second_chain_of_a_known_person_is_granted_nothing_by_software(world: World, case: str) -> None:
    mo, coord = world.clients["mo"], world.clients["coord"]
    post(mo, case)
    world.professional("paul", "H2", "clinic")
    second = world.profile("paul-2")
    world.door.subjects[second.author.user] = "paul"
    world.log_in(second)
    capacity = world.attest(second, "H2", "clinic")
    coord.members.add(case, second.author.user, Terms(), capacity)
    _, duties = mo.cases.sync(case)
    assert second.author.user not in duties.granted
    assert duties.waiting[second.author.user] == "not-yet"
