"""The command line as a person and a script meet it, without any hub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.identities import CONTROLLER, bundle_body
from support.log_builder import LogBuilder
from volet_client.cli.main import GROUPS, build_parser
from volet_client.profile import read_bundle
from volet_protocol.fingerprint import phrase
from volet_protocol.trust_bundle import sign_bundle


@dataclass
class Shell:
    """A person's environment: a profile that may not exist yet, a passphrase in a private file."""

    folder: Path

    def volet(self, *words: str, lang: str = "fr", lines: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "VOLET_PROFILE": str(self.folder / "profil"),
            "VOLET_PASSPHRASE_FILE": str(self.folder / "passe"),
            "VOLET_LANG": lang,
        }
        return subprocess.run(
            [sys.executable, "-m", "volet_client.cli", *words],
            input="".join(f"{line}\n" for line in lines), env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def batch(self, *commands: object) -> list[dict[str, Any]]:
        done = self.volet("batch", lines=[c if isinstance(c, str) else json.dumps(c) for c in commands])
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "passe").write_text("phrase de passe des essais\n")
    (tmp_path / "passe").chmod(0o600)
    (tmp_path / "trust.json").write_bytes(trust_file())
    return Shell(tmp_path)


def trust_file(minimum: str = "0.1.0") -> bytes:
    log = LogBuilder("log.example")
    body: dict[str, Any] = dict(bundle_body(log_vkey=log.signer.vkey))
    body["log_policy"] = log.policy
    body["minimum"] = {**body["minimum"], "version": minimum}
    return sign_bundle(body, [CONTROLLER])


@pytest.fixture
def profile(shell: Shell) -> Shell:
    shell.batch(["init", "--trust", str(shell.folder / "trust.json")])
    return shell


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("group", sorted(GROUPS))
def test_every_command_explains_itself_in_both_languages(group: str, lang: str) -> None:
    help_ = build_parser(lang, group).format_help()
    assert GROUPS[group].about.to(lang).split(",")[0].split()[0] in help_


def test_a_new_profile_shows_the_hash_of_what_it_was_told_to_trust(shell: Shell) -> None:
    done = shell.volet("init", "--trust", str(shell.folder / "trust.json"))
    assert done.returncode == 0, done.stderr
    assert read_bundle((shell.folder / "trust.json").read_bytes()).hash in done.stdout
    profile = shell.folder / "profil"
    assert profile.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in profile.iterdir())


def test_a_second_profile_in_the_same_place_is_refused(profile: Shell) -> None:
    done = profile.volet("init", "--trust", str(profile.folder / "trust.json"))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("conseil :")


def test_a_trust_file_that_was_changed_makes_no_profile(shell: Shell) -> None:
    changed = (shell.folder / "trust.json").read_bytes().replace(b'"version":1', b'"version":2')
    (shell.folder / "trust.json").write_bytes(changed)
    done = shell.volet("init", "--trust", str(shell.folder / "trust.json"))
    assert done.returncode == 6
    assert not (shell.folder / "profil").exists()


@pytest.mark.parametrize("trust", [trust_file("9.0.0"), sign_bundle(bundle_body(), [CONTROLLER]), b"{}"])
def test_a_trust_file_for_later_clients_or_without_a_log_makes_no_profile(shell: Shell, trust: bytes) -> None:
    (shell.folder / "trust.json").write_bytes(trust)
    done = shell.volet("init", "--trust", str(shell.folder / "trust.json"))
    assert done.returncode in {2, 6}
    assert not (shell.folder / "profil").exists()


def test_a_card_is_added_under_a_name_that_stays_in_the_profile(profile: Shell) -> None:
    user = "ab" * 32
    card = profile.folder / "carte.json"
    card.write_text(json.dumps({"type": "volet-contact", "hub": "http://127.0.0.1:8080", "user": user}))
    me, added, listed, wrong = profile.batch(
        ["whoami"],
        ["contact", "add", "Dr Mo", "--card", str(card)],
        ["contact", "list"],
        ["contact", "add", "Dr Mo", "--user", "cd" * 32],
    )
    assert me["result"]["fingerprint"] == phrase(me["result"]["user"])
    assert added["result"] == {"name": "Dr Mo", "user": user, "fingerprint": phrase(user)}
    assert listed["result"]["contacts"] == [{"name": "Dr Mo", "user": user}]
    assert (wrong["exit"], wrong["result"]) == (2, None)
    assert not any(b"Dr Mo" in path.read_bytes() for path in (profile.folder / "profil").iterdir())


def test_a_card_of_another_hub_is_refused(profile: Shell) -> None:
    card = {"type": "volet-contact", "hub": "https://elsewhere.example", "user": "ab" * 32}
    (profile.folder / "carte.json").write_text(json.dumps(card))
    (answer,) = profile.batch(["contact", "add", "Dr Mo", "--card", str(profile.folder / "carte.json")])
    assert answer["exit"] == 2
    assert "plateforme" in answer["error"]["message"]


def test_lines_that_make_no_sense_are_answered_and_the_process_goes_on(profile: Shell) -> None:
    lines = ["{", "[]", "[1]", '{"a":1}', '["batch"]', '["unheard-of"]', '["post"]']
    *bad, good = profile.batch(*lines, ["contact", "list"])
    assert [answer["exit"] for answer in bad] == [2] * len(lines)
    assert all(answer["error"]["message"] for answer in bad)
    assert good["exit"] == 0


def test_no_hub_is_a_sentence_with_a_next_step_and_its_own_status(profile: Shell) -> None:
    (answer,) = profile.batch(["login", "start", "--issuer", "https://self.example"])
    assert answer["exit"] == 4
    assert answer["error"]["hint"]


def test_english_is_spoken_on_demand(shell: Shell) -> None:
    done = shell.volet("whoami", lang="en")
    assert done.returncode == 2
    assert done.stderr.startswith("No profile in")
    assert done.stderr.splitlines()[-1].startswith("hint:")


def test_a_machine_gets_its_refusal_as_an_object(shell: Shell) -> None:
    done = shell.volet("whoami", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["hint"].startswith("volet init")
    assert done.stderr == ""


def test_an_exported_log_that_is_none_is_refused(shell: Shell) -> None:
    (shell.folder / "journal.json").write_text("{}")
    done = shell.volet("log", "verify", str(shell.folder / "journal.json"), "--trust", str(shell.folder / "trust.json"))
    assert done.returncode in {3, 6}
    assert done.stdout == ""


def test_a_contact_is_confirmed_by_the_phrase_heard_and_by_no_other(shell: Shell) -> None:
    assert shell.volet("init", "--trust", str(shell.folder / "trust.json")).returncode == 0
    other = "ab" * 32
    assert shell.volet("contact", "add", "Ida", "--user", other).returncode == 0
    wrong = shell.volet("contact", "confirm", "Ida", "--phrase", phrase("cd" * 32))
    assert wrong.returncode == 2
    assert "Faites-la relire de vive voix" in wrong.stderr
    nobody = shell.volet("contact", "confirm", "Ida")
    assert nobody.returncode == 2
    assert phrase(other) in nobody.stderr
    right = shell.volet("contact", "confirm", "Ida", "--phrase", phrase(other).replace(" ", "-").upper())
    assert right.returncode == 0, right.stderr
    assert "« Ida » est confirmé" in right.stdout
    assert (shell.folder / "profil" / "confirmations.sealed").exists()
    assert b"Ida" not in (shell.folder / "profil" / "confirmations.sealed").read_bytes()
