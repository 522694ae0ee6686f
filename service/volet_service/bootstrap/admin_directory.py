"""`volet admin directory`: import the national directory's public extract, tell which is in force, make one of nobody.

An import works on a stopped hub, as every act of the operator that writes. Until the last step nobody sees anything of
it: killed at any moment, it goes on where it was, or the next one starts again when the file is another.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from volet_protocol.extract_lines import Extract
from volet_protocol.log_positions import text_of
from volet_service.adapters.clock import SystemClock
from volet_service.adapters.folder_lock import FolderLock
from volet_service.adapters.store.directory_import import DirectoryImport
from volet_service.adapters.store.directory_rows import Progress, State, extract_in_force, extracts
from volet_service.adapters.store.engine import check_schema, open_checked, open_database
from volet_service.application.ports import Clock
from volet_service.application.put_extract_in_force import put_extract_in_force
from volet_service.bootstrap.directory_file import ExtractFile, Report, bar, open_extract
from volet_service.bootstrap.hub import LOCK, CannotStart
from volet_service.bootstrap.national_codes import national_codes
from volet_service.bootstrap.offline import act
from volet_service.domain.extract_reading import NotAnExtract
from volet_service.domain.synthetic_extract import extract_lines
from volet_service.settings import Settings, read_settings

_EXAMPLE = """exemples :
  volet admin directory import PS_LibreAcces_Personne_activite.txt var/hub --dry-run
  volet admin directory import PS_LibreAcces_Personne_activite.txt var/hub
  volet admin directory status var/hub
  volet admin directory generate 1000 essai.txt --seed 1"""
# Below this share of the lines in force, a file was cut short on its way more often than professions ended.
_FEWER = 0.8


def describe(made: argparse.ArgumentParser) -> None:
    """Give the acts their arguments and examples."""
    made.epilog, made.formatter_class = _EXAMPLE, argparse.RawDescriptionHelpFormatter
    acts = made.add_subparsers(dest="on_directory", required=True)
    read = acts.add_parser("import", help="lire un extrait public, puis le mettre en vigueur")
    read.add_argument("file", type=Path, metavar="FICHIER", help="extrait « Personne_activite », séparé par |")
    read.add_argument("folder", type=Path, nargs="?")
    read.add_argument("--dry-run", action="store_true", help="lire et compter, sans rien écrire que le rapport")
    read.add_argument("--report", type=Path, help="rapport des lignes refusées (par défaut : FICHIER.refus.csv)")
    read.add_argument("--encoding", choices=("utf-8", "cp1252"), default="utf-8", help="codage du fichier")
    read.add_argument("--test", action="store_true", help="accepter les numéros de test ; jamais en production")
    read.add_argument("--fewer", action="store_true", help="accepter bien moins de lignes que l'extrait en vigueur")
    acts.add_parser("status", help="dire quel extrait est en vigueur").add_argument("folder", type=Path, nargs="?")
    make = acts.add_parser("generate", help="écrire un extrait de personnes inventées, pour les essais")
    make.add_argument("count", type=int, metavar="N")
    make.add_argument("file", type=Path, metavar="FICHIER")
    make.add_argument("--seed", type=int, default=1, help="même graine, mêmes lignes")


def run(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """Run one act; return the lines for the operator. Raises `CannotStart`."""
    if asked.on_directory == "generate":
        return generate(asked.file, asked.count, asked.seed)
    try:
        return _status(read_settings(asked.folder)) if asked.on_directory == "status" else _import(asked, clock)
    except NotAnExtract as error:
        raise CannotStart(str(error)) from error


def generate(path: Path, count: int, seed: int) -> str:
    """Write an extract of nobody."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in extract_lines(count, seed):
            file.write(f"{line}\n")
    return f"{path} : {count} lignes de personnes inventées"


def _import(asked: argparse.Namespace, clock: Clock | None) -> str:
    report = asked.report or asked.file.with_name(f"{asked.file.name}.refus.csv")
    with open_extract(asked.file, national_codes(), asked.encoding, test=asked.test) as file:
        if asked.dry_run:
            return _dry_run(file, report)
        settings = read_settings(asked.folder)
        ready = _read(settings, file, report, clock or SystemClock(), test=asked.test, fewer=asked.fewer)
    extract = act(settings, partial(put_extract_in_force, ready.number), clock)
    with ExitStack() as held:
        _open(settings, held).forget(State.REPLACED)
    return f"{_said(extract)}\n{_refused(ready.refused, report)}"


def _open(settings: Settings, held: ExitStack) -> DirectoryImport:
    held.callback(FolderLock(settings.path(LOCK)).release)
    database = open_database(settings.store)
    database.check()
    readers = database.readers()
    held.callback(readers.dispose)
    check_schema(readers, database)
    writer = DirectoryImport(database)
    held.callback(writer.close)
    return writer


def _read(
    settings: Settings, file: ExtractFile, report_path: Path, clock: Clock, *, test: bool, fewer: bool
) -> Progress:  # fmt: skip
    """Read the file into the database, from where an interrupted import of it stopped."""
    with ExitStack() as held:
        writer = _open(settings, held)
        progress = writer.under_way()
        if progress is None or progress.test != int(test) or not file.skip_to(progress.place, progress.prefix):
            progress = writer.begin(file.place, file.prefix, test=test, now_ms=clock.now_ms())
        report = Report(report_path, progress.report)
        held.callback(report.close)
        if progress.state == State.READING:
            with bar(file.size, file.place) as advance:
                for some in file.batches(report, progress.read, progress.refused, advance):
                    after = replace(
                        progress, place=some.place, prefix=some.prefix, read=some.read, refused=some.refused,
                        report=some.report,
                    )  # fmt: skip
                    progress = writer.add(progress, some.kept, after)
            _check_count(settings, progress, fewer=fewer)
            progress = writer.finish(progress, file.prefix)
        elif file.place != file.size:
            # Lines were added to the file since it was read.
            raise CannotStart(f"{report_path.stem} : le fichier a changé pendant l'import ; recommencez")
        return progress


def _check_count(settings: Settings, progress: Progress, *, fewer: bool) -> None:
    if progress.lines == 0:
        raise CannotStart(f"aucune ligne acceptée sur {progress.read}")
    readers = open_checked(open_database(settings.store))
    try:
        with readers.connect() as connection:
            before = extract_in_force(connection)
    finally:
        readers.dispose()
    if before is not None and not fewer and progress.lines < before.extract.lines * _FEWER:
        raise CannotStart(
            f"{progress.lines} lignes, {before.extract.lines} dans l'extrait en vigueur : fichier tronqué ? "
            f"--fewer l'accepte"
        )


def _dry_run(file: ExtractFile, report_path: Path) -> str:
    report, codes, day = Report(report_path, 0), national_codes(), SystemClock().now_ms()
    today = dt.datetime.fromtimestamp(day / 1000, dt.UTC).date()
    rows: Counter[str] = Counter()
    kept = refused = 0
    try:
        with bar(file.size, file.place) as advance:
            for some in file.batches(report, 0, 0, advance):
                kept, refused = kept + len(some.kept), some.refused
                decided = (codes.of(line.profession, line.role, today) for line in some.kept)
                rows.update("sans rang" if code is None or code.row is None else code.row for code in decided)
    finally:
        report.close()
    shares = ", ".join(f"{row} {count}" for row, count in sorted(rows.items()))
    return f"{kept} lignes seraient acceptées : {shares or 'aucune'}\n{_refused(refused, report_path)}"


def _refused(count: int, report: Path) -> str:
    return f"{count} lignes refusées, chacune avec son motif : {report}" if count else "aucune ligne refusée"


def _said(extract: Extract) -> str:
    day = dt.datetime.fromtimestamp(extract.time_ms / 1000, dt.UTC).strftime("%d/%m/%Y")
    what = "extrait D'ESSAI" if extract.test else "extrait"
    return f"{what} en vigueur depuis le {day} : {extract.lines} lignes, racine {extract.root}"


def _status(settings: Settings) -> str:
    readers = open_checked(open_database(settings.store))
    try:
        with readers.connect() as connection:
            found, every = extract_in_force(connection), extracts(connection)
    finally:
        readers.dispose()
    lines = ["aucun extrait en vigueur"]
    if found is not None:
        lines = [_said(found.extract), f"{found.extract.refused} lignes refusées, journal n° {text_of(found.leaf)}"]
        lines.append(f"SHA-256 du fichier : {found.extract.file}")
    under_way = (one for one in every if one.state in {State.READING, State.READY})
    lines += [f"import interrompu après {one.read} lignes : relancez la même commande" for one in under_way]
    return "\n".join(lines)
