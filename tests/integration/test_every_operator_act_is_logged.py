"""Every command of `volet admin` is in one of these tables: the leaf that it leaves, or why it changes nothing.

A new command fails here until somebody says which. What changes something is played and its leaf is looked for; what is
said to change nothing is played too, and what the folder holds is compared. A start without witnesses, a setting and no
command, leaves its leaf in test_witnesses.py; a table that comes into force, in test_policy_in_production.py.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.extracts import write_extract
from support.folders import contents
from support.hub import HandClock, HubCase, running_hub
from support.hub_entries import post, release
from support.identities import CONTROLLER, bundle_body
from support.loopback import free_port
from volet_protocol.leaf import Leaf
from volet_protocol.trust_bundle import sign_bundle
from volet_service.adapters.signer import read_log_key
from volet_service.bootstrap import admin
from volet_service.resources import shipped_table

pytestmark = pytest.mark.usefixtures("on_sqlite")
YEAR_MS = 400 * 24 * 3_600_000


@dataclass
class Operated:
    """A folder that no hub serves, an instant, and one released entry in it."""

    folder: Path
    clock: HandClock
    entry: str

    def act(self, name: str, *words: str) -> None:
        assert admin.run([name, str(self.folder), *words], self.clock) == 0

    def leaves(self) -> Counter[str]:
        with closing(sqlite3.connect(self.folder / "hub.sqlite")) as connection:
            rows = connection.execute("SELECT leaf FROM log_entry").fetchall()
        return Counter(Leaf.parse(row[0]).type.name for row in rows)


def erase(hub: Operated) -> None:
    hub.act("erase", "--entry", hub.entry, "--reason", "person-asked", "--authority", "data-protection-officer")


def end_terms(hub: Operated) -> None:
    hub.clock.at_ms += YEAR_MS
    hub.act("retention", "--run")


def draw_key(hub: Operated) -> None:
    hub.act("rotate-log-key")


def end_key(hub: Operated) -> None:
    draw_key(hub)
    first, following = (read_log_key(hub.folder / "keys" / name).vkey for name in ("log.key", "log-next.key"))
    body = dict(bundle_body(log_vkey=following, ceiling=shipped_table().hash, version=2))
    body["log_policy"] = f"log {following}\nlog {first}\nquorum none\n"
    (hub.folder / "trust.json").write_bytes(sign_bundle(body, [CONTROLLER]))
    hub.act("rotate-log-key", "--finish")


def put_trust(hub: Operated) -> None:
    offered = hub.folder.parent / "offered.json"
    offered.write_bytes((hub.folder / "trust.json").read_bytes())
    hub.act("trust", "--bundle", str(offered))


def back_up(hub: Operated) -> None:
    hub.act("backup", "--to", str(hub.folder.parent / "a"), "--shares-to", str(hub.folder.parent / "b"))


def restore(hub: Operated) -> None:
    back_up(hub)
    for path in hub.folder.glob("*.sqlite*"):
        path.unlink()
    (from_,), (shares,) = ((hub.folder.parent / name).glob("2*") for name in "ab")
    hub.act("restore", "--from", str(from_), "--shares-from", str(shares))


def make_another(hub: Operated) -> None:
    assert admin.run(["init", str(hub.folder.parent / "another")]) == 0


def describe_interface(hub: Operated) -> None:
    assert admin.run(["openapi", str(hub.folder.parent / "openapi.json")]) == 0


def import_directory(hub: Operated) -> None:
    file = write_extract(hub.folder.parent / "extract.txt")
    assert admin.run(["directory", "import", str(file), str(hub.folder), "--test"], hub.clock) == 0


def try_import(hub: Operated) -> None:
    file = write_extract(hub.folder.parent / "extract.txt")
    assert admin.run(["directory", "import", str(file), str(hub.folder), "--test", "--dry-run"]) == 0


def read_status(hub: Operated) -> None:
    assert admin.run(["directory", "status", str(hub.folder)]) == 0


def generate_directory(hub: Operated) -> None:
    assert admin.run(["directory", "generate", "3", str(hub.folder.parent / "extract.txt")]) == 0


def check_providers(hub: Operated) -> None:
    """Nobody answers as the provider of this folder: what is wrong is said, and by the status."""
    assert admin.run(["provider", "check", str(hub.folder)]) == 2


def make_hint_key(hub: Operated) -> None:
    assert admin.run(["provider", "key", str(hub.folder.parent / "hints.jwk")]) == 0


LOGGED: dict[str, tuple[str, Callable[[Operated], None]]] = {
    "erase": ("ERASE", erase),
    "retention --run": ("ERASE", end_terms),
    "rotate-log-key --finish": ("ACT", end_key),
    "directory import": ("ACT", import_directory),
    "trust": ("ACT", put_trust),
}
UNLOGGED: dict[str, tuple[str, Callable[[Operated], None]]] = {
    "init": ("makes a folder of its own; there is no log yet", make_another),
    "migrate": ("the schema alone, before any hub can start on it", lambda hub: hub.act("migrate")),
    "check": ("reads", lambda hub: hub.act("check")),
    "openapi": ("writes the interface into a file", describe_interface),
    "backup": ("copies what stays sealed under keys that are in no backup; the hub alone may append", back_up),
    "restore": ("puts the same log back; one that had shown more does not start again", restore),
    "directory import --dry-run": ("reads the file", try_import),
    "directory status": ("reads", read_status),
    "directory generate": ("writes invented people into a file", generate_directory),
    "provider check": ("asks providers what they publish", check_providers),
    "provider key": ("writes a key into a file, which signs nothing", make_hint_key),
    "retention --dry-run": ("reads", lambda hub: hub.act("retention", "--dry-run")),
    "rotate-log-key": ("draws a key that signs nothing until a trust bundle lists it", draw_key),
}
# Played where a whole story is needed for it: a log that had shown more than its backup holds.
PLAYED_ELSEWHERE = {"new-log": "test_new_log.py"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Operated:
    with running_hub(tmp_path_factory.mktemp("operated") / "hub") as hub:
        case = HubCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        entry = post(case, "doctor").entry.id
        assert release(case, "doctor", [entry]).is_success
        parties = {"issuers": [{"issuer": f"http://127.0.0.1:{free_port()}", "client_id": "volet-hub"}]}
        (hub.folder / "issuers.json").write_text(json.dumps(parties), "utf-8")
        return Operated(hub.folder, HandClock(case.now_ms), entry)


@pytest.fixture
def operated(image: Operated, tmp_path: Path) -> Operated:
    return Operated(shutil.copytree(image.folder, tmp_path / "hub"), HandClock(image.clock.at_ms), image.entry)


def test_every_command_is_said_to_leave_a_leaf_or_to_change_nothing() -> None:
    lines = next(one for one in admin.parser()._actions if isinstance(one, argparse._SubParsersAction))
    assert set(lines.choices) == {name.partition(" ")[0] for name in (*LOGGED, *UNLOGGED, *PLAYED_ELSEWHERE)}
    for name, file in PLAYED_ELSEWHERE.items():
        assert name in (Path(__file__).parent / file).read_text("utf-8")


@pytest.mark.parametrize("name", LOGGED)
def test_what_an_operator_changes_leaves_its_leaf(operated: Operated, name: str) -> None:
    type_, play = LOGGED[name]
    before = operated.leaves()
    play(operated)
    assert operated.leaves()[type_] > before[type_]


@pytest.mark.parametrize("name", UNLOGGED)
def test_what_leaves_no_leaf_changes_nothing(operated: Operated, name: str) -> None:
    why, play = UNLOGGED[name]
    assert why
    before = contents(operated.folder)
    play(operated)
    assert contents(operated.folder) == before
