"""Backups hold everything but keys, are destroyed in time, and come back only where no newer log was shown."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.folders import check, contents
from support.hub import HandClock, HubCase, LiveHub, running_hub
from support.hub_entries import ask, deposit_body, header, post, release_request, seal
from volet_service.adapters.backups import DAY_MS
from volet_service.bootstrap import admin

pytestmark = pytest.mark.usefixtures("on_sqlite")
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


class Kept:
    """A hub with a team and an entry, and where its backups go."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder, self.base, self.shares = place / "hub", place / "base", place / "parts"
        self.clock = HandClock()
        with running_hub(self.folder) as hub:
            self.case = HubCase(hub)
            self.case.join("coordinator", "S10", "dac")
            self.case.inform()
            self.case.join("doctor", "H1", "clinic")
            self.case.claim("doctor", "medical/2")
            self.entry = post(self.case, "doctor").entry.id
            self.document()
            self.verifier = hub.verifier
            assert self.back_up() == 0

    def document(self) -> None:
        sealed, http = seal(self.case, "doctor", header(self.case, "doctor")), self.case.clients["doctor"]
        http.put(f"/v1/uploads/{'ef' * 32}/0", content=b"".join(sealed.parts["body"])).raise_for_status()
        body = {name: value for name, value in deposit_body(sealed).items() if name != "body"}
        http.post("/v1/entries", json={**body, "upload": "ef" * 32}).raise_for_status()

    def back_up(self) -> int:
        return self.act("backup", "--to", str(self.base), "--shares-to", str(self.shares))

    def restore(self, stamp: str | None = None) -> int:
        base, shares = (sorted(one.glob("2*"))[0].name if stamp is None else stamp for one in (self.base, self.shares))
        return self.act("restore", "--from", str(self.base / base), "--shares-from", str(self.shares / shares))

    def act(self, name: str, *words: str) -> int:
        return admin.run([name, str(self.folder), *words], self.clock)

    def lose(self) -> None:
        for path in (*self.folder.glob("*.sqlite*"), self.folder / "blobs"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def read(self, hub: LiveHub) -> int:
        self.case.hub = hub
        self.case.clients["doctor"] = hub.login(self.case.person("doctor"), self.case.capacities["doctor"])
        return ask(self.case, "doctor", release_request(self.case, "doctor", [self.entry])).status_code


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def refused(kept: Kept, capsys: pytest.CaptureFixture[str], sentence: str, stamp: str | None = None) -> None:
    capsys.readouterr()
    assert kept.restore(stamp) == 2
    assert re.search(sentence, capsys.readouterr().err)


def test_a_backup_taken_beside_the_running_hub_comes_back_whole(kept: Kept) -> None:
    before = contents(kept.folder)
    kept.lose()
    assert kept.restore() == 0
    assert len(list((kept.folder / "blobs" / "kept").rglob("*.blob"))) == 1
    assert contents(kept.folder) == before
    check(kept.folder, kept.verifier)
    with running_hub(kept.folder) as hub:
        assert kept.read(hub) == 200


def test_no_key_is_in_a_backup(kept: Kept) -> None:
    keys = [path.read_bytes().strip() for path in (kept.folder / "keys").iterdir()]
    copied = b"".join(path.read_bytes() for store in (kept.base, kept.shares) for path in store.rglob("*.*"))
    assert copied
    assert not any(key in copied for key in keys)
    assert not any(path.stat().st_mode & 0o077 for path in kept.base.rglob("*.sqlite"))


def test_shares_and_database_do_not_go_to_one_place(kept: Kept) -> None:
    assert kept.act("backup", "--to", str(kept.base), "--shares-to", str(kept.base)) == 2


def test_backups_of_shares_are_destroyed_after_seven_days_and_of_the_database_after_thirty(kept: Kept) -> None:
    for days, base, shares in ((6, 2, 2), (7, 3, 2), (30, 3, 1)):
        kept.clock = HandClock(HandClock().at_ms + days * DAY_MS)
        assert kept.back_up() == 0
        assert (len(list(kept.base.glob("2*"))), len(list(kept.shares.glob("2*")))) == (base, shares)


def test_a_document_goes_with_the_last_backup_that_names_it(kept: Kept) -> None:
    kept.clock = HandClock(HandClock().at_ms + 29 * DAY_MS)
    with closing(sqlite3.connect(kept.folder / "hub.sqlite")) as connection:
        connection.execute("UPDATE entry_part SET blob = NULL, inline = x'00' WHERE blob IS NOT NULL")
        connection.commit()
    assert kept.back_up() == 0
    assert len(list((kept.base / "blobs").rglob("*.blob"))) == 1
    kept.clock = HandClock(HandClock().at_ms + 30 * DAY_MS)
    assert kept.back_up() == 0
    assert not list((kept.base / "blobs").rglob("*.*"))


def test_beside_a_backup_that_cannot_be_read_no_document_is_destroyed(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.clock = HandClock(HandClock().at_ms + 29 * DAY_MS)
    assert kept.back_up() == 0
    newest = sorted(kept.base.glob("2*"))[-1] / "manifest.json"
    newest.write_text("{", "utf-8")
    kept.clock = HandClock(HandClock().at_ms + 30 * DAY_MS)
    assert kept.back_up() == 2
    assert "no readable manifest" in capsys.readouterr().err
    assert len(list((kept.base / "blobs").rglob("*.blob"))) == 1


def test_shares_that_had_to_be_destroyed_are_not_restored(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    kept.lose()
    kept.clock = HandClock(kept.clock.at_ms + 7 * DAY_MS)
    refused(kept, capsys, "had to be destroyed")
    assert not (kept.folder / "shares.sqlite").exists()


def test_an_older_database_is_restored_and_not_served(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    with running_hub(kept.folder) as hub:
        assert kept.read(hub) == 200
    water = (kept.folder / "high-water").read_bytes()
    kept.lose()
    refused(kept, capsys, "it is not served: this log showed a tree of")
    assert (kept.folder / "high-water").read_bytes() == water
    assert kept.act("check") == 2


def test_over_a_database_that_is_still_there_nothing_is_restored(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(kept.folder)
    refused(kept, capsys, "is still there: move it away first")
    assert contents(kept.folder) == before


def test_beside_a_hub_that_serves_nothing_is_restored(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    with running_hub(kept.folder):
        refused(kept, capsys, "stop the hub first")


@pytest.mark.parametrize("store", ["base", "parts"])
def test_a_snapshot_with_one_byte_changed_is_refused(
    kept: Kept, capsys: pytest.CaptureFixture[str], store: str
) -> None:
    path = next((kept.place / store).rglob("*.sqlite"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    kept.lose()
    refused(kept, capsys, "is not the file that was backed up")
    assert not (kept.folder / "hub.sqlite").exists()


def test_a_backup_that_was_cut_short_has_no_manifest_and_is_refused(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    next(kept.base.rglob("manifest.json")).unlink()
    kept.lose()
    refused(kept, capsys, "holds no whole backup")


def test_a_backup_that_names_a_document_which_is_not_there_is_refused(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(kept.base.rglob("manifest.json"))
    said = json.loads(path.read_text("utf-8"))
    said["blobs"]["ab" * 32] = 100
    path.write_text(json.dumps(said), "utf-8")
    kept.lose()
    refused(kept, capsys, "missing or was cut short")
    assert not (kept.folder / "hub.sqlite").exists()


def test_the_drill_of_the_operations_page_is_played_as_it_stands(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (kept.place / "var").mkdir()
    kept.folder.rename(kept.place / "var" / "hub")
    monkeypatch.chdir(kept.place)
    page = OPERATIONS.read_text("utf-8")
    lines = page.split("<!-- drill -->\n```\n")[1].split("```")[0].splitlines()
    stamp = ""
    for line in lines:
        words = shlex.split(line.replace("STAMP", stamp))
        match words:
            case ["volet", "admin", *rest]:
                assert admin.run(rest, kept.clock) == 0, line
                stamp = stamp or capsys.readouterr().out.split("var/backups/")[1].split()[0]
            case ["mkdir", folder]:
                Path(folder).mkdir()
            case ["mv", *moved, to]:
                for path in moved:
                    Path(path).rename(Path(to) / Path(path).name)
            case ["rm", "-r", folder]:
                shutil.rmtree(folder)
            case _:
                pytest.fail(line)
    check(Path("var/hub"), kept.verifier)
