"""Proofs, polls and copies of the public log: taken from a hub, checked without it, and every damage is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.client import Client
from volet_client.errors import EvidenceError, UsageError, VerificationError
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.proof import TlogProof
from volet_service.adapters.signer import read_log_key


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("tree")) as world:
        world.professional("doctor", "H1", "dac")
        yield world


@pytest.fixture
def doctor(world: World) -> Client:
    return world.clients["doctor"]


def run(client: Client, *arguments: str) -> int:
    context = Context(client.profile.config, Terminal("fr", as_json=False))
    context._client = client
    return run_line(context, arguments)


def trust(client: Client) -> str:
    return str(client.profile.config.trust_file)


def test_a_proof_is_written_once_and_verifies_without_the_hub(doctor: Client, tmp_path: Path) -> None:
    file = tmp_path / "p.tlog-proof"
    assert run(doctor, "log", "prove", "1", "--out", str(file)) == 0
    assert run(doctor, "log", "prove", "1", "--out", str(file)) == UsageError.exit_status
    assert run(doctor, "log", "prove", "--check", str(file), "--trust", trust(doctor)) == 0


def test_a_proof_of_another_leaf_or_without_one_is_refused(doctor: Client, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    run(doctor, "log", "prove", "1", "--out", str(first))
    run(doctor, "log", "prove", "2", "--out", str(second))
    one, two = (TlogProof.parse(file.read_text("utf-8")) for file in (first, second))
    swapped = tmp_path / "swapped"
    swapped.write_text(TlogProof(one.index, one.hashes, one.checkpoint, two.extra).format(), "utf-8")
    bare = tmp_path / "bare"
    bare.write_text(TlogProof(one.index, one.hashes, one.checkpoint).format(), "utf-8")
    for file in (swapped, bare):
        assert run(doctor, "log", "prove", "--check", str(file)) == VerificationError.exit_status
    assert run(doctor, "log", "prove") == UsageError.exit_status


def test_a_copy_is_kept_up_to_date_and_checked_without_the_hub(world: World, doctor: Client, tmp_path: Path) -> None:
    assert run(doctor, "log", "mirror", str(tmp_path / "copy")) == 0
    before = (tmp_path / "copy" / "checkpoint").read_text("utf-8")
    world.person("another")
    assert run(doctor, "log", "mirror", str(tmp_path / "copy")) == 0
    assert (tmp_path / "copy" / "checkpoint").read_text("utf-8") != before
    assert run(doctor, "log", "fsck", str(tmp_path / "copy"), "--trust", trust(doctor)) == 0


def drop(file: Path) -> None:
    file.unlink()


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [drop, flip, cut])
@pytest.mark.parametrize("part", ["entries", "0"])
def test_each_damage_to_a_copy_is_found_and_named(
    doctor: Client, tmp_path: Path, damage: Callable[[Path], None], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(doctor, "log", "mirror", str(tmp_path / "copy"))
    damage(next(file for file in (tmp_path / "copy" / "tile" / part).rglob("*") if file.is_file()))
    assert run(doctor, "log", "fsck", str(tmp_path / "copy")) == EvidenceError.exit_status
    said = capsys.readouterr().out
    assert f"tile/{part}/" in said or "checkpoint" in said


def test_a_folder_that_is_no_copy_and_a_checkpoint_of_another_log_are_refused(doctor: Client, tmp_path: Path) -> None:
    assert run(doctor, "log", "fsck", str(tmp_path)) == 3
    run(doctor, "log", "mirror", str(tmp_path / "copy"))
    note = tmp_path / "copy" / "checkpoint"
    note.write_text(note.read_text("utf-8").replace("log.example", "log.elsewhere"), "utf-8")
    assert run(doctor, "log", "fsck", str(tmp_path / "copy")) == VerificationError.exit_status


def test_watching_ends_with_evidence_when_the_hub_signs_another_tree_of_the_same_size(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = world.person("watcher")
    assert run(watcher, "log", "watch", "--times", "2", "--every", "0") == 0
    kept = watcher.hub.trust.newest()
    assert kept is not None
    signer = read_log_key(world.folder / "hub" / "keys" / "log.key")
    forked = Checkpoint(signer.name, kept.size, bytes(32)).sign(signer).note
    monkeypatch.setattr(watcher.hub.transport, "get_text", lambda *_, **__: forked)
    assert run(watcher, "log", "watch", "--times", "1") == EvidenceError.exit_status
    assert any(forked.split("\n")[2] in file.read_text("utf-8") for file in watcher.profile.config.evidence.iterdir())
