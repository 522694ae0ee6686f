"""A database that came back from a backup goes on under another log; the old one is served, and never grows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.databases import POSTGRESQL, Image, chosen, open_disk
from support.folders import database
from support.hub import HandClock, HubCase, LiveHub, running_hub
from support.hub_entries import ask, deposit_body, header, problem, release_request, seal
from support.identities import CONTROLLER
from volet_client.log_export import FORMAT
from volet_protocol import canonical
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.leaf import Erasure, Leaf, LeafType
from volet_protocol.log_positions import SPAN, base_of, parse_position, text_of
from volet_protocol.log_view import LogView
from volet_protocol.previous_logs import PreviousLog
from volet_protocol.receipt import Receipt
from volet_protocol.tiles import tiles_of
from volet_protocol.trust_bundle import TrustBundle, sign_bundle
from volet_service.adapters.signer import read_log_key
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import CannotStart


@dataclass
class Restored:
    """A hub whose database came back from a backup, after it had shown more of its log."""

    place: Path
    case: HubCase
    clock: HandClock
    entry: str
    receipt: dict[str, Any]
    old: LogVerifier
    shown: int = 0
    held: int = 0
    image: Image | None = None

    @property
    def folder(self) -> Path:
        return self.place / "hub"

    def act(self, name: str, *words: str) -> int:
        return admin.run([name, str(self.folder), *words], self.clock)

    def new_log(self, *words: str) -> int:
        return self.act("new-log", "--incident", "disk-lost", *(words or ("--without-tombstones",)))

    def size(self) -> int:
        with closing(database(self.folder)) as connection:
            return int(connection.execute("SELECT size FROM log_head").fetchone()[0])

    def back_up(self) -> None:
        """Copy databases and shares; the server's own tools do it for PostgreSQL."""
        if chosen() == POSTGRESQL:
            self.image = Image(self.folder)
            shutil.copy(self.folder / "shares.sqlite", self.place)
        else:
            assert self.act("backup", "--to", str(self.place / "base"), "--shares-to", str(self.place / "parts")) == 0

    def lose(self) -> None:
        for path in self.folder.glob("*.sqlite*"):
            path.unlink()

    def restore(self) -> int:
        if self.image is not None:
            self.image.put_back()
            shutil.copy(self.place / "shares.sqlite", self.folder)
            return self.act("check")
        base, shares = (next((self.place / name).glob("2*")) for name in ("base", "parts"))
        return self.act("restore", "--from", str(base), "--shares-from", str(shares))

    def trust(self) -> TrustBundle:
        """Sign and install the bundle in which the new log follows the old one."""
        path = self.folder / "trust.json"
        old = TrustBundle.read(path.read_bytes()).verify(None)
        vkey = read_log_key(self.folder / "keys" / "log.key").vkey
        ended = PreviousLog(old.log_origin, old.log_vkey, old.log_policy, self.final())
        body = dict(old.to_body())
        body |= {
            "version": old.version + 1, "log_origin": vkey.split("+")[0], "log_vkey": vkey,
            "log_policy": f"log {vkey}\nquorum none\n", "previous_logs": [ended.to_json()],
        }  # fmt: skip
        path.write_bytes(sign_bundle(body, [CONTROLLER]))
        return TrustBundle.read(path.read_bytes()).verify(old)

    def final(self) -> str:
        return (self.folder / "log-1.checkpoint").read_text("utf-8")

    def mirror(self, hub: LiveHub) -> Path:
        """Copy the public log, as `volet log mirror` does."""
        folder = self.place / "mirror"
        with hub.client() as http:
            note = http.get("/v1/log/checkpoint").text
            for path in tiles_of(hub.verifier.open(note).size):
                file = folder / "tile" / str(path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(http.get(f"/v1/log/tile/{path}").raise_for_status().content)
        (folder / "checkpoint").write_text(note, "utf-8")
        return folder

    def export(self, hub: LiveHub) -> Path:
        """Write the public log into one file, as `volet log export` does."""
        with hub.client() as http:
            note = http.get("/v1/log/checkpoint").text
            asked = {"from": 0, "to": hub.verifier.open(note).size}
            leaves = http.get("/v1/log/leaves", params=asked).raise_for_status().json()["leaves"]
        file = self.place / "export.json"
        whole = {"format": FORMAT, "log": {}, "checkpoint": note, "leaves": leaves, "records": [], "users": {}}
        file.write_text(json.dumps(whole), "utf-8")
        return file

    def again(self, hub: LiveHub) -> None:
        """Log the doctor in at the hub that serves now."""
        self.case.hub = hub
        self.case.clients["doctor"] = hub.login(self.case.person("doctor"), self.case.capacities["doctor"])


def deposit(case: HubCase) -> tuple[str, dict[str, Any]]:
    """Post a note of the doctor's; return the entry and the receipt of its deposit."""
    sealed = seal(case, "doctor", header(case, "doctor", "medical/2"))
    answer = case.clients["doctor"].post("/v1/entries", json=deposit_body(sealed)).raise_for_status().json()
    return sealed.entry.id, answer["receipt"]


@pytest.fixture
def restored(tmp_path: Path) -> Restored:
    clock = HandClock()
    with running_hub(tmp_path / "hub", clock) as hub:
        case = HubCase(hub)
        case.join("coordinator", "S10", "dac")
        case.inform()
        case.join("doctor", "H1", "clinic")
        case.claim("doctor", "medical/2")
        entry, receipt = deposit(case)
        made = Restored(tmp_path, case, clock, entry, receipt, hub.verifier)
    made.held = made.size()
    made.back_up()
    with running_hub(made.folder, clock) as hub:
        made.again(hub)
        deposit(case)
    return made


def spoil(made: Restored) -> None:
    """Lose the database and bring the backup back: the start-up check says that it is too old."""
    made.shown = made.size()
    made.lose()
    assert made.restore() == 2


@pytest.fixture
def opened(restored: Restored) -> Restored:
    spoil(restored)
    assert restored.new_log() == 0
    restored.trust()
    return restored


def leaves(hub: LiveHub, **asked: int) -> list[Leaf]:
    with hub.client() as http:
        answer = http.get("/v1/log/leaves", params={"from": 0, "to": 1000, **asked}).raise_for_status().json()
    return [Leaf.parse(from_base64url(leaf)) for leaf in answer["leaves"]]


def test_while_the_log_showed_no_more_than_the_database_holds_no_new_one_is_opened(
    restored: Restored, capsys: pytest.CaptureFixture[str]
) -> None:
    assert restored.new_log() == 2
    assert "no new log is needed" in capsys.readouterr().err
    assert not (restored.folder / "keys" / "log-opened.key").exists()


def test_beside_a_hub_that_serves_no_log_is_opened(restored: Restored, capsys: pytest.CaptureFixture[str]) -> None:
    with running_hub(restored.folder, restored.clock):
        assert restored.new_log() == 2
    assert "stop the hub first" in capsys.readouterr().err


def test_the_incident_is_a_code(restored: Restored) -> None:
    spoil(restored)
    assert restored.act("new-log", "--incident", "Disque perdu !", "--without-tombstones") == 2


@pytest.mark.usefixtures("each_database")
def test_a_new_log_begins_with_the_restart_and_the_incident_and_its_indexes_at_0(opened: Restored) -> None:
    with running_hub(opened.folder, opened.clock) as hub:
        found = leaves(hub)
        with hub.client() as http:
            note = http.get("/v1/log/checkpoint").text
    assert [leaf.type for leaf in found[:3]] == [LeafType.RESTART, LeafType.ACT, LeafType.CHAIN_HEADS]
    assert note.startswith("log.example/volet/2\n")
    with closing(database(opened.folder)) as connection:
        log, origin, size, _, shown, _ = connection.execute("SELECT * FROM log_closed").fetchone()
        assert connection.execute("SELECT max(idx) FROM log_entry").fetchone()[0] >= SPAN
    assert (log, origin, size) == (1, "log.example", opened.held)
    seen = opened.old.open(shown)
    assert seen.size == opened.shown
    assert found[0].body == sha256(seen.to_text().encode())


def test_nothing_is_served_before_the_controllers_named_the_new_log(restored: Restored) -> None:
    spoil(restored)
    assert restored.new_log() == 0
    with pytest.raises(CannotStart, match="names another log key"), running_hub(restored.folder, restored.clock):
        pass


def test_receipts_of_the_old_log_verify_are_served_and_stand_beside_those_of_the_new_one(opened: Restored) -> None:
    with running_hub(opened.folder, opened.clock) as hub:
        opened.again(hub)
        log = hub.running.hub.trust.log
        before = Receipt.read(opened.receipt).verify(log)
        assert before.index < SPAN
        _, new = deposit(opened.case)
        after = Receipt.read(new).verify(log)
        assert base_of(2) < after.index < base_of(2) + 20
        assert ask(opened.case, "doctor", release_request(opened.case, "doctor", [opened.entry])).status_code == 200
        with hub.client() as http:
            size = opened.held
            ended = http.get("/v1/log/checkpoint", params={"log": 1}).text
            assert opened.old.open(ended).size == size
            proof = http.get("/v1/log/proof", params={"index": before.index, "size": size, "log": 1})
            assert proof.is_success
            path = {"from": 1, "to": size, "log": 1}
            assert http.get("/v1/log/consistency", params=path).is_success
            assert http.get("/v1/log/tile/entries/000.p/1", params={"log": 1}).is_success
            assert len(leaves(hub, log=1)) == size
            for unknown in (3, 8192):
                assert problem(http.get("/v1/log/checkpoint", params={"log": unknown})) == "not-found"
            assert http.get("/v1/log/proof", params={**path, "index": 0, "size": size + 1}).status_code == 422
    with pytest.raises(ProtocolError) as caught:
        Receipt.read(new).verify(opened.old)
    assert caught.value.reason is Reason.WRONG_ORIGIN


def test_a_hub_under_its_new_log_starts_again_and_grows(opened: Restored) -> None:
    for _ in range(2):
        with running_hub(opened.folder, opened.clock) as hub:
            opened.again(hub)
            deposit(opened.case)
    assert opened.act("check") == 0


@pytest.mark.parametrize("where", ["idx = 2", f"idx = {SPAN + 1}"])
def test_an_altered_leaf_of_either_log_stops_the_start(opened: Restored, where: str) -> None:
    with open_disk(opened.folder) as disk:
        disk.drop_triggers()
        disk.execute(f"UPDATE log_entry SET leaf = {disk.quoted(bytes(115))} WHERE {where}")  # noqa: S608 -- ours
    with pytest.raises(CannotStart, match="was altered"), running_hub(opened.folder, opened.clock):
        pass


def test_the_backup_of_before_is_not_served_under_the_new_key_either(opened: Restored) -> None:
    opened.lose()
    assert opened.restore() == 2
    with pytest.raises(CannotStart), running_hub(opened.folder, opened.clock):
        pass


def test_a_command_that_was_cut_short_before_the_key_moved_is_finished_by_the_next(restored: Restored) -> None:
    spoil(restored)
    key = restored.folder / "keys" / "log.key"
    before = key.read_bytes()
    assert restored.new_log() == 0
    key.replace(key.with_name("log-opened.key"))
    key.write_bytes(before)
    key.chmod(0o600)
    assert restored.new_log() == 0
    restored.trust()
    assert restored.act("check") == 0


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("copy", [Restored.mirror, Restored.export])
def test_what_was_erased_after_the_backup_is_erased_again(
    restored: Restored, copy: Callable[[Restored, LiveHub], Path]
) -> None:
    erase = ("--reason", "court-order", "--authority", "court")
    assert restored.act("erase", "--entry", restored.entry, *erase) == 0
    with closing(database(restored.folder)) as connection:
        asked = 'SELECT max(idx) FROM log_payload WHERE "case" IS NULL AND idx < ?'
        record = connection.execute(asked, (restored.held,)).fetchone()[0]
    assert restored.act("erase", "--log-record", str(record), *erase) == 0
    with running_hub(restored.folder, restored.clock) as hub:
        kept = copy(restored, hub)
    spoil(restored)
    assert restored.new_log("--tombstones", str(kept)) == 0
    restored.trust()
    with (
        closing(database(restored.folder)) as connection,
        closing(database(restored.folder, "shares.sqlite")) as shares,
    ):
        erased = connection.execute("SELECT leaf, erase_leaf FROM entry WHERE id = ?", (restored.entry,)).fetchone()
        assert erased[1] >= SPAN
        gone = connection.execute("SELECT idx FROM log_payload WHERE sealed IS NULL ORDER BY idx").fetchall()
        assert gone == sorted([(record,), (erased[0],)])
        assert not shares.execute("SELECT 1 FROM share WHERE entry = ?", (restored.entry,)).fetchall()
    with running_hub(restored.folder, restored.clock) as hub:
        told = [Erasure.parse(leaf.body).index for leaf in leaves(hub) if leaf.type is LeafType.ERASE]
        assert sorted(told) == sorted([record, erased[0]])
        restored.again(hub)
        refused = ask(restored.case, "doctor", release_request(restored.case, "doctor", [restored.entry]))
        assert refused.status_code != 200


def test_a_mirror_of_another_history_or_with_a_changed_leaf_is_refused(
    restored: Restored, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_hub(restored.folder, restored.clock) as hub:
        mirror = restored.mirror(hub)
    spoil(restored)
    bundle = next((mirror / "tile" / "entries").rglob("000*"))
    file = next(path for path in [bundle, *bundle.rglob("*")] if path.is_file())
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    assert restored.new_log("--tombstones", str(mirror)) == 2
    assert "not those that its checkpoint signs" in capsys.readouterr().err
    assert restored.new_log("--tombstones", str(tmp_path / "nowhere")) == 2
    assert not (restored.folder / "keys" / "log-opened.key").exists()


def test_the_keys_of_the_tags_begin_a_new_period_with_the_new_log(opened: Restored) -> None:
    with running_hub(opened.folder, opened.clock) as hub:
        opened.again(hub)
        deposit(opened.case)
    asked = "SELECT first, position, next_seq FROM log_case WHERE class = 'main'"
    past = "SELECT first, position FROM log_key_past WHERE class = 'main'"
    with closing(database(opened.folder)) as connection:
        first, position, following = connection.execute(asked).fetchone()
        ((begun, at),) = connection.execute(past).fetchall()
    assert (begun, at < SPAN) == (0, True)
    assert (first > 0, position > SPAN, following) == (True, True, first + 1)


def view_of(bundle: TrustBundle) -> LogView:
    view = LogView(*bundle.log.earlier, bundle.log)
    for one in bundle.previous_logs:
        view.end(one.ended())
    return view


def test_a_bundle_that_drops_the_log_in_use_is_refused(opened: Restored) -> None:
    bundle = TrustBundle.read((opened.folder / "trust.json").read_bytes()).verify(None)
    body: dict[str, Any] = {**bundle.to_body(), "version": bundle.version + 1}
    given: dict[str, Any]
    for changed in (True, False):
        given = {**body, "previous_logs": []}
        if changed:
            del given["previous_logs"]
        with pytest.raises(ProtocolError) as caught:
            TrustBundle.read(sign_bundle(given, [CONTROLLER])).verify(bundle)
        assert caught.value.reason in {Reason.WRONG_ORIGIN, Reason.MALFORMED}


def test_a_previous_log_whose_checkpoint_it_did_not_sign_is_refused(opened: Restored) -> None:
    bundle = TrustBundle.read((opened.folder / "trust.json").read_bytes()).verify(None)
    body: dict[str, Any] = dict(canonical.decode(canonical.encode(bundle.to_body())))
    note = str(body["previous_logs"][0]["checkpoint"])
    body["previous_logs"] = [{**body["previous_logs"][0], "checkpoint": note.replace(str(opened.held), "7")}]
    with pytest.raises(ProtocolError):
        TrustBundle.read(sign_bundle(body, [CONTROLLER]))


def test_beyond_its_end_the_old_log_shows_nothing_any_more(opened: Restored) -> None:
    bundle = TrustBundle.read((opened.folder / "trust.json").read_bytes()).verify(None)
    with closing(database(opened.folder)) as connection:
        shown = str(connection.execute("SELECT shown FROM log_closed").fetchone()[0])
    view = view_of(bundle)
    with pytest.raises(ProtocolError) as caught:
        view.accept(opened.old.open(shown))
    assert caught.value.reason is Reason.STALE
    assert view.evidence == ()


@pytest.mark.parametrize("text", ["0", "1042", "2/0", "8192/7"])
def test_a_place_in_the_logs_reads_back_as_it_is_written(text: str) -> None:
    assert text_of(parse_position(text)) == text


@pytest.mark.parametrize("text", ["", "-1", "0/1", "8193/1", "2/", "/", "x", str(SPAN)])
def test_what_is_no_place_in_the_logs_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_position(text)
