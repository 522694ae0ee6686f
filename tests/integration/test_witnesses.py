"""A hub with witnesses: what they cosign is served, what they do not changes nothing, and an old database stops."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.forgery import copy_of
from support.hub import LOG_ORIGIN, HandClock, HubCase, LiveHub, make_folder, running_hub
from support.hub_entries import post
from support.loopback import free_port, served
from support.witness_log import SIGNERS, log_of, request
from volet_protocol.checkpoint import SignedCheckpoint
from volet_protocol.encodings import from_base64url
from volet_protocol.merkle import leaf_hash, verify_consistency, verify_inclusion
from volet_protocol.note_keys import Verifier
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import CannotStart
from volet_witness.app import create_app
from volet_witness.command import main as witness_command
from volet_witness.judging import Witness
from volet_witness.store import WitnessStore

FAST: dict[str, int | str] = {"witness_pause_ms": 100, "witness_again_ms": 60_000, "witness_start_ms": 0}
ANYWAY: dict[str, int | str] = {**FAST, "start_without_witnesses": "maintenance"}


@dataclass
class Served:
    """A witness on loopback, by the clock of the hub it watches."""

    store: WitnessStore
    url: str


@contextmanager
def witness_at(folder: Path, port: int, clock: HandClock) -> Iterator[Served]:
    store = WitnessStore(folder / "witness.sqlite")
    app = create_app(Witness(store, SIGNERS), store, lambda: clock.now_ms() // 1000)
    with served(app, port):
        yield Served(store, f"http://127.0.0.1:{port}")
    store.close()


def policy(port: int) -> str:
    lines = "".join(
        f"witness w{number} {signer.vkey} http://127.0.0.1:{port}\n" for number, signer in enumerate(SIGNERS)
    )
    return f"{lines}group w any w0 w1\nquorum w\n"


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not found():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.05)


def cosigned(hub: LiveHub) -> SignedCheckpoint | None:
    with hub.client() as http:
        answer = http.get("/v1/log/checkpoint/cosigned")
    if answer.status_code == 404:
        return None
    return hub.verifier.open(answer.raise_for_status().text)


def size_of(hub: LiveHub) -> int:
    with hub.client() as http:
        return hub.verifier.open(http.get("/v1/log/checkpoint").text).size


def caught_up(hub: LiveHub) -> SignedCheckpoint:
    wanted = size_of(hub)
    until(lambda: (newest := cosigned(hub)) is not None and newest.size >= wanted)
    found = cosigned(hub)
    assert found is not None
    return found


@pytest.fixture
def witnessed(tmp_path: Path) -> Iterator[tuple[LiveHub, Served]]:
    port, clock = free_port(), HandClock()
    make_folder(tmp_path / "hub", policy=policy(port))
    with (
        witness_at(tmp_path, port, clock) as witness,
        running_hub(tmp_path / "hub", clock, **FAST) as hub,
    ):
        witness.store.add_log((Verifier.parse(hub.running.hub.trust.log_vkey),))
        yield hub, witness


def test_what_the_log_appends_is_cosigned_and_proven_under_the_cosigned_checkpoint(
    witnessed: tuple[LiveHub, Served],
) -> None:
    hub, _ = witnessed
    first = caught_up(hub)
    HubCase(hub)
    second = caught_up(hub)
    assert second.size > first.size
    assert hub.verifier.cosigned(second, hub.clock.now_ms())
    with hub.client() as http:
        leaf = http.get("/v1/log/leaves", params={"from": 0, "to": 1}).json()["leaves"]
        proof = http.get("/v1/log/proof", params={"index": 0, "size": second.size}).json()["hashes"]
        path = http.get("/v1/log/consistency", params={"from": first.size, "to": second.size}).json()["hashes"]
    assert verify_inclusion(0, second.size, hashed(leaf[0]), [raw(one) for one in proof], second.root)
    assert verify_consistency(first.size, second.size, first.root, second.root, [raw(one) for one in path])


def test_a_witness_that_is_down_stops_nobody_and_catches_up_when_it_is_back(tmp_path: Path) -> None:
    port, clock = free_port(), HandClock()
    make_folder(tmp_path / "hub", policy=policy(port))
    with running_hub(tmp_path / "hub", clock, **ANYWAY) as hub:
        case = HubCase(hub)
        case.join("doctor", "H1", "clinic")
        assert cosigned(hub) is None
        with witness_at(tmp_path, port, clock) as witness:
            witness.store.add_log((Verifier.parse(hub.running.hub.trust.log_vkey),))
            assert caught_up(hub).size >= 1


def test_a_witness_that_does_not_know_the_log_gives_nothing_to_publish(tmp_path: Path) -> None:
    port, clock = free_port(), HandClock()
    make_folder(tmp_path / "hub", policy=policy(port))
    with witness_at(tmp_path, port, clock), running_hub(tmp_path / "hub", clock, **FAST) as hub:
        HubCase(hub)
        time.sleep(0.5)
        assert cosigned(hub) is None
        assert hub.running.hub.ready()


def test_a_witness_that_forgot_is_asked_again_from_the_size_it_names(witnessed: tuple[LiveHub, Served]) -> None:
    hub, witness = witnessed
    caught_up(hub)
    # Its answer was lost after it was on its disk: the hub learns of the size by the 409.
    collector_size_is_forgotten(hub, witness)
    HubCase(hub)
    assert caught_up(hub).size > 1


def test_a_database_older_than_what_a_witness_saw_writes_nothing_more(tmp_path: Path) -> None:
    port, clock = free_port(), HandClock()
    make_folder(tmp_path / "hub", policy=policy(port))
    with witness_at(tmp_path, port, clock) as witness:
        with running_hub(tmp_path / "hub", clock, **FAST) as hub:
            witness.store.add_log((Verifier.parse(hub.running.hub.trust.log_vkey),))
            caught_up(hub)
        copy_of(tmp_path / "hub", tmp_path / "backup")
        with running_hub(tmp_path / "hub", clock, **FAST) as hub:
            HubCase(hub)
            caught_up(hub)
        for changes in (FAST, ANYWAY):
            with (
                pytest.raises(CannotStart, match=r"saw a tree of .* does not hold"),
                running_hub(tmp_path / "backup", clock, **changes),
            ):
                pass
        # What it had signed before stays the only history.
        assert witness.store.evidence() == []


def test_a_new_log_is_opened_on_the_word_of_a_witness(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port, clock, backup = free_port(), HandClock(), tmp_path / "backup"
    command = ["new-log", str(backup), "--incident", "disk-lost", "--without-tombstones"]
    make_folder(tmp_path / "hub", policy=policy(port))
    with witness_at(tmp_path, port, clock) as witness:
        with running_hub(tmp_path / "hub", clock, **FAST) as hub:
            witness.store.add_log((Verifier.parse(hub.running.hub.trust.log_vkey),))
            caught_up(hub)
        # The file for hubs without witnesses is as old as the backup: it says nothing against it.
        copy_of(tmp_path / "hub", backup)
        assert admin.run(command, clock) == 2
        assert "nobody saw more" in capsys.readouterr().err
        with running_hub(tmp_path / "hub", clock, **FAST) as hub:
            HubCase(hub)
            shown = caught_up(hub).size
    # Nobody to ask is nobody who saw more.
    assert admin.run(command, clock) == 2
    assert not (backup / "keys" / "log-opened.key").exists()
    with witness_at(tmp_path, port, clock):
        assert admin.run(command, clock) == 0
    assert f"il en avait montré {shown}" in capsys.readouterr().out
    assert (backup / "log-1.checkpoint").is_file()


def test_without_enough_witnesses_nothing_starts_unless_the_operator_says_why_in_the_log(tmp_path: Path) -> None:
    clock = HandClock()
    make_folder(tmp_path / "hub", policy=policy(free_port()))
    with pytest.raises(CannotStart, match="too few witnesses"), running_hub(tmp_path / "hub", clock, **FAST):
        pass
    with running_hub(tmp_path / "hub", clock, **ANYWAY) as hub:
        leaf = asyncio.run(hub.running.hub.store.read(lambda uow, /: uow.log.record(0)))
    assert leaf is not None
    assert b'"act":"admin"' in (leaf.view or b"")
    assert b'"reason":"maintenance"' in (leaf.identity or b"")


def test_of_two_hubs_on_copies_of_one_database_the_one_left_behind_stops(tmp_path: Path) -> None:
    port, clock = free_port(), HandClock()
    make_folder(tmp_path / "hub", policy=policy(port))
    with witness_at(tmp_path, port, clock) as witness:
        with running_hub(tmp_path / "hub", clock, **ANYWAY) as hub:
            witness.store.add_log((Verifier.parse(hub.running.hub.trust.log_vkey),))
            caught_up(hub)
        copy_of(tmp_path / "hub", tmp_path / "twin")
        with running_hub(tmp_path / "twin", clock, **FAST) as twin, running_hub(tmp_path / "hub", clock, **FAST) as hub:
            HubCase(hub)
            caught_up(hub)
            clock.at_ms += 61_000
            until(lambda: not twin.running.hub.ready())
            with twin.client() as http:
                assert http.get("/v1/ready").status_code == 503
            assert hub.running.hub.ready()


def test_an_entry_is_written_and_read_while_witnesses_are_slow(witnessed: tuple[LiveHub, Served]) -> None:
    hub, _ = witnessed
    case = HubCase(hub)
    case.join("coordinator", "S10", "dac")
    case.inform()
    case.join("doctor", "H1", "clinic")
    case.claim("doctor", "medical/2")
    post(case, "doctor")
    assert caught_up(hub).size > 5


@pytest.mark.fault
def test_a_killed_witness_still_refuses_a_fork(tmp_path: Path) -> None:
    log, fork = log_of("a", "b", "c", "d", origin=LOG_ORIGIN), log_of("a", "b", "x", "y", origin=LOG_ORIGIN)
    folder, port = tmp_path / "w", free_port()
    assert witness_command(["init", str(folder), "--name", "w.example"]) == 0
    assert witness_command(["log", str(folder), log.signer.vkey]) == 0
    with process(folder, port) as first:
        assert ask(port, request(log, 0, 3)).status_code == 200
        first.kill()
        first.wait()
    with process(folder, port):
        assert ask(port, request(fork, 3)).status_code == 422
        assert ask(port, request(log, 0)).text == "3\n"
        assert ask(port, request(log, 3)).status_code == 200
    assert witness_command(["evidence", str(folder)]) == 1


@contextmanager
def process(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "volet_client.cli", "witness", "serve", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert "Témoin prêt" in running.stdout.readline()
            until(lambda: answers(port))
            yield running
        finally:
            running.kill()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/x/checkpoint", trust_env=False).status_code == 404
    except httpx.HTTPError:
        return False


def ask(port: int, data: bytes) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}/add-checkpoint", content=data, trust_env=False)


def collector_size_is_forgotten(hub: LiveHub, witness: Served) -> None:
    known = witness.store.known(hub.verifier.origin)
    assert known is not None
    later = known.size + 1
    until(lambda: size_of(hub) >= known.size)
    HubCase(hub)
    with hub.client() as http:
        note = http.get("/v1/log/checkpoint").text
    checkpoint = hub.verifier.open(note)
    assert checkpoint.size >= later
    witness.store.advance(known, checkpoint.size, checkpoint.root, note, known.time_s)


def hashed(leaf: str) -> bytes:
    return leaf_hash(raw(leaf))


raw = from_base64url
