"""What the commands of the policy need of the files and of the engine behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class RowText:
    """How a row of the matrix is called, and the letter or text that founds it."""

    label_fr: str
    label_en: str
    founded_on: str


class PolicyFiles(Protocol):
    """The policy files of a folder, read strictly."""

    def build(self, folder: Path) -> bytes:
        """Return the canonical bytes of the table of these files; raise `PolicyError`."""
        ...

    def sentences(self, folder: Path, lang: str) -> Mapping[str, str]:
        """Return what each line says in `fr` or `en`, with its article, by the line's id; raise `PolicyError`."""
        ...

    def rows(self, folder: Path) -> Mapping[str, RowText]:
        """Return the words of each row of the matrix; raise `PolicyError`."""
        ...
