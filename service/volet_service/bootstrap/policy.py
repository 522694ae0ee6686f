"""`volet policy`: hands the commands the strict loader and the engine, which entry points may not reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from volet_service.adapters.policy.build import build
from volet_service.adapters.policy.loader import load
from volet_service.application.policy_ports import RowText
from volet_service.entrypoints import policy_commands


def main(argv: Sequence[str]) -> int:
    """Run a line of `volet policy`; return its exit status."""
    return policy_commands.main(argv, _Files())


class _Files:
    """The port over the real loader and engine."""

    def build(self, folder: Path) -> bytes:
        """Return the bytes of the table; raise `PolicyError`."""
        return build(load(folder))

    def sentences(self, folder: Path, lang: str) -> Mapping[str, str]:
        """Return the sentence and article of each line."""
        source = load(folder)
        said = {line.id: line.sentence for line in source.lines} if lang == "en" else source.phrases
        return {line.id: f"{said[line.id]} ({line.article})" for line in source.lines}

    def rows(self, folder: Path) -> Mapping[str, RowText]:
        """Return the words of each row."""
        return {row.row: RowText(row.label_fr, row.label_en, row.founded_on) for row in load(folder).matrix}
