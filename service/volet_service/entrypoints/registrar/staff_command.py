"""`volet registrar staff`: a table of colleagues onto the staff list, shown first, then all of it or nothing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from volet_protocol.errors import ProtocolError
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.trust_parties import Registrar
from volet_service.entrypoints.registrar.config import RegistrarConfig, RegistrarConfigError
from volet_service.entrypoints.registrar.staff_csv import Refused, StaffLine, key_of, read_table
from volet_service.entrypoints.registrar.staff_list import Change, load, plan, store


def describe(made: argparse.ArgumentParser) -> None:
    """Give the line its arguments and an example."""
    made.epilog = "exemple :\n  volet registrar staff equipe.csv --config registrar.json --trust trust.json"
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("table", type=Path, metavar="equipe.csv", help="une personne par ligne (one person a line)")
    made.add_argument("--config", type=Path, required=True, help="fichier de configuration (configuration file)")
    made.add_argument("--trust", type=Path, required=True, help="fichier de confiance (trust bundle)")
    made.add_argument("--apply", action="store_true", help="écrire la liste ; sinon, montrer seulement (write it)")


def staff(options: argparse.Namespace, config: RegistrarConfig) -> int:
    """Show what a table changes, and write it where that was asked; return 1 where a line is refused.

    Raises `RegistrarConfigError` or `OSError` for another file that does not read.
    """
    registrar = bounds(options.trust, config)
    read = read_table(options.table.read_bytes(), registrar, datetime.now(UTC).date())
    if read.refused:
        sys.stderr.write("".join(f"{_refusal(one)}\n" for one in read.refused))
        sys.stderr.write(f"{len(read.refused)} refus : rien n’a été écrit.\n")
        return 1
    change = plan(load(config.staff_path), read.lines)
    sys.stdout.write("".join(f"{line}\n" for line in _shown(change)))
    if not options.apply:
        sys.stdout.write("Rien n’a été écrit : recommencez avec --apply.\n")
        return 0
    store(config.staff_path, change.after)
    sys.stdout.write("Écrit. Chaque personne est attestée quand elle s’identifie au greffe, sans redémarrage.\n")
    return 0


def bounds(path: Path, config: RegistrarConfig) -> Registrar:
    """Return what a trust bundle lets this registrar attest; raise `RegistrarConfigError` or `OSError`."""
    try:
        return TrustBundle.read(path.read_bytes()).verify(None).registrar(config.key.public)
    except ProtocolError as error:
        raise RegistrarConfigError(f"{path} : illisible, ou sans la clé de ce greffe ({error.what})") from error


def _refusal(one: Refused) -> str:
    return f"ligne {one.line} : {one.why.fr}" if one.line else one.why.fr


def _shown(change: Change) -> Sequence[str]:
    lines = [*(_line("+", one) for one in change.added), *(_line("~", one) for one in change.changed)]
    counted = f"{len(change.added)} à ajouter, {len(change.changed)} à changer, {len(change.same)} déjà là"
    # A table never makes anybody leave: a line that was forgotten would stop a colleague in the middle of their work.
    kept = [f"{_line('=', one)} : pas dans le tableau, reste" for one in change.unnamed]
    hint = ["Qui est parti : volet registrar leave IDENTIFIANT"] if kept else []
    return [*lines, *kept, counted, *hint]


def _line(mark: str, line: StaffLine) -> str:
    sub, row, structure = key_of(line)
    return f"{mark} {sub}, {row}, {structure}, jusqu’au {line['until']}"
