"""A document leaves for a third party only at the person's request, or because the law orders it; and is told."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.client_world import World, client_world
from volet_client.cli.access_words import AccessWords
from volet_client.cli.exports import write_papers
from volet_client.client import Client
from volet_client.exports import NUMBER_GONE
from volet_client.masking import Masking
from volet_client.members import GENERAL, Terms
from volet_client.passages import MARK
from volet_client.refusals import ConsentMissingError, DeniedError, NotFoundError, RefusedError
from volet_client.sealed_export import unseal
from volet_protocol.fact_notices import Information, Recipients
from volet_protocol.fact_powers import Procedure
from volet_protocol.outside import Outside
from volet_protocol.places import Place
from volet_protocol.sealing import BODY

HOUSING, SOCIAL = Place("section", "housing/1"), Place("section", "social/1")
NOTARY = Outside("O7", "notaire-x")
TEXT = "Loyer payé jusqu'en mars. Sécurité sociale : 2 55 08 14 168 025 38. Fin."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("ass", "S1", "dac")
        world.professional("educ", "S5", "dac")
        world.person("mme")
        yield world


@pytest.fixture
def case(world: World) -> str:
    ass = world.clients["ass"]
    case = ass.cases.open(person=world.clients["mme"].author.user).case
    ass.members.give_notice(case, [GENERAL], "oral")
    ass.members.add(case, world.clients["educ"].author.user, Terms())
    return case


def entry_of(client: Client, case: str, place: Place = HOUSING, text: str = TEXT) -> str:
    return client.entries.post(case, place, "Quittances", fields={"text": text}).id


def ask_for(client: Client, case: str, *, entries: tuple[str, ...] = (), outsider: str = "notaire-x") -> str:
    recipients = Recipients(rows=("O7",), outsiders=(outsider,))
    information, kind = [Information("housing", 1)], "person_request_to_third_party"
    return client.members.give_consent(case, information, recipients, kind=kind, entries=entries).facts[0]


def exports_told(world: World, case: str) -> list[str]:
    mme = world.clients["mme"]
    words = AccessWords(mme, case)
    return [words.line(act).fr for act in mme.audit.accesses(case).acts if act.view is not None and act.view.to]


def test_without_the_persons_request_the_consent_to_collect_is_named_and_the_refusal_is_told(
    world: World, case: str
) -> None:
    ass = world.clients["ass"]
    entry = entry_of(ass, case)
    with pytest.raises(ConsentMissingError) as caught:
        ass.exports.take(case, HOUSING, [entry], NOTARY)
    decision = caught.value.detail["decision"]
    assert isinstance(decision, dict)
    assert decision["missing"]["kind"] == "person_request_to_third_party"
    (told,) = exports_told(world, case)
    assert "refus" in told
    assert "exporté" in told


def test_at_her_request_one_document_leaves_in_one_leaf_that_she_finds_with_its_recipient(
    world: World, case: str
) -> None:
    ass, mme = world.clients["ass"], world.clients["mme"]
    entry = entry_of(ass, case)
    consent = ask_for(mme, case)
    export = ass.exports.take(case, HOUSING, [entry], NOTARY, basis=[consent])
    (told,) = exports_told(world, case)
    assert "exporté → Famille, proche aidant" in told
    act = next(one for one in mme.audit.accesses(case).acts if one.index == export.leaf)
    assert act.view is not None
    assert (act.view.part, act.view.intent, act.view.purpose) == (BODY, "export", "person_request")
    assert "R43" in act.view.rules
    assert act.view.entries == (entry,)


def test_a_request_for_one_document_gives_no_other(world: World, case: str) -> None:
    ass, mme = world.clients["ass"], world.clients["mme"]
    asked, other = entry_of(ass, case), entry_of(ass, case)
    ask_for(mme, case, entries=(asked,))
    ass.exports.take(case, HOUSING, [asked], NOTARY)
    with pytest.raises(ConsentMissingError):
        ass.exports.take(case, HOUSING, [other], NOTARY)
    with pytest.raises(ConsentMissingError):
        ass.exports.take(case, HOUSING, [asked, other], NOTARY)


def test_a_request_for_the_notary_gives_nothing_to_somebody_else(world: World, case: str) -> None:
    ass = world.clients["ass"]
    entry = entry_of(ass, case)
    ask_for(world.clients["mme"], case)
    with pytest.raises(ConsentMissingError):
        ass.exports.take(case, HOUSING, [entry], Outside("O7", "agence-y"))
    with pytest.raises(DeniedError):
        ass.exports.take(case, HOUSING, [entry], Outside("O12", "notaire-x"))


def test_a_request_taken_back_stops_the_next_export(world: World, case: str) -> None:
    ass, mme = world.clients["ass"], world.clients["mme"]
    entry = entry_of(ass, case)
    consent = ask_for(mme, case)
    mme.members.withdraw_consent(case, consent)
    with pytest.raises(ConsentMissingError):
        ass.exports.take(case, HOUSING, [entry], NOTARY)


def test_the_person_sends_a_document_of_hers_herself(world: World, case: str) -> None:
    ass, mme = world.clients["ass"], world.clients["mme"]
    entry = entry_of(ass, case)
    ass.cases.sync(case)
    mme.cases.sync(case)
    assert mme.exports.take(case, HOUSING, [entry], NOTARY).entries[0].title.title == "Quittances"


def test_what_concerns_a_third_party_is_redacted_and_never_leaves(world: World, case: str) -> None:
    ass, mme = world.clients["ass"], world.clients["mme"]
    passage = ass.entries.post(case, HOUSING, "Passage", fields={"text": "Le voisin"}, masking=Masking("third_party"))
    entry = ass.entries.post(
        case, HOUSING, "Note", fields={"text": f"Calme. {MARK}"}, masking=Masking(passages=(passage.id,))
    ).id
    ask_for(mme, case)
    assert ass.exports.take(case, HOUSING, [entry], NOTARY).entries[0].text == f"Calme. {MARK}"
    with pytest.raises(RefusedError):
        ass.exports.take(case, Place("masked", "housing/1"), [passage.id], NOTARY)


def test_the_national_health_identifier_is_taken_out_and_refused_where_it_is_asked_for(world: World, case: str) -> None:
    ass = world.clients["ass"]
    entry = entry_of(ass, case)
    ask_for(world.clients["mme"], case)
    text = ass.exports.take(case, HOUSING, [entry], NOTARY).entries[0].text
    assert NUMBER_GONE in text
    assert "168 025" not in text
    with pytest.raises(RefusedError) as caught:
        ass.exports.take(case, HOUSING, [entry], Outside("O7", "notaire-x", ins=True))
    assert "R76" in str(caught.value.detail["decision"])


def test_the_ccapex_gets_what_a_procedure_founds_and_nothing_before(world: World, case: str) -> None:
    ass = world.clients["ass"]
    entry, ccapex = entry_of(ass, case), Outside("C3", "ccapex-69")
    with pytest.raises(DeniedError):
        ass.exports.take(case, HOUSING, [entry], ccapex)
    ass.members.record(case, Procedure("ccapex", "ccapex-69", ass.clock()))
    assert ass.exports.take(case, HOUSING, [entry], ccapex).leaf
    with pytest.raises(DeniedError):
        ass.exports.take(case, HOUSING, [entry], Outside("C3", "ccapex-01"))


def test_the_mayor_learns_that_coordination_is_needed_and_nothing_of_why(world: World, case: str) -> None:
    ass = world.clients["ass"]
    alert = ass.entries.post(
        case, SOCIAL, "Alerte", kind="coordination_alert", fields={"contact": "Service social, 00 00 00 00 00"}
    ).id
    mayor = Outside("O11", "mairie-x", alert=True)
    text = ass.exports.take(case, SOCIAL, [alert], mayor).entries[0].text
    assert "une coordination est nécessaire" in text
    with pytest.raises(DeniedError):
        # Not the lone professional, nor the coordinator named by the mayor.
        ass.exports.take(case, SOCIAL, [entry_of(ass, case, SOCIAL, "Pourquoi.")], Outside("O11", "mairie-x"))


def test_a_stranger_to_the_case_exports_nothing_and_learns_nothing(world: World, case: str) -> None:
    entry = entry_of(world.clients["ass"], case)
    other = world.professional("autre", "S1", "ccas")
    with pytest.raises(NotFoundError):
        other.exports.take(case, HOUSING, [entry], NOTARY)


def test_the_sealed_file_opens_with_what_was_said_by_phone_and_the_slip_holds_no_content(
    world: World, case: str, tmp_path: Path
) -> None:
    ass = world.clients["ass"]
    entry = entry_of(ass, case)
    ask_for(world.clients["mme"], case)
    taken = ass.exports.take(case, HOUSING, [entry], NOTARY)
    given = argparse.Namespace(into=tmp_path / "remis", clear=False)
    result, _ = write_papers(ass, case, taken, given, name="Notaire X", basis="Demande écrite de la personne")
    sealed, slip = (Path(str(path)) for path in result["files"])  # type: ignore[union-attr]  # a list of paths
    assert b"Loyer" not in sealed.read_bytes()
    page = unseal(sealed.read_bytes(), str(result["passphrase"]).lower())["document.html"].decode()
    assert "Loyer payé" in page
    assert "Notaire X" in page
    kept = slip.read_text("utf-8")
    assert "Loyer" not in kept
    assert str(result["passphrase"]) not in kept
    assert str(taken.leaf) in kept
    assert sealed.stat().st_mode & 0o077 == 0
