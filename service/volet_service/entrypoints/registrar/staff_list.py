"""Changing the staff list of a registrar: what a table would change, then all of it at once or nothing."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from volet_service.entrypoints.registrar.config import read_staff
from volet_service.entrypoints.registrar.staff_csv import StaffLine, key_of


@dataclass(frozen=True)
class Change:
    """What a table does to a list: the list after it, and which of its lines are new, changed, or there already.

    `unnamed`: lines of the list that the table does not name, which stay.
    """

    after: Sequence[StaffLine]
    added: Sequence[StaffLine]
    changed: Sequence[StaffLine]
    same: Sequence[StaffLine]
    unnamed: Sequence[StaffLine] = ()


def plan(before: Sequence[StaffLine], table: Sequence[StaffLine]) -> Change:
    """Return what adding a table changes. Lines that it does not name stay: who leaves is taken out by name."""
    known = {key_of(line): line for line in before}
    added = [line for line in table if key_of(line) not in known]
    changed = [line for line in table if key_of(line) in known and known[key_of(line)] != line]
    same = [line for line in table if known.get(key_of(line)) == line]
    replaced = {key_of(line): line for line in changed}
    named = {key_of(line) for line in table}
    unnamed = [line for line in before if key_of(line) not in named]
    after = [*(replaced.get(key_of(line), line) for line in before), *added]
    return Change(after, added, changed, same, unnamed)


def load(path: Path) -> list[StaffLine]:
    """Return the lines of a staff list that reads; raise `RegistrarConfigError`, `OSError` or `ValueError`."""
    read_staff(path)
    return cast("list[StaffLine]", json.loads(path.read_text("utf-8")))


def store(path: Path, lines: Sequence[StaffLine]) -> None:
    """Put a list in the place of the one before: a reader sees the one or the other, and a crash leaves one of them.

    Raises `RegistrarConfigError` when the new list would not read; the one before then stays.
    """
    new = path.with_name(path.name + ".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        # As readable as it was: the process that serves may run under another account.
        os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
        file.write(json.dumps(list(lines), ensure_ascii=False, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        read_staff(new)
    except ValueError:
        new.unlink()
        raise
    new.replace(path)
