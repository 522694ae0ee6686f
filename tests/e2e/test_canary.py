"""Nothing that the server has opens anything (I1): after the story, while the hub lives, its files, logs, memory and
the recorded wire are searched for every text of the story and every secret of every party."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.played_story import client_of
from support.sweep import Sweep
from volet_client.log_mirror import mirror
from volet_demo.cast import CAST
from volet_demo.sample import CANARIES
from volet_demo.story import Story

# Family names of the people in the story: they stand on the provider's buttons, and nowhere at the hub.
NAMES = [role.label.partition(",")[0].split()[-1] for role in CAST if role.key != "mme-a"]


@pytest.fixture(scope="module")
def sweep(secrets: dict[str, bytes | str]) -> Sweep:
    return Sweep([*CANARIES, *NAMES, *secrets.values()])


@pytest.mark.slow
def test_the_secrets_of_every_party_are_searched_for(secrets: dict[str, bytes | str], played: Story) -> None:
    kinds = {name.partition(": ")[2].rstrip("0123456789 ").split(" (")[0] for name in secrets}
    assert {
        "passphrase", "device signing seed", "device box seed", "user seed", "section key", "client share",
        "exchange key",
    } <= kinds  # fmt: skip
    assert len({name.partition(":")[0] for name in secrets}) == len(played.everybody)
    assert all(len(secret) >= 32 for secret in secrets.values())


@pytest.mark.slow
def test_the_hubs_files_hold_no_content_and_no_secret(played: Story, sweep: Sweep) -> None:
    names = {path.name for path in played.world.path("hub").rglob("*")}
    assert {"hub.sqlite", "hub.sqlite-wal", "shares.sqlite", "blobs", "trust.json"} <= names
    assert sweep.files(played.world.path("hub")) == set()


@pytest.mark.slow
def test_the_logs_of_the_servers_hold_no_content_and_no_secret(played: Story, sweep: Sweep) -> None:
    for name in ("hub", "registrar", "provider"):
        log = played.world.path("logs", f"{name}.log")
        assert sweep.bytes(log.read_bytes(), log.name) == set()


@pytest.fixture(scope="module")
def identifiers(played: Story) -> Sweep:
    """Whatever names somebody or something: in what everybody may read none of it stands, in any spelling."""
    found: set[str] = {played.case, *NAMES}
    with closing(sqlite3.connect(played.world.path("hub", "hub.sqlite"))) as hub:
        found |= {value for (value,) in hub.execute('SELECT DISTINCT "user" FROM user_link UNION SELECT id FROM entry')}
        found |= {value for (value,) in hub.execute("SELECT chain FROM chain_head UNION SELECT hash FROM link")}
        for (link,) in hub.execute("SELECT statement FROM user_link"):
            found |= {device.decode() for device in re.findall(rb'"device":"([0-9a-f]{64})"', bytes(link))}
    raw = {bytes.fromhex(one) for one in found if len(one) == 64}
    return Sweep([*found, *raw, *CANARIES])


@pytest.mark.slow
def test_the_public_log_names_nobody(played: Story, identifiers: Sweep, tmp_path: Path) -> None:
    with client_of(played.party("audit")) as client:
        checkpoint, found = mirror(client.hub, tmp_path / "mirror")
    assert found == []
    assert checkpoint.size > 100
    # Leaves, tiles and checkpoint, as anybody gets them.
    assert identifiers.files(tmp_path / "mirror") == set()


@pytest.mark.slow
def test_the_servers_logs_name_nobody(played: Story, identifiers: Sweep) -> None:
    for name in ("hub", "registrar"):
        log = played.world.path("logs", f"{name}.log").read_bytes()
        assert b'"route"' in log or name != "hub"
        assert identifiers.bytes(log, name) == set()


@pytest.mark.slow
def test_the_memory_of_the_living_hub_holds_no_content_and_no_secret(played: Story, sweep: Sweep) -> None:
    assert played.world.hub.process.poll() is None
    assert sweep.memory(played.world.hub.pid) == set()


@pytest.mark.slow
def test_the_recorded_wire_holds_no_content_and_no_secret(played: Story, sweep: Sweep) -> None:
    traffic = played.world.traffic.read_bytes()
    assert len(traffic) > 4 * 1024 * 1024
    assert sweep.bytes(traffic, "traffic") == set()


@pytest.mark.slow
def test_the_sweep_finds_what_is_really_there(played: Story) -> None:
    present = Sweep([played.case])
    assert present.files(played.world.path("hub"))
    assert present.memory(played.world.hub.pid)
    assert present.bytes(played.world.traffic.read_bytes(), "traffic")
    seeds = []
    with client_of(played.party("coord")) as client:
        seeds.append(client.profile.identity().device.sign.seed)
    # A client has to hold its own key in memory: the sweep sees it there.
    assert Sweep(seeds).memory(_pid_of(played, "coord"))


def _pid_of(played: Story, key: str) -> int:
    return next(one.pid for one in played.world.processes.running if one.name == f"client-{key}")
