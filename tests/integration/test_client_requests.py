"""The person does not understand an access, says so, and reads an answer that names its signer: referent or officer."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.members import Terms
from volet_client.refusals import NotFoundError
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.fact_people import Person
from volet_protocol.fact_requests import RequestAnswer
from volet_protocol.facts import fact_hash
from volet_protocol.operator_roles import LogScope


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


def waiting_for(world: World, who: str) -> str:
    (one,) = asked(world, who, "desk")[0]["requests"]
    return str(one["fact"])


def test_the_officer_answers_with_their_own_signature_and_person_and_referent_read_whose_it_is(world: World) -> None:
    asked(world, "mme", "contest", "12")
    dpo = world.professional("dpo", "O14", "dac", "dpo")
    answered, _ = asked(world, "dpo", "answer", waiting_for(world, "dpo")[:10], "refused", "--because", "unfounded")
    for who in ("mme", "coord"):
        told, lines = asked(world, who, "list")
        ((answer,),) = [one["answers"] for one in told["requests"]]
        assert (answer["fact"], answer["by"], answer["officer"]) == (answered["fact"], dpo.author.user, True)
        assert "(délégué à la protection des données)" in lines
    # From nothing but the public keys: the log holds the signed answer, and nothing is found against it.
    assert dpo.audit.verify().findings == ()
    # A request that is answered waits no more.
    asked(world, "dpo", "answer", waiting_for(world, "dpo")[:10], "granted", status=2)


def test_an_answer_of_the_referent_is_not_shown_as_the_officers(world: World) -> None:
    asked(world, "mme", "add", "copy")
    asked(world, "coord", "answer", "copie", "granted")
    told, lines = asked(world, "mme", "list")
    assert [[one["officer"] for one in asked_["answers"]] for asked_ in told["requests"]] == [[False]]
    assert "délégué" not in lines


def test_nobody_else_who_watches_or_runs_the_hub_answers_and_no_officer_of_another_controller(world: World) -> None:
    asked(world, "mme", "add", "copy")
    officer = world.professional("dpo", "O14", "dac", "dpo")
    case, request = world.clients["mme"].cases.ids()[0], waiting_for(world, "dpo")
    late = LogScope(until_ms=officer.clock() - 86_400_000)
    others = {
        "auditor": ("auditor", LogScope()), "administrator": ("administrator", None), "host": ("host", None),
        "elsewhere": ("dpo", LogScope(("another controller",))), "before": ("dpo", late),
    }  # fmt: skip
    for name, (role, scope) in others.items():
        client = world.professional(name, "O14", "dac", role, scope)
        with pytest.raises(NotFoundError):
            client.request_desk._links.record(case, RequestAnswer(request, "granted", client.clock(), "written"))
    with pytest.raises(NotFoundError):
        officer.request_desk._links.record(case, RequestAnswer("ab" * 32, "granted", officer.clock(), "written"))
    with pytest.raises(NotFoundError):
        officer.request_desk._links.record(case, Person("VALI", user=officer.author.user))


def test_the_officer_writes_no_words_into_a_case(world: World) -> None:
    asked(world, "mme", "add", "copy")
    world.professional("dpo", "O14", "dac", "dpo")
    request = waiting_for(world, "dpo")
    asked(world, "dpo", "answer", request, "granted", "--note", "Voir le courrier.", status=2)
    asked(world, "dpo", "answer", request, "granted", "--offline", status=2)
    asked(world, "dpo", "answer", request, "refused", status=2)


Lie = Callable[[dict[str, Any]], object]


class ForgingTransport(HttpTransport):
    """The real hub, that changes or re-attributes the answer in what it serves of the case."""

    def __init__(self, origin: str, lie: Lie) -> None:
        super().__init__(origin)
        self._lie = lie

    def get(self, path: str, **params: str | int) -> JsonObject:
        answer = copy.deepcopy(cast("dict[str, Any]", super().get(path, **params)))
        if path.endswith("/chains/main"):
            for link in answer["links"]:
                if link.get("fact", {}).get("type") == "request-answer":
                    self._lie(link)
        return answer


def refuse_instead(link: dict[str, Any]) -> None:
    link["fact"] |= {"outcome": "refused", "reason": "unfounded"}


def refuse_and_rehash(link: dict[str, Any]) -> None:
    refuse_instead(link)
    link["statement"]["body"]["fact"] = fact_hash(link["fact"])


def without_signature(link: dict[str, Any]) -> None:
    link["statement"]["sig"] = "A" * 86


@pytest.mark.parametrize("lie", [refuse_instead, refuse_and_rehash, without_signature])
def test_an_answer_that_the_hub_changes_or_invents_is_refused_by_the_person(world: World, lie: Lie) -> None:
    asked(world, "mme", "add", "copy")
    world.professional("dpo", "O14", "dac", "dpo")
    asked(world, "dpo", "answer", waiting_for(world, "dpo"), "granted")
    former = world.clients["mme"]
    former.close()
    world.clients["mme"] = Client(former.profile, ForgingTransport(world.url, lie))
    asked(world, "mme", "list", status=6)


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
