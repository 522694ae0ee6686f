"""An extract as a file: read line by line, from where an interrupted import stopped, with a report of refused lines.

Memory is that of one batch. The report is cut back to where the last committed batch left it, so that a line that was
refused before a crash and read again after it stands there once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from volet_service.domain.extract_reading import MOST_BYTES, ExtractReader, KeptLine, NotAnExtract
from volet_service.domain.professions import NationalCodes

BATCH: Final = 2_000
_BLOCK = 1 << 20
_TITLE = b"ligne;motif\n"


@dataclass(frozen=True)
class Read:
    """What a batch brought: the lines kept, and where the file, its hash, its lines and the report stand after it."""

    kept: list[KeptLine]
    place: int
    prefix: str
    read: int
    refused: int
    report: int


class Report:
    """The refused lines, by number and reason, without anything that stands in them."""

    def __init__(self, path: Path, size: int) -> None:
        self._file: BinaryIO = path.open("r+b" if size and path.exists() else "w+b")
        self._file.truncate(size)
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() == 0:
            self._file.write(_TITLE)

    def refuse(self, number: int, why: str) -> None:
        """Add a line of the file, counted from 1, its header included."""
        self._file.write(f"{number};{why}\n".encode())

    def settle(self) -> int:
        """Make it durable; return its size."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


class ExtractFile:
    """A file of the national format, open at its first line behind the header."""

    def __init__(self, file: BinaryIO, codes: NationalCodes, encoding: str, *, test: bool) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        header = file.readline(MOST_BYTES)
        self.reader = ExtractReader(header, codes, encoding=encoding, test=test)
        self._digest = hashlib.sha256(header)
        self.place = len(header)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self._file.close()

    @property
    def prefix(self) -> str:
        """SHA-256 of what was read so far."""
        return self._digest.copy().hexdigest()

    def skip_to(self, place: int, prefix: str) -> bool:
        """Go on at a place if what stands before it has this hash; else go back behind the header."""
        start, before = self.place, self._digest.copy()
        while self.place < place:
            block = self._file.read(min(_BLOCK, place - self.place))
            if not block:
                break
            self._digest.update(block)
            self.place += len(block)
        if self.place == place and self.prefix == prefix:
            return True
        self._file.seek(start)
        self.place, self._digest = start, before
        return False

    def batches(self, report: Report, read: int, refused: int, advance: Callable[[int], None]) -> Iterator[Read]:
        """Yield batch after batch; `read` and `refused` lines were told of before."""
        kept: list[KeptLine] = []
        start, ended = self.place, False
        while not ended:
            raw = self._line()
            ended = not raw
            if raw:
                read += 1
                line = self.reader.read(raw)
                if isinstance(line, str):
                    refused += 1
                    report.refuse(read + 1, line)
                else:
                    kept.append(line)
            if ended or read % BATCH == 0:
                advance(self.place - start)
                yield Read(kept, self.place, self.prefix, read, refused, report.settle())
                kept, start = [], self.place

    def _line(self) -> bytes:
        """Return the next line, of one that is too long no more than the reader needs to refuse it."""
        raw = self._file.readline(MOST_BYTES + 1)
        self._taken(raw)
        rest = raw
        while len(rest) > MOST_BYTES and not rest.endswith(b"\n"):
            rest = self._file.readline(MOST_BYTES + 1)
            self._taken(rest)
        return raw

    def _taken(self, data: bytes) -> None:
        self._digest.update(data)
        self.place += len(data)


def open_extract(path: Path, codes: NationalCodes, encoding: str, *, test: bool) -> ExtractFile:
    """Open a file; raise `NotAnExtract` with a sentence, or OSError."""
    if not path.is_file():
        raise NotAnExtract(f"{path} n'est pas un fichier")
    file = path.open("rb")
    try:
        return ExtractFile(file, codes, encoding, test=test)
    except NotAnExtract:
        file.close()
        raise


def bar(total: int, done: int) -> AbstractContextManager[Callable[[int], None]]:
    """Show a bar over the bytes of a file on a terminal; nowhere else."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return nullcontext(lambda _size: None)
    return _Bar(console, total, done)


class _Bar:
    def __init__(self, console: Console, total: int, done: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._shown = Progress(*columns, console=console)
        self._task = self._shown.add_task("lecture de l'extrait", total=total, completed=done)

    def __enter__(self) -> Callable[[int], None]:
        self._shown.start()
        return lambda size: self._shown.advance(self._task, size)

    def __exit__(self, *_error: object) -> None:
        self._shown.stop()
