"""The sheet of an inspection: in French, from the records alone, for a case or for a structure, on one day (F18)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.log_reports import PARIS
from volet_client.members import GENERAL, Terms
from volet_protocol.case_reference import reference_of
from volet_protocol.operator_roles import LogScope
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("inspected")) as world:
        world.professional("doctor", "H1", "dac")
        world.professional("colleague", "H1", "dac")
        world.professional("caller", "H1", "ssiad")
        world.professional("auditor", "O14", "operator", "auditor")
        world.professional("scoped", "O14", "operator", "auditor", LogScope(("dac",)))
        world.person("person")
        yield world


@pytest.fixture(scope="module")
def case(world: World) -> str:
    """A day of a case: somebody added, an entry printed, one taken back after it was read, an emergency."""
    doctor, colleague = world.clients["doctor"], world.clients["colleague"]
    case = doctor.cases.open(person=world.clients["person"].author.user).case
    doctor.members.give_notice(case, [GENERAL], "oral")
    kept = doctor.entries.post(case, DETAIL, "Titre", fields={"text": "texte"}).id
    wrong = doctor.entries.post(case, DETAIL, "Erreur", fields={"text": "pas elle"}).id
    doctor.members.add(case, colleague.author.user, Terms(history_from_ms=0))
    doctor.cases.sync(case)
    colleague.entries.read(case, DETAIL, kept, intent="print")
    colleague.entries.read(case, DETAIL, wrong)
    doctor.entries.take_back(case, DETAIL, wrong)
    world.clients["caller"].emergencies.start(case, "vital_risk", "Chute.")
    return case


def sheet(client: Client, capsys: pytest.CaptureFixture[str], *asked: str) -> str:
    context = Context(client.profile.config, Terminal("fr", as_json=True))
    context._client = client
    capsys.readouterr()
    assert run_line(context, ("log", "report", "inspection", *asked)) == 0
    return "\n".join(json.loads(capsys.readouterr().out.splitlines()[-1])["lines"])


def part(said: str, title: str) -> str:
    """Return what stands under a title of the sheet."""
    return said.partition(f"{title} :\n")[2].partition("\n\n")[0]


TODAY = dt.datetime.now(PARIS).date().isoformat()


def test_the_sheet_of_a_case_says_what_an_inspector_asks(
    world: World, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--case", reference_of(case), "--reason", "inspection", "--at", TODAY)
    said = sheet(world.clients["auditor"], capsys, *asked)
    doctor, colleague, caller = (world.clients[name].author.user[:16] for name in ("doctor", "colleague", "caller"))
    assert said.startswith(f"Contrôle du journal des accès : dossier {reference_of(case)}")
    access = part(said, "Avaient accès ce jour-là")
    assert doctor in access
    assert colleague in access
    assert "journal n°" in access
    assert "(fait " in part(said, "Informations, accords et oppositions enregistrés")
    assert colleague in part(said, "Impressions et exports")
    assert caller in part(said, "Accès en urgence")
    assert "À RELIRE" in part(said, "Accès en urgence")
    incidents = part(said, "Incidents")
    assert "repris" in incidents
    assert colleague in incidents
    assert part(said, "Règles en vigueur")
    assert part(said, "Durées de conservation appliquées et effacements") == "- aucun"
    assert "Ne peut être montré" in said
    assert "Titre" not in said
    assert "Chute" not in said


def test_the_sheet_of_a_structure_names_its_staff_in_each_case_and_what_they_did(
    world: World, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = sheet(world.clients["auditor"], capsys, "--structure", "dac", "--at", TODAY)
    under = part(said, f"Dossier {reference_of(case)}")
    assert world.clients["colleague"].author.user[:16] in under
    assert world.clients["caller"].author.user[:16] not in under
    assert "dépôts : 2" in under
    other = sheet(world.clients["auditor"], capsys, "--structure", "mdph", "--at", TODAY)
    assert "Aucun dossier où la structure avait accès" in other


def test_who_watches_some_cases_is_told_what_they_are_not_shown(
    world: World, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert case
    said = sheet(world.clients["scoped"], capsys, "--structure", "dac", "--at", TODAY)
    assert "hors du périmètre de ce contrôle" in said


@pytest.mark.parametrize(
    "asked", [(), ("--at", TODAY), ("--structure", "dac"), ("--case", "c" * 64, "--structure", "dac", "--at", TODAY)]
)
def test_one_of_case_and_structure_and_the_day_are_asked_for(world: World, asked: tuple[str, ...]) -> None:
    client = world.clients["auditor"]
    context = Context(client.profile.config, Terminal("fr", as_json=True))
    context._client = client
    assert run_line(context, ("log", "report", "inspection", *asked)) == UsageError.exit_status
