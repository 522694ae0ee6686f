"""Facts through real clients and a real hub: what changes at once, who may say it, what waits without network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.client_world import World, client_world
from volet_client import facts
from volet_client.appending import Appended
from volet_client.client import Client
from volet_client.errors import NotPermittedError, UnreachableError, UsageError
from volet_client.facts_annexes import Words
from volet_client.facts_recording import Collecting, Kept, Recorded
from volet_client.members import GENERAL, Terms
from volet_client.outbox import REFUSED
from volet_client.profile import Profile
from volet_client.refusals import ConsentMissingError
from volet_client.transport import HttpTransport
from volet_protocol.annexes import Helper
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_collection import is_late
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Information, Notice, Opposition, Recipients
from volet_protocol.fact_powers import Ability, Mandate
from volet_protocol.kinds import Content
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")
HOUR_MS = 3_600_000
OFFLINE = Collecting(offline=True)
TEXT = "0" * 64


class Cable(HttpTransport):
    """The real hub behind a cable that is pulled, or whose answers to writes are lost."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin)
        self.pulled = False
        self.answers_lost = False
        self.killed_before: str | None = None
        self.killed_after: str | None = None
        self.sent: list[str] = []

    def get(self, path: str, **params: str | int) -> JsonObject:
        self._check()
        return super().get(path, **params)

    def post(self, path: str, body: JsonObject) -> JsonObject:
        self._check()
        self.sent.append(path)
        if path == self.killed_before:
            raise KeyboardInterrupt
        answer = super().post(path, body)
        if path == self.killed_after:
            raise KeyboardInterrupt
        if self.answers_lost and "/chains/" in path:
            raise UnreachableError(self.origin)
        return answer

    def _check(self) -> None:
        if self.pulled:
            raise UnreachableError(self.origin)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("facts")) as world:
        world.professional("coord", "S13", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("ide", "H2", "practice")
        world.professional("accueil", "S11", "dac")
        world.person("mme")
        world.person("fille")
        yield world


@pytest.fixture
def case(world: World) -> str:
    """A case with a doctor of the team and a nurse outside of it, a coordinator, a reception, the person informed."""
    coord = world.clients["coord"]
    case = coord.cases.open(person=world.clients["mme"].author.user).case
    coord.members.give_notice(case, [GENERAL], "oral")
    for name, limb in (("mo", 1), ("ide", 0), ("accueil", 1)):
        coord.members.add(case, world.clients[name].author.user, Terms(limb=limb))
    return case


@pytest.fixture(autouse=True)
def whole_again(world: World) -> Iterator[None]:
    """Cables are plugged in and outboxes emptied behind each test: the tests run in any order."""
    yield
    for client in world.clients.values():
        transport, outbox = client.hub.transport, client.outbox
        if isinstance(transport, Cable):
            transport.pulled = transport.answers_lost = False
            transport.killed_before = transport.killed_after = None
        for item in outbox.items():
            outbox.remove(item.id)


def recorded(done: Recorded | Kept) -> Recorded:
    assert isinstance(done, Recorded)
    return done


def kept(done: Recorded | Kept) -> Kept:
    assert isinstance(done, Kept)
    return done


def terms(world: World, **changes: object) -> facts.Terms:
    del world
    known = facts.Terms((Information("medical", 2),), Recipients(rows=("H2",)), TEXT, means="oral")
    return replace(known, **changes)  # type: ignore[arg-type]  # fields given by name


def cabled(world: World, name: str) -> tuple[Client, Cable]:
    """Another process of a profile, behind a cable."""
    world.clients[name].close()
    profile = Profile.open(world.clients[name].profile.config, "phrase de passe des essais")
    cable = Cable(world.url)
    world.clients[name] = Client(profile, cable)
    return world.clients[name], cable


def remember(client: Client, case: str) -> None:
    client.notebook.remember(client.cases.view(case), client.rules.table.hash, client.clock())


def test_an_opposition_says_at_once_who_lost_what_and_which_keys_are_owed(world: World, case: str) -> None:
    mo, mme = world.clients["mo"], world.clients["mme"]
    mo.entries.post(case, DETAIL, "Compte rendu", fields={"text": "texte"})
    against = Opposition("professional", 0, GivenBy(), users=(mo.author.user,))
    done = recorded(mme.facts.record(case, facts.opposition(against)))
    (change,) = done.effects.changes
    assert change.user == mo.author.user
    assert "medical/2" in change.lost
    assert change.gained == ()
    assert "medical/2" in done.effects.owed
    back = recorded(mme.facts.record(case, facts.opposition_end("last")))
    assert [one.gained for one in back.effects.changes] == [change.lost]


def test_reception_records_a_withdrawal_told_by_phone_in_one_step(world: World, case: str) -> None:
    mme, ide, accueil = (world.clients[name] for name in ("mme", "ide", "accueil"))
    recorded(mme.facts.record(case, facts.consent(terms(world))))
    world.clients["mo"].entries.post(case, DETAIL, "Compte rendu", fields={"text": "texte"})
    done = recorded(accueil.facts.record(case, facts.withdrawal("last", "phone")))
    (change,) = done.effects.changes
    assert change.user == ide.author.user
    assert isinstance(done.fact, ConsentWithdrawal)
    assert done.fact.means == "phone"
    with pytest.raises(UsageError):
        accueil.facts.record(case, facts.withdrawal("last", "phone"))


def test_who_may_not_make_a_fact_is_told_who_may_and_nothing_is_kept(world: World, case: str) -> None:
    mo = world.clients["mo"]
    mandate = Mandate("tutelle", world.clients["fille"].author.user, ("person",), "representation", 0)
    before = mo.cases.view(case).main.head
    with pytest.raises(NotPermittedError) as caught:
        mo.facts.record(case, facts.plain(mandate))
    assert "le référent de parcours" in caught.value.said.fr
    assert mo.cases.view(case).main.head == before
    assert mo.outbox.items() == []


def test_a_mandate_and_its_judgment_open_the_file_and_its_end_closes_it(world: World, case: str) -> None:
    coord, fille = world.clients["coord"], world.clients["fille"].author.user
    mandate = Mandate("tutelle", fille, ("person", "property"), "representation", coord.clock() - HOUR_MS)
    words = Words(court="Tribunal judiciaire du Val", judgment_ms=5, text="Jugement vu en original.")
    done = recorded(coord.facts.record(case, facts.plain(mandate), Collecting(words)))
    assert fille in {change.user for change in done.effects.changes}
    assert not done.untold
    annex = coord.casebook.view(case).classes["main"].annexes[done.hash]
    assert coord.annexes.read(case, annex)["court"] == "Tribunal judiciaire du Val"
    ended = recorded(coord.facts.record(case, facts.mandate_end("last")))
    assert {change.user for change in ended.effects.changes if change.lost} == {fille}


def test_the_helper_of_an_answer_is_in_its_encrypted_words_and_nowhere_in_the_fact(world: World, case: str) -> None:
    coord = world.clients["coord"]
    words = Words(helper=Helper("Jeanne, sa fille", "child", present=True))
    done = recorded(coord.facts.record(case, facts.consent(terms(world)), Collecting(words)))
    assert "Jeanne" not in repr(done.fact)
    annex = coord.casebook.view(case).classes["main"].annexes[done.hash]
    assert coord.annexes.read(case, annex)["helper"] == {"name": "Jeanne, sa fille", "tie": "child", "present": True}


def test_what_was_collected_in_the_car_is_recorded_at_sync_with_its_own_time(world: World, case: str) -> None:
    coord, cable = cabled(world, "coord")
    remember(coord, case)
    cable.pulled = True
    said = kept(coord.facts.record(case, facts.consent(terms(world)), OFFLINE))
    assert said.item.statement is not None
    cable.pulled = False
    mo, ide = world.clients["mo"], world.clients["ide"]
    entry = mo.entries.post(case, DETAIL, "Compte rendu", fields={"text": "texte"}).id
    with pytest.raises(ConsentMissingError):
        ide.entries.read(case, DETAIL, entry)
    (done,), refused = coord.facts.flush()
    mo.cases.sync(case)
    assert ide.entries.read(case, DETAIL, entry).body is not None
    assert refused == []
    (record,) = done.appended.view.main.facts.of(Consent)
    assert isinstance(said.fact, Consent)
    assert record.fact.given_ms == said.fact.given_ms
    assert record.recorded_ms >= said.fact.given_ms
    assert coord.outbox.items() == []


def test_another_process_sends_what_the_first_one_kept_and_sends_it_once(world: World, case: str) -> None:
    coord, cable = cabled(world, "coord")
    remember(coord, case)
    item = kept(coord.facts.record(case, facts.notice([GENERAL], "oral"), OFFLINE)).item
    again, _ = cabled(world, "coord")
    assert [one.hash for one in again.outbox.items()] == [item.hash]
    again.facts.flush()
    again.facts.flush()
    found = [one for one in again.cases.view(case).main.facts.of(Notice) if one.hash == item.hash]
    assert len(found) == 1
    del cable


def test_a_lost_answer_is_found_in_the_chain_and_nothing_is_sent_twice(world: World, case: str) -> None:
    coord, cable = cabled(world, "coord")
    remember(coord, case)
    cable.answers_lost = True
    item = kept(coord.facts.record(case, facts.notice([GENERAL], "oral"))).item
    cable.answers_lost = False
    cable.sent.clear()
    (done,), _ = coord.facts.flush()
    assert done.hash == item.hash
    assert cable.sent == []
    assert coord.outbox.items() == []


def test_without_hub_and_unasked_the_same_fact_waits_and_says_so(world: World, case: str) -> None:
    coord, cable = cabled(world, "coord")
    remember(coord, case)
    cable.pulled = True
    waits = kept(coord.facts.record(case, facts.notice([GENERAL], "oral")))
    assert not waits.asked
    with pytest.raises(UnreachableError):
        coord.facts.flush()
    assert len(coord.outbox.items(case)) == 1
    cable.pulled = False
    coord.facts.flush()


def test_a_case_never_synced_here_takes_nothing_off_line(world: World, case: str) -> None:
    ide, cable = cabled(world, "ide")
    cable.pulled = True
    with pytest.raises(UsageError) as caught:
        ide.facts.record(case, facts.notice([GENERAL], "oral"), OFFLINE)
    assert "jamais été synchronisé" in caught.value.said.fr
    assert ide.outbox.items(case) == []


def test_a_consent_from_before_a_withdrawal_is_refused_at_sync_and_stays_with_what_to_do(
    world: World, case: str
) -> None:
    coord, mme = cabled(world, "coord")[0], world.clients["mme"]
    recorded(mme.facts.record(case, facts.consent(terms(world))))
    remember(coord, case)
    kept(coord.facts.record(case, facts.consent(terms(world)), OFFLINE))
    recorded(mme.facts.record(case, facts.withdrawal("last", "electronic")))
    done, (item,) = coord.facts.flush()
    assert done == []
    assert item.state == REFUSED
    assert item.why is not None
    assert "autrement" in item.why.fr
    assert item.hint is not None
    assert coord.facts.flush() == ([], [])
    assert [one.id for one in coord.outbox.items(case)] == [item.id]
    coord.outbox.remove(item.id)


def test_an_end_of_participation_meanwhile_refuses_what_its_author_kept(world: World, case: str) -> None:
    mo = cabled(world, "mo")[0]
    remember(mo, case)
    kept(mo.facts.record(case, facts.notice([GENERAL], "oral"), OFFLINE))
    world.clients["coord"].members.end(case, mo.author.user)
    _, (item,) = mo.facts.flush()
    assert item.state == REFUSED
    mo.outbox.remove(item.id)


def test_after_72_hours_a_notice_needs_a_reason_and_is_marked_when_it_has_one(world: World, case: str) -> None:
    coord = world.clients["coord"]
    old = Collecting(collected_ms=coord.clock() - 80 * HOUR_MS)
    with pytest.raises(NotPermittedError) as caught:
        coord.facts.record(case, facts.notice([GENERAL], "paper"), old)
    assert "72 heures" in caught.value.said.fr
    late = replace(old, late="paper_received_late", words=Words(reason="Feuille retrouvée au bureau."))
    done = recorded(coord.facts.record(case, facts.notice([GENERAL], "paper"), late))
    record = done.appended.view.main.facts.find(Notice, done.hash)
    assert is_late(record.fact, record.recorded_ms)


def test_what_waited_too_long_is_refused_until_it_says_why(world: World, case: str) -> None:
    coord = cabled(world, "coord")[0]
    remember(coord, case)
    item = kept(coord.facts.record(case, facts.notice([GENERAL], "oral"), OFFLINE)).item
    assert isinstance(item.fact, Notice)
    aged = coord.author.clock
    coord.author.clock = lambda: aged() + 73 * HOUR_MS
    try:
        with pytest.raises(NotPermittedError) as caught:
            coord.facts._check(coord.facts.facts(case), item.fact, coord.author.clock())
    finally:
        coord.author.clock = aged
    assert "72 heures" in caught.value.said.fr
    again = coord.facts.explain_late(item, "no_network", "Une semaine sans réseau.")
    (done,), _ = coord.facts.flush()
    assert done.hash == again.hash != item.hash
    assert Reason.STALE not in done.appended.view.main.voids.values()


def test_the_sheet_of_a_consent_at_home_is_photographed_sealed_and_bound_to_it(
    world: World, case: str, tmp_path: Path
) -> None:
    coord = cabled(world, "coord")[0]
    remember(coord, case)
    photo = tmp_path / "feuille.jpg"
    photo.write_bytes(b"\xff\xd8" + bytes(range(256)) * 400)
    how = Collecting(Words(text="Signé à la cuisine.", paper=photo), offline=True)
    item = kept(coord.facts.record(case, facts.consent(terms(world)), how)).item
    photo.unlink()
    sealed = b"".join(path.read_bytes() for path in coord.profile.config.profile.glob("*.sealed"))
    assert b"cuisine" not in sealed
    (done,), _ = coord.facts.flush()
    annex = done.appended.view.classes["main"].annexes[done.hash]
    paper = coord.annexes.read(case, annex)["paper"]
    assert isinstance(paper, dict)
    assert (paper["media_type"], paper["size"]) == ("image/jpeg", 2 + 256 * 400)
    titles = [read.title for read in coord.entries.titles(case, Place("section", "rights/2")) if read.title]
    assert [title.file.name for title in titles if title.file] == ["feuille.jpg"]
    assert coord.outbox.paper(item.id) is None


def test_an_ability_is_recorded_by_health_and_by_nobody_at_the_desk(world: World, case: str) -> None:
    mo, accueil = world.clients["mo"], world.clients["accueil"]
    unable = facts.plain(Ability("unable", mo.clock()))
    with pytest.raises(NotPermittedError):
        accueil.facts.record(case, unable)
    assert isinstance(recorded(mo.facts.record(case, unable)).appended, Appended)


def test_a_note_from_the_road_is_stored_once_at_sync_with_the_hour_it_was_written(world: World, case: str) -> None:
    mo = world.clients["mo"]
    note = mo.notes.keep(case, DETAIL, "Passage", "observation", {"text": "Tension 12/8."})
    sealed = b"".join(path.read_bytes() for path in mo.profile.config.profile.glob("*.sealed"))
    assert b"Tension" not in sealed
    ((stored, posted),), refused = mo.notes.flush(case)
    assert (stored.id, refused) == (note.id, [])
    assert posted is not None
    body = mo.entries.read(case, DETAIL, posted.id).body
    assert isinstance(body, Content)
    assert body.fields == {"text": "Tension 12/8.", "noted_ms": note.noted_ms}
    assert mo.notes.items(case) == []


def test_a_note_whose_deposit_was_not_answered_is_found_in_the_list_and_not_stored_twice(
    world: World, case: str
) -> None:
    mo, cable = cabled(world, "mo")
    for text in ("Le matin.", "Le soir."):
        mo.notes.keep(case, DETAIL, "Passage", "note", {"text": text})
    cable.killed_after = "/v1/entries"
    with pytest.raises(KeyboardInterrupt):
        mo.notes.flush(case)
    cable.killed_after = None
    again, _ = cabled(world, "mo")
    stored, _ = again.notes.flush(case)
    assert [posted is None for _, posted in stored] == [True, False]
    assert len([read for read in again.entries.titles(case, DETAIL) if read.title]) == 2


def test_a_note_that_the_rules_refuse_stays_with_what_to_do(world: World, case: str) -> None:
    ide = world.clients["ide"]
    ide.notes.keep(case, Place("section", "budget/2"), "Note", "note", {"text": "texte"})
    _, (refused,) = ide.notes.flush(case)
    assert refused.why is not None
    assert ide.notes.flush(case) == ([], [])
    ide.notes.drop(refused.id)
    with pytest.raises(UsageError):
        ide.notes.keep(case, DETAIL, "Message", "message", {"text": "texte"})


@pytest.mark.parametrize("moment", ["killed_before", "killed_after"])
def test_a_kill_around_the_sending_loses_nothing_and_records_once(world: World, case: str, moment: str) -> None:
    coord, cable = cabled(world, "coord")
    setattr(cable, moment, f"/v1/cases/{case}/chains/main")
    with pytest.raises(KeyboardInterrupt):
        coord.facts.record(case, facts.notice([GENERAL], "oral"))
    again, _ = cabled(world, "coord")
    (item,) = again.outbox.items(case)
    (done,), refused = again.facts.flush(case)
    assert (done.hash, refused) == (item.hash, [])
    assert again.facts.flush(case) == ([], [])
    assert [one.hash for one in again.cases.view(case).main.facts.of(Notice)].count(item.hash) == 1
