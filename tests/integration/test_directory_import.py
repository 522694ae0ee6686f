"""Imports of the national directory: what is refused and how it is told, killed and gone on, replaced, logged."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.databases import Disk, database_of
from support.extracts import PEOPLE, import_extract, kept, line, write_extract
from support.hub import make_folder
from volet_protocol.extract_lines import Extract, line_hash
from volet_protocol.merkle import root_of
from volet_service.adapters.store.directory_rows import Progress, extract_in_force, extracts
from volet_service.adapters.store.engine import open_database
from volet_service.bootstrap import admin
from volet_service.bootstrap.directory_file import BATCH
from volet_service.domain.synthetic_extract import HEADER, extract_lines
from volet_service.settings import read_settings

pytestmark = pytest.mark.usefixtures("on_sqlite")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    make_folder(made := tmp_path_factory.mktemp("directory") / "hub")
    return made


@pytest.fixture
def hub(image: Path, tmp_path: Path) -> Path:
    return shutil.copytree(image, tmp_path / "hub")


def in_force(hub: Path) -> Extract | None:
    readers = open_database(read_settings(hub).store).readers()
    with readers.connect() as connection:
        found = extract_in_force(connection)
    readers.dispose()
    return None if found is None else found.extract


def every(hub: Path) -> list[Progress]:
    readers = open_database(read_settings(hub).store).readers()
    with readers.connect() as connection:
        found = extracts(connection)
    readers.dispose()
    return found


def run(*words: str) -> int:
    return admin.run(["directory", *words])


def test_an_import_says_in_its_report_which_line_is_refused_and_why_and_nothing_that_stands_in_it(
    hub: Path, tmp_path: Path
) -> None:
    good = PEOPLE[0]
    bad = {
        good.replace("8|", "7|", 1): "Type d'identifiant PP : inconnu",
        good.replace("|60|", "|61|"): "Code profession : inconnu",
        good.replace("DUPONT", ""): "Nom d'exercice : absent",
        good + "|x": "57 colonnes au lieu de 56",
        good.replace("Grenoble", "Gre\x07noble"): "caractère de commande",
        good.replace("8|9", "8|1", 1): "Identification nationale PP : autre que type et identifiant",
        line(1, "A B", "99", "Grenoble"): "Code rôle : inconnu",
        line(1, "A B", "60", "Grenoble", Numéro_SIRET_site="12"): "Numéro SIRET site : mal formé",
        line(1, "A B", "60", "Grenoble", Numéro_FINESS_site="2C0000012"): "Numéro FINESS site : mal formé",
        line(1, "A " + "B" * 17_000, "60", "Grenoble"): "ligne trop longue",
    }
    file = write_extract(tmp_path / "extract.txt", [good, *bad, PEOPLE[1]])
    with file.open("ab") as more:
        more.write(good.encode("utf-8").replace("é".encode(), b"\xe9") + b"\n")
    import_extract(hub, file)
    report = (tmp_path / "extract.txt.refus.csv").read_text("utf-8").splitlines()
    told = [f"{number};{why}" for number, why in enumerate(bad.values(), 3)]
    assert report == ["ligne;motif", *told, "14;caractères qui ne sont pas de l'utf-8"]
    extract = in_force(hub)
    assert extract is not None
    assert (extract.lines, extract.refused) == (2, 11)


def test_a_file_in_windows_1252_is_read_as_such_where_the_operator_says_so(hub: Path, tmp_path: Path) -> None:
    file = tmp_path / "extract.txt"
    file.write_bytes("".join(f"{one}\n" for one in (HEADER, *PEOPLE[:3])).encode("cp1252"))
    import_extract(hub, file, "--encoding", "cp1252")
    extract = in_force(hub)
    assert extract is not None
    assert extract.root == root_of([line_hash(kept(one)) for one in PEOPLE[:3]]).hex()


def test_numbers_of_test_ranges_are_refused_in_production(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_extract(tmp_path / "extract.txt")
    assert run("import", str(file), str(hub)) == 2
    assert "aucune ligne acceptée sur 6" in capsys.readouterr().err
    report = (tmp_path / "extract.txt.refus.csv").read_text("utf-8")
    assert report.count("Identifiant PP : numéro de test") == 6
    assert in_force(hub) is None


def test_a_dry_run_counts_by_row_and_writes_nothing_into_the_hub(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_extract(tmp_path / "extract.txt", [*PEOPLE, "rien"])
    assert run("import", str(file), str(hub), "--test", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "6 lignes seraient acceptées : H1 1, H2 3, H4 1, H5 1" in said
    assert "1 lignes refusées" in said
    assert every(hub) == []


@pytest.mark.parametrize("content", [b"", b"nom;prenom\n", b"\xff\xfe\n", HEADER.replace("Nom", "Nam").encode()])
def test_a_file_that_is_no_extract_is_refused_before_anything_is_written(
    hub: Path, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.txt").write_bytes(content)
    assert run("import", str(tmp_path / "other.txt"), str(hub)) == 2
    assert "les colonnes nationales manquent" in capsys.readouterr().err
    assert every(hub) == []


def test_an_import_killed_on_its_way_goes_on_where_it_was_and_ends_as_if_nothing_had_happened(
    hub: Path, tmp_path: Path
) -> None:
    raw = [*extract_lines(2 * BATCH + 2000, 3)]
    broken = range(10, len(raw), 1000)
    for at in broken:
        raw[at] = "rien"
    file = tmp_path / "extract.txt"
    file.write_text("".join(f"{one}\n" for one in raw), "utf-8")
    command = [sys.executable, "-c", "import sys; from volet_service.bootstrap.admin import run; run(sys.argv[1:])"]
    process = subprocess.Popen([*command, "directory", "import", str(file), str(hub), "--test"])
    while process.poll() is None and not any(one.read for one in every(hub)):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    (left,) = every(hub)
    assert left.read > 0
    assert in_force(hub) is None
    import_extract(hub, file)
    after = in_force(hub)
    assert after is not None
    whole = [kept(one) for one in raw[1:] if one != "rien"]
    assert (after.lines, after.refused) == (len(whole), len(broken))
    assert after.root == root_of([line_hash(one) for one in whole]).hex()
    report = (tmp_path / "extract.txt.refus.csv").read_text("utf-8").splitlines()
    assert report[1:] == [f"{at + 1};1 colonnes au lieu de 56" for at in broken]
    (one,) = every(hub)
    assert one.started_ms == left.started_ms, "it began anew instead of going on"


def test_another_file_under_the_same_name_starts_anew(hub: Path, tmp_path: Path) -> None:
    import_extract(hub, write_extract(tmp_path / "extract.txt", invented=20))
    with Disk(database_of(hub)) as disk:
        disk.edit("UPDATE directory_extract SET state = 'reading', place = place - 7")
    import_extract(hub, write_extract(tmp_path / "extract.txt", invented=30, seed=8))
    extract = in_force(hub)
    assert extract is not None
    assert extract.lines == 36
    assert len(every(hub)) == 1


def test_an_extract_takes_the_place_of_the_one_before_it_of_which_nothing_is_left(hub: Path, tmp_path: Path) -> None:
    import_extract(hub, write_extract(tmp_path / "first.txt", invented=20))
    import_extract(hub, write_extract(tmp_path / "second.txt", PEOPLE[:2], invented=20, seed=8))
    with Disk(database_of(hub)) as disk:
        for table in ("line", "word", "vocabulary", "slip", "node"):
            (numbers,) = disk.all(f"SELECT count(DISTINCT extract), max(extract) FROM directory_{table}")  # noqa: S608
            assert numbers == (1, 2), table


def test_a_file_cut_short_does_not_take_the_place_of_the_extract_in_force(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_extract(hub, write_extract(tmp_path / "whole.txt", invented=40))
    before = in_force(hub)
    file = write_extract(tmp_path / "cut.txt", invented=20)
    assert run("import", str(file), str(hub), "--test") == 2
    assert "fichier tronqué" in capsys.readouterr().err
    assert in_force(hub) == before
    import_extract(hub, file, "--fewer")
    after = in_force(hub)
    assert after is not None
    assert after.lines == 26


def test_status_tells_what_is_in_force_and_what_was_interrupted(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("status", str(hub)) == 0
    assert "aucun extrait en vigueur" in capsys.readouterr().out
    import_extract(hub, write_extract(tmp_path / "extract.txt"))
    assert run("status", str(hub)) == 0
    said = capsys.readouterr().out
    extract = in_force(hub)
    assert extract is not None
    assert extract.file in said
    assert "extrait D'ESSAI" in said


def test_the_same_seed_gives_the_same_lines_and_a_longer_extract_begins_like_a_shorter_one() -> None:
    assert [*extract_lines(50, 4)] == [*extract_lines(80, 4)][:51]
    assert [*extract_lines(50, 4)] != [*extract_lines(50, 5)]
