"""What the hub does not start on: one sentence for the operator, exit status 2, nothing served. And that it ends well.

`volet admin check` asks the very function that `volet serve` starts with; the process itself is started where the exit
status, the signal or the listening socket are the point.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.databases import open_disk
from support.folders import check, contents
from support.forgery import copy_of
from support.hub import HubCase, make_folder, running_hub
from support.hub_entries import post
from support.hub_process import HubProcess
from volet_service import resources
from volet_service.bootstrap import admin
from volet_service.settings import Settings

KEYS = ("log.key", "shares.key", "payloads.key")
VOLET = [sys.executable, "-m", "volet_client.cli"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_folder(tmp_path / "hub")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stopped hub that holds a case and an entry; tests copy it."""
    folder = tmp_path_factory.mktemp("used") / "hub"
    with running_hub(folder) as hub:
        case = HubCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        post(case, "doctor")
    return folder


@pytest.fixture
def copy(used: Path, tmp_path: Path) -> Path:
    return copy_of(used, tmp_path / "hub")


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> None:
    """Assert that the hub would not start, and why; that it says so in one line, and touches nothing."""
    capsys.readouterr()
    assert admin.run(["check", str(folder)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1, told.err
    assert told.err.startswith("volet admin check: ")
    assert "Traceback" not in told.err
    for word in words:
        assert word in told.err


def serve(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `volet serve` to its end."""
    return subprocess.run(
        [*VOLET, "serve", str(folder), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def altered(folder: Path, *statements: str) -> None:
    """Change the database as somebody with the file would: triggers are no obstacle."""
    with open_disk(folder) as disk:
        disk.drop_triggers()
        disk.edit(*statements)


class TestKeys:
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
    @pytest.mark.parametrize("key", KEYS)
    def test_a_key_that_others_can_touch_is_refused(
        self, settings: Settings, capsys: pytest.CaptureFixture[str], key: str, mode: int
    ) -> None:
        path = settings.folder / "keys" / key
        path.chmod(mode)
        refused(settings.folder, capsys, str(path), "chmod 600")

    @pytest.mark.parametrize("key", KEYS)
    def test_a_key_that_is_not_there_or_a_folder_is_refused(
        self, settings: Settings, capsys: pytest.CaptureFixture[str], key: str
    ) -> None:
        path = settings.folder / "keys" / key
        path.unlink()
        refused(settings.folder, capsys, str(path))
        path.mkdir(0o700)
        refused(settings.folder, capsys, str(path))

    @pytest.mark.parametrize("data", [b"", b"short", bytes(31), bytes(64), b"PRIVATE+KEY+x", "é".encode()])
    @pytest.mark.parametrize("key", KEYS)
    def test_a_key_of_another_shape_is_refused_by_its_name(
        self, settings: Settings, capsys: pytest.CaptureFixture[str], key: str, data: bytes
    ) -> None:
        path = settings.folder / "keys" / key
        path.write_bytes(data)
        refused(settings.folder, capsys, str(path))

    @pytest.mark.parametrize("key", ["shares.key", "payloads.key"])
    def test_a_sealing_key_that_opens_nothing_of_what_is_stored_is_refused(
        self, copy: Path, capsys: pytest.CaptureFixture[str], key: str
    ) -> None:
        (copy / "keys" / key).write_bytes(os.urandom(32))
        refused(copy, capsys, "wrong key")

    def test_the_log_key_of_another_log_is_refused(self, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
        other = make_folder(copy.parent / "other")
        shutil.copy(other.path(other.log_key), copy / "keys" / "log.key")
        refused(copy, capsys, "log key")
        # With a bundle that fits the new key, what the old one signed still gives it away.
        shutil.copy(other.path(other.trust), copy / "trust.json")
        refused(copy, capsys, "checkpoint")


class TestDatabase:
    @pytest.mark.parametrize(
        ("statements", "word"),
        [
            (["UPDATE alembic_version SET version_num = '9999'"], "schema 9999"),
            (["DELETE FROM alembic_version"], "no Volet database"),
            (["DROP TABLE alembic_version"], "no Volet database"),
            (["DELETE FROM log_head"], "head"),
            (["UPDATE log_entry SET leaf = leaf_hash WHERE idx = 3"], "leaf 3"),
            (["DELETE FROM log_entry WHERE idx = 3"], "leaf 3"),
            (["DELETE FROM log_entry WHERE idx = (SELECT max(idx) FROM log_entry)"], "leaves"),
            (["UPDATE log_head SET size = size - 1"], "leaves"),
            (
                ["UPDATE log_checkpoint SET note = 'x' WHERE size = (SELECT max(size) FROM log_checkpoint)"],
                "checkpoint",
            ),
            (["DELETE FROM log_checkpoint WHERE size = (SELECT max(size) FROM log_checkpoint)"], "signed"),
            (["UPDATE chain_head SET seq = seq + 1 WHERE label = 'list'"], "heads"),
            (["DELETE FROM chain_head WHERE label = 'user'"], "heads"),
        ],
    )
    def test_a_database_that_somebody_edited_is_refused(
        self, copy: Path, capsys: pytest.CaptureFixture[str], statements: list[str], word: str
    ) -> None:
        altered(copy, *statements)
        refused(copy, capsys, word)

    def test_two_leaves_that_changed_places_are_noticed(self, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
        altered(
            copy,
            "UPDATE log_entry SET idx = -1 WHERE idx = 2",
            "UPDATE log_entry SET idx = 2 WHERE idx = 3",
            "UPDATE log_entry SET idx = 3 WHERE idx = -1",
        )
        refused(copy, capsys, "leaves")

    def test_no_database_or_something_else_in_its_place_is_refused(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if not isinstance(settings.store, Path):
            with open_disk(settings.folder) as disk:
                disk.drop_triggers()
                disk.edit(*(f'DROP TABLE "{table}" CASCADE' for table in disk.tables()))
        else:
            settings.store.write_bytes(os.urandom(8192))
            refused(settings.folder, capsys, "hub.sqlite")
            settings.store.unlink()
        refused(settings.folder, capsys, "volet admin init")

    def test_a_share_store_that_is_none_is_refused(self, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (copy / "shares.sqlite").write_bytes(os.urandom(8192))
        refused(copy, capsys, "shares.sqlite")

    def test_an_older_copy_of_the_head_does_not_sign_a_second_history(
        self, copy: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with open_disk(copy) as disk:
            size = disk.all("SELECT max(size) FROM log_checkpoint")[0][0]
            earlier = disk.all("SELECT max(size) FROM log_checkpoint WHERE size < ?", size)[0][0]
        gone = f"DELETE FROM log_entry WHERE idx >= {earlier}"  # noqa: S608 -- an integer of our own database
        altered(copy, gone, f"UPDATE log_head SET size = {earlier}")  # noqa: S608 -- as above
        refused(copy, capsys, "leaves")


Edit = Callable[[str], str]
HAZARDS: dict[str, tuple[str, Edit]] = {
    "an unknown effect, which loses the deny": ("policy.csv", lambda text: text.replace(",deny,", ",denny,", 1)),
    "a line too short, which the engine drops": (
        "policy.csv", lambda text: text + "short,allow,cell,read\n",
    ),
    "no line at all, which may grant": ("policy.csv", lambda text: text.split("\n", 1)[0] + "\n"),
    "a line twice": ("policy.csv", lambda text: text + text.splitlines()[1] + "\n"),
    "a code outside the vocabulary": ("policy.csv", lambda text: text.replace(",cell,read,", ",cell,reed,", 1)),
    "another matcher": ("model.conf", lambda text: text.replace(" && ", " and ", 1)),
    "another effect": ("model.conf", lambda text: text.replace("&& !some(where (p.eft == deny))", "")),
    "a cell that is none": ("matrix.csv", lambda text: text.replace(",2w", ",9w", 1)),
    "a table built from other files": ("table.json", lambda text: text.replace('"allow', '"allow', 1)[:-1] + " }"),
    "no table": ("table.json", lambda _text: ""),
}  # fmt: skip


class TestPolicy:
    @pytest.mark.parametrize("hazard", HAZARDS)
    def test_a_policy_that_does_not_load_strictly_is_refused(
        self, settings: Settings, capsys: pytest.CaptureFixture[str], hazard: str
    ) -> None:
        folder = settings.folder / "policies"
        shutil.copytree(resources.policies(), folder)
        name, edit = HAZARDS[hazard]
        text = (folder / name).read_text("utf-8")
        changed = edit(text)
        assert changed != text
        (folder / name).write_text(changed, "utf-8")
        with (settings.folder / "hub.env").open("a", encoding="utf-8") as env:
            env.write("VOLET_POLICIES=policies\n")
        refused(settings.folder, capsys)

    def test_a_trust_bundle_that_is_altered_or_not_there_is_refused(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = settings.path(settings.trust)
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b"Clinique", b"Cliniqve"))
        refused(settings.folder, capsys)
        path.write_bytes(whole[:-2])
        refused(settings.folder, capsys)
        path.unlink()
        refused(settings.folder, capsys, "trust.json")


@pytest.mark.fault
class TestProcess:
    def test_it_ends_with_status_2_and_one_sentence(self, settings: Settings) -> None:
        (settings.folder / "keys" / "log.key").chmod(0o644)
        ended = serve(settings.folder, "--port", "0")
        assert ended.returncode == 2
        assert ended.stderr.startswith("volet serve: key file ")
        assert ended.stderr.count("\n") == 1
        assert ended.stdout == ""

    def test_a_terminated_hub_leaves_a_whole_folder_and_starts_again(self, tmp_path: Path) -> None:
        with running_hub(tmp_path / "hub") as hub:
            HubCase(hub)
        process = HubProcess(hub)
        try:
            process.start()
            assert process.end(signal.SIGTERM) in {0, -signal.SIGTERM}
            assert process.log.read_text("utf-8").count("Traceback") == 0
            # Closed in order: nothing waits in a write-ahead log.
            assert not (hub.folder / "hub.sqlite-wal").exists()
            before = contents(hub.folder)
            check(hub.folder, hub.verifier)
            assert admin.run(["check", str(hub.folder)]) == 0
            assert contents(hub.folder) == before
        finally:
            process.stop()
