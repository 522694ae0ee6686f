"""The project's own scenarios come out, and a file that is not in the format is refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.policy_story import shipped
from volet_service.bootstrap import policy as policy_commands
from volet_service.entrypoints.scenarios import document
from volet_service.entrypoints.scenarios.document import Scenario
from volet_service.entrypoints.scenarios.reading import ScenarioError
from volet_service.entrypoints.scenarios.records import majority_ms
from volet_service.entrypoints.scenarios.running import failures

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
SCENARIOS = [pytest.param(one, id=f"{path.stem}-{one.id}") for path in FILES for one in document.load(path)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_comes_out_as_the_law_expects(scenario: Scenario) -> None:
    assert failures(shipped(), scenario) == []


def test_the_command_counts_and_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert policy_commands.main(["check", *map(str, FILES)]) == 0
    assert capsys.readouterr().out.endswith(f"{len(SCENARIOS)} passed, 0 failed\n")
    wrong = _edited(tmp_path, "decision: deny, decided_by: [P3, R10]", "decision: permit, decided_by: [P3, R10]")
    assert policy_commands.main(["check", str(wrong)]) == 1
    out = capsys.readouterr().out
    assert "expected permit, got deny" in out
    assert out.endswith(" passed, 1 failed\n")


def _edited(folder: Path, old: str, new: str) -> Path:
    text = (FOLDER / "team.yaml").read_text("utf-8")
    assert old in text
    path = folder / "team.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("action: read,", "acton: read,", "acton"),
        ("decided_by: [P3, R10]", "decided_by: [P3, R79]", "unknown rule"),
        ("decided_by: [P3, R10]", "decided_by: [P12, R10]", "unknown rule"),
        ("entry: e-med-2, via", "entry: e-nowhere, via", "unknown identifier"),
        ("compartment: medical, level: 2, entry: e-med-2, via", "compartment: medical, level: 1, entry: e-med-2, via",
         "differs from the entry's"),
        ('now: "2027-06-10T14:00:00+02:00"', "now: 2027-06-10T14:00:00+02:00", "now"),
        ("row: H2, category: 1", "row: H9, category: 1", "H9"),
        ('profession: "G15:60"', 'profession: "X15:60"', "X15"),
        ("drop: [g-lac]", "drop: [g-nowhere]", "drops unknown"),
        ("version: 1", "version: 1\nversion: 1", "given twice"),
        ('- id: "2"\n', '- id: "1"\n', "twice"),
        ("missing: {notice: {kind: general}}", "missing: {consent: {kind: share_outside_team}}", "does not go"),
        ("relation: other, trusted_person: true", "relation: friend", "friend"),
    ],
)  # fmt: skip
def test_a_file_out_of_the_format_is_refused_with_the_place(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        document.load(_edited(tmp_path, old, new))


def test_the_command_reports_a_file_it_cannot_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert policy_commands.main(["check", str(tmp_path / "absent.yaml")]) == 2
    assert "absent.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("born", "instant"),
    [
        ("2008-05-01", "2026-05-01T00:00:00+02:00"),
        ("2008-01-31", "2026-01-31T00:00:00+01:00"),
        ("2008-02-29", "2026-03-01T00:00:00+01:00"),
    ],
)
def test_majority_begins_at_midnight_in_france(born: str, instant: str) -> None:
    from datetime import datetime  # noqa: PLC0415 - one test's word

    assert majority_ms(born) == int(datetime.fromisoformat(instant).timestamp() * 1000)
