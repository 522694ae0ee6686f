"""What `volet policy` tells: a decision step by step, who may open what, the matrix, idle rules, two tables."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.policy_story import POLICIES, shipped
from volet_protocol import canonical
from volet_protocol.vocabulary import COMPARTMENTS, ROWS
from volet_protocol.words import COMPARTMENTS_FR
from volet_service.bootstrap import policy

TEAM = str(POLICIES.parent / "tests" / "scenarios" / "team.yaml")
TABLE = POLICIES / "table.json"
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def line(*arguments: str, status: int = 0) -> str:
        assert policy.main(arguments) == status
        out, err = capsys.readouterr()
        return out if status < 2 else err

    return line


def test_explain_shows_every_step_the_line_the_article_and_the_next_step(run: Run) -> None:
    out = run("explain", TEAM, "4")
    assert re.findall(r"^  (\d)\. ", out, re.MULTILINE) == [str(number) for number in range(1, 10)]
    assert out.count(": décide\n") == 1
    assert out.count("non atteinte") == 2
    assert "permit_with_notice (R15)" in out
    assert "CSP R1110-3 II" in out
    assert "La personne doit d'abord être informée" in out
    assert shipped().hash in out


def test_explain_names_the_row_as_people_call_it_beside_its_code(run: Run) -> None:
    asked = ("explain", "--row", "S1", "--compartment", "medical")
    assert "(S1 Assistant de service social" in run(*asked).splitlines()[0]
    assert "(S1 Social worker (ASS)" in run(*asked, "--lang", "en").splitlines()[0]


def test_explain_asks_from_options_alone(run: Run) -> None:
    asked = ("explain", "--row", "S1", "--compartment", "medical", "--level", "1", "--lang", "en")
    assert "permit_with_notice (R15)" in run(*asked)
    assert "permit (R15" in run(*asked, "--informed")
    opposed = run(*asked, "--informed", "--opposed")
    assert "4. The person's opposition: decides" in opposed
    assert "permit_after_consent (R18" in run(*asked, "--informed", "--standing", "care")
    assert "permit (R18" in run(*asked, "--informed", "--consented", "--standing", "care")
    assert "deny" in run(*asked, "--informed", "--standing", "none")
    assert "deny (R10" in run(*asked, "--informed", "--action", "write")


def test_explain_tells_whoever_writes_the_law_that_a_refusal_hides(run: Run) -> None:
    out = run("explain", "--row", "S5", "--compartment", "medical", "--standing", "none")
    assert "sans en révéler l'existence" in out
    assert "Rien de tel n'existe pour vous ici." in out


@pytest.mark.parametrize("command", [["explain"], ["explain", "--row", "H1"], ["who"], ["can", "nothing.yaml"]])
def test_a_question_without_its_object_is_refused(run: Run, command: list[str]) -> None:
    assert run(*command, status=2)


def test_can_tells_every_part_and_level(run: Run) -> None:
    out = run("can", "S11", "--informed")
    assert all(f"({part})" in out for part in COMPARTMENTS)
    assert out.count("read 2 : ") == out.count("write 1 : ") == 15
    medical = out.split("(medical)")[1].split("(medication)", maxsplit=1)[0]
    assert "oui" not in medical
    identity = out.split("(identity)")[1].split("(rights)", maxsplit=1)[0]
    assert identity.count("oui") == 4


def test_can_answers_for_the_actor_of_a_scenario(run: Run) -> None:
    out = run("can", TEAM, "4", "--lang", "en")
    assert out.startswith("dr-iris (H1 Doctor, category 1, ssiad-est)\n")
    assert "once informed" in out


def test_who_tells_each_party_of_a_scenario(run: Run) -> None:
    out = run("who", TEAM, "4")
    assert "mme-lac (-) : oui" in out
    assert "dr-iris (H1 Médecin) : après information (R15)" in out
    assert "aide-nil (S9 Aide à domicile) : non" in out


def test_who_by_row_opens_nothing_that_the_matrix_closes(run: Run) -> None:
    lines = run("who", "--compartment", "child_protection", "--level", "2").splitlines()
    assert [line.split(" ", 1)[0] for line in lines] == list(ROWS)
    assert [line.split(" ", 1)[0] for line in lines if " : oui" in line] == ["C1"]


def test_the_matrix_in_text_has_a_line_a_row(run: Run) -> None:
    lines = run("matrix").splitlines()
    assert len(lines) == 41
    assert lines[1].startswith("H1")


def test_the_matrix_in_csv_reads_back_as_the_table(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("matrix", "--format", "csv"))))
    assert [row["row"] for row in rows] == list(ROWS)
    for row in rows:
        assert {part: row[part] for part in COMPARTMENTS} == dict(shipped().rows()[row["row"]].cells)
        assert row["label_fr"]
        assert re.match(r"CSP|CASF|le mandat|hors de la liste|loi", row["article"])


def test_the_matrix_in_html_is_one_page_in_french_that_loads_nothing(run: Run) -> None:
    page = run("matrix", "--format", "html")
    assert page.startswith('<!doctype html>\n<html lang="fr">')
    assert not re.search(r"<script|<link|<img|<iframe|src=|href=|url\(|@import", page)
    assert shipped().hash in page
    assert page.count("<tr><th>O14</th>") == 2
    assert all(name.replace("'", "&#x27;") in page for name in COMPARTMENTS_FR.values())
    assert "Ne lit et n&#x27;écrit aucun contenu." in page
    assert "Sans compte : ne reçoit rien." in page
    assert not re.search(r"[a-zé»]: ", re.sub(r"<style>.*?</style>", "", page))


def test_lint_names_the_lines_that_no_scenario_exercises(run: Run) -> None:
    assert "all met" in run("lint")
    out = run("lint", TEAM, status=1)
    assert "no scenario exercises list-read: Those of the child-protection list" in out
    assert "no scenario exercises team-same" not in out
    assert re.search(r"^\d+ lines, \d+ without a scenario$", out, re.MULTILINE)


def test_every_line_of_the_law_is_exercised_by_a_scenario(run: Run) -> None:
    assert run("lint", str(Path(TEAM).parent)).endswith(" lines, 0 without a scenario\n")


def test_a_table_with_a_line_nobody_exercises_is_not_built(run: Run, tmp_path: Path) -> None:
    written = tmp_path / "table.json"
    out = run("build", "--scenarios", TEAM, "--output", str(written), status=2)
    assert "list-read" in out
    assert not written.exists()
    assert "questions" in run("build", "--output", str(written))
    assert written.read_bytes() == TABLE.read_bytes()


def _narrowed(folder: Path, row: str, part: str, code: str) -> Path:
    document = json.loads(TABLE.read_bytes())
    next(one for one in document["rows"] if one["row"] == row)["cells"][part] = code
    path = folder / "new.json"
    path.write_bytes(canonical.encode(document))
    return path


def test_diff_of_a_table_with_itself_is_nothing(run: Run) -> None:
    assert run("diff", str(TABLE), str(TABLE)).startswith("0 cells, 0 questions, 0 kinds of grant to revoke, 0 places")


def test_diff_names_the_cell_and_the_grants_to_revoke(run: Run, tmp_path: Path) -> None:
    out = run("diff", str(TABLE), str(_narrowed(tmp_path, "H2", "medical", "1w"))).splitlines()
    assert out[:2] == ["cell H2/medical: 2w -> 1w", "revoke H2 medical/2, rotate medical/2"]
    assert out[2].startswith("1 cells, 0 questions, 1 kinds of grant to revoke, 0 places wider")


def test_diff_says_where_the_new_table_is_wider(run: Run, tmp_path: Path) -> None:
    out = run("diff", str(TABLE), str(_narrowed(tmp_path, "H2", "psychological", "1")))
    assert "cell H2/psychological: 0 -> 1\n" in out
    assert "wider H2/psychological: 0 -> 1\n" in out
    assert "revoke" not in out.splitlines()[1]


def test_diff_names_a_question_answered_otherwise(run: Run, tmp_path: Path) -> None:
    document = json.loads(TABLE.read_bytes())
    next(one for one in document["outcomes"] if one["lines"] == ["own-read"])["effect"] = "deny"
    path = tmp_path / "new.json"
    path.write_bytes(canonical.encode(document))
    assert "question standing/read/own/-/-: permit -> deny (narrower)" in run("diff", str(TABLE), str(path))
    path.write_bytes(b"{}")
    assert run("diff", str(TABLE), str(path), status=2)


def test_check_reads_a_folder_of_scenarios(run: Run, tmp_path: Path) -> None:
    assert " passed, 0 failed\n" in run("check", str(Path(TEAM).parent))
    assert "no scenario file" in run("check", str(tmp_path), status=2)
