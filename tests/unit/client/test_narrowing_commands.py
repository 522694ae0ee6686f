"""Rules narrowed away from any hub: what changes is shown first, each controller signs alone, nothing gets wider."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from volet_client.cli.main import main
from volet_client.controller import Parties, bundle_body, create_keys, read_key
from volet_client.resources import policies, shipped_table
from volet_protocol.activation import PolicyActivation
from volet_protocol.keys import SigningKey
from volet_protocol.note_keys import NoteSigner
from volet_protocol.policy_table import PolicyTable
from volet_protocol.trust_bundle import Minimum, TrustBundle, sign_bundle

HUB = "https://hub.example"
VKEY = NoteSigner("hub.example/volet/1", SigningKey(bytes([7]) * 32)).vkey
CELL = "S1 housing none"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Three controllers of whom two must sign, and the bundle that says so."""
    controllers = create_keys(tmp_path / "keys", [bytes([number]) * 32 for number in (1, 2, 3)], 2)
    body = bundle_body(
        hub=HUB, log_vkey=VKEY, log_policy=f"log {VKEY}\nquorum none\n", parties=Parties((), ()),
        controllers=controllers, ceiling=shipped_table().hash, minimum=Minimum("0.1.0", ("ed25519",)), previous=None,
    )  # fmt: skip
    signers = [read_key(tmp_path / "keys" / f"controller-{number}.key") for number in (1, 2)]
    (tmp_path / "trust.json").write_bytes(sign_bundle(body, signers))
    return tmp_path


def volet(*words: str) -> int:
    return main(["controller", *words])


def narrow(office: Path, *words: str, out: str = "table.json") -> int:
    return volet("narrow", *words, "--out", str(office / out))


def key(office: Path, number: int) -> Sequence[str]:
    return ("--key", str(office / "keys" / f"controller-{number}.key"))


def activate(office: Path, *words: str, table: str = "table.json", number: int = 1, out: str = "next.json") -> int:
    return volet(
        "activate-policy", str(office / table), "--trust", str(office / "trust.json"), *key(office, number), "--out",
        str(office / out), *words,
    )  # fmt: skip


def table_of(office: Path, name: str = "table.json") -> PolicyTable:
    return PolicyTable.load((office / name).read_bytes())


def bundle(office: Path) -> TrustBundle:
    return TrustBundle.read((office / "trust.json").read_bytes()).verify(None)


def test_a_cell_is_narrowed_and_what_that_changes_is_said(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert narrow(office, "--cell", CELL) == 0
    said = capsys.readouterr().out
    assert table_of(office).cell("S1", "housing") == "0"
    assert "devient 0" in said
    assert "Clés à retirer" in said
    assert "housing/1" in said


def test_a_matrix_file_narrows_every_cell_in_which_it_differs(office: Path) -> None:
    rows = list(csv.reader((policies() / "matrix.csv").read_text("utf-8").splitlines()))
    next(row for row in rows if row[0] == "S1")[rows[0].index("budget")] = "0"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (office / "matrix.csv").write_text(text.getvalue(), "utf-8")
    assert narrow(office, "--from", str(office / "matrix.csv")) == 0
    assert table_of(office).cell("S1", "budget") == "0"
    assert table_of(office).cell("S1", "housing") == shipped_table().cell("S1", "housing")


@pytest.mark.parametrize(
    ("old", "new"), [("S1,", "S99,"), (",2,yes,", ",1,yes,"), (",yes,", ",no,"), (",identity,", ",identities,")]
)
def test_a_matrix_file_that_changes_more_than_cells_is_refused(office: Path, old: str, new: str) -> None:
    text = (policies() / "matrix.csv").read_text("utf-8")
    assert old in text
    (office / "matrix.csv").write_text(text.replace(old, new, 1), "utf-8")
    assert narrow(office, "--from", str(office / "matrix.csv")) == 2
    assert not (office / "table.json").exists()


@pytest.mark.parametrize(
    "cell", ["S1 medication 2w", "S99 housing none", "S1 houses none", "S1 housing", "S1 housing 9"]
)
def test_a_cell_that_opens_more_or_does_not_exist_is_refused(
    office: Path, cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert narrow(office, "--cell", cell) == 2
    assert "conseil :" in capsys.readouterr().err
    assert not (office / "table.json").exists()


def test_nothing_to_narrow_makes_no_table(office: Path) -> None:
    assert narrow(office) == 2


def test_a_structures_narrowing_stands_in_the_table_under_its_name(office: Path) -> None:
    assert narrow(office, "--cell", CELL, "--structure", "ccas") == 0
    found = table_of(office)
    assert found.structures == ("ccas",)
    assert found.cell("S1", "housing") == shipped_table().cell("S1", "housing")


def test_what_changes_is_shown_before_anything_is_signed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    narrow(office, "--cell", CELL)
    capsys.readouterr()
    assert activate(office) == 2
    said = capsys.readouterr().err
    assert "devient 0" in said
    assert "Clés à retirer" in said
    assert "--yes" in said
    assert not (office / "next.json").exists()


def test_two_controllers_sign_on_their_own_machines_and_their_files_are_joined(office: Path) -> None:
    narrow(office, "--cell", CELL)
    assert activate(office, "--yes", "--from", "2027-01-31T08:00+01:00", out="a.json") == 0
    assert activate(office, "--yes", "--from", "2027-01-31T08:00+01:00", number=3, out="b.json") == 0
    assert volet("combine", str(office / "a.json"), str(office / "b.json"), "--out", str(office / "next.json")) == 0
    activation = PolicyActivation.read((office / "next.json").read_bytes()).verify(bundle(office), None)
    assert (activation.table, activation.version) == (table_of(office).hash, 1)


def test_files_that_sign_something_else_are_not_joined(office: Path) -> None:
    narrow(office, "--cell", CELL)
    activate(office, "--yes", "--from", "2027-01-31T08:00+01:00", out="a.json")
    activate(office, "--yes", "--from", "2027-01-31T08:01+01:00", number=2, out="b.json")
    assert volet("combine", str(office / "a.json"), str(office / "b.json"), "--out", str(office / "next.json")) == 2
    assert not (office / "next.json").exists()


def test_nobody_adds_a_signature_to_a_table_that_they_did_not_see(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    narrow(office, "--cell", CELL)
    activate(office, "--yes")
    before = (office / "next.json").read_bytes()
    assert volet("sign", str(office / "next.json"), *key(office, 2)) == 2
    assert (office / "next.json").read_bytes() == before
    capsys.readouterr()
    assert volet("sign", str(office / "next.json"), "--table", str(office / "table.json"), *key(office, 2)) == 0
    assert "devient 0" in capsys.readouterr().err
    PolicyActivation.read((office / "next.json").read_bytes()).verify(bundle(office), None)


def test_the_next_activation_follows_the_one_before_and_its_diff_starts_there(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    narrow(office, "--cell", CELL)
    activate(office, "--yes", out="first.json")
    narrow(office, "--base", str(office / "table.json"), "--cell", "S1 budget none", out="second.json")
    capsys.readouterr()
    more = ("--previous", str(office / "first.json"), "--old", str(office / "table.json"), "--yes")
    assert activate(office, *more, table="second.json") == 0
    said = capsys.readouterr().err
    assert "Cases qui changent : 1" in said
    first = PolicyActivation.read((office / "first.json").read_bytes()).content
    second = PolicyActivation.read((office / "next.json").read_bytes()).content
    assert (second.version, second.previous) == (2, first.hash)


def test_a_table_wider_than_the_shipped_one_is_never_signed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = json.loads((policies() / "table.json").read_text("utf-8"))
    next(row for row in table["rows"] if row["row"] == "S1")["cells"]["medication"] = "2w"
    (office / "wide.json").write_text(json.dumps(table, separators=(",", ":"), sort_keys=True), "utf-8")
    assert activate(office, "--yes", table="wide.json") == 2
    assert "Une table ne peut que restreindre" in capsys.readouterr().err
    assert not (office / "next.json").exists()


@pytest.mark.parametrize("since", ["tomorrow", "2027-01-31T08:00", "31/01/2027"])
def test_a_date_without_its_zone_is_refused(office: Path, since: str) -> None:
    narrow(office, "--cell", CELL)
    assert activate(office, "--yes", "--from", since) == 2
