"""The commands around the information of the person, as somebody reads them: sentences, one confirmation, paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from support.client_world import World, client_world
from volet_client import texts
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.names import CASE, CONTACT
from volet_protocol.fact_notices import Notice

ROW_CODES = re.compile(r"\b(H1p?|H[2-5]|S\d+[abc]?|M[12]|C[123]|O\d+)\b")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("team")) as world:
        world.professional("coord", "S13", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("ide", "H2", "practice")
        world.professional("inf", "H2", "clinic")
        world.person("mme")
        for client in world.clients.values():
            for name, other in world.clients.items():
                client.names.put(CONTACT, {"mme": "Mme A", "ide": "Ide-L"}.get(name, name), other.author.user)
        yield world


@pytest.fixture
def case(world: World) -> str:
    """A case just opened, under a name of its own."""
    coord = world.clients["coord"]
    case = coord.cases.open(person=world.clients["mme"].author.user).case
    coord.names.put(CASE, f"dossier {case[:6]}", case)
    return case


def volet(world: World, who: str, *words: str) -> tuple[int, dict[str, Any], list[str]]:
    """Run one command for somebody; return its status, what it answered, and what was read on the screen."""
    client, voice = world.clients[who], Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    status = run_line(context, list(words))
    answer: dict[str, Any] = dict(voice.answer())
    return status, answer["result"] or answer["error"] or {}, answer["lines"]


def test_a_case_of_which_the_person_was_not_told_says_so_until_she_is(world: World, case: str) -> None:
    _, _, shown = volet(world, "coord", "case", "show", "--case", case)
    assert any("pas encore informée" in line for line in shown)
    volet(world, "coord", "notice", "team", "--means", "oral", "--case", case)
    _, _, shown = volet(world, "coord", "case", "show", "--case", case)
    assert not any("pas encore informée" in line for line in shown)


def test_what_to_say_is_shown_in_sentences_before_anything_is_recorded(world: World, case: str) -> None:
    status, result, lines = volet(world, "coord", "notice", "team", "--case", case)
    assert status == 0
    assert result["in_preparation"]
    assert "notice" not in result
    assert lines[0] == "À dire à la personne :"
    assert any("Vous pouvez vous y opposer" in line for line in lines)
    assert not [line for line in lines if ROW_CODES.search(line)]
    assert world.clients["coord"].cases.view(case).main.facts.of(Notice) == ()


def test_one_confirmation_records_every_line_and_the_next_finds_nothing_to_say(world: World, case: str) -> None:
    volet(world, "coord", "member", "add", "inf", "--informed", "oral", "--from", "today", "--case", case)
    status, result, _ = volet(world, "coord", "notice", "team", "--means", "falc", "--case", case)
    assert status == 0
    notices = world.clients["coord"].cases.view(case).main.facts.of(Notice)
    assert notices[-1].hash == result["notice"]
    assert notices[-1].fact.support == "falc"
    _, again, lines = volet(world, "coord", "notice", "team", "--means", "oral", "--case", case)
    assert "notice" not in again
    assert any("Rien à dire de plus" in line for line in lines)


def test_a_notice_that_leaves_something_names_the_text_that_was_left(world: World, case: str) -> None:
    status, result, _ = volet(
        world, "coord", "notice", "record", "--general", "--means", "oral", "--support", "paper", "--case", case
    )
    assert status == 0, result
    notice = world.clients["coord"].cases.view(case).main.facts.of(Notice)[-1].fact
    assert (notice.text, notice.support) == (texts.newest("general", "fr").hash, "paper")


def test_what_was_said_without_network_waits_on_this_device_and_counts_once_sent(world: World, case: str) -> None:
    coord = world.clients["coord"]
    volet(world, "coord", "sync", "--case", case)
    status, kept, _ = volet(world, "coord", "notice", "team", "--means", "oral", "--offline", "--case", case)
    assert status == 0, kept
    assert not kept["recorded"]
    assert coord.team.in_preparation(case)
    volet(world, "coord", "sync", "--case", case)
    assert not coord.team.in_preparation(case)


def test_somebody_of_the_other_side_is_not_added_before_the_person_is_told(world: World, case: str) -> None:
    status, error, _ = volet(world, "coord", "member", "add", "mo", "--title", "same-team", "--case", case)
    assert status != 0
    assert "pas encore informée" in error["message"]
    assert "volet notice team" in error["hint"]


def test_one_gesture_adds_somebody_outside_the_team_and_the_paper_follows(world: World, case: str) -> None:
    volet(
        world, "coord", "notice", "desk", "--controller", "Département du Val", "--dpo", "dpo@val.example",
        "--contact", "01 00 00 00 00",
    )  # fmt: skip
    before = world.clients["coord"].cases.view(case).main.head.seq
    status, result, lines = volet(
        world, "coord", "member", "add", "Ide-L", "--title", "outside", "--from", "today", "--informed", "paper",
        "--consent", "medical/1,medication/1", "--case", case,
    )  # fmt: skip
    assert status == 0, result
    assert world.clients["coord"].cases.view(case).main.head.seq == before + 1
    assert any("volet receipt print" in line for line in lines)
    status, printed, _ = volet(world, "coord", "receipt", "print", "last", "--lang", "falc", "--case", case)
    assert (status, printed["act"]) == (0, result["consent"])
    page = printed["page"]
    assert "Bonjour Mme A." in page
    assert "- Ide-L" in page
    assert "- Santé : l'essentiel" in page
    assert "Département du Val" in page
    assert printed["missing"] == []
    _, printed, _ = volet(world, "coord", "receipt", "print", result["consent"][:8], "--format", "html", "--case", case)
    assert printed["page"].startswith("<!doctype html>")


def test_an_attestation_of_nothing_is_refused_with_where_to_look(world: World, case: str) -> None:
    status, error, _ = volet(world, "coord", "receipt", "print", "last", "--case", case)
    assert status != 0
    assert "volet consent list" in error["hint"]


def test_a_text_is_printed_with_its_blanks_filled_and_those_left_are_said(world: World, case: str) -> None:
    status, printed, lines = volet(
        world, "inf", "notice", "text", "--kind", "consent", "--lang", "falc", "--information", "medical/1",
        "--row", "H2", "--until", "90d",
    )  # fmt: skip
    assert status == 0
    assert printed["hash"] == texts.newest("consent", "falc").hash
    assert "- Santé : l'essentiel" in printed["page"]
    assert "dpo" in printed["missing"]
    assert any("À compléter à la main" in line and "dpo" in line for line in lines)
    assert case


def test_a_text_after_an_emergency_takes_what_only_its_writer_knows(world: World, case: str) -> None:
    status, printed, _ = volet(
        world, "coord", "notice", "text", "--kind", "emergency", "--set", "reason=chute", "--set", "done_on=2 mai",
        "--to", "Ide-L", "--information", "medical/2", "--case", case,
    )  # fmt: skip
    assert status == 0
    assert "chute" in printed["page"]
    status, error, _ = volet(world, "coord", "notice", "text", "--kind", "emergency", "--set", "secret=x")
    assert status != 0
    assert "secret" in error["message"]


def test_a_substitute_is_added_by_whom_they_replace(world: World, case: str) -> None:
    volet(
        world, "coord", "member", "add", "Ide-L", "--title", "prescribed", "--informed", "oral", "--from", "episode",
        "--case", case,
    )  # fmt: skip
    status, result, _ = volet(
        world, "coord", "member", "add", "inf", "--replaces", "Ide-L", "--informed", "oral", "--until", "15d",
        "--case", case,
    )  # fmt: skip
    assert status == 0, result
    facts = world.clients["coord"].cases.view(case).main.facts
    replaced, substitute = (facts.participations_of(world.clients[name].author.user)[0].fact for name in ("ide", "inf"))
    assert substitute.limb == replaced.limb
    assert substitute.history_from_ms == replaced.history_from_ms
    assert substitute.until_ms is not None
