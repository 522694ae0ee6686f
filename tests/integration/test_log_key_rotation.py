"""The log's key is replaced under one origin: both sign for a while, nobody's receipt or client state is lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from support.databases import open_disk
from support.folders import check
from support.hub import HandClock, HubCase, running_hub
from support.identities import CONTROLLER, bundle_body
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.trust_bundle import TrustBundle, sign_bundle
from volet_service.adapters.signer import read_log_key
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import CannotStart
from volet_service.resources import shipped_table


@dataclass
class Rotated:
    """A hub whose next key is drawn, and the bundles that its controllers may sign."""

    folder: Path
    old: str
    new: str

    def trust(self, version: int, first: str, *listed: str) -> None:
        body = dict(bundle_body(log_vkey=first, ceiling=shipped_table().hash, version=version))
        body["log_policy"] = "".join(f"log {vkey}\n" for vkey in listed) + "quorum none\n"
        path = self.folder / "trust.json"
        before = TrustBundle.read(path.read_bytes()).verify(None)
        path.write_bytes(sign_bundle(body, [CONTROLLER]))
        TrustBundle.read(path.read_bytes()).verify(before)

    def client(self, *listed: str) -> LogVerifier:
        """A client whose bundle lists these keys, the first of them by name."""
        policy = "".join(f"log {vkey}\n" for vkey in listed) + "quorum none\n"
        return LogVerifier.configured("log.example", listed[0], policy)

    def newest(self) -> str:
        with open_disk(self.folder) as disk:
            return str(disk.all("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1")[0][0])

    def act(self, *words: str) -> int:
        return admin.run(["rotate-log-key", str(self.folder), *words], HandClock())


@pytest.fixture
def rotated(tmp_path: Path) -> Rotated:
    folder = tmp_path / "hub"
    with running_hub(folder) as hub:
        HubCase(hub)
    old = read_log_key(folder / "keys" / "log.key").vkey
    made = Rotated(folder, old, "")
    assert made.act() == 0
    made.new = read_log_key(folder / "keys" / "log-next.key").vkey
    return made


def serve(rotated: Rotated) -> None:
    with running_hub(rotated.folder) as hub:
        hub.clock.at_ms += 1
        hub.head("case", "0" * 64)
        HubCase(hub).person("somebody new")


def refuses(verifier: LogVerifier, note: str) -> bool:
    with pytest.raises(ProtocolError) as caught:
        verifier.open(note)
    return caught.value.reason is Reason.NOT_TRUSTED


def test_a_key_that_no_bundle_lists_yet_signs_nothing(rotated: Rotated) -> None:
    serve(rotated)
    assert rotated.newest().count("— log.example ") == 1
    assert refuses(rotated.client(rotated.new), rotated.newest())


def test_while_keys_overlap_clients_of_either_bundle_verify(rotated: Rotated) -> None:
    before = rotated.newest()
    rotated.trust(2, rotated.old, rotated.old, rotated.new)
    serve(rotated)
    now = rotated.newest()
    assert now != before
    assert now.count("— log.example ") == 2
    for client in (rotated.client(rotated.old), rotated.client(rotated.new), rotated.client(rotated.old, rotated.new)):
        client.open(now)


def test_after_the_end_of_the_old_key_its_receipts_still_verify_and_the_new_key_signs_alone(rotated: Rotated) -> None:
    before = rotated.newest()
    rotated.trust(2, rotated.old, rotated.old, rotated.new)
    serve(rotated)
    rotated.trust(3, rotated.new, rotated.new, rotated.old)
    assert rotated.act("--finish") == 0
    serve(rotated)
    client = rotated.client(rotated.new, rotated.old)
    client.open(before)
    assert client.open(rotated.newest()).size > client.open(before).size
    assert refuses(rotated.client(rotated.old), rotated.newest())
    check(rotated.folder, client)
    keys = b"".join(path.read_bytes() for path in (rotated.folder / "keys").iterdir())
    assert b"PRIVATE+KEY+log.example+" in keys
    assert keys.count(b"PRIVATE+KEY+") == 1


def test_a_key_drawn_twice_is_refused(rotated: Rotated, capsys: pytest.CaptureFixture[str]) -> None:
    before = (rotated.folder / "keys" / "log-next.key").read_bytes()
    assert rotated.act() == 2
    assert "is there already" in capsys.readouterr().err
    assert (rotated.folder / "keys" / "log-next.key").read_bytes() == before


def test_nothing_is_finished_before_the_bundle_lists_the_next_key(
    rotated: Rotated, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotated.act("--finish") == 2
    assert "nothing to finish" in capsys.readouterr().err


def test_nothing_is_finished_while_the_bundle_names_the_old_key_first(
    rotated: Rotated, capsys: pytest.CaptureFixture[str]
) -> None:
    rotated.trust(2, rotated.old, rotated.old, rotated.new)
    assert rotated.act("--finish") == 2
    assert "still names the old key first" in capsys.readouterr().err
    assert read_log_key(rotated.folder / "keys" / "log.key").vkey == rotated.old


def test_a_hub_whose_last_checkpoint_its_key_never_signed_does_not_start(rotated: Rotated) -> None:
    rotated.trust(2, rotated.new, rotated.new, rotated.old)
    keys = rotated.folder / "keys"
    (keys / "log-next.key").replace(keys / "log.key")
    with pytest.raises(CannotStart, match="not this tree under this key"), running_hub(rotated.folder):
        pass


def test_a_next_key_of_another_log_is_refused(rotated: Rotated, tmp_path: Path) -> None:
    admin.init(tmp_path / "other", "http://127.0.0.1:1", "other.example/volet/1")
    (tmp_path / "other" / "keys" / "log.key").replace(rotated.folder / "keys" / "log-next.key")
    with pytest.raises(CannotStart, match=r"is a key of other\.example/volet/1"), running_hub(rotated.folder):
        pass
