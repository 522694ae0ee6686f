"""Which table a hub decides by: strictly loaded, built from its files, activated for it; or it does not start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.databases import open_disk
from support.hub import HandClock, OpenDoor, make_folder
from support.identities import CONTROLLER, HUB, REGISTRAR, START_MS, bundle_body
from volet_protocol.activation import activation_body, sign_activation
from volet_protocol.canonical import JsonValue, decode
from volet_protocol.hashing import sha256
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.trust_bundle import sign_bundle
from volet_service.adapters.policy import built
from volet_service.adapters.policy.build import build as build_table
from volet_service.adapters.policy.loader import load
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log_payloads import select_records
from volet_service.adapters.store.tables import log_entry
from volet_service.application.records import LogRecord
from volet_service.bootstrap.hub import CannotStart, Running, build
from volet_service.resources import policies, shipped_table
from volet_service.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_folder(tmp_path / "hub")


def start(settings: Settings, at_ms: int = START_MS) -> Running:
    return build(settings, OpenDoor(), HandClock(at_ms))


def refused(settings: Settings, sentence: str) -> None:
    with pytest.raises(CannotStart, match=sentence):
        start(settings)


def own_policies(settings: Settings) -> Path:
    """Give the hub a folder of policy files of its own; return it."""
    folder = settings.folder / "policies"
    shutil.copytree(policies(), folder, ignore=shutil.ignore_patterns("notices"))
    return folder


def activate(settings: Settings, signer: object = CONTROLLER, **changes: JsonValue) -> bytes:
    body = activation_body(hub=HUB, table=shipped_table().hash, version=1, from_ms=START_MS - 1, previous=None)
    signed = sign_activation({**body, **changes}, [signer])  # type: ignore[list-item]  # a key of the tests
    settings.path(settings.activation).write_bytes(signed)
    return signed


def log_of(settings: Settings) -> list[LogRecord]:
    engine = open_database(settings.store).readers()
    with engine.connect() as connection:
        sealer = Sealer.of_file(settings.path(settings.payload_key))
        records = select_records(connection, sealer, log_entry.c.idx >= 0, 100)
    engine.dispose()
    return records


def said(record: LogRecord) -> tuple[ViewPayload, IdentityPayload]:
    return ViewPayload.read(decode(record.view or b"")), IdentityPayload.read(decode(record.identity or b""))


class TestFiles:
    def changed(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"policies": Path("policies")})

    def test_a_folder_of_its_own_with_the_same_files_starts(self, settings: Settings) -> None:
        own_policies(settings)
        start(self.changed(settings)).stop()

    def test_policy_files_that_do_not_load_strictly_are_refused_with_file_and_line(self, settings: Settings) -> None:
        file = own_policies(settings) / "policy.csv"
        lines = file.read_text("utf-8").split("\n")
        file.write_text("\n".join([lines[0], lines[1].replace(",allow,", ",alow,"), *lines[2:]]), "utf-8")
        refused(self.changed(settings), r"policy\.csv:2: unknown effect 'alow'")

    def test_a_missing_policy_file_is_refused(self, settings: Settings) -> None:
        (own_policies(settings) / "matrix.csv").unlink()
        refused(self.changed(settings), r"matrix\.csv: cannot be read")

    def test_a_table_that_was_not_built_from_these_files_is_refused(self, settings: Settings) -> None:
        file = own_policies(settings) / "matrix.csv"
        lines = file.read_text("utf-8").splitlines(keepends=True)
        # One row less still loads: only the comparison with the table tells.
        row = next(line for line in lines[1:] if line.startswith("S1,"))
        cells = row.rstrip("\n").split(",")
        cells[-1] = "0" if cells[-1] != "0" else "x"
        file.write_text("".join(",".join(cells) + "\n" if line == row else line for line in lines), "utf-8")
        refused(self.changed(settings), "was not built from these policy files: run `volet policy build`")

    def test_a_table_edited_by_hand_is_refused(self, settings: Settings) -> None:
        table = own_policies(settings) / "table.json"
        table.write_bytes(table.read_bytes().replace(b'"effect":"deny"', b'"effect":"permit"', 1))
        refused(self.changed(settings), "was not built from these policy files")

    def test_a_table_is_built_once_for_the_same_files_and_then_known_by_their_hash(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own_policies(settings)
        again = self.changed(settings)
        start(again).stop()
        monkeypatch.setattr(built, "_built", lambda *_: pytest.fail("asked the engine again"))
        start(again).stop()

    def test_what_is_remembered_of_other_files_or_of_another_table_is_worth_nothing(self, settings: Settings) -> None:
        folder = own_policies(settings)
        again = self.changed(settings)
        start(again).stop()
        [answer] = (settings.folder / "policy-built").iterdir()
        table = folder / "table.json"
        table.write_bytes(table.read_bytes().replace(b'"effect":"deny"', b'"effect":"permit"', 1))
        refused(again, "was not built from these policy files")
        table.write_bytes((policies() / "table.json").read_bytes())
        (folder / "policy.csv").write_bytes((folder / "policy.csv").read_bytes() + b"\n")
        refused(again, "policy.csv")
        assert list((settings.folder / "policy-built").iterdir()) == [answer]

    def test_a_place_that_cannot_remember_costs_a_build_and_nothing_else(self, settings: Settings) -> None:
        (settings.folder / "policy-built").write_text("not a folder", "utf-8")
        start(settings).stop()


class TestActivation:
    def test_without_an_activation_only_the_ceiling_of_the_trust_bundle_is_active(self, settings: Settings) -> None:
        trust = settings.path(settings.trust)
        wire = decode(trust.read_bytes())["body"]
        assert isinstance(wire, dict)
        trust.write_bytes(sign_bundle({**wire, "ceiling": "0" * 64}, [CONTROLLER]))
        refused(settings, "not the ceiling of the trust bundle")

    def test_an_activation_signed_by_others_is_refused(self, settings: Settings) -> None:
        activate(settings, REGISTRAR)
        refused(settings, "does not verify: 0 of 1 controller signatures: not-trusted")

    def test_an_activation_of_another_hub_is_refused(self, settings: Settings) -> None:
        activate(settings, hub="https://other.example")
        refused(settings, "does not verify: policy-activation: wrong-hub")

    def test_an_activation_of_another_table_is_refused(self, settings: Settings) -> None:
        activate(settings, table="ab" * 32)
        refused(settings, "activates the table abab")

    def test_an_activation_of_tomorrow_is_refused(self, settings: Settings) -> None:
        activate(settings, from_ms=START_MS + 1)
        refused(settings, "activates the table only from")

    def test_an_activation_that_is_not_canonical_is_refused(self, settings: Settings) -> None:
        signed = activate(settings)
        settings.path(settings.activation).write_bytes(signed + b"\n")
        refused(settings, "does not verify")

    def test_a_table_wider_than_the_ceiling_is_refused_although_activated(self, settings: Settings) -> None:
        folder = settings.folder / "policies"
        shutil.copytree(policies(), folder, ignore=shutil.ignore_patterns("notices"))
        file = folder / "matrix.csv"
        lines = file.read_text("utf-8").splitlines()
        head, row = lines[0].split(","), next(line for line in lines if line.startswith("S1,"))
        cells = row.split(",")
        # A social worker who writes in medication.
        cells[head.index("medication")] = "2w"
        file.write_text("\n".join(",".join(cells) if line == row else line for line in lines) + "\n", "utf-8")
        data = build_table(load(folder))
        (folder / "table.json").write_bytes(data)
        own = settings.model_copy(update={"policies": Path("policies")})
        activate(settings, table=sha256(data).hex())
        refused(own, "wider than the ceiling of the trust bundle: S1/medication")


class TestLeaf:
    def test_the_first_start_logs_table_and_activation_and_the_next_ones_do_not(self, settings: Settings) -> None:
        start(settings).stop()
        start(settings).stop()
        [first] = log_of(settings)
        view, who = said(first)
        assert (view.act, view.policy, who.request_hash) == ("policy", shipped_table().hash, None)
        activate(settings)
        running = start(settings)
        activation = running.hub.policy.activation
        running.stop()
        start(settings).stop()
        _, second = log_of(settings)
        view, who = said(second)
        assert (view.act, view.policy) == ("policy", shipped_table().hash)
        assert who.request == activation
        assert who.request_hash is not None
        assert Leaf.parse(second.leaf).type is LeafType.FACT

    def test_the_row_of_a_table_in_force_names_its_leaf(self, settings: Settings) -> None:
        start(settings).stop()
        with open_disk(settings.folder) as disk:
            rows = disk.all("SELECT hash, activation, leaf FROM policy_table")
        assert rows == [(shipped_table().hash, "", 0)]


def test_the_bundle_of_the_tests_pins_the_shipped_table(settings: Settings) -> None:
    body = decode(settings.path(settings.trust).read_bytes())["body"]
    assert isinstance(body, dict)
    assert body["ceiling"] == shipped_table().hash != bundle_body()["ceiling"]
