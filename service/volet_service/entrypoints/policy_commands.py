"""`volet policy`: check scenario files, build the table, explain, who may open what, the matrix, lint, differences."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from volet_protocol.case_facts import CaseFacts
from volet_protocol.errors import ProtocolError
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Question
from volet_protocol.vocabulary import ROW_SET
from volet_service.application.policy_ports import PolicyFiles
from volet_service.domain.policy_codes import PolicyError
from volet_service.entrypoints.policy_options import parser
from volet_service.entrypoints.policy_views import differences, lint, matrix, reading, steps
from volet_service.entrypoints.policy_views.situations import Placing, situation
from volet_service.entrypoints.scenarios import document
from volet_service.entrypoints.scenarios.document import Scenario
from volet_service.entrypoints.scenarios.reading import ScenarioError
from volet_service.entrypoints.scenarios.running import failures
from volet_service.entrypoints.scenarios.world import World
from volet_service.resources import policies, shipped_table

OK, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str], files: PolicyFiles) -> int:
    """Run a `volet policy` command; return its exit status: 0 done, 1 something failed, 2 wrong call or bad file."""
    args = parser().parse_args(list(argv))
    try:
        return _COMMANDS[args.command](args, files)
    except (PolicyError, ScenarioError, ProtocolError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE


def _check(args: argparse.Namespace, _files: PolicyFiles) -> int:
    table = shipped_table()
    passed = failed = 0
    for name, scenario in _scenarios(args.files):
        found = failures(table, scenario)
        passed, failed = passed + (not found), failed + bool(found)
        for failure in found:
            sys.stdout.write(f"{name} {scenario.id} {scenario.title}: {failure}\n")
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return FAILED if failed else OK


def _scenarios(paths: Sequence[Path]) -> Iterable[tuple[str, Scenario]]:
    """Yield each scenario of files, and of the files of folders, with the name of its file."""
    for path in paths:
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not found:
            raise ScenarioError(f"{path}: no scenario file")
        for file in found:
            for scenario in document.load(file):
                yield file.name, scenario


def _build(args: argparse.Namespace, files: PolicyFiles) -> int:
    folder: Path = args.folder or policies()
    data = files.build(folder)
    table = PolicyTable.load(data)
    scenarios: Path = args.scenarios or folder.parent / "tests" / "scenarios"
    if args.scenarios is not None or scenarios.is_dir():
        idle = _idle(table, files.sentences(folder, "en"), [scenarios])
        if idle:
            raise PolicyError(
                f"policy.csv: no scenario of {scenarios} exercises {', '.join(idle)}: nothing was written"
            )
    output: Path = args.output or folder / "table.json"
    output.write_bytes(data)
    sys.stdout.write(f"{output}: {len(table.answers())} questions, {table.size} bytes, {table.hash}\n")
    return OK


def _lint(args: argparse.Namespace, files: PolicyFiles) -> int:
    folder: Path = args.folder or policies()
    table = PolicyTable.load(files.build(folder))
    lines = files.sentences(folder, "en")
    if not args.files:
        sys.stdout.write(f"{len(lines)} lines, all met; no scenario given\n")
        return OK
    idle = _idle(table, lines, args.files)
    for name in idle:
        sys.stdout.write(f"no scenario exercises {name}: {lines[name]}\n")
    sys.stdout.write(f"{len(lines)} lines, {len(idle)} without a scenario\n")
    return FAILED if idle else OK


def _idle(table: PolicyTable, lines: Mapping[str, str], paths: Sequence[Path]) -> list[str]:
    """Return the lines that no scenario exercises: a rule nobody would miss if it were gone."""
    return sorted(lines.keys() - lint.exercised(table, (scenario for _, scenario in _scenarios(paths))))


def _diff(args: argparse.Namespace, _files: PolicyFiles) -> int:
    old, new = (PolicyTable.load(path.read_bytes()) for path in (args.old, args.new))
    return _say(differences.told(old, new))


def _explain(args: argparse.Namespace, files: PolicyFiles) -> int:
    table = shipped_table()
    if args.file is not None:
        facts, question = _of_scenario(args.file, args.id)
    else:
        facts, question = _of_options(table, args)
        question = replace(question, action=args.action)
    sentences, labels = files.sentences(policies(), args.lang), _labels(files, args.lang)
    return _say(steps.told(table, facts, question, sentences, labels, args.lang))


def _can(args: argparse.Namespace, files: PolicyFiles) -> int:
    table = shipped_table()
    if args.what in ROW_SET:
        args.row = args.what
        facts, question = _of_options(table, args)
    else:
        facts, question = _of_scenario(Path(args.what), args.id)
    asked = steps.who(question, _labels(files, args.lang), args.lang)
    return _say([asked, *reading.can(table, facts, question, args.lang)])


def _who(args: argparse.Namespace, files: PolicyFiles) -> int:
    table = shipped_table()
    if args.file is not None:
        facts, question = _of_scenario(args.file, args.id)
        return _say(reading.who(table, facts, question, args.lang, _labels(files, args.lang)))
    if args.compartment is None:
        raise ScenarioError("donner FICHIER ID, ou --compartment (give FILE ID, or --compartment)")
    return _say(reading.who_by_row(table, args.compartment, args.level, args.lang, _labels(files, args.lang)))


def _labels(files: PolicyFiles, lang: str) -> dict[str, str]:
    """Return what people call each row."""
    texts = files.rows(policies())
    return {row: text.label_en if lang == "en" else text.label_fr for row, text in texts.items()}


def _of_scenario(file: Path, name: str | None) -> tuple[CaseFacts, Question]:
    found = [scenario for scenario in document.load(file) if scenario.id == name]
    if not found:
        raise ScenarioError(f"{file}: no scenario {name}")
    world = World(found[0])
    return world.facts(), world.question()


def _of_options(table: PolicyTable, args: argparse.Namespace) -> tuple[CaseFacts, Question]:
    if args.row is None or args.compartment is None:
        raise ScenarioError("donner FICHIER ID, ou --row et --compartment (give FILE ID, or --row and --compartment)")
    placing = Placing(args.row, args.standing, args.category, args.informed, args.consented, args.opposed)
    facts, question = situation(table, placing)
    return facts, replace(question, compartment=args.compartment, level=args.level)


def _matrix(args: argparse.Namespace, files: PolicyFiles) -> int:
    table = shipped_table()
    texts = files.rows(policies())
    written = {"text": lambda: matrix.as_text(table), "csv": lambda: matrix.as_csv(table, texts),
               "html": lambda: matrix.as_html(table, texts)}  # fmt: skip
    sys.stdout.write(written[args.format]())
    return OK


def _say(lines: Iterable[str]) -> int:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return OK


_COMMANDS: dict[str, Callable[[argparse.Namespace, PolicyFiles], int]] = {
    "check": _check, "build": _build, "lint": _lint, "diff": _diff, "explain": _explain, "can": _can, "who": _who,
    "matrix": _matrix,
}  # fmt: skip
