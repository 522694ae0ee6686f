"""A disk that is full, a folder that is gone, a share store that fails: 503 that says when to come back, and nothing
half written; when the trouble is over the hub goes on, without a restart.

A full disk is a real one as far as the process sees: the kernel refuses to let its files grow (RLIMIT_FSIZE), which
needs no privilege and can be lifted again.
"""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from support.databases import CHOICE, SQLITE
from support.folders import check, unchanged
from support.hub import HubCase, running_hub
from support.hub_entries import ask, deposit_body, header, post, release_request, seal
from support.hub_process import ClockedCase, HubProcess
from support.provoked import assert_problem, provokes
from volet_protocol.problems import Problem

CHUNK = 64 * 1024 + 16
UPLOAD = "ef" * 32


def deposit(case: HubCase) -> httpx.Response:
    return case.clients["doctor"].post("/v1/entries", json=deposit_body(seal(case, "doctor", header(case, "doctor"))))


@pytest.fixture
def starved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[HubProcess, ClockedCase]]:
    """A hub in a process of its own, whose files may be forbidden to grow; its database is one of them."""
    monkeypatch.setenv(CHOICE, SQLITE)
    with running_hub(tmp_path / "hub") as hub:
        case = ClockedCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        process = HubProcess(hub)
    process.take_over(case)
    process.start()
    try:
        yield process, case
    finally:
        process.stop()


def let_grow_to(process: HubProcess, size: int) -> None:
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


@pytest.mark.fault
@provokes(Problem.STORAGE_FULL)
def test_a_full_disk_refuses_and_keeps_what_was_there_until_there_is_room(
    starved: tuple[HubProcess, ClockedCase],
) -> None:
    process, case = starved
    http = case.clients["doctor"]
    ids = [str(deposit(case).raise_for_status().json()["id"]) for _ in range(3)]
    let_grow_to(process, (process.folder / "hub.sqlite-wal").stat().st_size + 20_000)
    answers = [deposit(case) for _ in range(12)]
    ids += [answer.json()["id"] for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert refused
    for answer in refused:
        assert_problem(answer, Problem.STORAGE_FULL, Problem.LOG_UNAVAILABLE)
    let_grow_to(process, 1_000)
    # What needs a leaf is not answered without one; what was committed is still proven.
    assert_problem(
        ask(case, "doctor", release_request(case, "doctor", ids[:1])), Problem.STORAGE_FULL, Problem.LOG_UNAVAILABLE
    )
    assert_problem(http.put(f"/v1/uploads/{UPLOAD}/0", content=os.urandom(CHUNK)), Problem.STORAGE_FULL)
    assert http.get("/v1/log/checkpoint").is_success
    assert http.get("/v1/health").is_success
    check(process.folder, case.hub.verifier)
    let_grow_to(process, resource.RLIM_INFINITY)
    data = os.urandom(CHUNK)
    assert http.put(f"/v1/uploads/{UPLOAD}/0", content=data).status_code in {204, 409}
    assert deposit(case).status_code == 201
    assert http.get("/v1/ready").is_success
    released = ask(case, "doctor", release_request(case, "doctor", ids)).raise_for_status().json()
    assert [item["id"] for item in released["items"]] == ids
    check(process.folder, case.hub.verifier)
    assert "Traceback" not in "".join(answer.text for answer in answers)


@pytest.mark.fault
@provokes(Problem.LOG_UNAVAILABLE)
def test_a_folder_of_uploads_that_is_gone_loses_nothing(team: HubCase) -> None:
    http, uploads = team.clients["doctor"], team.hub.folder / "blobs" / "uploads"
    uploads.rename(uploads.with_name("away"))
    uploads.write_bytes(b"")
    with unchanged(team.hub):
        assert_problem(http.put(f"/v1/uploads/{UPLOAD}/0", content=b"x" * 100), Problem.LOG_UNAVAILABLE)
    uploads.unlink()
    uploads.with_name("away").rename(uploads)
    assert http.put(f"/v1/uploads/{UPLOAD}/0", content=b"x" * 100).status_code == 204


@pytest.mark.fault
def test_no_entry_is_stored_without_its_shares_and_none_is_released(team: HubCase) -> None:
    known = post(team, "doctor").entry.id
    path = team.hub.folder / "shares.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE share RENAME TO away")
    with unchanged(team.hub):
        assert_problem(deposit(team), Problem.LOG_UNAVAILABLE)
        answer = ask(team, "doctor", release_request(team, "doctor", [known]))
        assert_problem(answer, Problem.LOG_UNAVAILABLE)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE away RENAME TO share")
    assert deposit(team).status_code == 201
    assert ask(team, "doctor", release_request(team, "doctor", [known])).is_success
    check(team.hub.folder, team.hub.verifier)


@pytest.mark.fault
def test_a_share_that_somebody_altered_concerns_its_own_entry_alone(team: HubCase) -> None:
    bad, good = (post(team, "doctor").entry.id for _ in range(2))
    with closing(sqlite3.connect(team.hub.folder / "shares.sqlite")) as connection, connection:
        connection.execute("UPDATE share SET sealed = zeroblob(60) WHERE entry = ?", (bad,))
    with unchanged(team.hub):
        answer = ask(team, "doctor", release_request(team, "doctor", [bad]))
        assert_problem(answer, Problem.LOG_UNAVAILABLE)
    assert ask(team, "doctor", release_request(team, "doctor", [good])).is_success


@pytest.mark.fault
def test_a_clock_that_goes_back_appends_nothing_until_it_is_right_again(team: HubCase) -> None:
    team.wait()
    assert deposit(team).status_code == 201
    team.hub.clock.at_ms -= 10_000
    with unchanged(team.hub):
        assert_problem(deposit(team), Problem.LOG_UNAVAILABLE)
    team.hub.clock.at_ms += 10_000
    assert deposit(team).status_code == 201
