from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from volet_client.errors import LooseFileError, UnreadableFileError, UsageError, WrongPassphraseError
from volet_client.keystore import FILE, MEMORY_KIB, PASSES, Keystore, read_passphrase_file
from volet_protocol import canonical

PASSPHRASE = "une phrase de passe d'essai"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Keystore.create(tmp_path / "profil", PASSPHRASE).write("names", b"Mme A")
    return tmp_path / "profil"


def rewrite(folder: Path, **changes: object) -> None:
    path = folder / FILE
    value = {**json.loads(path.read_bytes()), **changes}
    path.write_bytes(canonical.encode(value))


def test_what_was_written_is_read_again_with_the_passphrase(folder: Path) -> None:
    assert Keystore.open(folder, PASSPHRASE).read("names") == b"Mme A"


def test_nothing_of_the_content_is_in_clear_on_the_disk(folder: Path) -> None:
    assert not any(b"Mme A" in path.read_bytes() for path in folder.iterdir())


def test_another_passphrase_is_refused_and_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(WrongPassphraseError):
        Keystore.open(folder, PASSPHRASE + " ")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_store_open_to_others_is_refused(folder: Path, mode: int) -> None:
    (folder / FILE).chmod(mode)
    with pytest.raises(LooseFileError) as caught:
        Keystore.open(folder, PASSPHRASE)
    assert "chmod 600" in caught.value.hint.fr


def test_a_folder_open_to_others_is_refused(folder: Path) -> None:
    folder.chmod(0o750)
    with pytest.raises(LooseFileError):
        Keystore.open(folder, PASSPHRASE)


def test_a_key_store_behind_a_symbolic_link_is_refused(folder: Path) -> None:
    (folder / FILE).rename(folder / "elsewhere")
    (folder / FILE).symlink_to(folder / "elsewhere")
    with pytest.raises(LooseFileError):
        Keystore.open(folder, PASSPHRASE)


@pytest.mark.parametrize(
    "weaker", [{"memory_kib": MEMORY_KIB - 1}, {"passes": PASSES - 1}, {"memory_kib": 8, "passes": 1}]
)
def test_parameters_below_the_floor_are_refused_before_the_passphrase_is_used(
    folder: Path, weaker: dict[str, int]
) -> None:
    rewrite(folder, **weaker)
    with pytest.raises(UnreadableFileError):
        Keystore.open(folder, PASSPHRASE)


@pytest.mark.parametrize("stronger", [{"memory_kib": MEMORY_KIB + 64}, {"passes": PASSES + 1}])
def test_parameters_that_were_changed_upwards_do_not_authenticate(folder: Path, stronger: dict[str, int]) -> None:
    rewrite(folder, **stronger)
    with pytest.raises(WrongPassphraseError):
        Keystore.open(folder, PASSPHRASE)


@pytest.mark.parametrize("change", [{"v": 2}, {"kdf": "scrypt"}, {"extra": 1}, {"salt": "AA"}])
def test_another_format_is_refused(folder: Path, change: dict[str, object]) -> None:
    rewrite(folder, **change)
    with pytest.raises(UnreadableFileError):
        Keystore.open(folder, PASSPHRASE)


@pytest.mark.parametrize("data", [b"", b"{", b"volet", b"\xff" * 40])
def test_a_damaged_key_store_is_refused_and_kept(folder: Path, data: bytes) -> None:
    (folder / FILE).write_bytes(data)
    with pytest.raises(UnreadableFileError):
        Keystore.open(folder, PASSPHRASE)
    assert (folder / FILE).read_bytes() == data


def test_an_existing_key_store_is_never_replaced_by_a_new_one(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    with pytest.raises(UsageError):
        Keystore.create(folder, "another")
    assert (folder / FILE).read_bytes() == before


def test_a_changed_sealed_file_is_refused_and_never_written_over(folder: Path) -> None:
    path = folder / "names.sealed"
    damaged = path.read_bytes()[:-1] + b"\0"
    path.write_bytes(damaged)
    store = Keystore.open(folder, PASSPHRASE)
    with pytest.raises(UnreadableFileError):
        store.read("names")
    with pytest.raises(UnreadableFileError):
        store.write("names", b"")
    assert path.read_bytes() == damaged


def test_two_sealed_files_cannot_be_exchanged_for_each_other(folder: Path) -> None:
    store = Keystore.open(folder, PASSPHRASE)
    store.write("keys", b"{}")
    (folder / "keys.sealed").replace(folder / "names.sealed")
    with pytest.raises(UnreadableFileError):
        store.read("names")


def test_a_write_that_cannot_finish_leaves_the_old_content(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Keystore.open(folder, PASSPHRASE)

    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        store.write("names", b"other")
    assert Keystore.open(folder, PASSPHRASE).read("names") == b"Mme A"
    assert sorted(path.name for path in folder.iterdir()) == [FILE, "names.sealed"]


def test_another_passphrase_seals_the_same_files_anew(folder: Path) -> None:
    Keystore.open(folder, PASSPHRASE).change_passphrase("nouvelle")
    assert Keystore.open(folder, "nouvelle").read("names") == b"Mme A"
    with pytest.raises(WrongPassphraseError):
        Keystore.open(folder, PASSPHRASE)


def test_a_missing_profile_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Keystore.open(tmp_path / "absent", PASSPHRASE)
    assert "volet init" in caught.value.hint.fr


def test_a_passphrase_file_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "passe"
    path.write_text(f"{PASSPHRASE}\n")
    path.chmod(0o644)
    with pytest.raises(LooseFileError):
        read_passphrase_file(path)
    path.chmod(0o600)
    assert read_passphrase_file(path) == PASSPHRASE


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\n"])
def test_an_empty_or_unreadable_passphrase_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "passe"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UnreadableFileError):
        read_passphrase_file(path)
