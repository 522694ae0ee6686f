"""A person counts the acts of their own log, with the key that the hub hands over: what a lying hub cannot hide."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from volet_client.cli.access_words import AccessWords
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.errors import NotReadableError
from volet_client.members import GENERAL
from volet_client.names import CONTACT
from volet_client.refusals import DeniedError, NotFoundError
from volet_client.tag_checks import Flaw
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.erasures import ErasureAuthority, ErasureReason
from volet_protocol.places import MAIN, Place
from volet_protocol.trust_bundle import ROLES_ONLY
from volet_service.application.erase_record import EraseRecord, erase_record

DETAIL = Place("section", "medical/2")
Lie = Callable[[dict[str, Any]], None]


class LyingTransport(HttpTransport):
    """The real hub's answers under one path, changed on their way."""

    def __init__(self, origin: str, part: str, lie: Lie) -> None:
        super().__init__(origin)
        self._part = part
        self._lie = lie

    def get(self, path: str, **params: str | int) -> JsonObject:
        return self._told(path, super().get(path, **params))

    def post(self, path: str, body: JsonObject) -> JsonObject:
        return self._told(path, super().post(path, body))

    def _told(self, path: str, answer: JsonObject) -> JsonObject:
        changed = cast("dict[str, Any]", copy.deepcopy(answer))
        if path.endswith(self._part):
            self._lie(changed)
        return changed


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("counted")) as world:
        world.professional("mo", "H1", "practice")
        world.person("person")
        yield world


@pytest.fixture
def case(world: World) -> str:
    mo, person = world.clients["mo"], world.clients["person"]
    case = mo.cases.open().case
    mo.members.give_notice(case, [GENERAL], "oral")
    mo.members.set_person(case, person.author.user, "VALI")
    entry = mo.entries.post(case, DETAIL, "Titre", fields={"text": "texte"}).id
    mo.entries.read(case, DETAIL, entry)
    return case


def lied_to(world: World, part: str, lie: Lie) -> Client:
    """The person's client in another process, behind the lie."""
    world.clients["person"].close()
    client = Client(world.clients["person"].profile, LyingTransport(world.url, part, lie))
    world.clients["person"] = client
    return client


def flaws(client: Client, case: str) -> set[tuple[Flaw, str | None]]:
    shown = client.audit.accesses(case)
    assert shown.findings
    assert not shown.complete
    kept = [json.loads(path.read_text("utf-8")) for path in client.profile.config.evidence.iterdir()]
    assert [one.to_json() for one in shown.findings] in [record["findings"] for record in kept]
    return {(one.flaw, one.class_) for one in shown.findings}


def test_the_person_counts_every_act_and_the_hand_over_of_the_key_is_one(world: World, case: str) -> None:
    person = world.clients["person"]
    first = person.audit.accesses(case)
    assert first.findings == ()
    assert first.complete
    again = person.audit.accesses(case)
    assert again.complete
    looks = [act for act in again.acts if act.view is not None and act.view.act == "log-look"]
    # Of the first count: the hand-over and the look; of the second: its hand-over.
    assert len(looks) == 3
    assert {act.view.purpose for act in looks if act.view is not None} == {"own_access"}


def test_the_key_is_handed_to_nobody_who_stands_there_in_a_capacity_and_to_no_stranger(world: World, case: str) -> None:
    with pytest.raises(DeniedError):
        world.clients["mo"].hub.transport.get(f"/v1/cases/{case}/log-keys")
    with pytest.raises(NotFoundError):
        world.person("stranger").hub.transport.get(f"/v1/cases/{case}/log-keys")


def test_only_keys_of_served_classes_are_handed_over(world: World, case: str) -> None:
    answer = world.clients["person"].hub.transport.get(f"/v1/cases/{case}/log-keys")
    served = world.clients["person"].cases.view(case).classes
    assert set(cast("dict[str, str]", answer["keys"])) == set(served)


@pytest.mark.parametrize("place", [2, -1])
def test_a_record_that_is_left_out_is_found(world: World, case: str, place: int) -> None:
    client = lied_to(world, "/log/records", lambda answer: answer["records"].pop(place))
    assert flaws(client, case) == {(Flaw.WITHHELD, MAIN)}


def test_a_key_that_the_case_did_not_announce_is_found(world: World, case: str) -> None:
    def swap(answer: dict[str, Any]) -> None:
        answer["keys"][MAIN][0]["key"] = to_base64url(bytes(32))

    assert flaws(lied_to(world, "/log-keys", swap), case) == {(Flaw.WRONG_KEY, MAIN)}


def test_a_key_that_is_kept_back_is_found(world: World, case: str) -> None:
    def keep(answer: dict[str, Any]) -> None:
        del answer["keys"][MAIN], answer["receipts"][MAIN]

    assert flaws(lied_to(world, "/log-keys", keep), case) == {(Flaw.NO_KEY, MAIN)}


def test_a_number_given_twice_by_the_hub_is_found(world: World, case: str) -> None:
    world.app.state.hub.store._writer.log._numbers._held[case, MAIN].next -= 1
    assert flaws(world.clients["person"], case) == {(Flaw.TWICE, MAIN)}


def test_a_false_tag_written_by_the_hub_is_found(world: World, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("volet_service.adapters.store.log.Numbers.tag", lambda *_: bytes(range(32)))
        world.clients["mo"].members.give_notice(case, [GENERAL], "paper")
    assert flaws(world.clients["person"], case) == {(Flaw.FALSE_TAG, MAIN)}


def test_an_auditor_or_professional_is_not_told_that_nothing_is_missing(world: World, case: str) -> None:
    world.professional("auditor", "O14", "operator")
    shown = world.clients["auditor"].audit.accesses(case, "inspection")
    assert shown.findings is None
    assert not shown.complete


def asked(client: Client, *words: str) -> tuple[int, dict[str, Any], str]:
    """One command of an opened profile: status, object, and what a person reads."""
    voice = Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    status = run_line(context, list(words))
    answer = cast("dict[str, Any]", voice.answer())
    return status, answer["result"], "\n".join(answer["lines"])


def test_the_person_reads_few_lines_with_the_odd_ones_first_and_names_of_her_team(world: World, case: str) -> None:
    mo, person = world.clients["mo"], world.clients["person"]
    person.names.put(CONTACT, "Dr Ocelot", mo.author.user)
    status, told, lines = asked(person, "accesses", "--case", case)
    assert (status, told["complete"]) == (0, True)
    assert lines.index("À regarder d'abord") < lines.index("Semaine par semaine")
    assert "Dr Ocelot (" in lines
    assert "première fois" in lines
    assert told["opened"] == sum(act.get("intent") == "open" for act in told["acts"])
    assert told["delivered"] == sum(act.get("intent") == "sync" for act in told["acts"])
    detail = asked(person, "accesses", "--case", case, "--detail")[2].splitlines()
    assert len(detail) > len(told["acts"])


def test_a_missing_act_is_an_exit_status_of_its_own_beside_the_lines(world: World, case: str) -> None:
    client = lied_to(world, "/log/records", lambda answer: answer["records"].pop(-1))
    status, told, lines = asked(client, "accesses", "--case", case)
    assert status == 7
    assert told["findings"]
    assert "n'a pas été montré" in lines


def test_a_controller_may_have_nobody_named(world: World, case: str) -> None:
    mo, person = world.clients["mo"], world.clients["person"]
    person.names.put(CONTACT, "Dr Ocelot", mo.author.user)
    person.profile.bundle = replace(person.profile.bundle, access_names=ROLES_ONLY)
    assert "Dr Ocelot" not in asked(person, "accesses", "--case", case)[2]


def test_a_person_is_told_of_an_erased_act_by_its_tombstone_and_none_is_missing(world: World, case: str) -> None:
    person = world.clients["person"]
    read = next(act for act in person.audit.accesses(case).acts if act.view is not None and act.view.act == "release")
    command = EraseRecord(read.index, ErasureReason.UNLAWFUL, ErasureAuthority.DATA_PROTECTION_OFFICER)
    asyncio.run(world.app.state.hub.store.write(partial(erase_record, command)))
    shown = person.audit.accesses(case)
    assert shown.complete
    assert [act.index for act in shown.acts if act.erased] == [read.index]
    words = AccessWords(person, case)
    said = [words.line(act).fr for act in shown.acts]
    assert any(line.endswith("effacé") for line in said)
    assert any(f"journal n° {read.index} recueilli sans droit" in line for line in said)


def test_an_entry_that_a_decision_erased_is_said_so_and_not_asked_for(world: World, case: str) -> None:
    mo = world.clients["mo"]
    listed = mo.entries.titles(case, DETAIL)
    entry = listed[0].listed.entry
    assert entry is not None
    command = EraseRecord(entry.id, ErasureReason.PERSON_ASKED, ErasureAuthority.DATA_PROTECTION_OFFICER)
    done = asyncio.run(world.app.state.hub.store.write(partial(erase_record, command)))
    (again,) = mo.entries.titles(case, DETAIL)
    assert again.error is not None
    assert again.error.said.fr == f"Effacé sur décision (journal n° {done.leaf})."
    with pytest.raises(NotReadableError, match=r"Erased by a decision|Effacé sur décision"):
        mo.entries.read(case, DETAIL, entry.id)


def test_the_account_of_disclosures_is_printed_once_and_says_when_an_act_is_missing(
    world: World, case: str, tmp_path: Path
) -> None:
    person, paper = world.clients["person"], tmp_path / "releve.html"
    status, told, lines = asked(person, "disclosures", "--case", case, "--out", str(paper))
    assert (status, told["complete"]) == (0, True)
    assert "Le compte est complet" in lines
    assert "Document confidentiel" in paper.read_text("utf-8")
    assert asked(person, "disclosures", "--case", case, "--out", str(paper))[0] == 2
    client = lied_to(world, "/log/records", lambda answer: answer["records"].pop(-1))
    status, _, lines = asked(client, "disclosures", "--case", case)
    assert status == 7
    assert "n'y est PAS" in lines
