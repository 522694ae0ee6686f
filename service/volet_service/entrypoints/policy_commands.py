"""`volet policy`: check scenario files, build the table, explain one question, print the matrix."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from volet_protocol.policy_table import PolicyTable
from volet_protocol.vocabulary import COMPARTMENTS
from volet_protocol.words import explain
from volet_service.application.policy_ports import PolicyFiles
from volet_service.domain.policy_codes import PolicyError
from volet_service.entrypoints.scenarios import document
from volet_service.entrypoints.scenarios.reading import ScenarioError
from volet_service.entrypoints.scenarios.running import failures
from volet_service.entrypoints.scenarios.world import World
from volet_service.resources import policies, shipped_table

OK, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str], files: PolicyFiles) -> int:
    """Run a `volet policy` command; return its exit status: 0 done, 1 something failed, 2 wrong call or bad file."""
    parser = _parser()
    args = parser.parse_args(list(argv))
    run: Callable[[argparse.Namespace, PolicyFiles], int] = args.run
    try:
        return run(args, files)
    except (PolicyError, ScenarioError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="volet policy", description="La politique d'accès (the access policy)")
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help="jouer des fichiers de scénarios (run scenario files)")
    check.add_argument("files", nargs="+", type=Path)
    check.set_defaults(run=_check)
    making = commands.add_parser("build", help="construire la table (build the table)")
    making.add_argument("--folder", type=Path, default=None, help="dossier des règles (folder of the policy files)")
    making.add_argument("--output", type=Path, default=None, help="où écrire (default: table.json of the folder)")
    making.set_defaults(run=_build)
    asking = commands.add_parser("explain", help="expliquer un scénario (explain one scenario)")
    asking.add_argument("file", type=Path)
    asking.add_argument("id")
    asking.add_argument("--lang", choices=("fr", "en"), default="fr")
    asking.set_defaults(run=_explain)
    matrix = commands.add_parser("matrix", help="imprimer la matrice (print the matrix)")
    matrix.add_argument("--csv", action="store_true")
    matrix.set_defaults(run=_matrix)
    return parser


def _check(args: argparse.Namespace, _files: PolicyFiles) -> int:
    table = shipped_table()
    passed = failed = 0
    files: list[Path] = args.files
    for path in files:
        for scenario in document.load(path):
            found = failures(table, scenario)
            passed, failed = passed + (not found), failed + bool(found)
            for failure in found:
                sys.stdout.write(f"{path.name} {scenario.id} {scenario.title}: {failure}\n")
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return FAILED if failed else OK


def _build(args: argparse.Namespace, files: PolicyFiles) -> int:
    folder: Path = args.folder or policies()
    data = files.build(folder)
    table = PolicyTable.load(data)
    output: Path = args.output or folder / "table.json"
    output.write_bytes(data)
    sys.stdout.write(f"{output}: {len(table.answers())} questions, {table.size} bytes, {table.hash}\n")
    return OK


def _explain(args: argparse.Namespace, files: PolicyFiles) -> int:
    from volet_protocol.access import decide  # noqa: PLC0415 - only this command decides by itself

    sentences = files.sentences(policies())
    found = [scenario for scenario in document.load(args.file) if scenario.id == args.id]
    if not found:
        raise ScenarioError(f"{args.file}: no scenario {args.id}")
    world = World(found[0])
    question = world.question()
    decision = decide(shipped_table(), world.facts(), question)
    sys.stdout.write(f"{found[0].title}\n{decision.effect} ({'/'.join(decision.rules)}), step {decision.step}\n")
    for name in decision.lines:
        sys.stdout.write(f"  {name}: {sentences[name]}\n")
    if decision.facts:
        sys.stdout.write(f"  facts: {', '.join(decision.facts)}\n")
    if decision.obligations:
        sys.stdout.write(f"  then: {', '.join(decision.obligations)}\n")
    sys.stdout.write(f"{explain(decision, question, args.lang)}\npolicy {decision.policy}\n")
    return OK


def _matrix(args: argparse.Namespace, _files: PolicyFiles) -> int:
    rows = shipped_table().rows().values()
    if args.csv:
        sys.stdout.write(f"row,account,{','.join(COMPARTMENTS)}\n")
        for row in rows:
            cells = ",".join(row.cells[part] for part in COMPARTMENTS)
            sys.stdout.write(f"{row.row},{'yes' if row.account else 'no'},{cells}\n")
        return OK
    sys.stdout.write(f"{'':5}{' '.join(f'{part[:9]:9}' for part in COMPARTMENTS)}\n".rstrip(" ") + "")
    for row in rows:
        cells = " ".join(f"{row.cells[part]:9}" for part in COMPARTMENTS)
        sys.stdout.write(f"{row.row:5}{cells}".rstrip() + "\n")
    return OK
