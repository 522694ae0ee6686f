"""The national directory: a whole import, and searches among all its lines, beside their targets.

The file is made first and read by an import in this process, on SQLite, without the leaf. Searches are those of people:
a name in part, with a slip, with profession and place, and the commonest words alone, the slowest of all.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, Size, cpu
from volet_protocol.extract_lines import SEPARATOR
from volet_service.adapters.store.directory_import import DirectoryImport
from volet_service.adapters.store.directory_rows import ExtractRows
from volet_service.adapters.store.directory_search import SqlDirectory
from volet_service.adapters.store.engine import open_database, upgrade
from volet_service.bootstrap.admin_directory import generate
from volet_service.bootstrap.directory_file import Report, open_extract
from volet_service.bootstrap.national_codes import national_codes
from volet_service.domain.synthetic_extract import COLUMNS

_SEARCH_MS = 20
_SEED = 1


def measure(size: Size) -> list[Figure]:
    """Import the smallest extract, then the largest, and search in that one."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for lines in size.directory_lines:
            figures += _measure(Path(folder) / str(lines), lines, size.rounds, search=lines == size.directory_lines[-1])
    return figures


def _measure(place: Path, lines: int, rounds: int, *, search: bool) -> list[Figure]:
    place.mkdir()
    generate(place / "extract.txt", lines, _SEED)
    database = open_database(place / "hub.sqlite")
    database.create()
    upgrade(database)
    before = _peak_mb()
    taken = cpu(lambda: _import(place))
    figures = [
        Figure(f"import of {lines:,} directory lines", lines / taken, "lines/s"),
        Figure("  memory that it added at its peak", max(0.0, _peak_mb() - before), "MB"),
    ]
    if not search:
        return figures
    readers = database.readers()
    directory = SqlDirectory(readers, national_codes())
    for what, typed in _questions(place / "extract.txt").items():
        asyncio.run(directory.search(typed))
        found = statistics.median(_wall(directory, typed) for _ in range(rounds))
        figures.append(
            Figure(f"search among {lines:,} lines, wall clock: {what}", found * 1000, "ms", _SEARCH_MS)
        )  # fmt: skip
    readers.dispose()
    return figures


def _import(place: Path) -> None:
    writer = DirectoryImport(open_database(place / "hub.sqlite"))
    report = Report(place / "refused.csv", 0)
    with open_extract(place / "extract.txt", national_codes(), "utf-8", test=True) as file:
        progress = writer.begin(file.place, file.prefix, test=True, now_ms=0)
        for some in file.batches(report, 0, 0, lambda _size: None):
            after = replace(progress, place=some.place, prefix=some.prefix, read=some.read, refused=some.refused)
            progress = writer.add(progress, some.kept, after)
        progress = writer.finish(progress, file.prefix)
    report.close()
    writer.close()
    engine = open_database(place / "hub.sqlite").writer()
    with engine.begin() as connection:
        rows = ExtractRows(connection)
        rows.put_in_force(progress.number, rows.read(progress.number, 0), 0)
    engine.dispose()


def _questions(file: Path) -> dict[str, str]:
    """Words of somebody in the extract, as people type them."""
    with file.open(encoding="utf-8") as lines:
        next(lines)
        values = dict(zip(COLUMNS, next(lines).rstrip("\n").split(SEPARATOR), strict=True))
    name, first = values["Nom d'exercice"], values["Prénom d'exercice"]
    place, profession = values["Libellé commune (coord. structure)"], values["Libellé profession"]
    slipped = f"{name[:2]}x{name[3:]}"
    return {
        "name and first name": f"{name} {first}",
        "beginning of a name, profession, place": f"{name[:4]} {profession[:6]} {place}",
        "name with a slip, place": f"{slipped} {place}",
        "two of the commonest words": f"centre {first}",
        "a name nobody has": f"{name}{first} {place}",
    }


def _wall(directory: SqlDirectory, typed: str) -> float:
    start = time.perf_counter()
    asyncio.run(directory.search(typed))
    return time.perf_counter() - start


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
