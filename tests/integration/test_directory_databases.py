"""The national directory on both databases: imported, proved, searched."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from support.extracts import import_extract, kept, write_extract
from support.hub import make_folder
from volet_protocol.extract_lines import line_hash, verify_line
from volet_protocol.merkle import root_of
from volet_service.adapters.store.directory_search import SqlDirectory
from volet_service.adapters.store.engine import open_database
from volet_service.bootstrap.national_codes import national_codes
from volet_service.settings import read_settings

pytestmark = pytest.mark.usefixtures("each_database")


def test_an_import_puts_its_lines_in_force_under_the_root_that_anybody_computes_and_each_is_found_and_proved(
    tmp_path: Path,
) -> None:
    make_folder(hub := tmp_path / "hub")
    file = write_extract(tmp_path / "extract.txt", invented=40)
    import_extract(hub, file)
    own = [kept(one) for one in file.read_text("utf-8").splitlines()[1:]]
    readers = open_database(read_settings(hub).store).readers()
    directory = SqlDirectory(readers, national_codes())
    for typed in ("dupon infirm grenoble", "dupnot infirmiere grenobel"):
        found = asyncio.run(directory.search(typed))
        extract = found.within.extract
        assert (extract.lines, extract.refused) == (46, 0)
        assert extract.root == root_of([line_hash(one) for one in own]).hex()
        lines = [verify_line(one.line, one.number, one.proof, extract) for one in found.lines]
        assert "Hélène DUPONT" in {line.name for line in lines}
    for number, line in enumerate(own):
        (shown, *_) = [one for one in asyncio.run(directory.lines_of(line.split("|")[2])).lines if one.line == line]
        assert verify_line(shown.line, number, shown.proof, extract).values
    readers.dispose()
