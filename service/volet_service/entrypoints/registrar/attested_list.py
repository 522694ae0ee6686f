"""Whom this registrar attested: subject, hub, user id, structure, one line each, beside the staff list.

So that what somebody was attested can be ended when they leave, without asking the hub whom it is about: a hub that
forgets an account would keep it. Ids and codes, no name; a line is written before its attestation goes out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from volet_service.entrypoints.registrar.config import RegistrarConfig, RegistrarConfigError

NAME = "attested.jsonl"


@dataclass(frozen=True)
class AttestedUser:
    """One account that was attested in one structure at one hub."""

    sub: str
    hub: str
    user: str
    structure: str


def path_of(config: RegistrarConfig) -> Path:
    """Return where the lines are: in the folder of the staff list."""
    return config.staff_path.with_name(NAME)


def read(path: Path) -> list[AttestedUser]:
    """Return the lines, each once, in order; raise `RegistrarConfigError` for one that does not read."""
    if not path.exists():
        return []
    found: dict[AttestedUser, None] = {}
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            found[AttestedUser(**json.loads(line))] = None
        except (ValueError, TypeError) as error:
            raise RegistrarConfigError(f"{path}, ligne {n} : illisible") from error
    return list(found)


def remember(path: Path, attested: Iterable[AttestedUser]) -> None:
    """Add what is not there yet, and have it on the disk before this returns; raise `OSError`."""
    known = set(read(path))
    new = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in attested if one not in known)
    if not new:
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(new)
        file.flush()
        os.fsync(file.fileno())
