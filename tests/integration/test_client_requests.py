"""The person does not understand an access, says so, and reads the answer; only who follows the case answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.members import Terms
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub for each test: what one of them asked must not stand in another's register."""
    with client_world(tmp_path) as world:
        coord = world.professional("coord", "S13", "dac")
        world.professional("ide", "H2", "practice")
        world.person("mme")
        case = coord.cases.open(person=world.clients["mme"].author.user).case
        coord.members.add(case, world.clients["ide"].author.user, Terms())
        yield world


def asked(world: World, who: str, *words: str, status: int = 0) -> tuple[dict[str, Any], str]:
    client = world.clients[who]
    voice = Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    assert run_line(context, ["request", *words]) == status, voice.answer()
    answer = cast("dict[str, Any]", voice.answer())
    return answer["result"] or {}, "\n".join(answer["lines"])


def test_an_access_is_contested_answered_and_logged(world: World) -> None:
    asked(world, "mme", "contest", "12")
    (waiting,) = asked(world, "coord", "list")[0]["requests"]
    assert (waiting["kind"], waiting["leaf"], waiting["state"]) == ("contest", 12, "waiting")
    asked(world, "coord", "answer", "acte", "granted", "--means", "phone")
    told, lines = asked(world, "mme", "list")
    assert [one["state"] for one in told["requests"]] == ["answered"]
    assert "demande satisfaite, par téléphone" in lines
    case = world.clients["mme"].cases.ids()[0]
    facts = [act for act in world.clients["mme"].audit.accesses(case).acts if act.view and act.view.act == "fact"]
    assert len(facts) >= 4


def test_a_professional_records_what_the_person_asked_by_phone_and_does_not_answer_it(world: World) -> None:
    asked(world, "ide", "add", "copy", "--means", "phone")
    asked(world, "ide", "answer", "copie", "granted", status=5)
    asked(world, "mme", "answer", "copie", "granted", status=5)


def test_a_refusal_without_a_reason_is_not_recorded(world: World) -> None:
    asked(world, "ide", "add", "correction", "--means", "oral")
    asked(world, "coord", "answer", "rectification", "refused", status=2)
    asked(world, "coord", "answer", "rectification", "refused", "--because", "unfounded")


def test_a_request_that_is_answered_or_unknown_is_not_answered_again(world: World) -> None:
    asked(world, "coord", "answer", "opposition", "granted", status=2)


def test_the_officer_sees_the_requests_of_every_case_and_a_member_does_not(world: World) -> None:
    asked(world, "mme", "name", "7")
    world.professional("dpo", "O14", "operator")
    told, lines = asked(world, "dpo", "desk")
    (named,) = [one for one in told["requests"] if one["kind"] == "name"]
    assert named["case"] == world.clients["mme"].cases.ids()[0]
    assert named["state"] == "waiting"
    assert "demande qui a fait un accès : acte n° 7 — la personne" in lines
    asked(world, "coord", "desk", status=2)


class LyingTransport(HttpTransport):
    """The real hub, whose records show another request than the one that was signed."""

    def post(self, path: str, body: JsonObject) -> JsonObject:
        answer = copy.deepcopy(cast("dict[str, Any]", super().post(path, body)))
        for record in answer.get("records", []):
            if record.get("fact", {}).get("type") == "request":
                record["fact"]["means"] = "paper"
        return answer


def test_a_fact_that_the_logged_link_does_not_name_is_not_taken_for_a_request(world: World) -> None:
    asked(world, "mme", "add", "access")
    former = world.professional("dpo again", "O14", "operator")
    former.close()
    world.clients["dpo again"] = Client(former.profile, LyingTransport(world.url))
    asked(world, "dpo again", "desk", status=6)
