"""Counts of lists over HTTP: of what the caller may know of, and of nothing that is hidden from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command

from support.databases import Disk, database_of
from support.forgery import copy_of
from support.hub import HubCase
from support.hub_entries import post
from support.hub_exchanges import exchange_of
from support.hub_hidden import NOWHERE, sealed_for, seen
from support.provoked import assert_problem
from volet_protocol.entry_list import list_id
from volet_protocol.problems import Problem
from volet_protocol.take_back import TakeBack
from volet_service.adapters.store.engine import alembic_config

SECTION, MASKED = "section:medical/2", "masked:medical/2"


def counts(case: HubCase, name: str, query: str = "") -> dict[str, dict[str, Any]]:
    answer = case.clients[name].get(f"/v1/cases/{case.main.case}/counts{query}")
    assert answer.is_success, answer.text
    return {one["place"]: one for one in answer.json()}


def test_a_case_in_which_nothing_was_written_counts_no_list(team: HubCase) -> None:
    assert counts(team, "doctor") == {}


def test_what_was_written_is_counted_by_section(team: HubCase) -> None:
    for _ in range(3):
        post(team, "doctor")
    list_ = list_id(team.main.case, SECTION)
    expected = {"list": list_, "place": SECTION, "listed": 3, "readable": 3, "new": 3}
    assert counts(team, "nurse") == {SECTION: expected}
    assert len(team.clients["nurse"].get(f"/v1/cases/{team.main.case}/lists/{list_}").json()["entries"]) == 3


def test_new_is_what_was_deposited_since(team: HubCase) -> None:
    post(team, "doctor")
    since = team.now_ms
    team.wait()
    post(team, "doctor")
    assert counts(team, "nurse", f"?since={since}")[SECTION] | {"list": ""} == {
        "list": "", "place": SECTION, "listed": 2, "readable": 2, "new": 1,
    }  # fmt: skip


def test_a_masked_entry_counts_for_its_readers_and_changes_no_byte_for_others(team: HubCase) -> None:
    post(team, "doctor")
    path = f"/v1/cases/{team.main.case}/counts"
    before = seen(team.clients["nurse"].get(path))
    sealed_for(team, "doctor", [], "withheld_by_author")
    exchange_of(team, "doctor", "doctor")
    assert seen(team.clients["nurse"].get(path)) == before
    assert counts(team, "doctor")[MASKED]["listed"] == 1


def test_of_masked_entries_only_those_that_name_the_reader_are_counted(team: HubCase) -> None:
    sealed_for(team, "doctor", ["nurse"], "withheld_by_author")
    sealed_for(team, "doctor", [], "withheld_by_author")
    assert counts(team, "nurse")[MASKED]["listed"] == 1
    assert counts(team, "doctor")[MASKED]["listed"] == 2


def test_what_may_be_known_of_but_not_opened_is_listed_and_not_readable(team: HubCase) -> None:
    post(team, "doctor")
    found = counts(team, "coordinator")[SECTION]
    assert (found["listed"], found["readable"]) == (1, 0)


def test_an_entry_taken_back_is_counted_no_more(team: HubCase) -> None:
    entry = post(team, "doctor").entry
    post(team, "doctor")
    asked = TakeBack(team.person("doctor").preamble(team.now_ms), team.main.case, entry.id)
    statement = team.person("doctor").sign(asked.to_json())
    answer = team.clients["doctor"].post(f"/v1/entries/{entry.id}/take-back", json={"statement": statement.to_json()})
    assert answer.is_success, answer.text
    assert counts(team, "nurse")[SECTION]["listed"] == 1


@pytest.mark.parametrize("name", ["nurse", "stranger"])
def test_who_left_and_who_never_came_count_nothing(team: HubCase, name: str) -> None:
    post(team, "doctor")
    team.leave("nurse")
    team.person(name)
    answers = [team.clients[name].get(f"/v1/cases/{case}/counts") for case in (team.main.case, NOWHERE)]
    assert_problem(answers[0], Problem.NOT_FOUND)
    assert seen(answers[0]) == seen(answers[1])


def test_a_database_of_before_is_given_the_faces_that_its_entries_would_have_had(team: HubCase, tmp_path: Path) -> None:
    post(team, "doctor")
    sealed_for(team, "doctor", ["nurse"], "withheld_by_author")
    copy = database_of(copy_of(team.hub.folder, tmp_path / "copy"))

    def faces() -> list[tuple[Any, ...]]:
        with Disk(copy) as disk:
            return disk.all("SELECT * FROM entry_face ORDER BY list, n")

    before = faces()
    command.downgrade(alembic_config(copy), "0003")
    command.upgrade(alembic_config(copy), "head")
    assert len(before) == 2
    assert faces() == before
