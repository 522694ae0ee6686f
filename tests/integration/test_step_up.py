"""Who identified themselves too long ago gives no rights, adds no key, takes no copy out; all else goes on as ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from integration.test_client_exports import HOUSING, NOTARY, ask_for, entry_of
from integration.test_client_fact_commands import volet
from support.client_world import World, client_world
from support.identities import HUB
from support.provoked import provokes
from volet_client.client import Client
from volet_client.devices import Joining
from volet_client.members import GENERAL, Terms
from volet_client.names import CASE, CONTACT
from volet_client.refusals import ConsentMissingError, StepUpRequiredError
from volet_client.transport import HttpTransport
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_emergencies import UNCONSCIOUS
from volet_protocol.fact_notices import Opposition
from volet_protocol.problems import Problem

QUARTER_MS = 15 * 60_000
HOUR_S = 3_600


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("step-up"), step_up_ms=QUARTER_MS) as world:
        for name, row, structure in (("ass", "S1", "dac"), ("educ", "S5", "dac"), ("urg", "H1", "practice")):
            world.professional(name, row, structure)
        world.person("mme")
        for client in world.clients.values():
            for name, other in world.clients.items():
                client.names.put(CONTACT, name, other.author.user)
        # From here on the provider remembers everybody's browser, since an hour ago.
        world.door.seen_s = int(time.time()) - HOUR_S
        yield world


@pytest.fixture
def ass(world: World) -> Client:
    """A social worker who identified herself an hour ago."""
    return remembered(world, "ass")


@pytest.fixture
def case(world: World, ass: Client, request: pytest.FixtureRequest) -> str:
    """A case that she opened when she had just identified herself, with a colleague."""
    seen(world, ass)
    case = ass.cases.open(person=world.clients["mme"].author.user).case
    ass.members.give_notice(case, [GENERAL], "oral")
    ass.members.add(case, world.clients["educ"].author.user, Terms())
    remembered(world, "ass")
    ass.names.put(CASE, str(request.node.name)[-60:], case)
    return case


def remembered(world: World, name: str) -> Client:
    client = world.clients[name]
    world.log_in(client, client.author.capacity)
    return client


def seen(world: World, client: Client) -> None:
    world.log_in(client, client.author.capacity, fresh=True)


def head(client: Client, case: str) -> int:
    return client.casebook.view(case).main.head.seq


@provokes(Problem.STEP_UP_REQUIRED)
def test_nobody_is_let_in_before_one_was_seen_again_and_then_by_the_same_act(
    world: World, ass: Client, case: str
) -> None:
    user, before = world.clients["urg"].author.user, head(ass, case)
    with pytest.raises(StepUpRequiredError):
        ass.members.add(case, user, Terms(limb=1))
    assert head(ass, case) == before
    seen(world, ass)
    ass.members.add(case, user, Terms(limb=1))
    assert head(ass, case) > before


def test_the_command_line_says_what_to_do_and_that_nothing_was_lost(ass: Client, case: str) -> None:
    said = volet(ass, "member", "add", "urg", "--limb", "1", "--case", case)
    assert said.exit != 0
    assert said.error["error"] == "step-up-required"
    assert "volet login --again" in str(said.error)


def test_being_identified_again_is_asked_of_the_provider_and_not_taken_from_its_memory(
    world: World, ass: Client
) -> None:
    del world
    assert "prompt=login" in ass.session.start(fresh=True).url
    assert "prompt=login" not in ass.session.start().url


def test_a_case_whose_persons_account_is_named_asks_and_one_without_account_does_not(world: World, ass: Client) -> None:
    with pytest.raises(StepUpRequiredError):
        ass.cases.open(person=world.clients["mme"].author.user)
    assert ass.cases.open().case


def test_a_day_of_work_asks_nothing(world: World, ass: Client, case: str) -> None:
    entry = entry_of(ass, case)
    ass.cases.sync(case)
    educ = remembered(world, "educ")
    assert educ.entries.read(case, HOUSING, entry).title is not None
    assert volet(ass, "sync").exit == 0
    ass.members.give_notice(case, [GENERAL], "oral")
    assert educ.members.leave(case)
    assert ass.cases.sync(case)[1].rotated


def test_a_copy_that_leaves_asks_and_no_leaf_says_that_it_left(world: World, ass: Client, case: str) -> None:
    entry = entry_of(ass, case)
    ask_for(ass, case)
    with pytest.raises(StepUpRequiredError):
        ass.exports.take(case, HOUSING, [entry], NOTARY)
    told = world.clients["mme"].audit.accesses(case).acts
    assert not [act for act in told if act.view is not None and act.view.to]
    seen(world, ass)
    assert ass.exports.take(case, HOUSING, [entry], NOTARY).entries


def test_who_may_not_do_it_at_all_is_told_so_and_not_asked_to_come_back(world: World, ass: Client, case: str) -> None:
    entry = entry_of(ass, case)
    educ = remembered(world, "educ")
    ask_for(ass, case, entries=(entry,))
    other = entry_of(ass, case)
    ass.cases.sync(case)
    with pytest.raises(ConsentMissingError):
        educ.exports.take(case, HOUSING, [other], NOTARY)


def test_a_further_device_asks_and_the_same_code_serves_afterwards(world: World) -> None:
    educ = remembered(world, "educ")
    with closing(HttpTransport(world.url)) as transport:
        code = volet(educ, "device", "add", "start").result["code"]
        joining = Joining(transport, HUB, str(code), world.clock)
        joining.ask()
        assert joining.answer() is None
        refused = volet(educ, "device", "add", "finish", "--phrase", joining.phrase)
        assert refused.error["error"] == "step-up-required"
        assert joining.answer() is None
        seen(world, educ)
        assert volet(educ, "device", "add", "finish", "--phrase", joining.phrase).exit == 0
        assert joining.answer() is not None


def test_a_persons_own_withdrawal_and_opposition_never_ask(world: World, ass: Client, case: str) -> None:
    mme = remembered(world, "mme")
    consent = ask_for(ass, case)
    assert mme.members.withdraw_consent(case, consent)
    assert mme.members.oppose(case, [world.clients["educ"].author.user])
    assert mme.members.record(case, Opposition("emergency_access", mme.clock(), GivenBy()))


def test_recording_a_withdrawal_for_her_never_asks(ass: Client, case: str) -> None:
    consent = ask_for(ass, case)
    assert ass.members.withdraw_consent(case, consent, "oral")


def test_an_emergency_never_asks(world: World, ass: Client, case: str) -> None:
    del ass
    urg = remembered(world, "urg")
    assert urg.emergencies.start(case, UNCONSCIOUS, "Chute, ne répond pas, pompiers sur place.").emergency


def test_an_identification_is_recent_for_a_quarter_of_an_hour_and_no_longer(
    world: World, ass: Client, case: str
) -> None:
    user = world.clients["urg"].author.user
    world.door.seen_s = int(time.time()) - QUARTER_MS // 1000 - 1
    try:
        remembered(world, "ass")
        with pytest.raises(StepUpRequiredError):
            ass.members.add(case, user, Terms(limb=1))
        world.door.seen_s = int(time.time()) - QUARTER_MS // 1000 + 120
        remembered(world, "ass")
        ass.members.add(case, user, Terms(limb=1))
    finally:
        world.door.seen_s = int(time.time()) - HOUR_S
