"""What managers did in a browser, one line an act, beside the staff list: written before it is done, none is missing.

The access log holds what an act came to at the hub; who asked for it is known here only. Subjects and codes, no name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum, unique
from pathlib import Path

from volet_service.entrypoints.registrar.config import RegistrarConfig, RegistrarConfigError

NAME = "acts.jsonl"


@unique
class Act(StrEnum):
    """What a manager may do."""

    INSCRIBE = "inscribe"
    LEAVE = "leave"
    HOLD = "hold"


@dataclass(frozen=True)
class ManagerAct:
    """One act: when (ms), by which manager, about whom, as what and where; no row where it is about all of somebody."""

    at_ms: int
    by: str
    act: str
    sub: str
    structure: str
    row: str | None = None


def path_of(config: RegistrarConfig) -> Path:
    """Return where the lines are: in the folder of the staff list."""
    return config.staff_path.with_name(NAME)


def trace(path: Path, acts: Iterable[ManagerAct]) -> None:
    """Add acts, on the disk before this returns; raise `OSError`."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write("".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in acts))
        file.flush()
        os.fsync(file.fileno())


def latest(path: Path, structures: Collection[str], most: int) -> list[ManagerAct]:
    """Return the last acts in some structures, newest first; raise `RegistrarConfigError` where one does not read."""
    if not path.exists():
        return []
    found: list[ManagerAct] = []
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            act = ManagerAct(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise RegistrarConfigError(f"{path}, ligne {n} : illisible") from error
        if act.structure in structures:
            found.append(act)
    return found[: -most - 1 : -1]
