"""The MDPH team and the professionals who accompany the person exchange with the person's agreement only (R40, R41)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.errors import NotPermittedError
from volet_client.members import GENERAL, Terms
from volet_client.refusals import RefusedError
from volet_protocol.fact_notices import Information, Recipients
from volet_protocol.kinds import Content
from volet_protocol.places import Place

AUTONOMY, MEDICAL = "autonomy", "medical"
TEXT = "Marche avec une canne depuis mars."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        for name, row, structure in (
            ("eval", "M1", "mdph"), ("medecin", "M2", "mdph"), ("mo", "H1", "dac"), ("ass", "S1", "dac"),
        ):  # fmt: skip
            world.professional(name, row, structure)
        world.person("mme")
        yield world


@pytest.fixture
def evaluation(world: World) -> str:
    """The MDPH's own case: its team, and the social worker who accompanies the person."""
    evaluator = world.clients["eval"]
    case = evaluator.cases.open("mdph", person=world.clients["mme"].author.user).case
    evaluator.members.give_notice(case, [GENERAL], "oral")
    evaluator.members.add(case, world.clients["medecin"].author.user, Terms(regime="mdph"))
    evaluator.members.add(case, world.clients["ass"].author.user, Terms(regime="care", limb=0))
    return case


@pytest.fixture
def care(world: World) -> str:
    """The case of the care team, in which the evaluator was added."""
    mo = world.clients["mo"]
    case = mo.cases.open(person=world.clients["mme"].author.user).case
    mo.members.give_notice(case, [GENERAL], "oral")
    mo.members.add(case, world.clients["ass"].author.user, Terms())
    mo.members.add(case, world.clients["eval"].author.user, Terms(regime="mdph", limb=0))
    return case


def agree(world: World, case: str, compartment: str = AUTONOMY, level: int = 2) -> str:
    mme = world.clients["mme"]
    recipients = Recipients(structures=("mdph", "dac"))
    information = [Information(compartment, level)]
    return mme.members.give_consent(case, information, recipients, kind="mdph_exchange").facts[0]


def exchange(sender: Client, case: str, receiver: Client, compartment: str = AUTONOMY) -> Place:
    return Place("exchange", sender.exchanges.open(case, compartment, 2, [receiver.author.user]))


def said(client: Client, case: str, place: Place, entry: str) -> str:
    body = client.entries.read(case, place, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


def test_members_of_the_evaluation_share_without_an_agreement(world: World, evaluation: str) -> None:
    evaluator, medecin = world.clients["eval"], world.clients["medecin"]
    place = Place("section", "autonomy/2")
    entry = evaluator.entries.post(evaluation, place, "GEVA", fields={"text": TEXT}).id
    evaluator.cases.sync(evaluation)
    assert said(medecin, evaluation, place, entry) == TEXT


@pytest.mark.parametrize("which", ["evaluation", "care"])
def test_without_an_agreement_nothing_crosses_and_the_agreement_to_ask_for_is_named(
    world: World, which: str, request: pytest.FixtureRequest
) -> None:
    case = request.getfixturevalue(which)
    evaluator, ass = world.clients["eval"], world.clients["ass"]
    for sender, receiver in ((evaluator, ass), (ass, evaluator)):
        with pytest.raises(NotPermittedError) as caught:
            exchange(sender, case, receiver)
        assert "accord" in caught.value.said.fr.lower()
        assert "mdph_exchange" in caught.value.hint.fr


@pytest.mark.parametrize("which", ["evaluation", "care"])
def test_with_her_agreement_both_teams_talk_and_her_withdrawal_ends_it(
    world: World, which: str, request: pytest.FixtureRequest
) -> None:
    case = request.getfixturevalue(which)
    evaluator, ass, mme = world.clients["eval"], world.clients["ass"], world.clients["mme"]
    consent = agree(world, case)
    for sender, receiver in ((evaluator, ass), (ass, evaluator)):
        place = exchange(sender, case, receiver)
        entry = sender.entries.post(case, place, "Évaluation", kind="message", fields={"text": TEXT}).id
        assert said(receiver, case, place, entry) == TEXT
    mme.members.withdraw_consent(case, consent)
    with pytest.raises((NotPermittedError, RefusedError)):
        exchange(evaluator, case, ass)


def test_an_agreement_about_one_part_opens_no_other(world: World, evaluation: str) -> None:
    agree(world, evaluation)
    with pytest.raises((NotPermittedError, RefusedError)):
        exchange(world.clients["medecin"], evaluation, world.clients["ass"], "education")


def test_an_evaluator_who_is_no_doctor_receives_nothing_medical_whatever_was_agreed(world: World, care: str) -> None:
    agree(world, care, MEDICAL)
    with pytest.raises((NotPermittedError, RefusedError)):
        exchange(world.clients["mo"], care, world.clients["eval"], MEDICAL)
