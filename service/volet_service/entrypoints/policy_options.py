"""The options of `volet policy`."""

from __future__ import annotations

import argparse
from pathlib import Path

from volet_protocol.vocabulary import CATEGORIES, COMPARTMENTS, LEVELS, ROWS
from volet_service.entrypoints.policy_views.situations import STANDINGS


def parser() -> argparse.ArgumentParser:
    """Return the parser of a `volet policy` line; `command` names the command."""
    top = argparse.ArgumentParser(prog="volet policy", description="La politique d'accès (the access policy)")
    commands = top.add_subparsers(required=True, dest="command")
    check = commands.add_parser("check", help="jouer des fichiers de scénarios (run scenario files)")
    check.add_argument("files", nargs="+", type=Path)
    making = commands.add_parser("build", help="construire la table (build the table)")
    making.add_argument("--folder", type=Path, default=None, help="dossier des règles (folder of the policy files)")
    making.add_argument("--output", type=Path, default=None, help="où écrire (default: table.json of the folder)")
    making.add_argument(
        "--scenarios", type=Path, default=None,
        help="dossier de scénarios qui éprouvent chaque règle (scenarios that exercise each line)",
    )  # fmt: skip
    linting = commands.add_parser("lint", help="règles mortes ou que rien n'éprouve (rules dead or never exercised)")
    linting.add_argument("files", nargs="*", type=Path, help="fichiers de scénarios (scenario files or folders)")
    linting.add_argument("--folder", type=Path, default=None, help="dossier des règles (folder of the policy files)")
    changes = commands.add_parser("diff", help="ce qui change entre deux tables (what changes between two tables)")
    changes.add_argument("old", type=Path)
    changes.add_argument("new", type=Path)
    asking = commands.add_parser("explain", help="expliquer une décision, étape par étape (explain one decision)")
    _file(asking)
    asking.add_argument("--row", choices=ROWS, help="ligne de qui demande (row of who asks)")
    asking.add_argument("--action", choices=("read", "write"), default="read")
    _part(asking)
    _placing(asking)
    can = commands.add_parser("can", help="ce qu'une fonction peut ouvrir (what a capacity may open)")
    can.add_argument("what", help="une ligne, ou un fichier de scénarios (a row, or a scenario file)")
    can.add_argument("id", nargs="?", help="l'identifiant du scénario (id of the scenario)")
    _placing(can)
    can.set_defaults(row=None, compartment="identity", level=1)
    who = commands.add_parser("who", help="qui peut ouvrir cela (who may open this)")
    _file(who)
    _part(who)
    matrix = commands.add_parser("matrix", help="imprimer la matrice (print the matrix)")
    matrix.add_argument("--format", choices=("text", "csv", "html"), default="text")
    for command in (asking, can, who):
        command.add_argument("--lang", choices=("fr", "en"), default="fr")
    return top


def _file(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", nargs="?", type=Path, help="fichier de scénarios (scenario file)")
    command.add_argument("id", nargs="?", help="l'identifiant du scénario (id of the scenario)")


def _part(command: argparse.ArgumentParser) -> None:
    command.add_argument("--compartment", choices=COMPARTMENTS)
    command.add_argument("--level", type=int, choices=LEVELS, default=2)


def _placing(command: argparse.ArgumentParser) -> None:
    command.add_argument("--standing", choices=STANDINGS, help="sa place au dossier (place in the case)")
    command.add_argument("--category", type=int, choices=CATEGORIES)
    command.add_argument("--informed", action="store_true", help="la personne a été informée (the person was told)")
    command.add_argument("--consented", action="store_true", help="la personne est d'accord (the person agreed)")
    command.add_argument("--opposed", action="store_true", help="la personne s'oppose (the person opposes)")
